"""An answer as a text message: numbered choices, links, plain characters, as few segments as can be.

A segment holds 160 characters of the GSM alphabet, or 70 of any other; one curly quote makes the difference.
"""

import unicodedata
from collections.abc import Sequence

from storage.messages import Button, Link

LONGEST = 1600  # characters that Twilio takes in one message
_LEFT_FOR_TEXT = 400  # of them, however many choices and links follow

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€\f")  # take the room of two
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`ʼ", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t", " "),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
        "·": "-",
        "×": "x",
    }
)


def render(text: str, buttons: Sequence[Button] = (), links: Sequence[Link] = ()) -> str:
    """One text message: the words, then `1) choice` lines, then `Title: url` lines. At most `LONGEST` characters."""
    lines = [f"{number}) {button.title}" for number, button in enumerate(buttons, 1)]
    lines += [f"{link.title}: {link.url}" if link.title else link.url for link in links]
    rest = _fitting([to_plain(line) for line in lines], LONGEST - _LEFT_FOR_TEXT)
    body = cut(to_plain(text).strip(), LONGEST - len(rest) - 1)
    return without_costly_accents("\n".join(part for part in (body, rest) if part))


def to_plain(text: str) -> str:
    """The text without typographic characters that have a plain twin."""
    return text.translate(_PLAIN)


def without_costly_accents(text: str) -> str:
    """The text without the accents that the GSM alphabet lacks (á, í, ó, ú), where that alone saves segments."""
    bare = "".join(char if _is_gsm(char) else _without_accent(char) for char in text)
    return bare if _all_gsm(bare) and segments(bare) < segments(text) else text


def segments(text: str) -> int:
    """How many segments a carrier makes of it, at least one."""
    if _all_gsm(text):
        length, whole, part = sum(2 if char in _GSM_DOUBLE else 1 for char in text), 160, 153
    else:
        length, whole, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= whole else -(-length // part)


def cut(text: str, room: int) -> str:
    """The text, ended at a word with `...` where it is longer than `room` characters."""
    if len(text) <= room:
        return text
    head = text[: room - 3]
    return (head.rsplit(maxsplit=1)[0] if " " in head.strip() else head) + "..."


def _fitting(lines: Sequence[str], room: int) -> str:
    """As many whole lines, from the first, as fit: half a link is worse than none."""
    taken: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        taken.append(line)
    return "\n".join(taken)


def _is_gsm(char: str) -> bool:
    return char in _GSM or char in _GSM_DOUBLE


def _all_gsm(text: str) -> bool:
    return all(_is_gsm(char) for char in text)


def _without_accent(char: str) -> str:
    base = unicodedata.normalize("NFD", char)[0]
    return base if _is_gsm(base) else char
