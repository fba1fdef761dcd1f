
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_invitations'),
        ('departments', '0002_shifts_and_leave'),
        ('tickets', '0007_response_late'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='ticketevent',
            name='ticketevent_kind_is_known',
        ),
        migrations.AddField(
            model_name='follow',
            name='moved_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket', verbose_name='came with the duplicate'),
        ),
        migrations.AddField(
            model_name='support',
            name='moved_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket', verbose_name='came with the duplicate'),
        ),
        migrations.AddField(
            model_name='support',
            name='report',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket', verbose_name='report of the supporter'),
        ),
        migrations.AlterField(
            model_name='support',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='supporter'),
        ),
        migrations.AlterField(
            model_name='ticketevent',
            name='kind',
            field=models.CharField(choices=[('ticket.created', 'reported'), ('ticket.edited', 'details changed'), ('ticket.routed', 'category changed'), ('ticket.priority_changed', 'priority changed'), ('ticket.queued', 'waiting for a free agent'), ('ticket.assigned', 'assigned'), ('ticket.picked', 'picked'), ('ticket.assignment_overridden', 'assignment decided by an admin'), ('ticket.assignees_changed', 'people changed'), ('ticket.started', 'work started'), ('ticket.responded', 'answered, waiting for the customer'), ('ticket.replied', 'customer replied'), ('ticket.resolved', 'reported as fixed'), ('ticket.verified', 'fix confirmed'), ('ticket.disputed', 'fix disputed'), ('ticket.closed', 'closed'), ('ticket.reopened', 'reopened'), ('ticket.transferred', 'transferred'), ('ticket.promoted', 'moved to the next stage'), ('ticket.response_late', 'answer is late'), ('ticket.expired', 'promise missed'), ('ticket.message_added', 'message'), ('ticket.note_added', 'internal note'), ('ticket.attached', 'file added'), ('ticket.supported', 'supported'), ('ticket.support_withdrawn', 'support taken back'), ('ticket.followed', 'followed'), ('ticket.unfollowed', 'not followed any more'), ('ticket.project_changed', 'project changed'), ('ticket.merged', 'closed as a duplicate'), ('ticket.unmerged', 'not a duplicate after all'), ('ticket.duplicate_added', 'another report of it joined'), ('ticket.duplicate_removed', 'another report of it separated'), ('ticket.code_sent', 'new one-time code'), ('ticket.withdrawn', 'withdrawn')], max_length=40, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='support',
            constraint=models.UniqueConstraint(fields=('ticket', 'report'), name='support_is_one_per_report'),
        ),
        migrations.AddConstraint(
            model_name='support',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('report__isnull', True), ('user__isnull', False)), models.Q(('moved_from__isnull', False), ('report__isnull', False), ('user__isnull', True)), _connector='OR'), name='support_is_of_a_person_or_a_report'),
        ),
        migrations.RunSQL(
            "UPDATE tickets_ticket SET support_count = 0 WHERE outcome = 'duplicate'",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'duplicate'), _negated=True), ('support_count', 0), _connector='OR'), name='ticket_duplicate_counts_nobody'),
        ),
        migrations.AddConstraint(
            model_name='ticketevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['ticket.created', 'ticket.edited', 'ticket.routed', 'ticket.priority_changed', 'ticket.queued', 'ticket.assigned', 'ticket.picked', 'ticket.assignment_overridden', 'ticket.assignees_changed', 'ticket.started', 'ticket.responded', 'ticket.replied', 'ticket.resolved', 'ticket.verified', 'ticket.disputed', 'ticket.closed', 'ticket.reopened', 'ticket.transferred', 'ticket.promoted', 'ticket.response_late', 'ticket.expired', 'ticket.message_added', 'ticket.note_added', 'ticket.attached', 'ticket.supported', 'ticket.support_withdrawn', 'ticket.followed', 'ticket.unfollowed', 'ticket.project_changed', 'ticket.merged', 'ticket.unmerged', 'ticket.duplicate_added', 'ticket.duplicate_removed', 'ticket.code_sent', 'ticket.withdrawn'])), name='ticketevent_kind_is_known'),
        ),
    ]
