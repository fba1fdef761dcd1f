import common.identifiers
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("jobs", "0001_runs_of_jobs"),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('task', models.CharField(max_length=200, verbose_name='task')),
                ('task_id', models.CharField(max_length=64, unique=True, verbose_name='id of the message')),
                ('is_by_hand', models.BooleanField(default=False, verbose_name='run now by the operator')),
                ('worker', models.CharField(blank=True, max_length=255, verbose_name='worker')),
                ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sent at')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started at')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished at')),
                ('lost_at', models.DateTimeField(verbose_name='taken for lost at')),
                ('result', models.BigIntegerField(blank=True, null=True, verbose_name='rows dealt with')),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='why it failed')),
            ],
            options={
                'verbose_name': 'run of a job',
                'verbose_name_plural': 'runs of jobs',
                'indexes': [models.Index(models.F('task'), models.OrderBy(models.F('sent_at'), descending=True), name='jobrun_latest'), models.Index(models.F('sent_at'), name='jobrun_oldest'), models.Index(models.F('task'), models.OrderBy(models.F('sent_at'), descending=True), condition=models.Q(('finished_at__isnull', True), models.Q(('error', ''), _negated=True), _connector='OR'), name='jobrun_not_done')],
                'constraints': [models.CheckConstraint(condition=models.Q(('finished_at__isnull', True), ('finished_at__gte', models.F('started_at')), _connector='OR'), name='jobrun_ends_after_start'), models.CheckConstraint(condition=models.Q(('finished_at__isnull', True), ('started_at__isnull', False), _connector='OR'), name='jobrun_finished_has_start'), models.CheckConstraint(condition=models.Q(('error', ''), ('finished_at__isnull', False), _connector='OR'), name='jobrun_failed_has_end')],
            },
        ),
    ]
