from __future__ import annotations

from tickets.models.accountable import Clock, Custody, Verification
from tickets.models.area import AreaFollow
from tickets.models.callback import Callback
from tickets.models.clock_check import ClockCheck
from tickets.models.conversation import Attachment, Follow, Message, Support
from tickets.models.draft import DraftPhoto, ReportDraft
from tickets.models.event import TicketEvent
from tickets.models.exchange import ImportRun, RefusedRow
from tickets.models.project import Project
from tickets.models.seen import Seen
from tickets.models.ticket import Ticket, TicketAssignee

__all__ = [
    "AreaFollow",
    "Attachment",
    "Callback",
    "Clock",
    "ClockCheck",
    "Custody",
    "DraftPhoto",
    "Follow",
    "ImportRun",
    "Message",
    "Project",
    "RefusedRow",
    "ReportDraft",
    "Seen",
    "Support",
    "Ticket",
    "TicketAssignee",
    "TicketEvent",
    "Verification",
]
