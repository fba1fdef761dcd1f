
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accountability', '0002_ledger_is_append_only'),
        ('accounts', '0004_invitations'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='pointsrule',
            name='pointsrule_event_kind_is_known',
        ),
        migrations.AlterField(
            model_name='pointsrule',
            name='event_kind',
            field=models.CharField(choices=[('ticket.created', 'reported'), ('ticket.edited', 'details changed'), ('ticket.routed', 'category changed'), ('ticket.priority_changed', 'priority changed'), ('ticket.queued', 'waiting for a free agent'), ('ticket.assigned', 'assigned'), ('ticket.picked', 'picked'), ('ticket.assignment_overridden', 'assignment decided by an admin'), ('ticket.assignees_changed', 'people changed'), ('ticket.started', 'work started'), ('ticket.responded', 'answered, waiting for the customer'), ('ticket.replied', 'customer replied'), ('ticket.resolved', 'reported as fixed'), ('ticket.verified', 'fix confirmed'), ('ticket.disputed', 'fix disputed'), ('ticket.closed', 'closed'), ('ticket.reopened', 'reopened'), ('ticket.transferred', 'transferred'), ('ticket.promoted', 'moved to the next stage'), ('ticket.expired', 'promise missed'), ('ticket.message_added', 'message'), ('ticket.note_added', 'internal note'), ('ticket.attached', 'file added'), ('ticket.supported', 'supported'), ('ticket.support_withdrawn', 'support taken back'), ('ticket.followed', 'followed'), ('ticket.unfollowed', 'not followed any more'), ('ticket.code_sent', 'new one-time code'), ('ticket.withdrawn', 'withdrawn')], max_length=40, verbose_name='event'),
        ),
        migrations.AddConstraint(
            model_name='pointsrule',
            constraint=models.CheckConstraint(condition=models.Q(('event_kind__in', ['ticket.created', 'ticket.edited', 'ticket.routed', 'ticket.priority_changed', 'ticket.queued', 'ticket.assigned', 'ticket.picked', 'ticket.assignment_overridden', 'ticket.assignees_changed', 'ticket.started', 'ticket.responded', 'ticket.replied', 'ticket.resolved', 'ticket.verified', 'ticket.disputed', 'ticket.closed', 'ticket.reopened', 'ticket.transferred', 'ticket.promoted', 'ticket.expired', 'ticket.message_added', 'ticket.note_added', 'ticket.attached', 'ticket.supported', 'ticket.support_withdrawn', 'ticket.followed', 'ticket.unfollowed', 'ticket.code_sent', 'ticket.withdrawn'])), name='pointsrule_event_kind_is_known'),
        ),
    ]
