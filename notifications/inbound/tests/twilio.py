"""What Twilio sends: form posts that it has signed."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from twilio.request_validator import RequestValidator

_MESSAGE = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)
ACCOUNT, TOKEN, OURS = "AC" + "0" * 32, "test", "+27120000000"


def post(
    name: str,
    form: dict[str, str],
    *,
    token: str = TOKEN,
    host: str = "http://testserver",
    query: Mapping[str, str] | None = None,
) -> Any:
    path = reverse(f"notifications:inbound:{name}") + (f"?{urlencode(query)}" if query else "")
    signature = RequestValidator(token).compute_signature(host + path, form)
    return Client(enforce_csrf_checks=True).post(
        path,
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


def text(sender: str, body: str, **fields: str) -> Any:
    """Twilio's answer to an SMS that came in is our TwiML."""
    form = {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": OURS,
        "Body": body,
        "NumMedia": "0",
        **fields,
    }
    return post("twilio_message", form)


def answer_to(sender: str, body: str, **fields: str) -> str:
    """What the sender reads in return; "" for nothing."""
    response = text(sender, body, **fields)
    assert response.status_code == 200
    return html.unescape("".join(_MESSAGE.findall(response.content.decode())))
