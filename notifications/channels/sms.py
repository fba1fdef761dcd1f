"""SMS by Twilio, through its official client."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.channels.base import ChannelNotSetUp, MessageChannel, ProviderDown, Refused
from notifications.models import Notification
from notifications.rendering import Message

TIMEOUT_SECONDS = 10
_TOO_MANY = 429


class HttpClient(TwilioHttpClient):
    """Twilio's own client, talking to another host where `base_url` names one."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS)
        self.base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, self._moved(url), *args, **kwargs)

    def _moved(self, url: str) -> str:
        if not self.base_url:
            return url
        here, asked = urlsplit(self.base_url), urlsplit(url)
        path = here.path.rstrip("/") + asked.path
        return urlunsplit((here.scheme, here.netloc, path, asked.query, ""))


class SmsChannel:
    def session(self) -> AbstractContextManager[MessageChannel]:
        return nullcontext(self)

    def send(self, notification: Notification, message: Message) -> str:
        return send_text(notification.address, message.sms)


def is_set_up() -> bool:
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM)


def send_text(phone: str, text: str) -> str:
    """Hand over one SMS and return Twilio's reference for it.

    Raises Refused, ProviderDown, ChannelNotSetUp.
    """
    if not is_set_up():
        raise ChannelNotSetUp("There is no SMS provider: the TWILIO settings are empty.")
    http_client = HttpClient(settings.TWILIO_BASE_URL)
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http_client)
    try:
        accepted = client.messages.create(to=phone, from_=settings.TWILIO_FROM, body=text)
    except TwilioRestException as error:
        raise _failure(error) from error
    except (RequestException, TwilioException) as error:
        raise ProviderDown(str(error)) from error
    finally:
        http_client.session.close()
    return str(accepted.sid)


def _failure(error: TwilioRestException) -> Refused | ProviderDown:
    words = f"{error.status} {error.code}: {error.msg}"
    for_good = 400 <= error.status < 500 and error.status not in {401, 403, _TOO_MANY}
    return Refused(words) if for_good else ProviderDown(words)
