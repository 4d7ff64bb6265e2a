"""From a message to what is meant: a quick reply's payload, or a number or title that picks a choice."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.reply import Choice
from bot.understanding import Understanding
from bot.understanding.features import fold

_PAYLOAD = re.compile(r"/([a-z][a-z_]{1,40})(\{.*\})?", re.DOTALL)
_NUMBER = re.compile(r"\W*(\d{1,2})\W*")
_MAX_PAYLOAD = 300
_PLACES = (
    ("first", "1st", "primero", "primera"),
    ("second", "2nd", "segundo", "segunda"),
    ("third", "3rd", "tercero", "tercera"),
    ("fourth", "4th", "cuarto", "cuarta"),
)
_ORDINAL = re.compile(
    r"(?:ok |yes |si )?(?:(?:number|option|choice|numero|opcion|la|el) (?P<n>[1-9])"
    rf"|(?:(?:the|la|el) )?(?P<w>{'|'.join(word for words in _PLACES for word in words)})(?: (?:one|option|opcion))?)"
    r"(?: please| por favor)?"
)
_SHORT = 4  # words that may name a choice
_LONG_WORD = 3  # letters that one of them has at least
_SMALL_WORDS = "the a an my one please change other el la los las un una mi por favor cambiar cambie otra otro"
_SMALL = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Doubt:
    """The message that "Did you mean" was asked about, as it is understood, and the intent that was picked for it."""

    understanding: Understanding
    picked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message as the dialogue sees it. `picked`: it came as a quick reply, so there is no doubt about it."""

    understanding: Understanding
    given: Mapping[str, Any] = field(default_factory=dict)
    picked: bool = False
    wants_language: bool = False  # it asks to be answered in another language
    doubt: Doubt | None = None  # it answers "Did you mean"


def parse_payload(payload: str) -> tuple[str, dict[str, Any]] | None:
    """Intent and slots of `/intent{"slot": "value"}`; None for anything else. It comes from outside."""
    match = _PAYLOAD.fullmatch(payload.strip()) if len(payload) <= _MAX_PAYLOAD else None
    if match is None:
        return None
    try:
        slots = json.loads(match[2] or "{}")
    except (ValueError, RecursionError):
        return None
    return match[1], {name: value for name, value in slots.items() if isinstance(value, str | int)}


def find_choice(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that a bare number or its own title picks."""
    number = _NUMBER.fullmatch(text)
    if number is not None:
        place = int(number[1])
        return choices[place - 1] if 1 <= place <= len(choices) else None
    nth = _place_of(text)
    if nth is not None:
        return choices[nth] if nth < len(choices) else None
    said = _plain(text)
    exact = next((choice for choice in choices if said and _plain(choice.title) == said), None)
    return exact or find_named_choice(text, choices)


def _place_of(text: str) -> int | None:
    """The place, from 0, that "the second one" or "option 2" tells."""
    match = _ORDINAL.fullmatch(_plain(fold(text)))
    if match is None:
        return None
    return int(match["n"]) - 1 if match["n"] else next(i for i, words in enumerate(_PLACES) if match["w"] in words)


def find_named_choice(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The only choice whose title has all the words of a short text ("the time" for "Day or time")."""
    words = {word for word in _plain(fold(text)).split() if word not in _SMALL}
    if not words or len(text.split()) > _SHORT or max(map(len, words)) < _LONG_WORD:
        return None
    fitting = [choice for choice in choices if words <= set(_plain(fold(choice.title)).split())]
    return fitting[0] if len(fitting) == 1 else None


def chosen(intent: str, text: str, language: str) -> Understanding:
    """The understanding of a quick reply: certain."""
    return Understanding(text=text, intent=intent, confidence=1.0, language="es" if language == "es" else "en")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
