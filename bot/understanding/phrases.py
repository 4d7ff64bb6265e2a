"""Finding known phrases in a message: several words, run together or apart, plural or misspelt."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.understanding.features import fold
from bot.understanding.spelling import find_nearest

_WORD = re.compile(r"\d+|[^\W\d_]+")
_LONGEST = 4  # words in a phrase


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a message: folded, and where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase that was found: what it means, and the tokens from `first` up to, not including, `last`."""

    meaning: str
    first: int
    last: int


def split(text: str) -> list[Token]:
    """The words and numbers of a message, in order. Folding may not move letters, so it goes word by word."""
    return [Token(fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]


def join(text: str) -> str:
    """A phrase as it is looked up: folded words without anything between."""
    return "".join(token.word for token in split(text))


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Phrases with their meanings. `known` are everyday words, never taken for a slip of one of ours."""

    phrases: Mapping[str, str]
    words: frozenset[str]
    known: Collection[str] = frozenset()
    forgiving: bool = True
    _repairs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, entries: Iterable[tuple[str, str]], known: Collection[str] = frozenset(), *, forgiving: bool = True
    ) -> "PhraseBook":
        """A book of (phrase, meaning); the first meaning of a phrase counts. A `forgiving` one repairs slips."""
        phrases: dict[str, str] = {}
        words: set[str] = set()
        for phrase, meaning in entries:
            phrases.setdefault(join(phrase), meaning)
            words.update(token.word for token in split(phrase) if token.word.isalpha())
        return cls(phrases, frozenset(words), known, forgiving)

    def find_all(self, tokens: list[Token]) -> list[Found]:
        """The phrases of a message from left to right, the longest first, none overlapping."""
        words = [self._repair(token.word) if self.forgiving else token.word for token in tokens]
        found: list[Found] = []
        place = 0
        while place < len(words):
            hit = self._longest_at(words, place)
            if hit:
                found.append(hit)
                place = hit.last
            else:
                place += 1
        return found

    def _longest_at(self, words: list[str], place: int) -> Found | None:
        for last in range(min(len(words), place + _LONGEST), place, -1):
            joined = "".join(words[place:last])
            for form in (joined, joined.removesuffix("s")):
                meaning = self.phrases.get(form)
                if meaning is not None:
                    return Found(meaning, place, last)
        return None

    def _repair(self, word: str) -> str:
        """The word, or the one of ours that it is most likely a slip of."""
        if word in self.words or word in self.known or word in self.phrases or not word.isalpha():
            return word
        if word not in self._repairs:
            if len(self._repairs) > 5000:
                self._repairs.clear()
            self._repairs[word] = find_nearest(word, self.words) or word
        return self._repairs[word]
