"""Which vehicle a message names: by year, colour, make, model, plate or kind, and which of the client's own that is."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.phrases import PhraseBook, Token, join, split
from bot.understanding.spelling import find_nearest, is_real_word
from storage.vehicles import Vehicle

_FILE = Path(__file__).parent / "vocabulary" / "vehicles.yml"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
# what makes an everyday word a vehicle: "the fit", "my focus", "la van"
_POINTERS_WORDS = """
my the our his her their this that your other old new wifes husbands moms dads sons daughters s el la mi su
del tu al este esta nuestro nuestra esposo esposa
"""
_POINTERS = frozenset(_POINTERS_WORDS.split())
_NOT_BEHIND_WORDS = "me us him her in plug plugs belt into at of course club clubs cart loose broke stripped cable"
_NOT_BEHIND = frozenset(_NOT_BEHIND_WORDS.split())  # "the fit in", "spark plugs"
_SHORT_NUMBER = 3  # digits of a model's name that might as well be a day, an hour or a price
_BRINGING_WORDS = "bring bringing brought take taking drop get getting need have schedule book put traer llevar"
_BRINGING = frozenset(_BRINGING_WORDS.split())  # "bring the soul in"
_DRIVING_WORDS = "drive drives own for on bought manejo para tengo"
_DRIVING = frozenset(_DRIVING_WORDS.split())  # "for a fusion", "tengo un accent"
_ARTICLES = frozenset(("a", "an", "un", "una"))
_SHORT_YEAR = re.compile(r"0\d|1\d|2[0-6]|[89]\d")
_NO_YEAR_BEHIND_WORDS = "at on by around after before las for to and or is un until"
_NO_YEAR_BEHIND = frozenset(_NO_YEAR_BEHIND_WORDS.split())
_REPAIRED = 5  # letters from which a slip of a make or a model is looked for
_VEHICLE_PARTS = ("make", "model", "kind")


@dataclass(frozen=True, slots=True)
class NamedVehicle:
    """A vehicle as written, from `start` to `end`, and the client's own that the words fit."""

    words: str
    start: int
    end: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a vehicle's name: `what` is year, color, make, model, kind or plate; tokens `first` to `last`."""

    what: str
    value: str
    first: int
    last: int


def find_vehicles(
    text: str, tokens: list[Token], own: Sequence[Vehicle], known: Collection[str], taken: Collection[int] = ()
) -> list[NamedVehicle]:
    """The vehicles that a message names, in order. `taken` are the tokens that are already something else."""
    parts = _find_parts(tokens, own, known, taken)
    named = []
    for run in _runs(parts):
        ids = tuple(vehicle.id for vehicle in own if _fits(vehicle, run))
        if any(part.what in (*_VEHICLE_PARTS, "plate") for part in run) or (ids and run[0].what == "year"):
            start, end = tokens[run[0].first].start, tokens[run[-1].last - 1].end
            named.append(NamedVehicle(text[start:end], start, end, ids))
    return named


def _find_parts(
    tokens: list[Token], own: Sequence[Vehicle], known: Collection[str], taken: Collection[int]
) -> list[_Part]:
    mine = _own_book(tuple((v.make, v.model, v.trim or "", v.plate or "") for v in own), frozenset(known))
    parts: list[_Part] = []
    for book, is_own in ((mine, True), (_common_book(), False)):
        for hit in book.find_all(tokens if is_own else _repaired(tokens)):
            if any(place in taken for place in range(hit.first, hit.last)) or _overlaps(parts, hit.first, hit.last):
                continue
            what, value = hit.meaning.split(" ", 1)
            part = _Part(what, value, hit.first, hit.last)
            if what != "plate" and not _is_meant(part, tokens, parts, is_own):
                continue
            parts.append(part)
    for place, token in enumerate(tokens):
        if _YEAR.fullmatch(token.word) and not _overlaps(parts, place, place + 1):
            parts.append(_Part("year", token.word, place, place + 1))
    for part in [part for part in parts if part.what in ("make", "model")]:
        if (year := _short_year(tokens, part.first - 1)) and not _overlaps(parts, part.first - 1, part.first):
            parts.append(_Part("year", year, part.first - 1, part.first))
    return sorted(parts, key=lambda part: part.first)


def _repaired(tokens: list[Token]) -> list[Token]:
    """The tokens with slips of makes and models mended; no real word of either language is taken for one."""
    return [replace(token, word=_mended(token.word)) if len(token.word) >= _REPAIRED else token for token in tokens]


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    if word in _sure_words() or is_real_word(word) or not word.isalpha():
        return word
    return find_nearest(word, _sure_words()) or word


@cache
def _sure_words() -> frozenset[str]:
    """The long words of makes and models that are no everyday words."""
    content = _content()
    names = (*content["makes"], *(str(model) for models in content["models"].values() for model in models))
    words = {token.word for name in names for token in split(name)}
    return frozenset(word for word in words - _plain_words() if len(word) >= _REPAIRED and word.isalpha())


def _short_year(tokens: list[Token], place: int) -> str | None:
    """The year that "08" before a make or a model stands for; an hour or a day of the month is none."""
    word = tokens[place].word if place >= 0 else ""
    before = tokens[place - 1].word if place > 0 else ""
    if not _SHORT_YEAR.fullmatch(word):
        return None
    sure = word[0] in "089" or before in _POINTERS or before in _ARTICLES
    if not sure or before in _NO_YEAR_BEHIND or before.isdigit():
        return None
    return f"{19 if word[0] in '89' else 20}{word}"


