import common.identifiers
import common.text
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


LEDGER_IS_APPEND_ONLY = """
CREATE FUNCTION accountability_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The points ledger is append-only: correct it with another entry.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER pointsentry_is_append_only BEFORE UPDATE OR DELETE ON accountability_pointsentry
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_change();
"""
LEDGER_IS_FREE = """
DROP TRIGGER pointsentry_is_append_only ON accountability_pointsentry;
DROP FUNCTION accountability_refuse_change();
"""
REVERSALS_NEGATE = """
CREATE FUNCTION accountability_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accountability_pointsentry e
        WHERE e.id = NEW.reverses_id AND e.reverses_id IS NULL AND e.points = -NEW.points
        AND e.rule_id = NEW.rule_id AND e.event_id = NEW.event_id AND e.department_id = NEW.department_id
        AND e.person_id IS NOT DISTINCT FROM NEW.person_id AND e.occurred_at = NEW.occurred_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A reversal negates one entry, and is none itself.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER pointsentry_reversal_negates BEFORE INSERT ON accountability_pointsentry
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION accountability_check_reversal();
"""
REVERSALS_ARE_FREE = """
DROP TRIGGER pointsentry_reversal_negates ON accountability_pointsentry;
DROP FUNCTION accountability_check_reversal();
"""


