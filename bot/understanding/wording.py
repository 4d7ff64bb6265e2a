"""One way of saying what is said in many: slang written out, any vehicle "car", any weekday "weekday", slips repaired.

Training and use go through the same `plain`; only use repairs slips, towards the words of the examples.
"""

import re
from collections.abc import Iterable

from bot.understanding.features import fold
from bot.understanding.phrases import split
from bot.understanding.spelling import find_nearest
from bot.understanding.vehicle_words import find_vehicles
from bot.understanding.when_words import weekday_of

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SLANG = {
    "u": "you",
    "ur": "your",
    "r": "are",
    "ya": "you",
    "yall": "you",
    "y'all": "you",
    "pls": "please",
    "plz": "please",
    "plse": "please",
    "thx": "thanks",
    "thnx": "thanks",
    "tks": "thanks",
    "ty": "thank you",
    "tysm": "thank you",
    "wanna": "want to",
    "wana": "want to",
    "gonna": "going to",
    "gotta": "got to",
    "gimme": "give me",
    "lemme": "let me",
    "cuz": "because",
    "appt": "appointment",
    "apt": "appointment",
    "appts": "appointments",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tmw": "tomorrow",
    "2morrow": "tomorrow",
    "wat": "what",
    "wut": "what",
    "wen": "when",
    "bc": "because",
    "abt": "about",
    "msg": "message",
    "msgs": "messages",
    "txt": "text",
    "txts": "texts",
    "acct": "account",
    "resched": "reschedule",
    "info": "information",
    "q": "que",
    "k": "ok",
    "kk": "ok",
    "xfa": "por favor",
    "porfa": "por favor",
    "tmb": "tambien",
    "pa": "para",
    "troca": "camioneta",
    "troka": "camioneta",
}
_SHORTEST_REPAIRED = 4
_KEPT = 5000  # repairs remembered
_MOST_SLIPS = 40  # words of one message that are repaired: one with more of them is no better understood, only slower


def plain(text: str) -> str:
    """A cleaned text with slang written out, vehicles and weekdays made alike."""
    for vehicle in reversed(find_vehicles(text, split(text), (), ())):
        text = f"{text[: vehicle.start]}car{text[vehicle.end :]}"
    return _WORD.sub(_plain_word, text)


def _plain_word(match: re.Match[str]) -> str:
    word = fold(match[0])
    if weekday_of(word) is not None:
        return "weekday"
    return _SLANG.get(word, match[0])


class Repairer:
    """Repairs slips towards known words. Remembers what it repaired."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(word for word in known if word.isalpha())
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= _SHORTEST_REPAIRED:
                self._by_letter.setdefault(word[0], []).append(word)
        self._repairs: dict[str, str | None] = {}

    def repair(self, text: str) -> str:
        """The text with every unknown word, up to a number, replaced by the one known word that it is nearest to."""
        left = _MOST_SLIPS

        def repaired(match: re.Match[str]) -> str:
            nonlocal left
            word = fold(match[0]).replace("'", "")
            if word in self._known or len(word) < _SHORTEST_REPAIRED or not left:
                return match[0]
            left -= 1
            return self._find(word) or match[0]

        return _WORD.sub(repaired, text)

    def _find(self, word: str) -> str | None:
        if word not in self._repairs:
            if len(self._repairs) >= _KEPT:
                self._repairs.clear()
            self._repairs[word] = find_nearest(word, self._by_letter.get(word[0], ()))
        return self._repairs[word]
