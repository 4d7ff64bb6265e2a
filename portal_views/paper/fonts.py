"""The fonts of a PDF: DejaVu for most alphabets, pieces of Noto for what it lacks, a box for what nobody has.

All of them come with `npm ci`. Noto's Chinese, Japanese and Korean are in a hundred small files each, by the characters
that they hold; only those that a paper needs are opened.
"""

import json
import logging
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF

FAMILY = "dejavu"
BOX = "□"  # stands for a character that no font has

_MODULES = Path(__file__).parents[2] / "node_modules"
_DEJAVU = _MODULES / "dejavu-fonts-ttf" / "ttf"
_NOTO = ("devanagari", "thai", "sc", "kr")  # asked in this order
_MOST_PIECES = 24  # of Noto in one paper: a sixth of a second each; what is in none of them is a box
_JOINERS = ("\u200c", "\u200d")
_UNSEEN = frozenset(map(chr, range(0xFE00, 0xFE10)))  # which variant of a character is meant: we have one
_PLAIN = 0x0300  # below it, letters stand one after the other

logging.getLogger("fontTools").setLevel(logging.ERROR)  # what it says of tables that nobody draws by helps nobody


def use_fonts(pdf: FPDF, texts: Iterable[str]) -> frozenset[str]:
    """Load what these texts need; the characters among them that no font has."""
    pdf.add_font(FAMILY, "", _DEJAVU / "DejaVuSansCondensed.ttf")
    pdf.add_font(FAMILY, "B", _DEJAVU / "DejaVuSansCondensed-Bold.ttf")
    letters = {letter for text in texts for letter in clean(text)}
    missing = {letter for letter in letters if not _has(pdf, FAMILY, letter)}
    families = [FAMILY]  # the regular one also stands in for the bold
    for place, piece in enumerate(_pieces_for(missing)):
        family = f"noto{place}"
        pdf.add_font(family, "", piece, variations={"wght": 400.0})
        families.append(family)
    pdf.set_fallback_fonts(families, exact_match=False)
    if any(_is_joined(letter) for letter in letters):
        pdf.set_text_shaping()
    return frozenset(letter for letter in missing if not any(_has(pdf, family, letter) for family in families))


def clean(text: str) -> str:
    """The text as it is set: letters and their accents in one, nothing that only steers."""
    kept = (
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter not in _UNSEEN and (letter in _JOINERS or unicodedata.category(letter) not in ("Cf", "Cs"))
    )
    return "".join(kept)


def _has(pdf: FPDF, family: str, letter: str) -> bool:
    font = pdf.fonts[family]
    return ord(letter) in font.cmap  # type: ignore[union-attr]


def _is_joined(letter: str) -> bool:
    """Whether it takes another form, or another place, beside others."""
    if ord(letter) < _PLAIN:
        return False
    return unicodedata.bidirectional(letter) in ("R", "AL") or unicodedata.category(letter) in ("Mn", "Mc")


def _pieces_for(letters: set[str]) -> list[Path]:
    """The files of Noto that hold these letters, as many as a paper may have."""
    found: dict[Path, None] = {}
    for letter in sorted(letters):
        named = (path for ranges, path in _pieces() if any(ord(letter) in range_ for range_ in ranges))
        piece = next((path for path in named if ord(letter) in _letters_of(path)), None)
        if piece is not None:
            found[piece] = None
    return list(found)[:_MOST_PIECES]


@cache
def _letters_of(piece: Path) -> frozenset[int]:
    """What a file of Noto has: some say more than is in them."""
    with TTFont(piece) as font:
        return frozenset(font.getBestCmap() or ())


@cache
def _pieces() -> tuple[tuple[tuple[range, ...], Path], ...]:
    """Every file of Noto with the characters that it says it holds."""
    made = []
    for name in _NOTO:
        folder = _MODULES / "@fontsource-variable" / f"noto-sans-{name}"
        for key, ranges in json.loads((folder / "unicode.json").read_text()).items():
            path = folder / "files" / f"noto-sans-{name}-{key.strip('[]')}-wght-normal.woff2"
            made.append((tuple(_range_of(text) for text in ranges.split(",")), path))
    return tuple(made)


def _range_of(text: str) -> range:
    """`U+0900-097F`, `U+20B9`."""
    first, _, last = text.strip().removeprefix("U+").partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)
