from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_invitations'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='phone_is_confirmed',
            field=models.BooleanField(default=False, editable=False, verbose_name='phone is confirmed'),
        ),
        migrations.RemoveConstraint(model_name='user', name='user_phone_is_unique'),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(
                condition=Q(('phone_is_confirmed', True)),
                fields=('phone',),
                name='user_confirmed_phone_is_unique',
                violation_error_message='Somebody already has this phone number.',
            ),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(
                condition=Q(('phone_is_confirmed', False), ('phone__isnull', False), _connector='OR'),
                name='user_confirmed_phone_is_there',
            ),
        ),
        # Removing one's last address used to leave this behind.
        migrations.RunSQL("UPDATE accounts_user SET email = NULL WHERE email = ''", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(
                condition=Q(('email', ''), _negated=True), name='user_email_is_null_rather_than_empty'
            ),
        ),
        migrations.AddIndex(
            model_name='user', index=models.Index(fields=['phone'], name='user_by_phone')
        ),
    ]
