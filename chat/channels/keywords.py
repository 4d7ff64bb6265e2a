"""STOP, START and HELP: the words that a carrier acts on, obeyed here as well.

Twilio acts on its English words itself (a whole message, in any case), answers STOP and START, and passes them on. With
its Advanced Opt-Out the words are the account's own and `OptOutType` says what it made of the message: that decides.
"""

import re
from enum import StrEnum


class Keyword(StrEnum):
    """What the client asked for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


# Acted on by the carrier only when they are the whole message, letter for letter; three of them are also plain words.
_CARRIER_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
# Not known to the carrier, but said plainly: obeyed here, with punctuation or without.
_PLAIN_STOP = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "revoke", "optout", "opt out", "alto", "parar", "baja"}
)
_START = frozenset({"start", "unstop"})
_YES = frozenset({"yes"})
_HELP = frozenset({"help", "info", "ayuda"})
_TYPES = {"stop": Keyword.STOP, "start": Keyword.START, "help": Keyword.HELP}


def find_keyword(text: str, *, stopped: bool, opt_out_type: str = "") -> Keyword | None:
    """The keyword that a text is, or None. YES is one only for a number that is `stopped`; else it is a plain yes."""
    if opt_out_type.lower() in _TYPES:
        return _TYPES[opt_out_type.lower()]
    exact = text.strip().lower()
    plain = " ".join(re.sub(r"[^\w]+", " ", exact).split())
    if exact in _CARRIER_STOP or plain in _PLAIN_STOP:
        return Keyword.STOP
    if plain in _START or (stopped and plain in _YES):
        return Keyword.START
    if plain in _HELP:
        return Keyword.HELP
    return None


def is_cancel(text: str) -> bool:
    """Whether this STOP may have been meant for a visit."""
    return text.strip().lower() == "cancel"
