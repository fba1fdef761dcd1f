
import common.identifiers
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_confirmed_phones'),
        ('departments', '0003_escalation'),
        ('tickets', '0010_escalation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Callback',
            fields=[
                ('id', models.UUIDField(default=common.identifiers.new_id, editable=False, primary_key=True, serialize=False)),
                ('phone', models.CharField(max_length=16, verbose_name='phone')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='what it is about')),
                ('call_after', models.DateTimeField(default=django.utils.timezone.now, verbose_name='not before')),
                ('state', models.CharField(choices=[('open', 'to be called'), ('done', 'called'), ('not_reached', 'given up, not reached')], default='open', max_length=20, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='times not reached')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='asked at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
            ],
            options={
                'verbose_name': 'callback',
                'verbose_name_plural': 'callbacks',
            },
        ),
        migrations.RemoveConstraint(
            model_name='ticketevent',
            name='ticketevent_kind_is_known',
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='kind',
            field=models.CharField(choices=[('ticket.created', 'reported'), ('ticket.edited', 'details changed'), ('ticket.routed', 'category changed'), ('ticket.priority_changed', 'priority changed'), ('ticket.queued', 'waiting for a free agent'), ('ticket.assigned', 'assigned'), ('ticket.picked', 'picked'), ('ticket.assignment_overridden', 'assignment decided by an admin'), ('ticket.unpinned', 'not pinned any more'), ('ticket.handed_on', 'handed on'), ('ticket.waited_too_long', 'waited too long for a free agent'), ('ticket.assignees_changed', 'people changed'), ('ticket.started', 'work started'), ('ticket.responded', 'answered, waiting for the customer'), ('ticket.replied', 'customer replied'), ('ticket.resolved', 'reported as fixed'), ('ticket.verified', 'fix confirmed'), ('ticket.disputed', 'fix disputed'), ('ticket.closed', 'closed'), ('ticket.reopened', 'reopened'), ('ticket.transferred', 'transferred'), ('ticket.bounced', 'sent back and forth'), ('ticket.promoted', 'moved to the next stage'), ('ticket.expiring', 'promise about to be missed'), ('ticket.response_late', 'answer is late'), ('ticket.expired', 'promise missed'), ('ticket.escalated', 'escalated'), ('ticket.message_added', 'message'), ('ticket.note_added', 'internal note'), ('ticket.attached', 'file added'), ('ticket.supported', 'supported'), ('ticket.support_withdrawn', 'support taken back'), ('ticket.followed', 'followed'), ('ticket.unfollowed', 'not followed any more'), ('ticket.project_changed', 'project changed'), ('ticket.merged', 'closed as a duplicate'), ('ticket.unmerged', 'not a duplicate after all'), ('ticket.duplicate_added', 'another report of it joined'), ('ticket.duplicate_removed', 'another report of it separated'), ('ticket.callback_asked', 'asked to be called'), ('ticket.called_back', 'called back'), ('ticket.call_missed', 'called, nobody answered'), ('ticket.notified', 'sent to colleagues'), ('ticket.code_sent', 'new one-time code'), ('ticket.withdrawn', 'withdrawn')], max_length=40, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='ticketevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ticket.created', 'ticket.edited', 'ticket.routed', 'ticket.priority_changed', 'ticket.queued', 'ticket.assigned', 'ticket.picked', 'ticket.assignment_overridden', 'ticket.unpinned', 'ticket.handed_on', 'ticket.waited_too_long', 'ticket.assignees_changed', 'ticket.started', 'ticket.responded', 'ticket.replied', 'ticket.resolved', 'ticket.verified', 'ticket.disputed', 'ticket.closed', 'ticket.reopened', 'ticket.transferred', 'ticket.bounced', 'ticket.promoted', 'ticket.expiring', 'ticket.response_late', 'ticket.expired', 'ticket.escalated', 'ticket.message_added', 'ticket.note_added', 'ticket.attached', 'ticket.supported', 'ticket.support_withdrawn', 'ticket.followed', 'ticket.unfollowed', 'ticket.project_changed', 'ticket.merged', 'ticket.unmerged', 'ticket.duplicate_added', 'ticket.duplicate_removed', 'ticket.callback_asked', 'ticket.called_back', 'ticket.call_missed', 'ticket.notified', 'ticket.code_sent', 'ticket.withdrawn'])), name='ticketevent_kind_is_known'),
        ),
        migrations.AddField(
            model_name='callback',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who asked'),
        ),
        migrations.AddField(
            model_name='callback',
            name='taken_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken by'),
        ),
        migrations.AddField(
            model_name='callback',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='callbacks', to='tickets.ticket', verbose_name='ticket'),
        ),
        migrations.AddIndex(
            model_name='callback',
            index=models.Index(models.F('call_after'), models.F('id'), condition=models.Q(('state', 'open')), name='callback_queue'),
        ),
        migrations.AddIndex(
            model_name='callback',
            index=models.Index(models.F('ticket'), models.F('created_at'), models.F('id'), name='callback_of_ticket'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('ticket', 'person'), name='callback_is_open_once_per_person'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(('ended_at__isnull', False), ('state__in', ['done', 'not_reached'])), _connector='OR'), name='callback_ended_has_time'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), _negated=True), name='callback_has_a_number'),
        ),
    ]
