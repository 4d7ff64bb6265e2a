"""English or Spanish. Short texts are often both ("ok", "no"): then it stays what the conversation was."""

import re
from typing import Literal, TypeAlias

from bot.understanding.features import fold

Language: TypeAlias = Literal["en", "es"]

_SURE = 0.35  # below this margin of the trained score, the commonest words decide; then the default

_SPANISH_MARK = re.compile(r"[¿¡ñÑ]")
_WORD = re.compile(r"[^\W\d_]+")

# The commonest words that only one of the two languages has; "me", "no", "a", "son", "ten" are in both.
_ENGLISH_WORDS = """
the is are am was were do does did can could will would what when where how who why you your my i im it its
this that have has need want with for from and or but not any get got please thanks thank hi hello hey yes
yeah there much many today tomorrow of to on at in be if never mind forget about sure yep nope car truck ready
back make move book dont cant wont whats wheres another one instead
"""
_SPANISH_WORDS = """
el la los las un una unos unas es esta estan estoy soy que cuando donde como quien cual cuanto cuanta cuantos
cuantas por para con mi mis su sus tu tus yo usted ustedes lo le se si y o pero ya hay tengo tiene tienen
quiero quisiera puedo puede pueden necesito hola gracias buenas buenos dias tardes noches hoy manana favor del
al de en muy mas carro coche auto
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_SPANISH = frozenset(_SPANISH_WORDS.split())


_WISH = re.compile(
    r"\b(?:(?:talk|speak|write|text|answer|reply|say|continue|switch|go on|hablar?|hableme|hablame|escrib\w+"
    r"|responda\w*|contest\w+|cambi\w+|sigamos)\b.{0,30}?\b(?:in|to|en|al?)|^(?:in|en)) "
    r"(?P<language>english|ingles|spanish|espanol|castellano)\b"
    r"|^(?P<alone>english|ingles|spanish|espanol)(?: (?:please|pls|por favor|porfa))?$"
)


def wished_language(text: str) -> Language | None:
    """The language that a message asks to be answered in ("can we talk in english please"), None where it asks none."""
    match = _WISH.search(" ".join(_WORD.findall(fold(text))))
    if match is None:
        return None
    return "en" if (match["language"] or match["alone"]) in ("english", "ingles") else "es"


def says_language(text: str) -> bool:
    """Whether a text has a mark or a common word of one language only. A car, a name or a number has none."""
    return bool(_SPANISH_MARK.search(text)) or _votes(_WORD.findall(fold(text).replace("'", ""))) != 0


def detect_language(text: str, spanish: float, default: Language) -> Language:
    """The language of `text`. `spanish` is the trained score: above 0 Spanish, below 0 English."""
    if _SPANISH_MARK.search(text):
        return "es"
    found = _WORD.findall(fold(text).replace("'", ""))
    if not found:
        return default
    votes = _votes(found)
    if votes and (votes > 0) == (spanish > 0):
        return "es" if votes > 0 else "en"
    if abs(votes) >= 2:
        return "es" if votes > 0 else "en"
    if abs(spanish) >= _SURE:
        return "es" if spanish > 0 else "en"
    return default


def _votes(words: list[str]) -> int:
    """Common Spanish words less common English ones."""
    return sum(word in _SPANISH for word in words) - sum(word in _ENGLISH for word in words)
