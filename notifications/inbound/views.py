"""Where Twilio tells what comes back. Signed by Twilio, so without cookies and without a form's token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from notifications.inbound.actions.receiving import Received
from notifications.inbound.actions.texts import phone_of, receive_text
from notifications.inbound.actions.tracking import told_by_twilio
from notifications.inbound.queries import organisation_with_whatsapp

View = Callable[[HttpRequest], HttpResponse]
# A mail of 25 MB in base64, twice for providers that send its parts and the whole, and words around it.
LARGEST_POST = 80 * 1024 * 1024
_STOPPED = {"STOP": True, "START": False}


def signed_by_twilio(view: View) -> View:
    """Refuse with 403 what Twilio has not signed for exactly this address, before anything is read of it."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        return view(request) if _is_signed(request) else HttpResponseForbidden()

    return checked


def takes_mails(view: Any) -> View:
    """Leave room for a mail with its attachments in one body, where Django has room for a form.

    Who asks is checked by anymail, with the secret; it is read only then.
    """

    @csrf_exempt
    @wraps(view)
    def roomy(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > LARGEST_POST:
            return HttpResponse(status=413)
        if request.content_type == "application/json" and _knows_the_secret(request):
            request._body = request.read(LARGEST_POST)
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return roomy


def _knows_the_secret(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    wanted = b64encode(settings.ANYMAIL.get("WEBHOOK_SECRET", "").encode())
    return compare_digest(given, b"Basic " + wanted)


def _is_signed(request: HttpRequest) -> bool:
    """By the address that Twilio knows, which a proxy in front may have rewritten."""
    if not settings.TWILIO_AUTH_TOKEN:
        return False
    address = settings.SITE_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    return bool(validator.validate(address, request.POST, signature))


@signed_by_twilio
def twilio_message(request: HttpRequest) -> HttpResponse:
    """An SMS or a WhatsApp message. Our answer, where there is one, goes out as the answer to this request:
    Twilio sends it once, and asks again when it does not hear us.
    """
    told = request.POST
    sid = told.get("MessageSid") or told.get("SmsSid") or ""
    channel, sender = phone_of(told.get("From", ""))
    if not sid:
        return HttpResponseBadRequest()
    _channel, sent_to = phone_of(told.get("To", ""))
    organisation = organisation_with_whatsapp(sent_to)
    received = Received(
        channel=channel,
        provider_id=sid,
        sender=sender or told.get("From", ""),
        sent_to=sent_to,
        text=told.get("Body", ""),
        organisation_id=organisation.pk if organisation else None,
    )
    message = receive_text(
        received,
        has_pictures=told.get("NumMedia", "0") != "0",
        is_stopped=_STOPPED.get(told.get("OptOutType", "").upper()),
    )
    return _twiml(message.answer if sender else "")


@signed_by_twilio
def twilio_status(request: HttpRequest) -> HttpResponse:
    """What became of a message that we handed over; told for each step, in any order and more than once."""
    told = request.POST
    channel, _number = phone_of(told.get("To", ""))
    told_by_twilio(
        channel,
        told.get("MessageSid", ""),
        told.get("MessageStatus", ""),
        told.get("ErrorCode", ""),
        name=request.GET.get("message", ""),
    )
    return HttpResponse(status=204)


def _twiml(words: str) -> HttpResponse:
    answer = MessagingResponse()
    if words:
        answer.message(words)
    return HttpResponse(str(answer), content_type="text/xml")
