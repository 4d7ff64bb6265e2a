"""Short messages that only point ("and the other one?", "ya está pagada?") ask the last question again."""

import re

from bot.action import Intent
from bot.scene import Scene
from bot.understanding.features import fold
from bot.understanding.phrases import split
from bot.understanding.pointers import find_pointer
from storage.proof import Asked

_LONGEST = 7  # words
_SURE = 0.75  # a message that is this clear by itself is a question of its own
_PAID = re.compile(r"\b(?:paid|pagad[oa]s?)\b")
_OPENING = re.compile(r"^\W*(?:and|y)?\W*(?:what|how) about\b|^\W*y?\W*que (?:tal|hay de|pasa con)\b")
_FILLING_WORDS = (
    "and the my our other one ones for of on with this that car truck vehicle invoice bill as well too please then now"
    " y e de del la el las los mi otro otra para con carro coche auto camioneta factura"
)
_FILLING = frozenset(_FILLING_WORDS.split())


def find_follow_up(scene: Scene, latest: Intent | None) -> str | None:
    """The intent that a short message which only points goes on with; None where it says something of its own.

    `latest` is the intent that answered last, where there is one: only what reads records is asked again.
    """
    heard = scene.understanding
    if scene.heard.picked or len(heard.text.split()) > _LONGEST:
        return None
    folded, pointer = fold(heard.text), find_pointer(heard.text)
    if pointer and heard.confidence < _SURE and scene.tracker.topic.get("invoice") and _PAID.search(folded):
        return "ask_balance"
    if latest is None or latest.asks is not Asked.RECORDS or latest.changes:
        return None
    named = {token.word for token in split(heard.entities.vehicle or "")}
    rest = [token.word for token in split(_OPENING.sub(" ", folded)) if token.word not in _FILLING | named]
    return latest.intent if (pointer or named) and not rest else None
