"""A phone for the demo and the tests: what it sends reaches the application as Twilio would bring it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

from twilio.request_validator import RequestValidator

from demo.outbox import Outbox, SentMessage

PATH = "/webhooks/twilio/message/"
TIMEOUT_SECONDS = 15
_ANSWER = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)


@dataclass(frozen=True)
class Exchange:
    """Twilio between phones and the application: what it signs with, and where its messages are kept."""

    site_url: str
    account_sid: str
    auth_token: str
    outbox: Outbox

    def send(self, text: str, *, sender: str, sent_to: str) -> list[str]:
        """Bring an SMS to the application; its answers go to the phone, that is into the outbox.

        Raises OSError where the application does not answer, or refuses.
        """
        form = {
            "MessageSid": f"SM{uuid4().hex}",
            "AccountSid": self.account_sid,
            "From": sender,
            "To": sent_to,
            "Body": text,
            "NumMedia": "0",
        }
        answers = [html.unescape(found) for found in _ANSWER.findall(self._post(form))]
        for answer in answers:
            self.outbox.add(SentMessage(kind="sms", sender=sent_to, recipients=[sender], text=answer))
        return answers

    def _post(self, form: dict[str, str]) -> str:
        address = self.site_url + PATH
        signature = RequestValidator(self.auth_token).compute_signature(address, form)
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        # The address is a setting of ours, and no file.
        request = Request(address, urlencode(form).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            return str(response.read().decode())
