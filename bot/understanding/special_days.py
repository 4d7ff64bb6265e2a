"""The shop's special days by name: "Thanksgiving" is the next day that the shop's own list calls so."""

import re
from datetime import date

from bot.understanding.features import fold
from storage.shops import Shop

_TELLING = 5  # letters of a word that a special day is known by: not "day", "eve"
_BESIDE = frozenset({"observed", "holiday", "festivo", "feriado"})


def find_special_days(shop: Shop, text: str, today: date) -> list[date]:
    """The coming days whose name is in the text, earliest first: of "Christmas", both the Eve and the Day."""
    said = _words(text)
    best, found = 0, dict[str, date]()
    for closed in sorted(shop.closed, key=lambda closed: closed.date):
        name = _words(closed.name) - _BESIDE
        telling = {word for word in name if len(word) >= _TELLING} or name
        weight = sum(map(len, name & said))
        if closed.date < today or not telling or not telling <= said or weight < best:
            continue
        if weight > best:
            best, found = weight, {}
        found.setdefault(closed.name, closed.date)
    return list(found.values())


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))
