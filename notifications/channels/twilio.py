"""Twilio through its official client: what its channels share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.urls import reverse
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.channels.base import AddressStopped, ChannelNotSetUp, ProviderDown, Refused

TIMEOUT_SECONDS = 10
_TOO_MANY = 429
# "Attempt to send to unsubscribed recipient": they said STOP to Twilio.
_UNSUBSCRIBED = 21610


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


def is_set_up() -> bool:
    return bool(settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and settings.TWILIO_FROM)


def hand_over(*, to: str, sender: str, text: str, known_as: str = "") -> str:
    """Hand over one message and return Twilio's reference for it.

    `known_as` is what we call it: Twilio repeats it when it tells what became of the message, which may be
    before its answer has come.

    Raises Refused, ProviderDown, ChannelNotSetUp, and AddressStopped where Twilio knows that they said STOP.
    """
    if not is_set_up():
        raise ChannelNotSetUp("There is no SMS provider: the TWILIO settings are empty.")
    http_client = HttpClient(settings.TWILIO_BASE_URL)
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http_client)
    try:
        accepted = client.messages.create(to=to, from_=sender, body=text, **_callback(known_as))
    except TwilioRestException as error:
        raise _failure(error) from error
    except (RequestException, TwilioException) as error:
        raise ProviderDown(str(error)) from error
    finally:
        http_client.session.close()
    return str(accepted.sid)


def _callback(known_as: str) -> dict[str, str]:
    """Where Twilio tells what became of it. It refuses addresses that only this machine knows."""
    is_local = urlsplit(settings.SITE_URL).hostname in {"localhost", "127.0.0.1", "::1"}
    if is_local and not settings.TWILIO_BASE_URL:
        return {}
    address = settings.SITE_URL + reverse("notifications:inbound:twilio_status")
    return {"status_callback": f"{address}?{urlencode({'message': known_as})}" if known_as else address}


def _failure(error: TwilioRestException) -> Exception:
    words = f"{error.status} {error.code}: {error.msg}"
    if error.code == _UNSUBSCRIBED:
        return AddressStopped(words)
    for_good = 400 <= error.status < 500 and error.status not in {401, 403, _TOO_MANY}
    return Refused(words) if for_good else ProviderDown(words)
