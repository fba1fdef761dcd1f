"""What stands in a mail, whatever program wrote it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import getaddresses
from functools import cached_property
from hashlib import sha256
from typing import Any

import lxml.html
from anymail.inbound import AnymailInboundMessage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from inscriptis import get_text
from lxml.etree import LxmlError
from mailparser_reply import EmailReplyParser

from common.text import clean_line, is_email
from notifications.inbound.actions.receiving import showable

# Who writes in a language that the library does not know is helped by the marks that all of them share.
_LANGUAGES = ["en", "de", "fr", "nl"]
_QUOTED_BLOCK = re.compile(r"\n[^\n>][^\n]*:[ \t]*\n+(?:>[^\n]*(?:\n|$))+\s*\Z")
_QUOTED_LINES = re.compile(r"^>.*$", re.MULTILINE)
_QUOTES_IN_HTML = (
    "//blockquote | //*[contains(@class, 'gmail_quote')]"
    " | //*[@id='divRplyFwdMsg'] | //*[@id='divRplyFwdMsg']/following-sibling::*"
)
_PREFIX = re.compile(r"^\s*(?:(?:re|aw|fwd?|fw|antw|vs)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_ID = re.compile(r"<[^<>\s]{3,250}>")
# Who has nothing to say in a picture of this size sends a logo along.
_SMALLEST_PICTURE = 10_000


@dataclass(frozen=True)
class Mail:
    """One mail. `envelope` are addresses that the server was given and no header shows."""

    message: AnymailInboundMessage
    envelope: list[str] = field(default_factory=list)

    @cached_property
    def sender(self) -> str:
        return self._address("From")[1]

    @cached_property
    def sender_name(self) -> str:
        return clean_line(self._address("From")[0])[:150]

    @cached_property
    def recipients(self) -> list[str]:
        """Every address that it may have been sent to, without repetition."""
        found = [*self.envelope]
        for name in ("To", "Cc", "Delivered-To", "X-Original-To"):
            found += [address for _name, address in self._addresses(name)]
        return list(dict.fromkeys(address.strip().lower() for address in found if address))

    @cached_property
    def id(self) -> str:
        """What makes it the same mail, by whatever way it comes: its Message-ID, else its bytes."""
        found = _ID.search(self.header("Message-ID"))
        return found[0] if found else f"sha256:{sha256(self.message.as_bytes()).hexdigest()}"

    @cached_property
    def references(self) -> list[str]:
        """The mails that it answers, the nearest first."""
        answered = _ID.findall(self.header("In-Reply-To"))
        return list(dict.fromkeys([*answered, *reversed(_ID.findall(self.header("References")))]))[:50]

    @cached_property
    def subject(self) -> str:
        """Without the marks of answers and forwards."""
        return clean_line(showable(_PREFIX.sub("", self.header("Subject"))))

    @cached_property
    def reply(self) -> str:
        """What the sender wrote, without quotes and without their signature."""
        text = self._plain() or self._from_html()
        text = _QUOTED_BLOCK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        replies = EmailReplyParser(languages=_LANGUAGES).read(text).replies
        return showable(_QUOTED_LINES.sub("", replies[0].body if replies else text))

    @cached_property
    def files(self) -> list[UploadedFile[bytes]]:
        """What hangs on it; pictures of signatures do not count."""
        return [found for part in self.message.walk() if (found := self._file(part)) is not None]

    def header(self, name: str) -> str:
        """One header, unfolded; "" where there is none or it cannot be read."""
        with suppress(Exception):
            return str(self.message.get(name) or "")
        return ""

    def _address(self, header: str) -> tuple[str, str]:
        name, address = next(iter(self._addresses(header)), ("", ""))
        return name, address.strip().lower() if is_email(address.strip()) else ""

    def _addresses(self, header: str) -> list[tuple[str, str]]:
        with suppress(Exception):
            return getaddresses([str(value) for value in self.message.get_all(header) or []])
        return []

    def _plain(self) -> str:
        return self._text_of("text/plain").strip()

    def _from_html(self) -> str:
        """The words of a mail that has only HTML, as they would be seen."""
        html = self._text_of("text/html")
        if not html.strip():
            return ""
        try:
            page = lxml.html.fromstring(html)
            for quote in page.xpath(_QUOTES_IN_HTML):
                if quote.getparent() is not None:
                    quote.drop_tree()
            return str(get_text(lxml.html.tostring(page, encoding="unicode")))
        except (LxmlError, ValueError):
            return ""

    def _text_of(self, kind: str) -> str:
        for part in self.message.walk():
            if part.get_content_type() == kind and not part.is_attachment():
                return _decoded(part)
        return ""

    def _file(self, part: Any) -> UploadedFile[bytes] | None:
        kind = part.get_content_type()
        named = part.get_filename() or ""
        if not part.is_attachment() and not kind.startswith("image/"):
            return None
        # An attached mail or folder is no picture; its own parts are walked through next.
        content = b"" if part.is_multipart() else part.get_payload(decode=True) or b""
        is_logo = not part.is_attachment() and part.get("Content-ID") and len(content) < _SMALLEST_PICTURE
        return None if is_logo else SimpleUploadedFile(clean_line(named)[:150] or kind, content)


def _decoded(part: Any) -> str:
    """Text in whatever encoding it claims to have."""
    content = part.get_payload(decode=True) or b""
    try:
        return str(content.decode(part.get_content_charset("utf-8"), errors="replace"))
    except LookupError:
        return str(content.decode("utf-8", errors="replace"))
