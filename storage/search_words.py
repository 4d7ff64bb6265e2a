"""The words by which conversations are found: of texts, names, phone numbers, plates and numbers of papers.

Pure, and the same for what is kept and for what is asked: lower case, no accents, letters and digits only.
"""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[a-z]+|\d+")
_PUNCTUATION = re.compile(r"[\s()+./-]+")
_LONGEST = 40  # characters of a word
_MOST = 80  # words of a text
_SHORTEST_NUMBER = 4  # digits: "512 555" is one number

# So common in what people write to a shop that finding by them finds everything.
_ENGLISH = """
    a an and are as at be but by can do for from have hello hey hi how i if in is it me my no not of ok on or our so
    thank thanks that the there this to up was we what when will with would yes you your
"""
_SPANISH = """
    al buenas buenos como con de del el en es esta gracias hola la las lo los mi para por que se si sin su te un una y
    yo
"""
STOP_WORDS = frozenset(f"{_ENGLISH} {_SPANISH}".split())


def plain(text: str) -> str:
    """Lower case, without accents: "Señora Núñez" is "senora nunez"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """The words of a text in their order, each once, without the very common ones; at most 80."""
    words = dict.fromkeys(word[:_LONGEST] for word in _WORD.findall(plain(text)))
    return [word for word in words if word not in STOP_WORDS and (len(word) > 1 or not word.isascii())][:_MOST]


def number_words(number: str) -> set[str]:
    """The words by which a plate or a paper's number is found: `KTX-4821` by ktx4821, ktx and 4821."""
    whole = "".join(_WORD.findall(plain(number)))[:_LONGEST]
    return {whole, *_PARTS.findall(whole), *(word[:_LONGEST] for word in _WORD.findall(plain(number)))} - {""}


def phone_words(phone: str) -> set[str]:
    """The words by which a phone number (E.164) is found: whole, without its country, its last seven and four."""
    digits = re.sub(r"\D", "", phone)
    national = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    return {word for word in (digits, national, national[-7:], national[-4:]) if word}


def asked_words(query: str) -> list[str]:
    """What somebody looks for, as words. Nothing but digits and signs is one number, however it is grouped."""
    digits = _PUNCTUATION.sub("", query)
    if digits.isdigit() and len(digits) >= _SHORTEST_NUMBER:
        return [digits]
    words = words_of(query)
    return words or list(dict.fromkeys(_WORD.findall(plain(query))))


def all_words(*groups: Iterable[str]) -> list[str]:
    """Several groups of words as one, in a fixed order."""
    return sorted({word for group in groups for word in group if word})
