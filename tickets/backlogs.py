"""How many rows wait for each job of the tickets that runs by the clock."""

from __future__ import annotations

from django.utils import timezone

from common.backlog import counted, register_backlog
from tickets.actions.drafting import KEPT_FOR
from tickets.models import Clock, ImportRun, ReportDraft, Ticket, TicketEvent
from tickets.wakeups import FOLLOW, RELAY

_EVENTS = TicketEvent.objects

register_backlog(RELAY, lambda: counted(_EVENTS.unstamped()) + counted(_EVENTS.unrelayed()))
register_backlog(FOLLOW, lambda: counted(Clock.objects.to_follow()))
register_backlog("tickets.go_on_with_imports", lambda: counted(ImportRun.objects.unfinished()))
register_backlog("tickets.drain_all_queues", lambda: counted(Ticket.objects.queued()))
register_backlog("tickets.overflow_waiting", lambda: counted(Ticket.objects.overflowing_by(timezone.now())))
register_backlog("tickets.release_from_who_left", lambda: counted(Ticket.objects.held_by_who_left()))
register_backlog("tickets.warn_expiring", lambda: counted(Clock.objects.expiring_at(timezone.now())))
register_backlog("tickets.escalate_due", lambda: counted(Ticket.objects.escalating_by(timezone.now())))
register_backlog("tickets.expire_due", lambda: counted(Clock.objects.due_by(timezone.now())))
register_backlog("tickets.close_unanswered", lambda: counted(Ticket.objects.closing_by(timezone.now())))
register_backlog(
    "tickets.forget_drafts", lambda: counted(ReportDraft.objects.older_than(timezone.now() - KEPT_FOR))
)
