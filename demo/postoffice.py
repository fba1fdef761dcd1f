"""Stand-ins for the mail server and for Twilio, so that the default run and the tests send for real.

Both speak the real protocols on 127.0.0.1 and put what they are handed into an Outbox. Nothing goes further.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern_policy
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import phonenumbers
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.outbox import Outbox, SentMessage

LOCAL_HOST = "127.0.0.1"
LARGEST_REQUEST = 64_000
HANGS_SECONDS = 1.0
LONGEST_SMS = 1600


@dataclass(frozen=True)
class Fault:
    """What a desk does with the next message instead of taking it.

    `status` and `code` are Twilio's, `words` what is said; a mail desk says them `at` DATA or RCPT. A desk
    that hangs says nothing until whoever waits has given up.
    """

    status: int = 0
    code: int = 0
    words: str = ""
    at: str = "DATA"
    hangs: bool = False


@dataclass
class PostOffice:
    """Mail and SMS desks over one outbox. Port 0 takes a free one; `refusing` plays a dead provider."""

    outbox: Outbox
    smtp_port: int = 0
    sms_port: int = 0
    account_sid: str = ""
    auth_token: str = ""
    host: str = LOCAL_HOST
    refusing: bool = False
    # What goes wrong next, first in, first out.
    faults: deque[Fault] = field(default_factory=deque)
    # Where each message's sender wants to hear what became of it, by Twilio's reference.
    callbacks: dict[str, str] = field(default_factory=dict)
    mail_desk: Controller = field(init=False)
    sms_desk: ThreadingHTTPServer = field(init=False)

    def start(self) -> None:
        self.smtp_port = self.smtp_port or free_port()
        self.mail_desk = Controller(MailDesk(self), hostname=self.host, port=self.smtp_port, ready_timeout=10)
        self.mail_desk.start()
        self.sms_desk = ThreadingHTTPServer((self.host, self.sms_port), sms_handler(self))
        self.sms_desk.daemon_threads = True
        self.sms_port = self.sms_desk.server_address[1]
        threading.Thread(target=self.sms_desk.serve_forever, daemon=True, name="sms-desk").start()

    def stop(self) -> None:
        self.sms_desk.shutdown()
        self.sms_desk.server_close()
        self.mail_desk.stop()

    @property
    def twilio_base_url(self) -> str:
        return f"http://{LOCAL_HOST}:{self.sms_port}"


def free_port() -> int:
    """A port nobody uses now: aiosmtpd connects to the number it was given, so 0 will not do."""
    with socket.create_server((LOCAL_HOST, 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class MailDesk:
    """What aiosmtpd calls for each mail."""

    office: PostOffice

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.office.faults and self.office.faults[0].at == "RCPT":
            return self.office.faults.popleft().words
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.office.faults:
            fault = self.office.faults.popleft()
            await asyncio.sleep(HANGS_SECONDS if fault.hangs else 0)
            return fault.words or "451 4.3.0 Too late"
        if self.office.refusing:
            return "451 4.3.2 The post office is closed, try later"
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        mail = message_from_bytes(raw, _class=EmailMessage, policy=modern_policy)
        self.office.outbox.add(
            SentMessage(
                kind="mail",
                sender=str(mail.get("From", envelope.mail_from)),
                recipients=list(envelope.rcpt_tos),
                subject=str(mail.get("Subject", "")),
                text=body_of(mail, "plain"),
                html=body_of(mail, "html"),
                headers={name: str(value).strip() for name, value in mail.items()},
            )
        )
        return "250 2.0.0 Kept for the demo"


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


class TwilioError(Exception):
    """An answer in the shape of Twilio's own errors."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def sms_handler(office: PostOffice) -> type[BaseHTTPRequestHandler]:
    """The handler of one post office: POST /2010-04-01/Accounts/{sid}/Messages.json and nothing else."""

    class SmsDesk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = self.read_form()
            try:
                self.answer(201, accept_sms(office, self.path, self.headers.get("Authorization", ""), form))
            except TwilioError as error:
                self.answer(error.status, error.body())

        def do_GET(self) -> None:
            self.answer(404, TwilioError(404, 20404, "The requested resource was not found").body())

        def read_form(self) -> dict[str, str]:
            length = min(int(self.headers.get("Content-Length") or 0), LARGEST_REQUEST)
            fields = parse_qs(self.rfile.read(length).decode(errors="replace"), keep_blank_values=True)
            return {name: values[-1] for name, values in fields.items()}

        def answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Silent: each message is in the outbox already."""

    return SmsDesk


def accept_sms(office: PostOffice, path: str, authorization: str, form: dict[str, str]) -> dict[str, Any]:
    """Check a message as Twilio does and keep it; the answer has the shape of Twilio's Message resource."""
    if office.faults:
        fault = office.faults.popleft()
        time.sleep(HANGS_SECONDS if fault.hangs else 0)
        raise TwilioError(fault.status or 504, fault.code, fault.words)
    if office.refusing:
        raise TwilioError(503, 20503, "Service unavailable")
    credentials = base64.b64encode(f"{office.account_sid}:{office.auth_token}".encode()).decode()
    if authorization != f"Basic {credentials}":
        raise TwilioError(401, 20003, "Authenticate")
    if path != f"/2010-04-01/Accounts/{office.account_sid}/Messages.json":
        raise TwilioError(404, 20404, f"The requested resource {path} was not found")
    check_sms(form)
    office.outbox.add(
        SentMessage(kind="sms", sender=form["From"], recipients=[form["To"]], text=form["Body"])
    )
    resource = message_resource(office.account_sid, form)
    office.callbacks[resource["sid"]] = form.get("StatusCallback", "")
    return resource


def check_sms(form: dict[str, str]) -> None:
    if not is_phone_number(form.get("To", "")):
        raise TwilioError(400, 21211, f"The 'To' number {form.get('To', '')} is not a valid phone number.")
    if not form.get("From"):
        raise TwilioError(400, 21603, "A 'From' phone number is required.")
    if not form.get("Body"):
        raise TwilioError(400, 21602, "Message body is required.")
    if len(form["Body"]) > LONGEST_SMS:
        raise TwilioError(
            400, 21617, f"The concatenated message body exceeds the {LONGEST_SMS} character limit."
        )


def is_phone_number(text: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def message_resource(account_sid: str, form: dict[str, str]) -> dict[str, Any]:
    sid = f"SM{uuid4().hex}"
    now = format_datetime(datetime.now(UTC))
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": form["Body"],
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form["From"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": form["To"],
        "uri": f"{uri}.json",
    }
