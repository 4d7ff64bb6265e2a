"""Which lines of an estimate are named: by the words of their description, in English or Spanish, slips forgiven."""

import re
from collections.abc import Sequence
from functools import cache

from bot.understanding.features import fold
from bot.understanding.phrases import Token, split
from bot.understanding.service_words import ServiceBook, make_service_book
from bot.understanding.spelling import find_nearest, forgiven, is_real_word, slips
from bot.work_words import PARTS
from storage.estimates import EstimateLine

_AND = re.compile(r"\b(?:and|y|e|or|o|nor|ni|plus|mas|tambien|also)\b|[&+/]")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3
_SAME = {
    **PARTS,
    "pastilla": "pad",
    "balata": "pad",
    "disco": "rotor",
    "disc": "rotor",
    "disk": "rotor",
    "caliper": "caliper",
    "mordaza": "caliper",
    "neumatico": "tire",
    "acumulador": "battery",
    "limpiador": "wiper",
    "limpiadore": "wiper",
    "bujia": "plug",
    "bobina": "coil",
    "sparkplug": "plug",
    "alineacion": "alignment",
    "alternador": "alternator",
    "cabina": "cabin",
    "anticongelante": "coolant",
    "refrigerante": "coolant",
    "transmision": "transmission",
    "balero": "bearing",
    "embrague": "clutch",
    "radiador": "radiator",
}
_SIDES = {
    "front": "front",
    "delantero": "front",
    "delantera": "front",
    "enfrente": "front",
    "rear": "rear",
    "trasero": "rear",
    "trasera": "rear",
    "left": "left",
    "izquierdo": "left",
    "izquierda": "left",
    "right": "right",
    "derecho": "right",
    "derecha": "right",
}
# a word for the whole of several parts
_WHOLE = {
    "brake": frozenset({"brake", "pad", "rotor", "caliper", "drum"}),
    "suspension": frozenset({"suspension", "shock", "strut"}),
    "shock": frozenset({"shock", "strut"}),
    "strut": frozenset({"shock", "strut"}),
}
_IN_PARTS = frozenset({"brake_pads"})  # kinds of work with parts that are decided on one by one
_SMALL_WORDS = (
    "the and for with from that this these those my our your you his her its all any one ones some please now"
    " today new set work job jobs labor labour part parts service repair replacement replace install change line"
    " lines item items estimate quote price car truck van vehicle want need get done first last wait just only"
    " also too yet still back put off out tell them they mechanic guys shop can could would will should are was"
    " what when how let lets thanks fine good los las una unos del con para por que mis sus esta este ese esa esos"
    " presupuesto cotizacion trabajo cambio servicio reparacion mano obra linea lineas carro coche auto camioneta"
    " favor ahora nuevo nueva nuevos nuevas gracias bien taller"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMEROS = ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_PLACES = {word: place for words in (_NUMBERS, _NUMEROS) for place, word in enumerate(words, 1)}
_ORDINALS = {
    **{word: place for place, word in enumerate(("first", "second", "third", "fourth", "fifth"), 1)},
    **{word: place for place, word in enumerate(("primer", "segund", "tercer", "cuart", "quint"), 1)},
}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_PLACES)})"
_NUMBERED = re.compile(
    rf"\b(?:items?|lines?|numbers?|lineas?|numeros?|puntos?|renglon(?:es)?)\s+(?P<all>{_NUMBER}(?:\W+(?:(?:and|y)\W+)?{_NUMBER})*)\b"
)
_NTH = re.compile(
    rf"\b(?:the|la|el)?\s*(?P<nth>{'|'.join(_ORDINALS)})[oa]?s?\s+(?:line|item|one|linea|punto|renglon|thing)\b"
)


def find_lines(text: str, lines: Sequence[EstimateLine]) -> tuple[list[str], list[str]]:
    """The ids of the lines that a folded text names, and its words for work that is on none of them."""
    placed = [lines[place - 1].id for place in _places(text) if 1 <= place <= len(lines)]
    if placed:
        return placed, []
    ids: dict[str, None] = {}
    unknown = []
    for phrase in _AND.split(text):
        named = _named(phrase, lines)
        ids |= dict.fromkeys(named)
        work = _work_words(phrase)
        if work and not named:
            unknown.append(work)
    return list(ids), unknown


def is_work(text: str) -> bool:
    """Whether a folded text names some kind of work or part."""
    words = {_canonical(word) for word in _WORD.findall(text)}
    return bool(_book().find_all(split(text)) or words & set(_SAME.values()) or _places(text))


def _places(text: str) -> list[int]:
    """The places in the list, from 1, that "items one and two" or "the first line" mean."""
    numbered = [word for match in _NUMBERED.finditer(text) for word in re.findall(_NUMBER, match["all"])]
    places = [int(word) if word.isdigit() else _PLACES[word] for word in numbered]
    return places + [_ORDINALS[match["nth"]] for match in _NTH.finditer(text)]


def _named(phrase: str, lines: Sequence[EstimateLine]) -> list[str]:
    """The lines that have all words that tell something; where none has, those of the same kind of work."""
    described = {line.id: _words(fold(line.description)) for line in lines}
    found = {_canonical(token.word) for token in _found_tokens(phrase) if _side(token.word) is None}
    telling = {
        word for word in _words(phrase) if word in found or any(_is_in(word, words) for words in described.values())
    }
    sides = _sides(phrase)
    fitting = [line for line in lines if not (sides and (own := _sides(fold(line.description))) and not sides & own)]
    if telling:
        named = [line for line in fitting if all(_is_in(word, described[line.id]) for word in telling)]
        kinds = _kinds(phrase) - _IN_PARTS
        named = named or [line for line in fitting if kinds & _kinds(line.description)]
    else:
        named = [line for line in fitting if sides & _sides(fold(line.description))]
    on_side = [line for line in named if sides & _sides(fold(line.description))]
    return [line.id for line in on_side or named]


def _is_in(word: str, words: frozenset[str]) -> bool:
    if _WHOLE.get(word, frozenset({word})) & words:
        return True
    if is_real_word(word):
        return False
    return any(word[0] == other[0] and slips(word, other, forgiven(word)) <= forgiven(word) for other in words)


def _words(folded: str) -> frozenset[str]:
    """The words that tell something, in the singular, under one name each."""
    words = (word for word in _WORD.findall(folded) if word not in _SMALL and _side(word) is None)
    return frozenset(_canonical(word) for word in words if len(word) >= _SHORTEST)


def _canonical(word: str) -> str:
    single = word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > _SHORTEST else word
    return _SAME.get(single, single)


def _sides(folded: str) -> frozenset[str]:
    return frozenset(side for word in _WORD.findall(folded) if (side := _side(word)) is not None)


def _side(word: str) -> str | None:
    single = word.removesuffix("s")
    if single in _SIDES or is_real_word(word):
        return _SIDES.get(single)
    return _SIDES.get(find_nearest(single, _SIDES) or "")


def _found_tokens(phrase: str) -> list[Token]:
    tokens = split(phrase)
    spans = _book().find_all(tokens)
    return [tokens[place] for found in spans for place in range(found.first, found.last)]


def _work_words(phrase: str) -> str:
    """The words for a kind of work, as they stand in the phrase."""
    tokens = split(phrase)
    found = _book().find_all(tokens)
    return phrase[tokens[found[0].first].start : tokens[found[0].last - 1].end] if found else ""


def _kinds(text: str) -> frozenset[str]:
    return frozenset(found.meaning for found in _book().find_all(split(text)))


@cache
def _book() -> ServiceBook:
    return make_service_book((), frozenset())
