"""One way of saying what is said in many: slang written out, any vehicle "car", any weekday "weekday", slips repaired.

Training and use go through the same `plain`; only use repairs slips, towards the words of the examples.
"""

import re
from collections.abc import Mapping

from bot.understanding.features import fold
from bot.understanding.phrases import split
from bot.understanding.spelling import is_real_word, slips
from bot.understanding.vehicle_words import find_vehicles, vehicle_vocabulary
from bot.understanding.when_words import weekday_names, weekday_of

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
_SHORTEST_REPAIRED = 3
_SHORTEST_NAME = 5  # letters of a day's or a vehicle's name that a slip may stand for
_LONG = 6  # letters from which on two slips are forgiven
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
    """Repairs slips towards the words of the examples, and the names of days and vehicles. Remembers what it did."""

    def __init__(self, counts: Mapping[str, float]) -> None:
        """`counts` says how common each word of the examples is, in any unit; of two as near the commoner is taken."""
        self._counts = {word: count for word, count in counts.items() if word.isalpha()}
        self._known = frozenset(self._counts)
        names = [word for word in (*weekday_names(), *vehicle_vocabulary()) if word.isalpha()]
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted({*self._known, *(name for name in names if len(name) >= _SHORTEST_NAME)}):
            if len(word) >= _SHORTEST_REPAIRED:
                self._by_letter.setdefault(word[0], []).append(word)
        self._repairs: dict[str, str | None] = {}

    def repair(self, text: str) -> str:
        """The plain text with its unknown words, up to a number, replaced by the known ones that they are slips of."""
        left = _MOST_SLIPS

        def repaired(match: re.Match[str]) -> str:
            nonlocal left
            word = fold(match[0]).replace("'", "")
            if word in self._known or len(word) < _SHORTEST_REPAIRED or not left:
                return match[0]
            left -= 1
            return self._find(word) or match[0]

        mended = _WORD.sub(repaired, text)
        return plain(mended) if mended != text else text

    def _find(self, word: str) -> str | None:
        if word not in self._repairs:
            if len(self._repairs) >= _KEPT:
                self._repairs.clear()
            self._repairs[word] = None if is_real_word(word) else self._nearest(word)
        return self._repairs[word]

    def _nearest(self, word: str) -> str | None:
        limit = 1 if len(word) < _LONG else 2
        near = [
            (slips(word, other, limit), -self._counts.get(other, 0.0), other)
            for other in (*self._by_letter.get(word[0], ()), *self._by_letter.get(word[1], ()))
            if abs(len(other) - len(word)) <= limit and (other[0] == word[0] or other[1] == word[0])
        ]
        best = min(near, default=(limit + 1, 0.0, ""))
        return best[2] if best[0] <= limit else None
