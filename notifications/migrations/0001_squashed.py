import common.identifiers
import common.text
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("notifications", "0001_initial"),
        ("notifications", "0002_organisation_admins"),
        ("notifications", "0003_followers"),
        ("notifications", "0004_audiences_of_callbacks"),
        ("notifications", "0005_who_appealed"),
        ("notifications", "0006_attempts_and_receipts"),
        ("notifications", "0007_words_of_messages"),
        ("notifications", "0008_circuits_and_limits"),
        ("notifications", "0009_what_comes_back"),
        ("notifications", "0010_preferences"),
        ("notifications", "0011_notices"),
        ("notifications", "0012_names_of_senders"),
        ("notifications", "0013_told_kinds"),
        ("notifications", "0014_area_followers"),
        ("notifications", "0015_kinds_of_moderation"),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
        ('tickets', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Circuit',
            fields=[
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp')], max_length=10, primary_key=True, serialize=False, verbose_name='channel')),
                ('state', models.CharField(choices=[('closed', 'working'), ('open', 'down'), ('half_open', 'being tried')], default='closed', max_length=10, verbose_name='state')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='failures in a row')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='down since')),
                ('probe_at', models.DateTimeField(blank=True, null=True, verbose_name='next probe at')),
                ('last_words', models.CharField(blank=True, max_length=500, verbose_name='what the provider said last')),
                ('is_draining', models.BooleanField(default=False, verbose_name='works off what waited')),
                ('minute_began_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='this minute began at')),
                ('drained', models.PositiveIntegerField(default=0, verbose_name='sent in this minute')),
            ],
            options={
                'verbose_name': 'circuit',
                'verbose_name_plural': 'circuits',
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'whatsapp'])), name='circuit_channel_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('opened_at__isnull', True), ('probe_at__isnull', True), ('state', 'closed')), models.Q(('opened_at__isnull', False), ('probe_at__isnull', False), ('state__in', ['open', 'half_open'])), _connector='OR'), name='circuit_open_has_times')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('audience', models.CharField(choices=[('reporter', 'reporter'), ('supporters', 'supporters'), ('followers', 'followers'), ('caller', 'who asked to be called'), ('assignee', 'assignee'), ('department_admins', 'department admins'), ('organisation_admins', 'organisation admins'), ('appellant', 'who appealed'), ('colleagues', 'colleagues whom it was sent to'), ('team', "everybody who works on a project's ticket"), ('area_followers', 'who follows the area')], max_length=20, verbose_name='audience')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp')], max_length=10, verbose_name='channel')),
                ('recipient_key', models.CharField(max_length=80, verbose_name="recipient's key")),
                ('address', models.CharField(max_length=254, verbose_name='address')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('held', 'waiting'), ('sending', 'sending'), ('accepted', 'accepted'), ('delivered', 'delivered'), ('bounced', 'came back'), ('failed', 'failed'), ('suppressed', 'not sent')], default='queued', max_length=20, verbose_name='state')),
                ('hold', models.CharField(blank=True, choices=[('burst', 'for what else changes'), ('digest', 'for the next summary'), ('quiet_hours', 'for the end of quiet hours'), ('template', 'for a template to be put right')], help_text='Stays when the wait is over.', max_length=20, verbose_name='why it waits')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='attempts that count')),
                ('next_attempt_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True, verbose_name='next attempt at')),
                ('last_error', models.CharField(blank=True, max_length=500, verbose_name='what the provider said')),
                ('provider_reference', models.CharField(blank=True, max_length=200, verbose_name="provider's reference")),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent at')),
                ('sent_again_at', models.DateTimeField(blank=True, null=True, verbose_name='asked to be sent again at')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('carrier', models.ForeignKey(blank=True, help_text='The message that tells of this event as well; what becomes of it becomes of this one.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='carried', to='notifications.notification', verbose_name='sent with')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='tickets.ticketevent', verbose_name='event')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='organisation')),
                ('recipient', models.ForeignKey(blank=True, help_text='Empty for a reporter of whom only an address is known.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recipient')),
                ('sent_again_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'indexes': [models.Index(models.F('next_attempt_at'), models.F('id'), condition=models.Q(('state__in', ['queued', 'held', 'sending'])), name='notification_due'), models.Index(models.F('recipient_key'), models.F('channel'), models.F('hold'), condition=models.Q(('state', 'held')), name='notification_held'), models.Index(models.F('address'), models.F('channel'), models.OrderBy(models.F('created_at'), descending=True), name='notification_by_address'), models.Index(models.F('organisation'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='notification_newest')],
                'constraints': [models.UniqueConstraint(fields=('event', 'recipient_key', 'channel'), name='notification_is_sent_once'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'held', 'sending', 'accepted', 'delivered', 'bounced', 'failed', 'suppressed'])), name='notification_state_is_known'), models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'whatsapp'])), name='notification_channel_is_known'), models.CheckConstraint(condition=models.Q(('audience__in', ['reporter', 'supporters', 'followers', 'caller', 'assignee', 'department_admins', 'organisation_admins', 'appellant', 'colleagues', 'team', 'area_followers'])), name='notification_audience_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('carrier__isnull', True), ('next_attempt_at__isnull', False), ('state__in', ['queued', 'held', 'sending'])), models.Q(models.Q(('carrier__isnull', True), ('state__in', ['queued', 'held', 'sending']), _negated=True), ('next_attempt_at__isnull', True)), _connector='OR'), name='notification_unfinished_has_next_attempt'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'delivered', 'bounced']), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='notification_gone_out_has_time'), models.CheckConstraint(condition=models.Q(('hold__in', ['', 'burst', 'digest', 'quiet_hours', 'template']), models.Q(models.Q(('state', 'held'), _negated=True), models.Q(('hold', ''), _negated=True), _connector='OR')), name='notification_held_has_reason'), models.CheckConstraint(condition=models.Q(('failures__lte', models.F('attempts'))), name='notification_failures_are_attempts'), models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='notification_has_address')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('began_at', models.DateTimeField(verbose_name='began at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('outcome', models.CharField(choices=[('sending', 'sending'), ('accepted', 'accepted'), ('later', 'not accepted now'), ('refused', 'refused'), ('held', 'not written'), ('skipped', 'not tried'), ('lost', 'lost')], default='sending', max_length=20, verbose_name='outcome')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='what the provider said')),
                ('provider_reference', models.CharField(blank=True, max_length=200, verbose_name="provider's reference")),
                ('notification', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='notifications.notification', verbose_name='message')),
            ],
            options={
                'verbose_name': 'attempt',
                'verbose_name_plural': 'attempts',
                'indexes': [models.Index(models.F('provider_reference'), condition=models.Q(('provider_reference', ''), _negated=True), name='attempt_reference')],
                'constraints': [models.UniqueConstraint(fields=('notification', 'number'), name='attempt_has_its_number_alone'), models.CheckConstraint(condition=models.Q(('outcome__in', ['sending', 'accepted', 'later', 'refused', 'held', 'skipped', 'lost'])), name='attempt_outcome_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', 'sending')), models.Q(models.Q(('outcome', 'sending'), _negated=True), ('ended_at__gte', models.F('began_at'))), _connector='OR'), name='attempt_ends_with_an_outcome')],
            },
        ),
        migrations.CreateModel(
            name='OrganisationChannels',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('mail_address', models.EmailField(blank=True, help_text='A mail to this address opens a ticket. The mailbox must be one that is read here.', max_length=254, verbose_name='address for reports')),
                ('whatsapp_from', models.CharField(blank=True, help_text='With a number here, people are told by WhatsApp in place of SMS.', max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{6,14}$', 'In E.164: +27821234567.')], verbose_name='WhatsApp number')),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'channels',
                'verbose_name_plural': 'channels',
                'constraints': [models.UniqueConstraint(condition=models.Q(('mail_address', ''), _negated=True), fields=('mail_address',), name='channels_mail_address_is_one_organisations', violation_error_message='Another organisation reads this address.'), models.UniqueConstraint(condition=models.Q(('whatsapp_from', ''), _negated=True), fields=('whatsapp_from',), name='channels_whatsapp_is_one_organisations', violation_error_message='Another organisation has this number.'), models.CheckConstraint(condition=models.Q(('whatsapp_from', ''), ('whatsapp_from__regex', '^\\+[1-9][0-9]{6,14}$'), _connector='OR'), name='channels_whatsapp_is_e164')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(choices=[('none', 'no summary: a mail for everything'), ('hourly', 'every hour'), ('daily', 'every morning')], default='none', max_length=10, verbose_name='summary')),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='no SMS from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='until')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='preference', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'preference',
                'verbose_name_plural': 'preferences',
                'constraints': [models.CheckConstraint(condition=models.Q(('digest__in', ['none', 'hourly', 'daily'])), name='preference_digest_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='preference_quiet_hours_have_two_ends')],
            },
        ),
        migrations.CreateModel(
            name='ChannelChoice',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('topic', models.CharField(choices=[('receipts', 'receipts and codes'), ('questions', 'questions to you'), ('progress', 'how it goes'), ('messages', 'messages'), ('work', 'your work'), ('changes', 'changes in projects'), ('warnings', 'warnings'), ('points', 'points and remedies'), ('areas', 'areas that you follow')], max_length=20, verbose_name='topic')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp')], max_length=10, verbose_name='channel')),
                ('preference', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='switched_off', to='notifications.preference', verbose_name='preference')),
            ],
            options={
                'verbose_name': 'switched-off channel',
                'verbose_name_plural': 'switched-off channels',
                'constraints': [models.UniqueConstraint(fields=('preference', 'topic', 'channel'), name='channel_choice_is_made_once'), models.CheckConstraint(condition=models.Q(('topic__in', ['receipts', 'questions', 'progress', 'messages', 'work', 'changes', 'warnings', 'points', 'areas']), ('channel__in', ['email', 'sms', 'whatsapp'])), name='channel_choice_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('queued', 'queued'), ('held', 'waiting'), ('sending', 'sending'), ('accepted', 'accepted'), ('delivered', 'delivered'), ('bounced', 'came back'), ('failed', 'failed'), ('suppressed', 'not sent')], max_length=20, verbose_name='state')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='what the provider said')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='received at')),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='notifications.attempt', verbose_name='attempt')),
            ],
            options={
                'verbose_name': 'receipt',
                'verbose_name_plural': 'receipts',
                'constraints': [models.UniqueConstraint(fields=('attempt', 'state'), name='receipt_is_kept_once'), models.CheckConstraint(condition=models.Q(('state__in', ['accepted', 'delivered', 'bounced'])), name='receipt_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='SmsUse',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField(verbose_name='day')),
                ('parts', models.PositiveIntegerField(default=0, verbose_name='parts')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='messages not sent')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'use of SMS',
                'verbose_name_plural': 'use of SMS',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'day'), name='sms_use_is_one_a_day')],
            },
        ),
        migrations.CreateModel(
            name='SuppressedAddress',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp')], max_length=10, verbose_name='channel')),
                ('address', models.CharField(max_length=254, verbose_name='address')),
                ('reason', models.CharField(choices=[('asked', 'asked for it (STOP)'), ('carrier', 'the carrier says that they asked for it'), ('bounced', 'there is no such address'), ('complained', 'called a message spam'), ('unsubscribed', 'unsubscribed with the provider')], max_length=20, verbose_name='reason')),
                ('since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
            ],
            options={
                'verbose_name': 'stopped address',
                'verbose_name_plural': 'stopped addresses',
                'constraints': [models.UniqueConstraint(fields=('channel', 'address'), name='suppressed_address_is_there_once'), models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'whatsapp'])), name='suppressed_channel_is_known'), models.CheckConstraint(condition=models.Q(('reason__in', ['asked', 'carrier', 'bounced', 'complained', 'unsubscribed'])), name='suppressed_reason_is_known'), models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='suppressed_address_is_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='TellingRules',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('sender_name', models.CharField(blank=True, max_length=80, validators=[common.text.refuse_control_characters], verbose_name="sender's name")),
                ('sms_per_day', models.PositiveIntegerField(blank=True, null=True, verbose_name='parts of SMS a day')),
                ('sms_per_month', models.PositiveIntegerField(blank=True, null=True, verbose_name='parts of SMS a month')),
                ('kinds_off', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('ticket.created', 'reported'), ('ticket.edited', 'details changed'), ('ticket.routed', 'category changed'), ('ticket.priority_changed', 'priority changed'), ('ticket.queued', 'waiting for a free agent'), ('ticket.assigned', 'assigned'), ('ticket.picked', 'picked'), ('ticket.assignment_overridden', 'assignment decided by an admin'), ('ticket.unpinned', 'not pinned any more'), ('ticket.handed_on', 'handed on'), ('ticket.waited_too_long', 'waited too long for a free agent'), ('ticket.assignees_changed', 'people changed'), ('ticket.started', 'work started'), ('ticket.responded', 'answered, waiting for the customer'), ('ticket.replied', 'customer replied'), ('ticket.resolved', 'reported as fixed'), ('ticket.verified', 'fix confirmed'), ('ticket.disputed', 'fix disputed'), ('ticket.rated', 'fix rated'), ('ticket.proof_reminded', 'asked again whether it is fixed'), ('ticket.closed', 'closed'), ('ticket.reopened', 'reopened'), ('ticket.transferred', 'transferred'), ('ticket.bounced', 'sent back and forth'), ('ticket.promoted', 'moved to the next stage'), ('ticket.hours_changed', 'counted by new working hours'), ('ticket.expiring', 'promise about to be missed'), ('ticket.response_late', 'answer is late'), ('ticket.expired', 'promise missed'), ('ticket.escalated', 'escalated'), ('ticket.remedy_overdue', 'remedy is overdue'), ('ticket.appealed', 'appeal against a penalty'), ('ticket.appeal_decided', 'appeal decided'), ('ticket.message_added', 'message'), ('ticket.note_added', 'internal note'), ('ticket.attached', 'file added'), ('ticket.photo_published', 'photo published'), ('ticket.photo_hidden', 'photo hidden'), ('ticket.supported', 'supported'), ('ticket.support_withdrawn', 'support taken back'), ('ticket.followed', 'followed'), ('ticket.unfollowed', 'not followed any more'), ('ticket.project_changed', 'project changed'), ('ticket.merged', 'closed as a duplicate'), ('ticket.unmerged', 'not a duplicate after all'), ('ticket.duplicate_added', 'another report of it joined'), ('ticket.duplicate_removed', 'another report of it separated'), ('ticket.callback_asked', 'asked to be called'), ('ticket.callback_cancelled', 'call not wanted any more'), ('ticket.called_back', 'called back'), ('ticket.call_missed', 'called, nobody answered'), ('ticket.notified', 'sent to colleagues'), ('ticket.code_sent', 'new one-time code'), ('ticket.withdrawn', 'withdrawn')], max_length=40), blank=True, default=list, size=None, verbose_name='not told')),
                ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='telling_rules', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'rules of telling',
                'verbose_name_plural': 'rules of telling',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sms_per_day', None), ('sms_per_day__lte', 10000000), _connector='OR'), models.Q(('sms_per_month', None), ('sms_per_month__lte', 10000000), _connector='OR')), name='telling_rules_parts_have_a_bound'), models.CheckConstraint(condition=models.Q(('kinds_off__contained_by', ['ticket.created', 'ticket.edited', 'ticket.routed', 'ticket.priority_changed', 'ticket.queued', 'ticket.assigned', 'ticket.picked', 'ticket.assignment_overridden', 'ticket.unpinned', 'ticket.handed_on', 'ticket.waited_too_long', 'ticket.assignees_changed', 'ticket.started', 'ticket.responded', 'ticket.replied', 'ticket.resolved', 'ticket.verified', 'ticket.disputed', 'ticket.rated', 'ticket.proof_reminded', 'ticket.closed', 'ticket.reopened', 'ticket.transferred', 'ticket.bounced', 'ticket.promoted', 'ticket.hours_changed', 'ticket.expiring', 'ticket.response_late', 'ticket.expired', 'ticket.escalated', 'ticket.remedy_overdue', 'ticket.appealed', 'ticket.appeal_decided', 'ticket.message_added', 'ticket.note_added', 'ticket.attached', 'ticket.photo_published', 'ticket.photo_hidden', 'ticket.supported', 'ticket.support_withdrawn', 'ticket.followed', 'ticket.unfollowed', 'ticket.project_changed', 'ticket.merged', 'ticket.unmerged', 'ticket.duplicate_added', 'ticket.duplicate_removed', 'ticket.callback_asked', 'ticket.callback_cancelled', 'ticket.called_back', 'ticket.call_missed', 'ticket.notified', 'ticket.code_sent', 'ticket.withdrawn'])), name='telling_rules_kinds_are_known')],
            },
        ),
        migrations.CreateModel(
            name='InboundMessage',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp')], max_length=10, verbose_name='channel')),
                ('provider_id', models.CharField(max_length=255, verbose_name="provider's id")),
                ('sender', models.CharField(max_length=254, verbose_name='sender')),
                ('sent_to', models.CharField(blank=True, max_length=254, verbose_name='sent to')),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='received at')),
                ('became', models.CharField(choices=[('message_added', 'message on the ticket'), ('ticket_opened', 'ticket opened'), ('confirmed', 'fix confirmed'), ('disputed', 'fix disputed'), ('reason_asked', 'asked for the reason'), ('status_told', 'status told'), ('help_told', 'help told'), ('stopped', 'messages stopped'), ('started', 'messages started again'), ('bounced', 'bounce recorded'), ('ignored', 'ignored')], default='ignored', max_length=20, verbose_name='became')),
                ('ignored_because', models.CharField(blank=True, choices=[('loop', 'sent by ourselves'), ('auto_reply', 'automatic reply'), ('bounce', 'bounce of nothing of ours'), ('spoofed', 'forged sender'), ('unknown', 'about nothing known'), ('too_large', 'too large'), ('too_many', 'too many at once'), ('not_allowed', 'not theirs to do'), ('wrong_code', 'wrong code'), ('empty', 'without words'), ('unreadable', 'cannot be read')], default='unknown', max_length=20, verbose_name='ignored because')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='text')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='our answer')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('organisation', models.ForeignKey(blank=True, help_text='Empty where it was for nobody in particular.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='organisation')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket', verbose_name='ticket')),
            ],
            options={
                'verbose_name': 'message received',
                'verbose_name_plural': 'messages received',
                'indexes': [models.Index(models.F('organisation'), models.OrderBy(models.F('received_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='inbound_newest'), models.Index(models.F('channel'), models.F('sender'), models.F('received_at'), name='inbound_by_sender'), models.Index(models.F('ticket'), condition=models.Q(('ticket__isnull', False)), name='inbound_by_ticket'), models.Index(models.F('received_at'), condition=models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', True)), name='inbound_unanswered')],
                'constraints': [models.UniqueConstraint(fields=('channel', 'provider_id'), name='inbound_message_is_taken_once'), models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'sms', 'whatsapp'])), name='inbound_channel_is_known'), models.CheckConstraint(condition=models.Q(('became__in', ['message_added', 'ticket_opened', 'confirmed', 'disputed', 'reason_asked', 'status_told', 'help_told', 'stopped', 'started', 'bounced', 'ignored'])), name='inbound_outcome_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('became', 'ignored'), ('ignored_because__in', ['loop', 'auto_reply', 'bounce', 'spoofed', 'unknown', 'too_large', 'too_many', 'not_allowed', 'wrong_code', 'empty', 'unreadable'])), models.Q(models.Q(('became', 'ignored'), _negated=True), ('ignored_because', '')), _connector='OR'), name='inbound_ignored_has_a_reason'), models.CheckConstraint(condition=models.Q(('provider_id', ''), _negated=True), name='inbound_message_has_id')],
            },
        ),
        migrations.CreateModel(
            name='MessageTemplate',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('ticket.created', 'reported'), ('ticket.priority_changed', 'priority changed'), ('ticket.started', 'work started'), ('ticket.responded', 'answered, waiting for the customer'), ('ticket.resolved', 'reported as fixed'), ('ticket.verified', 'fix confirmed'), ('ticket.proof_reminded', 'asked again whether it is fixed'), ('ticket.closed', 'closed'), ('ticket.reopened', 'reopened'), ('ticket.transferred', 'transferred'), ('ticket.message_added', 'message'), ('ticket.merged', 'closed as a duplicate'), ('ticket.unmerged', 'not a duplicate after all'), ('ticket.call_missed', 'called, nobody answered'), ('ticket.code_sent', 'new one-time code'), ('ticket.withdrawn', 'withdrawn')], max_length=40, verbose_name='what happened')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('headline', models.CharField(blank=True, max_length=120, verbose_name='headline')),
                ('body', models.TextField(blank=True, max_length=4000, verbose_name='text of the mail')),
                ('sms', models.CharField(blank=True, max_length=400, verbose_name='SMS')),
                ('is_in_use', models.BooleanField(default=False, verbose_name='in use')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'words of a message',
                'verbose_name_plural': 'words of messages',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'language'), name='template_is_one_for_a_kind_and_language', violation_error_message='There are words for this in that language already.'), models.CheckConstraint(condition=models.Q(('kind__in', ['ticket.created', 'ticket.edited', 'ticket.routed', 'ticket.priority_changed', 'ticket.queued', 'ticket.assigned', 'ticket.picked', 'ticket.assignment_overridden', 'ticket.unpinned', 'ticket.handed_on', 'ticket.waited_too_long', 'ticket.assignees_changed', 'ticket.started', 'ticket.responded', 'ticket.replied', 'ticket.resolved', 'ticket.verified', 'ticket.disputed', 'ticket.rated', 'ticket.proof_reminded', 'ticket.closed', 'ticket.reopened', 'ticket.transferred', 'ticket.bounced', 'ticket.promoted', 'ticket.hours_changed', 'ticket.expiring', 'ticket.response_late', 'ticket.expired', 'ticket.escalated', 'ticket.remedy_overdue', 'ticket.appealed', 'ticket.appeal_decided', 'ticket.message_added', 'ticket.note_added', 'ticket.attached', 'ticket.photo_published', 'ticket.photo_hidden', 'ticket.supported', 'ticket.support_withdrawn', 'ticket.followed', 'ticket.unfollowed', 'ticket.project_changed', 'ticket.merged', 'ticket.unmerged', 'ticket.duplicate_added', 'ticket.duplicate_removed', 'ticket.callback_asked', 'ticket.callback_cancelled', 'ticket.called_back', 'ticket.call_missed', 'ticket.notified', 'ticket.code_sent', 'ticket.withdrawn'])), name='template_kind_is_known'), models.CheckConstraint(condition=models.Q(('body', ''), ('headline', ''), ('sms', ''), _negated=True), name='template_says_something', violation_error_message='Write a headline, a text or an SMS; what stays empty stays ours.')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('audience', models.CharField(choices=[('reporter', 'reporter'), ('supporters', 'supporters'), ('followers', 'followers'), ('caller', 'who asked to be called'), ('assignee', 'assignee'), ('department_admins', 'department admins'), ('organisation_admins', 'organisation admins'), ('appellant', 'who appealed'), ('colleagues', 'colleagues whom it was sent to'), ('team', "everybody who works on a project's ticket"), ('area_followers', 'who follows the area')], max_length=20, verbose_name='audience')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='at')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read at')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='tickets.ticketevent', verbose_name='event')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'indexes': [models.Index(models.F('person'), models.OrderBy(models.F('created_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='notice_newest'), models.Index(models.F('person'), condition=models.Q(('read_at__isnull', True)), name='notice_unread')],
                'constraints': [models.UniqueConstraint(fields=('event', 'person'), name='notice_is_one_per_person'), models.CheckConstraint(condition=models.Q(('audience__in', ['reporter', 'supporters', 'followers', 'caller', 'assignee', 'department_admins', 'organisation_admins', 'appellant', 'colleagues', 'team', 'area_followers'])), name='notice_audience_is_known'), models.CheckConstraint(condition=models.Q(('read_at__isnull', True), ('read_at__gte', models.F('created_at')), _connector='OR'), name='notice_is_read_after_it_came')],
            },
        ),
    ]
