"""Handing a report in: logged at once, or kept until its sender has typed the code that was sent to them."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts import limits
from accounts.actions.visitors import confirm_visitor, has_confirmed, request_visitor_code
from accounts.contacts import Contact, ContactKind
from accounts.models import Organisation
from accounts.sms import NoSms, sms_is_set_up
from common.errors import DomainError
from tickets.actions.drafting import external_ref_of, keep_report, pictures_of, send_draft
from tickets.actions.intake import ExternalRefTaken, Report, Reporter, create_ticket
from tickets.enums import Source
from tickets.models import ReportDraft
from tickets.queries import find_report_draft, ticket_sent_as
from tickets.views.draft import mark_sent

_WAITING = "report_waiting"


class TooManyReports(DomainError):
    code = "too_many_reports"
    status_code = 429
    wait = 3600
    sentence = gettext_lazy(
        "Many reports came from you in a short time. Wait an hour, then send this one; it is still here."
    )


def hand_in(
    request: HttpRequest, organisation: Organisation, report: Report, reporter: Reporter, *, token: str
) -> str | None:
    """The reference of the ticket, or None where the report waits for a code.

    Raises TooManyReports, TooManyCodes, TooManySms, NoSms, SmsNotSent, MailNotSent, and what
    `create_ticket` raises.
    """
    limits.take(request, "report_here", refusal=TooManyReports)
    contact = contact_to_confirm(organisation, reporter)
    if contact is None or has_confirmed(request, contact):
        return _log(request, organisation, report, replace(reporter, is_confirmed=True), token=token)
    draft = keep_report(organisation, report, reporter, token=token)
    request.session[_WAITING] = str(draft.pk)
    send_code(request, draft)
    return None


def _log(
    request: HttpRequest, organisation: Organisation, report: Report, reporter: Reporter, *, token: str
) -> str:
    _count(request, reporter)
    # The same form sent twice at the same moment meets the reference, which is unique.
    report = replace(report, external_ref=external_ref_of(token))
    waiting = waiting_draft(request, organisation)
    if waiting is not None and waiting.token == token and not report.pictures:
        # Its sender came back from the page of the code, where it said that these are kept.
        report = replace(report, pictures=pictures_of(waiting))
    try:
        ticket = create_ticket(
            organisation, report, reporter=reporter, source=Source.WEB, acting_user=request.user
        )
    except ExternalRefTaken:
        ticket = ticket_sent_as(organisation.pk, report.external_ref)
    mark_sent(request, token, ticket.reference)
    return ticket.reference


def _count(request: HttpRequest, reporter: Reporter) -> None:
    """Each person, number or address by itself: behind one carrier's address sit thousands of phones."""
    whose = str(reporter.user.pk) if reporter.user else reporter.phone or reporter.email
    limits.take(request, "report", key=whose, refusal=TooManyReports)


def contact_to_confirm(organisation: Organisation, reporter: Reporter) -> Contact | None:
    """Where the code goes: the number where there is one, because an SMS costs, else the address."""
    if reporter.user is not None or not organisation.confirms_reporters:
        return None
    if reporter.phone and sms_is_set_up():
        return Contact(ContactKind.PHONE, reporter.phone)
    if reporter.email:
        return Contact(ContactKind.EMAIL, reporter.email.lower())
    raise NoSms(field="reporter_phone")


def waiting_draft(request: HttpRequest, organisation: Organisation) -> ReportDraft | None:
    """The report that this browser has yet to type a code for."""
    key = request.session.get(_WAITING)
    return find_report_draft(organisation.pk, key) if key else None


def contact_of(draft: ReportDraft) -> Contact:
    """Where the code of a waiting report goes."""
    if draft.reporter_phone and sms_is_set_up():
        return Contact(ContactKind.PHONE, draft.reporter_phone)
    return Contact(ContactKind.EMAIL, draft.reporter_email.lower())


def send_code(request: HttpRequest, draft: ReportDraft) -> None:
    """Raises TooManyCodes, TooManySms, NoSms, SmsNotSent, MailNotSent."""
    contact, name = contact_of(draft), draft.organisation.name
    request_visitor_code(request, contact, owner=str(draft.pk), organisation=name)


def send_waiting(request: HttpRequest, draft: ReportDraft, *, code: str) -> str:
    """Log the waiting report of who typed its code. Returns the reference.

    Raises WrongCode, TooManyReports, DraftGone, and what `create_ticket` raises.
    """
    contact = contact_of(draft)
    if not has_confirmed(request, contact):
        confirm_visitor(request, contact, owner=str(draft.pk), code=code)
    limits.take(request, "report", key=contact.value, refusal=TooManyReports)
    ticket = send_draft(draft, acting_user=request.user)
    mark_sent(request, draft.token, ticket.reference)
    request.session.pop(_WAITING, None)
    return ticket.reference
