"""What somebody means by a reply: a few words with a meaning, everything else is simply words. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from common.references import MistypedReference, parse_reference
from notifications.inbound.keywords import CONFIRMED_BY_TWILIO, KEYWORDS, KINDLY, PLEASANTRIES, Intent

_CODE = re.compile(r"(?<![\d+])(\d{3})[ \u00a0-]?(\d{3})(?!\d)")
# Looked for from every word on: "status of TSH-…" must not swallow the prefix.
_REFERENCE = re.compile(r"\b(?=([A-Za-z]{2,5}[ -]?[A-Za-z0-9]{3}[ -]?[A-Za-z0-9]{3}(?:[A-Za-z0-9]{4})?)\b)")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# Digits in a longer sentence are a house number or a meter; somebody who sends their code says little else.
_MOST_WORDS_BESIDE_A_CODE = 4


@dataclass(frozen=True)
class Said:
    """A reply as it is understood. `rest` is what stands behind the word: a reference, a reason."""

    intent: Intent
    code: str = ""
    reference: str = ""
    rest: str = ""
    # Twilio has confirmed it to the sender already, on SMS.
    is_confirmed_by_twilio: bool = False


def understand(text: str) -> Said:
    """Case, spaces, accents and punctuation around do not matter."""
    reference, without = _take_reference(text)
    code, plain = _take_code(without)
    words = [_plain(word) for word in _WORD.findall(plain)]
    first = words[0] if words else ""
    if alone := _standing_alone(words):
        return Said(alone, is_confirmed_by_twilio="".join(words) in CONFIRMED_BY_TWILIO)
    if first in KEYWORDS[Intent.STATUS]:
        return Said(Intent.STATUS, reference=reference, rest=_behind_first(text))
    if first in KEYWORDS[Intent.NO] and not set(words[1:2]) & KINDLY:
        return Said(Intent.NO, code, reference, _reason(plain))
    if code and len(words) <= _MOST_WORDS_BESIDE_A_CODE:
        return Said(Intent.CODE, code, reference, plain.strip())
    if first in KEYWORDS[Intent.YES] and set(words[1:]) <= PLEASANTRIES:
        confirmed = "".join(words) in CONFIRMED_BY_TWILIO
        return Said(Intent.YES, code, reference, is_confirmed_by_twilio=confirmed)
    return Said(Intent.WORDS, code, reference, text.strip())


def _standing_alone(words: list[str]) -> Intent | None:
    """Carriers' words count only where nothing else is said: "stop the leak" is no STOP."""
    whole = "".join(words)
    for intent in (Intent.STOP, Intent.START, Intent.HELP):
        if whole in KEYWORDS[intent]:
            return intent
    return None


def _take_reference(text: str) -> tuple[str, str]:
    for match in _REFERENCE.finditer(text):
        try:
            reference = parse_reference(match[1])
        except MistypedReference:
            continue
        return reference, f"{text[: match.start()]} {text[match.end(1) :]}"
    return "", text


def _take_code(text: str) -> tuple[str, str]:
    """The only six digits in a text that has no others, and the text without them."""
    match = _CODE.search(text)
    if match is None:
        return "", text
    without = f"{text[: match.start()]} {text[match.end() :]}"
    return ("", text) if any(map(str.isdigit, without)) else (match[1] + match[2], without)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _behind_first(text: str) -> str:
    match = _WORD.search(text)
    return text[match.end() :].strip(" \t\r\n.,:;!?#-") if match else ""


def _reason(text: str) -> str:
    """What stands behind the NO. Without a mark between them the NO belongs to the sentence:
    of "No water since Monday" the rest alone would say the opposite.
    """
    match = _WORD.search(text)
    behind = text[match.end() :] if match else ""
    reason = behind.strip(" \t\r\n.,:;!?-–—")
    is_apart = behind[:1] in {",", ".", ":", ";", "!", "-", "–", "—", "\n", "\r"} or behind[:2] in {
        " -",
        " –",
    }
    return reason if is_apart or not reason else " ".join(text.split())
