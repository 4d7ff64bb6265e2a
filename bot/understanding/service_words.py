"""Which service a message names: the shop's own list decides, the words for it are everyone's."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.phrases import Found, PhraseBook, Token, join
from bot.understanding.vehicle_words import vehicle_vocabulary
from storage.shops import Service

_FILE = Path(__file__).parent / "vocabulary" / "services.yml"
# a C loader where there is one: it reads ten times faster
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


_WORK_NOUNS_WORDS = "replacement repair repairs installation flush"
_WORK_NOUNS = frozenset(_WORK_NOUNS_WORDS.split())
_INSPECTIONS = frozenset(("inspe", "inspc", "revis"))  # how it begins, a slip of it too
# how the words begin that follow an inspection which has been
_REPORTED_WORDS = "repo resu resl find foun say said show turn phot pics pict come came tell reve reco list chec pdf"
_REPORTED = frozenset(_REPORTED_WORDS.split())


@dataclass(frozen=True, slots=True)
class ServiceBook:
    """The phrases for services, and for each meaning the shop's codes that it may stand for."""

    services: tuple[Service, ...]
    book: PhraseBook
    codes: dict[str, tuple[str, ...]]

    def find_all(self, tokens: list[Token]) -> list[Found]:
        """The services named, from left to right; `meaning` goes to `find_code`."""
        words = [token.word for token in tokens]
        return [_with_noun(found, words) for found in self.book.find_all(tokens) if not _is_spoken_of(found, words)]

    def find_code(self, meaning: str) -> str | None:
        """The shop's code, None where the shop does not list it or several of its services could be meant."""
        codes = self.find_codes(meaning)
        return codes[0] if len(codes) == 1 else None

    def find_codes(self, meaning: str) -> tuple[str, ...]:
        """All of the shop's services that may be meant."""
        return self.codes.get(meaning, ())


def _with_noun(found: Found, words: list[str]) -> Found:
    """Up to the noun for the work: "radiator replacement" is named whole."""
    behind = words[found.last] if found.last < len(words) else ""
    return replace(found, last=found.last + 1) if behind in _WORK_NOUNS else found


def _is_spoken_of(found: Found, words: list[str]) -> bool:
    """Whether an inspection is one that has been: "the inspection report" asks for no service."""
    if found.last - found.first > 1 or words[found.first][:5] not in _INSPECTIONS:
        return False
    behind = words[found.last] if found.last < len(words) else ""
    return behind[:4] in _REPORTED


def make_service_book(services: tuple[Service, ...], known: Collection[str]) -> ServiceBook:
    """The book for a shop's list. Its own names come first, then the words for their kinds."""
    entries: list[tuple[str, str]] = []
    codes: dict[str, tuple[str, ...]] = {}
    for service in services:
        own = f"own {service.code}"
        codes[own] = (service.code,)
        entries += [(name, own) for name in (*service.name.values(), service.code.replace("_", " "))]
    for kind, words in _kinds().items():
        codes[kind] = tuple(service.code for service in services if _is_of_kind(service, kind))
        entries += [(word, kind) for word in words]
    return ServiceBook(services, PhraseBook.of(entries, vehicle_vocabulary().union(known)), codes)


def _is_of_kind(service: Service, kind: str) -> bool:
    """Whether a name of the service, or its code, is of that kind."""
    return any(_kind_of(name) == kind for name in (*service.name.values(), service.code.replace("_", " ")))


@cache
def _kind_of(name: str) -> str | None:
    """The kind whose longest word stands in a service's name."""
    joined = join(name)
    matches = [(len(join(word)), kind) for kind, words in _kinds().items() for word in words if join(word) in joined]
    return max(matches)[1] if matches else None


@cache
def _kinds() -> dict[str, tuple[str, ...]]:
    content = yaml.load(_FILE.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is a safe loader
    return {str(kind): tuple(str(word) for word in words) for kind, words in content.items()}