def _overlaps(parts: list[_Part], first: int, last: int) -> bool:
    return any(part.first < last and first < part.last for part in parts)


def _is_meant(part: _Part, tokens: list[Token], parts: list[_Part], is_own: bool) -> bool:
    """Whether an everyday word stands for a vehicle here."""
    word = "".join(token.word for token in tokens[part.first : part.last])
    if word.isdigit() and len(word) <= _SHORT_NUMBER:  # "mazda 3"; never the 3 of "in 3 months"
        return any(other.last == part.first and other.what == "make" for other in parts)
    if word not in _plain_words():
        return True
    before = tokens[part.first - 1].word if part.first else ""
    further = tokens[part.first - 2].word if part.first > 1 else ""
    behind = tokens[part.last].word if part.last < len(tokens) else ""
    if behind in _NOT_BEHIND and not (behind == "in" and further in _BRINGING):
        return False
    named = any(other.last == part.first for other in parts)
    return (
        named
        or before in _POINTERS
        or (before in _ARTICLES and further in _DRIVING)
        or before in _colors()
        or bool(_YEAR.fullmatch(before))
        or (is_own and len(tokens) <= 3)
        or before in _makes()
    )


def _runs(parts: list[_Part]) -> list[list[_Part]]:
    """Parts that stand side by side are one vehicle: "2019 blue honda civic"; a second model begins another."""
    runs: list[list[_Part]] = []
    for part in parts:
        last = runs[-1] if runs else []
        if last and last[-1].last == part.first and all(p.what != part.what for p in last):
            last.append(part)
        else:
            runs.append([part])
    return runs


def _fits(vehicle: Vehicle, run: list[_Part]) -> bool:
    """Whether every part of a name is true of a vehicle."""
    return all(_has(vehicle, part) for part in run)


def _has(vehicle: Vehicle, part: _Part) -> bool:
    match part.what:
        case "year":
            return str(vehicle.year) == part.value
        case "color":
            return bool(vehicle.color) and part.value in {_colors().get(w, w) for w in join_words(vehicle.color or "")}
        case "make":
            make = join(vehicle.make)
            return part.value in make or make in part.value
        case "model":
            # "ram 1500" may be written with its make, "civic si" with its trim
            whole = join(f"{vehicle.make} {vehicle.model} {vehicle.trim or ''}")
            return part.value in whole
        case "kind":
            return _kind_of(vehicle) in part.value.split("_or_")
        case _:
            return join(vehicle.plate or "") == part.value


def join_words(text: str) -> list[str]:
    """The folded words of a short text."""
    return [join(word) for word in text.split()]


def _kind_of(vehicle: Vehicle) -> str | None:
    models = _kinds_of_models()
    found = models.get(join(vehicle.model))
    return found or next((models[join(word)] for word in vehicle.model.split() if join(word) in models), None)


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is a safe loader
    return content


@cache
def _makes() -> frozenset[str]:
    return frozenset(join(make) for make in (*_content()["makes"], *_content()["nicknames"]))


@cache
def _plain_words() -> frozenset[str]:
    return frozenset(join(str(word)) for word in _content()["plain"])


@cache
def _colors() -> dict[str, str]:
    """Every word for a colour -> the colour."""
    return {word: color for color, words in _content()["colors"].items() for word in (color, *words.split())}


@cache
def _kinds_of_models() -> dict[str, str]:
    return {join(str(model)): kind for kind, models in _content()["models"].items() for model in models}


@cache
def _common_book() -> PhraseBook:
    """Makes, models, kinds and colours in general. Slips in them are not repaired: there are too many to be sure."""
    content = _content()
    entries = [(make, f"make {join(make)}") for make in content["makes"]]
    makes = {join(make) for make in content["makes"]}
    entries += [
        (short, f"{'make' if join(name) in makes else 'model'} {join(name)}")
        for short, name in content["nicknames"].items()
    ]
    entries += [(str(model), f"model {join(str(model))}") for models in content["models"].values() for model in models]
    entries += [(word, f"kind {kind}") for kind, words in content["kinds"].items() for word in words]
    entries += [(word, f"color {color}") for word, color in _colors().items()]
    return PhraseBook.of(entries, forgiving=False)


@cache
def vehicle_vocabulary() -> frozenset[str]:
    """Every make and model in general: real words, never a slip of something else."""
    models = (join(str(model)) for models in _content()["models"].values() for model in models)
    return frozenset((*_makes(), *models))


@cache
def _everyday() -> frozenset[str]:
    return frozenset(join(word) for words in _content()["kinds"].values() for word in words)


_books: dict[tuple[tuple[str, ...], ...], PhraseBook] = {}


def _own_book(own: tuple[tuple[str, ...], ...], known: frozenset[str]) -> PhraseBook:
    """The words of the client's own vehicles, slips forgiven. Kept for the clients who write just now."""
    if own not in _books:
        if len(_books) >= 500:
            _books.clear()
        entries: list[tuple[str, str]] = []
        for make, model, trim, plate in own:
            entries += [(make, f"make {join(make)}"), (model, f"model {join(model)}")]
            entries += [(f"{model} {trim}", f"model {join(model)}{join(trim)}")] if trim else []
            entries += [(plate, f"plate {join(plate)}")] if len(join(plate)) > 3 else []
        _books[own] = PhraseBook.of([entry for entry in entries if join(entry[0])], known)
    return _books[own]
