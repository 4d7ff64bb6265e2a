"""Slips of the thumb: how far two words are apart, and which known word a misspelt one may be."""

from collections.abc import Iterable
from functools import cache

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from bot.understanding.features import fold

_SHORT = 4  # a word shorter than this must be spelt right
_LONG = 7  # from here on two slips are forgiven
_RARE = 60  # times a word stands in the texts that the lists were counted from; 50 is their floor, and full of slips


@cache
def _real_words() -> frozenset[str]:
    """The words of an English and a Spanish list, folded; what hardly anybody writes is left out."""
    lists = (SpellChecker(language=language).word_frequency.dictionary for language in ("en", "es"))
    return frozenset(fold(word) for words in lists for word, count in words.items() if count >= _RARE)


def is_real_word(word: str) -> bool:
    """Whether a folded word is one of English or Spanish, and so no slip."""
    return word in _real_words()


def slips(one: str, other: str, limit: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour between two words; `limit` + 1 stands for any more."""
    return OSA.distance(one, other, score_cutoff=limit)


def forgiven(word: str) -> int:
    """How many slips are forgiven in a word of this length."""
    return 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """The one known word within the forgiven slips, first letter kept; None when there is none or two are as near."""
    limit = forgiven(word)
    if not limit:
        return None
    letters = set(word)
    near = sorted(
        (slips(word, other, limit), other)
        for other in known
        if other[:1] == word[:1]
        and abs(len(other) - len(word)) <= limit
        and len(other) >= _SHORT
        # a slip changes two letters at most; this spares most of the comparing
        and len(letters.symmetric_difference(other)) <= 2 * limit
    )
    near = [pair for pair in near if pair[0] <= limit]
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return near[0][1]
