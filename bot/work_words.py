"""Work and parts of a car by any of their names: what a message asks about, held against names in the records."""

import re
from dataclasses import dataclass
from functools import cache

from bot.understanding.features import fold
from bot.understanding.phrases import split
from bot.understanding.service_words import ServiceBook, make_service_book
from bot.understanding.spelling import slips

_SIDES = {
    "front": "front",
    "delantero": "front",
    "delantera": "front",
    "enfrente": "front",
    "rear": "rear",
    "back": "rear",
    "trasero": "rear",
    "trasera": "rear",
    "left": "left",
    "izquierdo": "left",
    "izquierda": "left",
    "right": "right",
    "derecho": "right",
    "derecha": "right",
}
# words that stand for a part beside the shop's own, mostly in Spanish
# the same part by other names, in both languages
PARTS = {
    "freno": "brake",
    "tyre": "tire",
    "llanta": "tire",
    "bateria": "battery",
    "luz": "light",
    "luce": "light",
    "faro": "light",
    "foco": "light",
    "headlight": "light",
    "fluido": "fluid",
    "liquido": "fluid",
    "banda": "belt",
    "correa": "belt",
    "manguera": "hose",
    "limpiaparabrisa": "wiper",
    "pluma": "wiper",
    "filtro": "filter",
    "amortiguador": "shock",
    "amortiguadore": "shock",
    "aceite": "oil",
}
_SAME = {
    **PARTS,
    "pad": "brake",
    "rotor": "brake",
    "balata": "brake",
    "pastilla": "brake",
    "tread": "tire",
}
_SMALL_WORDS = (
    "and any are did for has her his how its not out the was who why you con las los por que"
    " about after again also been before below change changed check checked condition could does done find found from"
    " have inspection item last level look looked looking more need needs other report result results service show said"
    " system test than that their there they this time were what when where which with would your como cual esta este"
    " quedo salieron salio tiene estan"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_SHORTEST = 3
_FORGIVEN = 5  # letters of a word in which a slip is forgiven
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a message asks about: kinds of work by the vocabulary, and its own words."""

    kinds: frozenset[str]
    words: frozenset[str] = frozenset()
    sides: frozenset[str] = frozenset()

    def fits(self, name: str) -> bool:
        """Whether a name in the records may be of what is asked about, whichever side it is on."""
        if self.kinds & kinds_of(name):
            return True
        return any(_is_same(word, other) for word in self.words for other in _words(name))

    def narrowed(self, names: list[str]) -> list[str]:
        """Of names that fit, those of the side asked about; all where none is of it."""
        on_side = [name for name in names if self.sides & _sides(name)]
        return on_side or names


def find_sought(text: str, named: str | None) -> Sought:
    """What a message asks about. `named`: the words for a service that were found in it."""
    return Sought(kinds=kinds_of(named or ""), words=_words(text), sides=_sides(text))


def kinds_of(name: str) -> frozenset[str]:
    """The kinds of work, by the vocabulary, that a name has in it."""
    return frozenset(found.meaning for found in _book().find_all(split(name)))


@cache
def _book() -> ServiceBook:
    return make_service_book((), frozenset())


def _sides(text: str) -> frozenset[str]:
    return frozenset(_SIDES[word] for word in map(_singular, _WORD.findall(fold(text))) if word in _SIDES)


def _words(text: str) -> frozenset[str]:
    """The words that tell something, in the singular, under one name each."""
    words = {_singular(word) for word in _WORD.findall(fold(text)) if word not in _SMALL}
    return frozenset(_SAME.get(word, word) for word in words if len(word) >= _SHORTEST and word not in _SIDES)


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > _SHORTEST else word


def _is_same(word: str, other: str) -> bool:
    if word == other:
        return True
    if len(word) < _FORGIVEN:
        return False  # one slip makes a belt of the best
    return word[0] == other[0] and slips(word, other, 1) <= 1
