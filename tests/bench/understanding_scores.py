"""How what was found in a message is held against what is in it: days and times, and the named things."""

import re
from typing import Any

from bot.understanding.features import fold

KEYS = ("vehicle", "service", "invoice_number", "email", "phone")

_WHEN = ("date", "time", "time_from", "time_to", "range")
_WEEK_WIDE = {"date", "which_day", "time"}
_LITTLE_WORDS = "the a an my our his her their your this that some el la los las mi mis su sus un una del al"
_LITTLE = frozenset(_LITTLE_WORDS.split())
_LEADING_WORDS = """
do get have need want replace change fix check install swap put repair redo look at on do for in to up hacer cambiar
cambio de reparar revisar poner new
"""
_LEADING = _LITTLE | frozenset(_LEADING_WORDS.split()) - {"new", "cambio"}


def score_when(wanted: dict[str, Any], found: dict[str, Any] | None) -> bool:
    """Whether a day and time is right, or rightly asked. Of a day gone by only what is asked counts."""
    if found is None:
        return not wanted or not any(wanted.get(key) for key in (*_WHEN, "asks"))
    asked, wants = set(found["asks"]), set(wanted.get("asks", ()))
    if "past" in wants:
        return asked == wants
    if any(wanted.get(key) != found.get(key) for key in _WHEN):
        return False
    if "which_day" in wants and wanted.get("date") is None:
        # a week-wide phrase: the day must be asked for, by whichever name; the time may be asked along with it
        return bool(asked & {"date", "which_day"}) and asked <= wants | _WEEK_WIDE
    return asked == wants


def score_entities(wanted: dict[str, Any], found: dict[str, Any]) -> dict[str, int]:
    """How many of the named things are hit, missed, and found though not there (or other than they are).

    One that is found otherwise than it stands is missed and wrong at once, as F1 has it.
    """
    score = {"hit": 0, "missed": 0, "wrong": 0}
    for key in KEYS:
        right, said = wanted.get(key), found.get(key)
        others = found.get("vehicles") or [] if key == "vehicle" else []
        if right and any(_same(key, right, one) for one in (said, *others) if one):
            score["hit"] += 1
            continue
        score["missed"] += bool(right)
        score["wrong"] += bool(said)
    return score


def _same(key: str, wanted: str, found: str) -> bool:
    if key in ("vehicle", "service"):
        little = _LEADING if key == "service" else _LITTLE
        return _bare(wanted, little) == _bare(found, little)
    return fold(wanted).strip(" .#") == fold(found).strip(" .#")


def _bare(text: str, little: frozenset[str]) -> list[str]:
    """The words that matter: without articles, and of a service without the verb before it."""
    words = re.findall(r"\w+", fold(text).replace("'s", ""))
    while len(words) > 1 and words[0] in little:
        words = words[1:]
    return [word for word in words if word not in _LITTLE]
