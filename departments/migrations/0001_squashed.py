import accounts.models.organisation
import common.identifiers
import common.text
import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("departments", "0001_initial"),
        ("departments", "0002_shifts_and_leave"),
        ("departments", "0003_escalation"),
        ("departments", "0004_versions_and_nights"),
        ("departments", "0005_custody_target"),
        ("departments", "0006_raising_settings"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, validators=[common.text.refuse_control_characters], verbose_name='name')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('time_zone', models.CharField(default='Africa/Johannesburg', max_length=60, validators=[accounts.models.organisation.validate_time_zone], verbose_name='time zone')),
                ('around_the_clock', models.BooleanField(default=False, verbose_name='around the clock')),
                ('public_holidays_until', models.PositiveSmallIntegerField(blank=True, help_text='Those of later years are added by themselves; empty: nobody adds any.', null=True, verbose_name='public holidays until')),
                ('open_promises_follow', models.BooleanField(default=False, help_text='Clocks that run by an earlier version go on by this one.', verbose_name='open promises follow')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendars', to='accounts.organisation', verbose_name='organisation')),
                ('replaced_by', models.ForeignKey(blank=True, editable=False, help_text='The version that is in force now; empty for that one.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='earlier_versions', to='departments.calendar', verbose_name='replaced by')),
            ],
            options={
                'verbose_name': 'calendar',
                'verbose_name_plural': 'calendars',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name', 'version'), name='calendar_version_is_unique'), models.UniqueConstraint(condition=models.Q(('replaced_by__isnull', True)), fields=('organisation', 'name'), name='calendar_is_in_force_once', violation_error_message='There is a calendar with this name already.'), models.CheckConstraint(condition=models.Q(('replaced_by', models.F('id')), _negated=True), name='calendar_does_not_replace_itself'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='calendar_version_is_positive'), models.CheckConstraint(condition=models.Q(('public_holidays_until__isnull', True), ('public_holidays_until__range', (2000, 2200)), _connector='OR'), name='calendar_holidays_are_of_our_time')],
            },
        ),
        migrations.CreateModel(
            name='CalendarException',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('date', models.DateField(verbose_name='date')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('starts_minute', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='open from')),
                ('ends_minute', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='open to')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='departments.calendar', verbose_name='calendar')),
            ],
            options={
                'verbose_name': 'exception',
                'verbose_name_plural': 'exceptions',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ends_minute__isnull', True), ('starts_minute__isnull', True)), models.Q(('ends_minute__isnull', False), ('starts_minute__isnull', False), ('starts_minute__lt', models.F('ends_minute'))), _connector='OR'), name='calendarexception_ends_after_start'), models.CheckConstraint(condition=models.Q(('starts_minute__isnull', True), models.Q(('ends_minute__lte', django.db.models.expressions.CombinedExpression(models.F('starts_minute'), '+', models.Value(1440))), ('starts_minute__lt', 1440)), _connector='OR'), name='calendarexception_begins_on_its_day'), models.UniqueConstraint(fields=('calendar', 'date', 'starts_minute'), name='calendarexception_starts_once', nulls_distinct=False), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('calendar', '='), ('date', '='), (models.Func(django.db.models.functions.comparison.Coalesce(models.F('starts_minute'), 0), django.db.models.functions.comparison.Coalesce(models.F('ends_minute'), 2880), function='int4range', output_field=models.TextField()), '&&')], name='calendarexception_overlaps_none')],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, validators=[common.text.refuse_control_characters], verbose_name='name')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('description', models.TextField(blank=True, max_length=1000, verbose_name='description')),
                ('strategy', models.CharField(choices=[('balanced', 'balanced: lowest share of capacity used'), ('round_robin', 'round robin: longest since last assignment'), ('manual', 'manual: agents pick')], default='balanced', max_length=20, verbose_name='assignment')),
                ('queue_limit_seconds', models.PositiveIntegerField(blank=True, null=True, verbose_name='longest wait in the queue, seconds')),
                ('custody_target_seconds', models.PositiveIntegerField(blank=True, help_text='How long a ticket may be with this department at most.', null=True, verbose_name='internal target, working seconds')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='departments', to='departments.calendar', verbose_name='calendar')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='departments', to='accounts.organisation', verbose_name='organisation')),
                ('overflow_department', models.ForeignKey(blank=True, help_text='Takes tickets that wait too long for a free agent.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='departments.department', verbose_name='overflow department')),
            ],
            options={
                'verbose_name': 'department',
                'verbose_name_plural': 'departments',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='department_code_is_unique'), models.CheckConstraint(condition=models.Q(('strategy__in', ['balanced', 'round_robin', 'manual'])), name='department_strategy_is_known'), models.CheckConstraint(condition=models.Q(('overflow_department', models.F('id')), _negated=True), name='department_does_not_overflow_into_itself'), models.CheckConstraint(condition=models.Q(('custody_target_seconds__gte', 1)), name='department_custody_target_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(help_text='The Open311 service code.', max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=100, validators=[common.text.refuse_control_characters], verbose_name='name')),
                ('description', models.TextField(blank=True, max_length=1000, verbose_name='description')),
                ('keywords', models.TextField(blank=True, help_text='Words residents use for it, separated by commas.', max_length=1000, verbose_name='keywords')),
                ('default_priority', models.PositiveSmallIntegerField(choices=[(1, 'low'), (2, 'medium'), (3, 'high'), (4, 'urgent')], default=2, verbose_name='default priority')),
                ('is_public_space', models.BooleanField(default=True, help_text='Anybody may see it, and any supporter may confirm the fix.', verbose_name='in public space')),
                ('raise_at_supporters', models.PositiveIntegerField(blank=True, help_text='Empty: as everywhere in the organisation. 0: no number of them does.', null=True, verbose_name='supporters that raise the priority')),
                ('may_raise_to_urgent', models.BooleanField(default=False, help_text='Otherwise they raise it to high at most.', verbose_name='supporters may raise it to urgent')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='categories', to='accounts.organisation', verbose_name='organisation')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='departments.department', verbose_name='department')),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='category_code_is_unique'), models.CheckConstraint(condition=models.Q(('default_priority__in', [1, 2, 3, 4])), name='category_priority_is_known')],
            },
        ),
        migrations.CreateModel(
            name='DepartmentMember',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('capacity', models.PositiveIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1)], verbose_name='capacity')),
                ('open_tickets', models.PositiveIntegerField(default=0, editable=False, verbose_name='open tickets')),
                ('is_available', models.BooleanField(default=True, verbose_name='available')),
                ('last_assigned_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last assigned at')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='departments.department', verbose_name='department')),
                ('skills', models.ManyToManyField(blank=True, help_text='Categories this person works on; none means all.', related_name='+', to='departments.category', verbose_name='skills')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='department_memberships', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'department member',
                'verbose_name_plural': 'department members',
                'constraints': [models.UniqueConstraint(fields=('department', 'user'), name='departmentmember_is_one_per_department'), models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='departmentmember_capacity_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='EscalationLadder',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='in force since')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                ('department', models.ForeignKey(blank=True, help_text='Empty: for every department without a ladder of its own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='departments.department', verbose_name='department')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'escalation ladder',
                'verbose_name_plural': 'escalation ladders',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'department', 'version'), name='escalationladder_version_is_unique', nulls_distinct=False), models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('organisation', 'department'), name='escalationladder_has_one_version_in_force', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(verbose_name='step')),
                ('audience', models.CharField(choices=[('assignee', 'the agent who has it'), ('department_admins', "the department's admins"), ('organisation_admins', "the organisation's admins")], max_length=20, verbose_name='who is told')),
                ('delay_seconds', models.PositiveIntegerField(verbose_name='after the promise ran out, working seconds')),
                ('ladder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='departments.escalationladder', verbose_name='ladder')),
            ],
            options={
                'verbose_name': 'escalation step',
                'verbose_name_plural': 'escalation steps',
                'constraints': [models.UniqueConstraint(fields=('ladder', 'position'), name='escalationstep_position_is_unique'), models.UniqueConstraint(fields=('ladder', 'delay_seconds'), name='escalationstep_delay_is_unique'), models.CheckConstraint(condition=models.Q(('position__range', (1, 10))), name='escalationstep_position_is_on_the_ladder'), models.CheckConstraint(condition=models.Q(('audience__in', ['assignee', 'department_admins', 'organisation_admins'])), name='escalationstep_audience_is_known'), models.CheckConstraint(condition=models.Q(('delay_seconds__lte', 31536000)), name='escalationstep_delay_is_bounded')],
            },
        ),
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(blank=True, max_length=200, validators=[common.text.refuse_control_characters], verbose_name='reason')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leaves', to='departments.departmentmember', verbose_name='member')),
            ],
            options={
                'verbose_name': 'leave',
                'verbose_name_plural': 'leave',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='leave_ends_after_start', violation_error_message='The last day cannot be before the first.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('member', '='), (models.Func(models.F('starts_on'), models.F('ends_on'), models.Value('[]'), function='daterange'), '&&')], name='leave_does_not_overlap', violation_error_message='This person is on leave on some of these days already.')],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='regions', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='region_number_is_unique')],
            },
        ),
        migrations.AddField(
            model_name='departmentmember',
            name='regions',
            field=models.ManyToManyField(blank=True, help_text='Regions this person works in; neither regions nor wards means everywhere.', related_name='+', to='departments.region', verbose_name='regions'),
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('starts_minute', models.PositiveSmallIntegerField(help_text='Minutes after midnight.', verbose_name='from')),
                ('ends_minute', models.PositiveSmallIntegerField(help_text='Minutes after the midnight before it starts; at most a day later.', verbose_name='to')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shifts', to='departments.departmentmember', verbose_name='member')),
            ],
            options={
                'verbose_name': 'shift',
                'verbose_name_plural': 'shifts',
                'constraints': [models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='shift_weekday_is_known'), models.CheckConstraint(condition=models.Q(('starts_minute__lt', 1440), ('ends_minute__gt', models.F('starts_minute')), ('ends_minute__lte', django.db.models.expressions.CombinedExpression(models.F('starts_minute'), '+', models.Value(1440)))), name='shift_ends_within_a_day', violation_error_message='A shift begins on its day and lasts a day at most.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('member', '='), (models.Func(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('weekday'), '*', models.Value(1440)), '+', models.F('starts_minute')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('weekday'), '*', models.Value(1440)), '+', models.F('ends_minute')), function='int4range'), '&&')], name='shift_does_not_overlap', violation_error_message='Two shifts of the same person overlap.')],
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, validators=[common.text.refuse_control_characters], verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='departments.department', verbose_name='department')),
            ],
            options={
                'verbose_name': 'stage',
                'verbose_name_plural': 'stages',
                'constraints': [models.UniqueConstraint(fields=('department', 'position'), name='stage_position_is_unique'), models.UniqueConstraint(fields=('department', 'name'), name='stage_name_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='Standard',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('priority', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'low'), (2, 'medium'), (3, 'high'), (4, 'urgent')], help_text='Empty: for every priority.', null=True, verbose_name='priority')),
                ('respond_within_seconds', models.PositiveIntegerField(verbose_name='respond within, working seconds')),
                ('resolve_within_seconds', models.PositiveIntegerField(verbose_name='resolve within, working seconds')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('is_assumption', models.BooleanField(default=False, verbose_name='is an assumption')),
                ('is_active', models.BooleanField(default=True, help_text='Otherwise new tickets get the promise for every priority.', verbose_name='in use')),
                ('calendar', models.ForeignKey(blank=True, help_text="Empty: the department's own.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='standards', to='departments.calendar', verbose_name='calendar')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='standards', to='departments.category', verbose_name='category')),
            ],
            options={
                'verbose_name': 'standard',
                'verbose_name_plural': 'standards',
                'constraints': [models.UniqueConstraint(fields=('category', 'priority'), name='standard_is_one_per_priority', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('resolve_within_seconds__gte', models.F('respond_within_seconds')), ('respond_within_seconds__gte', 1)), name='standard_targets_are_positive', violation_error_message='Both times must be positive, and resolving cannot be due before responding.'), models.CheckConstraint(condition=models.Q(('resolve_within_seconds__lte', 316224000)), name='standard_targets_are_in_reach', violation_error_message='Nobody promises anything for more than ten years.'), models.CheckConstraint(condition=models.Q(('priority__isnull', True), ('priority__in', [1, 2, 3, 4]), _connector='OR'), name='standard_priority_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Ward',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='population')),
                ('latitude', models.FloatField(verbose_name='latitude')),
                ('longitude', models.FloatField(verbose_name='longitude')),
                ('shape', models.JSONField(blank=True, null=True, verbose_name='shape')),
                ('is_approximate', models.BooleanField(default=True, verbose_name='shape is approximate')),
                ('source', models.CharField(blank=True, max_length=250, verbose_name='source')),
                ('shaped_at', models.DateTimeField(default=django.utils.timezone.now, help_text='Tells processes to read the shapes again.', verbose_name='shape loaded at')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wards', to='accounts.organisation', verbose_name='organisation')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wards', to='departments.region', verbose_name='region')),
            ],
            options={
                'verbose_name': 'ward',
                'verbose_name_plural': 'wards',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='ward_number_is_unique'), models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='ward_point_is_on_earth')],
            },
        ),
        migrations.CreateModel(
            name='Suburb',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('latitude', models.FloatField(verbose_name='latitude')),
                ('longitude', models.FloatField(verbose_name='longitude')),
                ('source', models.CharField(blank=True, max_length=250, verbose_name='source')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suburbs', to='accounts.organisation', verbose_name='organisation')),
                ('ward', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='suburbs', to='departments.ward', verbose_name='ward')),
            ],
            options={
                'verbose_name': 'suburb',
                'verbose_name_plural': 'suburbs',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='suburb_name_is_unique'), models.CheckConstraint(condition=models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), name='suburb_point_is_on_earth')],
            },
        ),
        migrations.AddField(
            model_name='departmentmember',
            name='wards',
            field=models.ManyToManyField(blank=True, help_text='Wards this person works in besides these regions.', related_name='+', to='departments.ward', verbose_name='wards'),
        ),
        migrations.CreateModel(
            name='WorkingInterval',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('starts_minute', models.PositiveSmallIntegerField(help_text='Minutes after midnight.', verbose_name='from')),
                ('ends_minute', models.PositiveSmallIntegerField(help_text='Minutes after the same midnight; the next day goes on up to 2880.', verbose_name='to')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='intervals', to='departments.calendar', verbose_name='calendar')),
            ],
            options={
                'verbose_name': 'working interval',
                'verbose_name_plural': 'working intervals',
                'constraints': [models.CheckConstraint(condition=models.Q(('starts_minute__lt', models.F('ends_minute'))), name='workinginterval_ends_after_start'), models.CheckConstraint(condition=models.Q(('ends_minute__lte', django.db.models.expressions.CombinedExpression(models.F('starts_minute'), '+', models.Value(1440))), ('starts_minute__lt', 1440)), name='workinginterval_begins_on_its_day'), models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='workinginterval_weekday_is_known'), models.UniqueConstraint(fields=('calendar', 'weekday', 'starts_minute'), name='workinginterval_starts_once'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('calendar', '='), (models.Func(models.Func(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('weekday'), '*', models.Value(1440)), '+', models.F('starts_minute')), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('weekday'), '*', models.Value(1440)), '+', models.F('ends_minute')), function='int4range'), models.Func(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('weekday'), '*', models.Value(1440)), '+', models.F('starts_minute')), '-', models.Value(10080)), django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('weekday'), '*', models.Value(1440)), '+', models.F('ends_minute')), '-', models.Value(10080)), function='int4range'), function='int4multirange', output_field=models.TextField()), '&&')], name='workinginterval_overlaps_none')],
            },
        ),
    ]