class Migration(migrations.Migration):
    replaces = [
        ("accountability", "0001_initial"),
        ("accountability", "0002_ledger_is_append_only"),
        ("accountability", "0003_kinds_of_following"),
        ("accountability", "0004_kinds_of_projects"),
        ("accountability", "0005_rules_for_what_earns"),
        ("accountability", "0006_place_in_the_feed"),
        ("accountability", "0007_reversals_and_appeals"),
        ("accountability", "0008_reversals_negate"),
        ("accountability", "0009_monthly_caps"),
        ("accountability", "0010_reminders"),
        ("accountability", "0011_ratings"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
        ('departments', '0001_squashed'),
        ('tickets', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='FeedPlace',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('is_the_only_one', models.BooleanField(default=True, editable=False)),
                ('position', models.BigIntegerField(default=0, verbose_name='feed position')),
            ],
            options={
                'verbose_name': 'place in the feed',
                'verbose_name_plural': 'places in the feed',
                'constraints': [models.UniqueConstraint(fields=('is_the_only_one',), name='feedplace_is_the_only_one'), models.CheckConstraint(condition=models.Q(('is_the_only_one', True), ('position__gte', 0)), name='feedplace_is_in_the_feed')],
            },
        ),
        migrations.CreateModel(
            name='PointsRule',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('event_kind', models.CharField(choices=[('ticket.resolved', 'reported as fixed'), ('ticket.verified', 'fix confirmed'), ('ticket.rated', 'fix rated'), ('ticket.disputed', 'fix disputed'), ('ticket.reopened', 'reopened'), ('ticket.expired', 'promise missed')], max_length=40, verbose_name='event')),
                ('points', models.SmallIntegerField(help_text='Negative for a penalty.', verbose_name='points')),
                ('share', models.CharField(choices=[('custody', 'by the time that each held the ticket'), ('holder', 'to who held the ticket')], max_length=20, verbose_name='dealt out')),
                ('monthly_cap', models.PositiveIntegerField(blank=True, help_text='The most points that one person gets by this rule in a calendar month.', null=True, verbose_name='at most in a month')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='in force since')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='replaced at')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'points rule',
                'verbose_name_plural': 'points rules',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code', 'version'), name='pointsrule_version_is_unique'), models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('organisation', 'code'), name='pointsrule_has_one_version_in_force'), models.CheckConstraint(condition=models.Q(('points', 0), _negated=True), name='pointsrule_is_worth_something'), models.CheckConstraint(condition=models.Q(('monthly_cap__isnull', True), models.Q(('monthly_cap__gt', 0), ('points__gt', 0)), _connector='OR'), name='pointsrule_cap_is_of_a_reward'), models.CheckConstraint(condition=models.Q(('share__in', ['custody', 'holder'])), name='pointsrule_share_is_known'), models.CheckConstraint(condition=models.Q(('event_kind__in', ['ticket.resolved', 'ticket.verified', 'ticket.rated', 'ticket.disputed', 'ticket.reopened', 'ticket.expired'])), name='pointsrule_event_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='PointsEntry',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('points', models.SmallIntegerField(verbose_name='points')),
                ('reason', models.TextField(blank=True, max_length=2000, verbose_name='reason of the reversal')),
                ('occurred_at', models.DateTimeField(verbose_name='earned at')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='entered at')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='departments.department', verbose_name='department')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reversed by')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticketevent', verbose_name='event')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='organisation')),
                ('person', models.ForeignKey(blank=True, help_text='Empty for the points of the department itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('reverses', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accountability.pointsentry', verbose_name='reverses')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accountability.pointsrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'points entry',
                'verbose_name_plural': 'points ledger',
                'indexes': [models.Index(models.F('organisation'), models.F('occurred_at'), name='pointsentry_board'), models.Index(models.F('department'), models.OrderBy(models.F('occurred_at'), descending=True), name='pointsentry_of_department'), models.Index(models.F('person'), models.OrderBy(models.F('occurred_at'), descending=True), name='pointsentry_of_person')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('reverses__isnull', True)), fields=('rule', 'event', 'department', 'person'), name='pointsentry_is_earned_once', nulls_distinct=False), models.UniqueConstraint(fields=('reverses',), name='pointsentry_is_reversed_once'), models.CheckConstraint(condition=models.Q(models.Q(('entered_by__isnull', True), ('reason', ''), ('reverses__isnull', True)), models.Q(('entered_by__isnull', False), ('reverses__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='pointsentry_reversal_has_author_and_reason'), models.CheckConstraint(condition=models.Q(('points', 0), _negated=True), name='pointsentry_is_worth_something')],
            },
        ),
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('promise', models.CharField(choices=[('respond', 'respond'), ('resolve', 'resolve')], max_length=20, verbose_name='promise')),
                ('breached_at', models.DateTimeField(verbose_name='promised for')),
                ('cause', models.CharField(choices=[('nobody_free', 'nobody was working on it'), ('not_started', 'work had not started'), ('handed_on', 'it was handed from department to department'), ('not_finished', 'work had started but was not finished')], max_length=20, verbose_name='cause')),
                ('custody_split', models.JSONField(default=list, verbose_name='who held it how long')),
                ('remedy_note', models.TextField(blank=True, help_text='What the department does about it. The public can be shown this.', max_length=2000, validators=[common.text.refuse_control_characters], verbose_name='remedy')),
                ('remedied_at', models.DateTimeField(blank=True, null=True, verbose_name='remedy written at')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='recorded at')),
                ('remind_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next reminder at')),
                ('reminders', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='reminders')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='accountable agent')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='departments.department', verbose_name='accountable department')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='organisation')),
                ('remedied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='remedy written by')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='breaches', to='tickets.ticket', verbose_name='ticket')),
            ],
            options={
                'verbose_name': 'breach',
                'verbose_name_plural': 'breaches',
                'indexes': [models.Index(models.F('organisation'), models.OrderBy(models.F('breached_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='breach_newest'), models.Index(models.F('department'), models.OrderBy(models.F('breached_at'), descending=True), name='breach_of_department'), models.Index(models.F('remind_at'), models.F('id'), condition=models.Q(('remind_at__isnull', False)), name='breach_remind')],
                'constraints': [models.UniqueConstraint(fields=('ticket', 'promise', 'breached_at'), name='breach_is_recorded_once'), models.CheckConstraint(condition=models.Q(('promise__in', ['respond', 'resolve'])), name='breach_promise_is_known'), models.CheckConstraint(condition=models.Q(('cause__in', ['nobody_free', 'not_started', 'handed_on', 'not_finished'])), name='breach_cause_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('remedied_at__isnull', True), ('remedied_by__isnull', True), ('remedy_note', '')), models.Q(models.Q(('remedy_note', ''), _negated=True), ('remedied_at__isnull', False), ('remedied_by__isnull', False)), _connector='OR'), name='breach_remedy_has_author_and_time'), models.CheckConstraint(condition=models.Q(('remind_at__isnull', True), ('remedied_at__isnull', True), _connector='OR'), name='breach_remedied_waits_for_nothing')],
            },
        ),
        migrations.CreateModel(
            name='PointsAppeal',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=2000, verbose_name='reason')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made at')),
                ('state', models.CharField(choices=[('open', 'to be decided'), ('granted', 'granted'), ('refused', 'refused')], default='open', max_length=20, verbose_name='state')),
                ('decision_note', models.TextField(blank=True, max_length=2000, verbose_name='reason of the decision')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='accountability.pointsentry', verbose_name='entry')),
                ('reversal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accountability.pointsentry', verbose_name='reversal')),
            ],
            options={
                'verbose_name': 'appeal',
                'verbose_name_plural': 'appeals',
                'constraints': [models.UniqueConstraint(fields=('entry',), name='pointsappeal_is_one_per_entry'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'granted', 'refused'])), name='pointsappeal_state_is_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='pointsappeal_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='pointsappeal_decided_has_author_and_time'), models.CheckConstraint(condition=models.Q(models.Q(('reversal__isnull', False), ('state', 'granted')), models.Q(models.Q(('state', 'granted'), _negated=True), ('reversal__isnull', True)), _connector='OR'), name='pointsappeal_granted_has_reversal'), models.CheckConstraint(condition=models.Q(('person', models.F('decided_by')), _negated=True), name='pointsappeal_is_decided_by_another')],
            },
        ),
        migrations.RunSQL(LEDGER_IS_APPEND_ONLY, LEDGER_IS_FREE),
        migrations.RunSQL(REVERSALS_NEGATE, REVERSALS_ARE_FREE),
    ]
