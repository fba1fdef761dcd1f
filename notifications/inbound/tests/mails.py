"""Mails as they come: MIME bytes."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid

from anymail.inbound import AnymailInboundMessage

from notifications.inbound.actions.mails import receive_mail
from notifications.inbound.models import InboundMessage

THANDI = "thandi@example.org"


def written(
    text: str = "The gate is locked.",
    *,
    sender: str = f"Thandi Mokoena <{THANDI}>",
    to: str = "report@city.example",
    subject: str = "Water in the street",
    html: str = "",
    pictures: dict[str, bytes] | None = None,
    **headers: str,
) -> bytes:
    """A mail as programs write it. `Message_ID="<1@x>"` is a header."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    for name, value in {"Message_ID": make_msgid(domain="example.org"), **headers}.items():
        mail[name.replace("_", "-")] = value
    if text:
        mail.set_content(text)
    if html and text:
        mail.add_alternative(html, subtype="html")
    elif html:
        mail.set_content(html, subtype="html")
    for name, content in (pictures or {}).items():
        kind = name.rpartition(".")[2]
        mail.add_attachment(content, maintype="image", subtype=kind, filename=name)
    return mail.as_bytes()


def arrive(raw: bytes, *, size: int = 0) -> InboundMessage:
    return receive_mail(AnymailInboundMessage.parse_raw_mime_bytes(raw), size=size)
