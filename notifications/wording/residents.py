"""What residents and customers read: reporters and supporters."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.enums import Audience
from notifications.occasion import Occasion, moment_words
from notifications.wording.words import Words
from tickets.enums import EventKind, Outcome


def _line(sentence: str, occasion: Occasion, **values: str) -> Callable[[str], str]:
    """An SMS: the reference, a sentence with the title, and the link."""
    return lambda title: f"{occasion.reference}: {sentence % {'title': title, **values}} {occasion.link}"


def _follow() -> str:
    return _("See the ticket")


def created(occasion: Occasion) -> Words:
    paragraphs = [
        _("Thank you. Your report has the reference %(reference)s; use it whenever you ask about it.")
        % {"reference": occasion.reference}
    ]
    if occasion.department:
        paragraphs.append(
            _("It is now with this department: %(department)s.") % {"department": occasion.department}
        )
    if occasion.promise:
        paragraphs.append(_("We promise to fix it by %(moment)s.") % {"moment": occasion.promise})
    return Words(
        headline=_("We have your report"),
        paragraphs=paragraphs,
        sms=_line(_("we have your report: %(title)s. Follow it here:"), occasion),
        button=_follow(),
    )


def started(occasion: Occasion) -> Words:
    paragraphs = [_("Somebody is working on it: the ticket is in progress.")]
    if occasion.promise:
        paragraphs.append(_("We promise to fix it by %(moment)s.") % {"moment": occasion.promise})
    return Words(
        headline=_("Work is in progress"),
        paragraphs=paragraphs,
        sms=_line(_("work is in progress: %(title)s."), occasion),
        button=_follow(),
    )


def responded(occasion: Occasion) -> Words:
    return Words(
        headline=_("We have answered and wait for you"),
        paragraphs=[
            _("Please answer on the ticket's page, so that the work can go on."),
            _("Without an answer the ticket closes by itself."),
        ],
        sms=_line(_("we have a question or an answer for you: %(title)s. Please read and reply:"), occasion),
        quote_label=_("Our answer"),
        button=_("Read and reply"),
    )


def resolved(occasion: Occasion) -> Words:
    paragraphs = [_("The department says that the problem is fixed.")]
    if not occasion.code:
        return Words(
            headline=_("Reported as fixed"),
            paragraphs=[*paragraphs, _("Whoever reported it is asked to confirm that.")],
            sms=_line(_("reported as fixed: %(title)s."), occasion),
            quote_label=_("What was done"),
            button=_follow(),
        )
    paragraphs.append(_("Is it? Only you can tell. Confirm with your one-time code, or say that it is not."))
    return Words(
        headline=_("Please confirm the fix"),
        paragraphs=paragraphs,
        sms=_code_line(_("reported as fixed: %(title)s. Is it?"), occasion),
        quote_label=_("What was done"),
        button=_("Confirm or object"),
    )


def proof_reminded(occasion: Occasion) -> Words:
    paragraphs = [_("We asked you whether it is really fixed, and have not heard from you yet.")]
    if occasion.ticket.auto_close_at:
        until = moment_words(occasion.ticket.auto_close_at)
        paragraphs.append(
            _("Without an answer by %(moment)s the ticket closes, and does not count as fixed.")
            % {"moment": until}
        )
    return Words(
        headline=_("Is it fixed? We still wait for your answer"),
        paragraphs=paragraphs,
        sms=_code_line(_("is it really fixed? %(title)s."), occasion),
        button=_("Confirm or object"),
    )


def priority_changed(occasion: Occasion) -> Words:
    many = int(occasion.event.data.get("supporters", 0))
    said = ngettext(
        "%(count)d other person has this problem too, so it was made more urgent.",
        "%(count)d other people have this problem too, so it was made more urgent.",
        many,
    )
    paragraphs = [said % {"count": many}]
    if occasion.promise:
        paragraphs.append(_("We promise to fix it by %(moment)s.") % {"moment": occasion.promise})
    return Words(
        headline=_("It is more urgent now"),
        paragraphs=paragraphs,
        sms=_line(_("it is more urgent now: %(title)s."), occasion),
        button=_follow(),
    )


def code_sent(occasion: Occasion) -> Words:
    return Words(
        headline=_("Your new one-time code"),
        paragraphs=[_("Here is the code that you asked for. Earlier codes do not work any more.")],
        sms=_code_line(_("a new code for: %(title)s."), occasion),
        button=_("Confirm or object"),
    )


def _code_line(sentence: str, occasion: Occasion) -> Callable[[str], str]:
    """An SMS with the code in front of the link, so that a phone offers the right six digits."""
    code = _("Code: %(code)s. Confirm or object:") % {"code": occasion.code}
    return lambda title: f"{occasion.reference}: {sentence % {'title': title}} {code} {occasion.verify_link}"


def verified(occasion: Occasion) -> Words:
    return Words(
        headline=_("The fix was confirmed"),
        paragraphs=[_("Somebody who has the problem confirmed that it is fixed. The ticket is closed.")],
        sms=_line(_("the fix was confirmed, and the ticket is closed: %(title)s."), occasion),
        button=_follow(),
    )


def closed(occasion: Occasion) -> Words:
    return Words(
        headline=_("The ticket is closed"),
        paragraphs=[_why_closed(occasion.ticket.outcome)],
        sms=_line(_("the ticket is closed: %(title)s."), occasion),
        quote_label=_("What we wrote"),
        button=_follow(),
    )


def _why_closed(outcome: str) -> str:
    sentences = {
        Outcome.UNVERIFIED: _(
            "Nobody said in time whether the fix is real, so the ticket is closed as not verified."
        ),
        Outcome.NO_REPLY: _("We did not hear from you, so the ticket is closed."),
        Outcome.REJECTED: _("It is not something that we can do."),
        Outcome.COMPLETED: _("The work is done."),
        Outcome.DUPLICATE: _("Another ticket is about the same problem."),
    }
    return sentences.get(Outcome(outcome), "") if outcome else _("Nothing more is to be done.")


def reopened(occasion: Occasion) -> Words:
    return Words(
        headline=_("The work goes on"),
        paragraphs=[_("The ticket was opened again: it is in progress.")],
        sms=_line(_("the work goes on: %(title)s."), occasion),
        quote_label=_("Why"),
        button=_follow(),
    )


def transferred(occasion: Occasion) -> Words:
    values = {"department": occasion.department}
    return Words(
        headline=_("Another department has it now"),
        paragraphs=[_("It is now with this department: %(department)s.") % values],
        sms=_line(_("now with %(department)s: %(title)s."), occasion, **values),
        quote_label=_("Why"),
        button=_follow(),
    )


def message_added(occasion: Occasion) -> Words:
    return Words(
        headline=_("A message for you"),
        paragraphs=[_("You can answer on the ticket's page.")],
        sms=_line(_("there is a message for you: %(title)s."), occasion),
        quote_label=_("The message"),
        button=_("Read and reply"),
    )


def merged(occasion: Occasion) -> Words:
    values = {"reference": str(occasion.event.data.get("into", ""))}
    return Words(
        headline=_("Somebody reported the same problem"),
        paragraphs=[
            _("It is being handled in %(reference)s, and this ticket is closed.") % values,
            _("You are kept informed of that one, and need to do nothing."),
        ],
        sms=_line(_("it is being handled in %(reference)s: %(title)s."), occasion, **values),
        quote_label=_("Why"),
        button=_follow(),
    )


def unmerged(occasion: Occasion) -> Words:
    return Words(
        headline=_("The work goes on here"),
        paragraphs=[_("It is a problem of its own after all: the ticket is open again.")],
        sms=_line(_("a problem of its own after all, the work goes on: %(title)s."), occasion),
        quote_label=_("Why"),
        button=_follow(),
    )


def call_missed(occasion: Occasion) -> Words:
    phone = occasion.ticket.organisation.contact_phone
    paragraphs = [_("We called the number that you gave us, and nobody answered. We try again.")]
    if phone:
        paragraphs.append(_("Or call us: %(phone)s.") % {"phone": phone})
    return Words(
        headline=_("We could not reach you"),
        paragraphs=paragraphs,
        sms=_line(_("we called and could not reach you: %(title)s."), occasion),
        button=_follow(),
    )


def withdrawn(occasion: Occasion) -> Words:
    mine = occasion.audience == Audience.REPORTER
    said = _("Your ticket was withdrawn.") if mine else _("The ticket was withdrawn.")
    return Words(
        headline=_("The ticket was withdrawn"),
        paragraphs=[said],
        sms=_line(_("the ticket was withdrawn: %(title)s."), occasion),
        quote_label=_("Why"),
        button=_follow(),
    )


RESIDENT_WORDS: dict[EventKind, Callable[[Occasion], Words]] = {
    EventKind.CREATED: created,
    EventKind.STARTED: started,
    EventKind.RESPONDED: responded,
    EventKind.RESOLVED: resolved,
    EventKind.CODE_SENT: code_sent,
    EventKind.PROOF_REMINDED: proof_reminded,
    EventKind.PRIORITY_CHANGED: priority_changed,
    EventKind.VERIFIED: verified,
    EventKind.CLOSED: closed,
    EventKind.REOPENED: reopened,
    EventKind.TRANSFERRED: transferred,
    EventKind.MESSAGE_ADDED: message_added,
    EventKind.MERGED: merged,
    EventKind.UNMERGED: unmerged,
    EventKind.CALL_MISSED: call_missed,
    EventKind.WITHDRAWN: withdrawn,
}
