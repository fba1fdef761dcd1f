from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    OPEN = "open", _("open")
    IN_PROGRESS = "in_progress", _("in progress")
    RESPONDED = "responded", _("responded")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")


class Outcome(models.TextChoices):
    """Why a ticket closed."""

    VERIFIED = "verified", _("verified")
    UNVERIFIED = "unverified", _("unverified")
    NO_REPLY = "no_reply", _("no reply")
    DUPLICATE = "duplicate", _("duplicate")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    COMPLETED = "completed", _("completed")


class Source(models.TextChoices):
    """The way a ticket or a message came in."""

    WEB = "web", _("web page")
    CALL_CENTRE = "call_centre", _("call centre")
    CONSOLE = "console", _("console")
    API = "api", _("API")
    OPEN311 = "open311", _("Open311")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    IMPORT = "import", _("import")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("everybody")
    PARTICIPANTS = "participants", _("the reporter and staff")
    STAFF = "staff", _("staff only")
    # In no timeline and no feed: who is concerned hears of it, and has a page for it.
    CONCERNED = "concerned", _("those whom it concerns")


# What messages and files can be, and what the parts of a ticket are that people see.
PARTS = [(part.value, part.label) for part in Visibility if part is not Visibility.CONCERNED]


class Promise(models.TextChoices):
    RESPOND = "respond", _("respond")
    RESOLVE = "resolve", _("resolve")


class ClockState(models.TextChoices):
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    MET = "met", _("met")
    BREACHED = "breached", _("breached")
    CANCELLED = "cancelled", _("cancelled")


class VerificationState(models.TextChoices):
    PENDING = "pending", _("waiting for the reporter")
    CONFIRMED = "confirmed", _("confirmed")
    DISPUTED = "disputed", _("disputed")
    LAPSED = "lapsed", _("not answered in time")
    SUPERSEDED = "superseded", _("replaced")


class Answerer(models.TextChoices):
    """Which kind of person answered whether it is fixed; never who."""

    # Also whoever shows the code without signing in: it was sent to who reported it.
    REPORTER = "reporter", _("the reporter")
    SUPPORTER = "supporter", _("a supporter")


class Proof(models.TextChoices):
    """What made an answer count."""

    CODE = "code", _("by the one-time code")
    SIGNED_IN = "signed_in", _("signed in")
    ON_THE_SPOT = "on_the_spot", _("on the spot")
    READ_OUT = "read_out", _("code read out at the door")


class CallbackState(models.TextChoices):
    OPEN = "open", _("to be called")
    DONE = "done", _("called")
    NOT_REACHED = "not_reached", _("given up, not reached")
    CANCELLED = "cancelled", _("not wanted any more")


class AttachmentKind(models.TextChoices):
    REPORT = "report", _("photo of the problem")
    RESOLUTION = "resolution", _("photo of the repair")
    DISPUTE = "dispute", _("photo of what is still wrong")
    OTHER = "other", _("other file")


class FileFormat(models.TextChoices):
    """How rows stand in a file."""

    CSV = "csv", _("CSV")
    JSONL = "jsonl", _("JSON lines")


class ImportState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("stopped")


class EventKind(models.TextChoices):
    """One kind per fact about a ticket, in the past tense. Listed in docs/events.md."""

    CREATED = "ticket.created", _("reported")
    EDITED = "ticket.edited", _("details changed")
    ROUTED = "ticket.routed", _("category changed")
    PRIORITY_CHANGED = "ticket.priority_changed", _("priority changed")
    QUEUED = "ticket.queued", _("waiting for a free agent")
    ASSIGNED = "ticket.assigned", _("assigned")
    PICKED = "ticket.picked", _("picked")
    ASSIGNMENT_OVERRIDDEN = "ticket.assignment_overridden", _("assignment decided by an admin")
    UNPINNED = "ticket.unpinned", _("not pinned any more")
    HANDED_ON = "ticket.handed_on", _("handed on")
    WAITED_TOO_LONG = "ticket.waited_too_long", _("waited too long for a free agent")
    ASSIGNEES_CHANGED = "ticket.assignees_changed", _("people changed")
    STARTED = "ticket.started", _("work started")
    RESPONDED = "ticket.responded", _("answered, waiting for the customer")
    REPLIED = "ticket.replied", _("customer replied")
    RESOLVED = "ticket.resolved", _("reported as fixed")
    VERIFIED = "ticket.verified", _("fix confirmed")
    DISPUTED = "ticket.disputed", _("fix disputed")
    RATED = "ticket.rated", _("fix rated")
    PROOF_REMINDED = "ticket.proof_reminded", _("asked again whether it is fixed")
    CLOSED = "ticket.closed", _("closed")
    REOPENED = "ticket.reopened", _("reopened")
    TRANSFERRED = "ticket.transferred", _("transferred")
    BOUNCED = "ticket.bounced", _("sent back and forth")
    PROMOTED = "ticket.promoted", _("moved to the next stage")
    HOURS_CHANGED = "ticket.hours_changed", _("counted by new working hours")
    EXPIRING = "ticket.expiring", _("promise about to be missed")
    RESPONSE_LATE = "ticket.response_late", _("answer is late")
    EXPIRED = "ticket.expired", _("promise missed")
    ESCALATED = "ticket.escalated", _("escalated")
    REMEDY_OVERDUE = "ticket.remedy_overdue", _("remedy is overdue")
    APPEALED = "ticket.appealed", _("appeal against a penalty")
    APPEAL_DECIDED = "ticket.appeal_decided", _("appeal decided")
    MESSAGE_ADDED = "ticket.message_added", _("message")
    NOTE_ADDED = "ticket.note_added", _("internal note")
    ATTACHED = "ticket.attached", _("file added")
    PHOTO_PUBLISHED = "ticket.photo_published", _("photo published")
    PHOTO_HIDDEN = "ticket.photo_hidden", _("photo hidden")
    SUPPORTED = "ticket.supported", _("supported")
    SUPPORT_WITHDRAWN = "ticket.support_withdrawn", _("support taken back")
    FOLLOWED = "ticket.followed", _("followed")
    UNFOLLOWED = "ticket.unfollowed", _("not followed any more")
    PROJECT_CHANGED = "ticket.project_changed", _("project changed")
    MERGED = "ticket.merged", _("closed as a duplicate")
    UNMERGED = "ticket.unmerged", _("not a duplicate after all")
    DUPLICATE_ADDED = "ticket.duplicate_added", _("another report of it joined")
    DUPLICATE_REMOVED = "ticket.duplicate_removed", _("another report of it separated")
    CALLBACK_ASKED = "ticket.callback_asked", _("asked to be called")
    CALLBACK_CANCELLED = "ticket.callback_cancelled", _("call not wanted any more")
    CALLED_BACK = "ticket.called_back", _("called back")
    CALL_MISSED = "ticket.call_missed", _("called, nobody answered")
    NOTIFIED = "ticket.notified", _("sent to colleagues")
    CODE_SENT = "ticket.code_sent", _("new one-time code")
    WITHDRAWN = "ticket.withdrawn", _("withdrawn")
