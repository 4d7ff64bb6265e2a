"""Slips of the thumb: how far two words are apart, and which known word a misspelt one may be."""

from collections.abc import Iterable

_SHORT = 4  # a word shorter than this must be spelt right
_LONG = 7  # from here on two slips are forgiven


def slips(one: str, other: str, limit: int) -> int:
    """Letters to insert, drop, change or swap with a neighbour between two words; `limit` + 1 stands for any more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


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
