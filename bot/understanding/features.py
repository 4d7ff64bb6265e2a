"""Text to features: the words and the pieces of words that the classifier weighs. The same in training and in use."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

MAX_LENGTH = 1000  # characters that count; a longer story is cut

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]+")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_NUMBER = re.compile(r"\d")


def clean(text: str) -> str:
    """One line of NFKC text without control characters, curly apostrophes straightened, cut to `MAX_LENGTH`."""
    text = unicodedata.normalize("NFKC", text[: 2 * MAX_LENGTH]).translate(_APOSTROPHES)
    return " ".join(_CONTROL.sub(" ", text).split())[:MAX_LENGTH]


def fold(text: str) -> str:
    """Lower case without accents; every other letter stands."""
    lowered = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in lowered if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    """The words of a message, folded; runs of digits keep only their length, apostrophes vanish."""
    return ["0" * min(len(w), 5) if _NUMBER.match(w) else w for w in _WORD.findall(fold(text).replace("'", ""))]


def count_words(tokens: list[str]) -> Counter[str]:
    """Words and pairs of words, marked so that they never meet a piece of a word."""
    counts = Counter(f"w {token}" for token in tokens)
    counts.update(f"w {a} {b}" for a, b in zip(["<", *tokens], [*tokens, ">"], strict=True))
    return counts


def count_pieces(tokens: list[str]) -> Counter[str]:
    """Pieces of 2 to 5 letters of each word, its edges included."""
    return Counter(_pieces(tokens))


def _pieces(tokens: list[str]) -> Iterator[str]:
    for token in tokens:
        padded = f" {token[:30]} "
        for size in (2, 3, 4, 5):
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]
