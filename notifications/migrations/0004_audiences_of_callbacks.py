
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_confirmed_phones'),
        ('notifications', '0003_followers'),
        ('tickets', '0011_callbacks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='notification',
            name='notification_audience_is_known',
        ),
        migrations.AlterField(
            model_name='notification',
            name='audience',
            field=models.CharField(choices=[('reporter', 'reporter'), ('supporters', 'supporters'), ('followers', 'followers'), ('caller', 'who asked to be called'), ('assignee', 'assignee'), ('department_admins', 'department admins'), ('organisation_admins', 'organisation admins'), ('colleagues', 'colleagues whom it was sent to'), ('team', "everybody who works on a project's ticket")], max_length=20, verbose_name='audience'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('audience__in', ['reporter', 'supporters', 'followers', 'caller', 'assignee', 'department_admins', 'organisation_admins', 'colleagues', 'team'])), name='notification_audience_is_known'),
        ),
    ]
