"""The words that are understood in a reply, in every language of the catalogues, without case and marks.

English ones are what carriers and Twilio demand; Twilio itself confirms those of STOP and START on SMS.
"""

from __future__ import annotations

from enum import Enum


class Intent(Enum):
    CODE = "code"
    YES = "yes"
    NO = "no"
    STATUS = "status"
    STOP = "stop"
    START = "start"
    HELP = "help"
    WORDS = "words"


# Each line: English, Afrikaans, isiZulu, Sepedi, Setswana, Xitsonga.
KEYWORDS: dict[Intent, frozenset[str]] = {
    Intent.STOP: frozenset(
        [
            "stop",
            "stopall",
            "unsubscribe",
            "cancel",
            "end",
            "quit",
            "revoke",
            "optout",
            "stuit",
            "kanselleer",
            "misa",
            "yekela",
            "emisa",
            "yimisa",
        ]
    ),
    Intent.START: frozenset(["start", "unstop", "begin", "qala", "thoma", "simolola", "sungula"]),
    Intent.HELP: frozenset(["help", "info", "hulp", "usizo", "thuso", "mpfuno"]),
    Intent.STATUS: frozenset(["status", "isimo", "seemo", "maemo", "xiyimo"]),
    Intent.YES: frozenset(["yes", "y", "ja", "yebo", "ee", "eya", "ina"]),
    Intent.NO: frozenset(["no", "n", "nee", "cha", "aowa", "nnyaa", "nyaa", "e-e", "ee-e"]),
}
# Twilio answers these itself on SMS and tells us as well; a second answer would only cost money.
CONFIRMED_BY_TWILIO = frozenset(
    [
        "stop",
        "stopall",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "revoke",
        "optout",
        "start",
        "unstop",
        "yes",
        "help",
        "info",
    ]
)
# What may stand beside a YES without making it something else.
PLEASANTRIES = frozenset(
    [
        "thanks",
        "thank",
        "you",
        "please",
        "it",
        "is",
        "fixed",
        "dankie",
        "ngiyabonga",
        "leboga",
        "inkomu",
        "baie",
    ]
)
# NO with one of these behind it is kindness and no dispute.
KINDLY = frozenset(["problem", "problems", "worries", "thanks", "thank"])
