"""A Rasa server that does the understanding: its intent and ranking in place of our classifier's, ours when it is away.

Only the intent is Rasa's. Language and what a message names (days, cars, services, numbers) stay ours: they need the
client's records, the shop's list and its hours. How the server is reached is handed in: the bot knows no HTTP.
"""

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Protocol

from pydantic import BaseModel, Field, ValidationError

from bot.understanding import OUT_OF_SCOPE, Candidate, Understanding

YES = "affirm"  # what acts: never on Rasa's word alone, which takes what it has no feature of (an emoji) for a sure yes
PAUSE_SECONDS = 10.0  # after a failure Rasa is left alone for so long

_ALTERNATIVES = 3
_FALLBACK = "nlu_fallback"  # what Rasa's FallbackClassifier says in place of an intent
_COMMAND = "/"  # Rasa takes what begins so for an intent by name: no client of ours may say that

_log = logging.getLogger(__name__)


class RasaAway(Exception):
    """There is no answer from Rasa that can be used; the message says why, without its address."""


class AskRasa(Protocol):
    """Asks a Rasa server what a text means."""

    async def __call__(self, text: str, message_id: str) -> Any:
        """The JSON that `POST /model/parse` answers, unread. Raises `RasaAway`, in time."""


class _Ranked(BaseModel):
    name: str | None = None
    confidence: float = Field(default=0.0, ge=-1e-6, le=1.0 + 1e-6, allow_inf_nan=False)


class _Parsed(BaseModel):
    intent: _Ranked
    intent_ranking: list[_Ranked] = Field(default_factory=list, max_length=500)


class RasaReader:
    """Puts Rasa's word on a message in place of our classifier's. One for all turns of the process.

    After a failure it leaves Rasa alone for a while, then one message tries it again. An outage is one line in the log.
    """

    def __init__(
        self,
        ask: AskRasa,
        intents: Collection[str],
        *,
        pause_seconds: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`intents` are those that we have; `clock` counts seconds."""
        self._ask = ask
        self._intents = frozenset(intents)
        self._pause = pause_seconds
        self._clock = clock
        self._away = False
        self._again_at = 0.0

    async def revise(self, own: Understanding, message_id: str) -> Understanding:
        """What the message means by Rasa's word; `own` as it is where Rasa has none. Never raises for Rasa's sake."""
        text = own.text.strip()
        if not any(map(str.isalnum, text)) or text.startswith(_COMMAND) or not self._is_due():
            return own
        try:
            parsed = _parse(await self._ask(own.text, message_id), self._intents)
        except RasaAway as error:
            self._failed(error)
            return own
        self._answered()
        return _revised(own, parsed)

    def _is_due(self) -> bool:
        """Whether Rasa is to be asked. During an outage one message at a time tries."""
        if not self._away:
            return True
        if self._clock() < self._again_at:
            return False
        self._again_at = self._clock() + self._pause
        return True

    def _failed(self, error: RasaAway) -> None:
        if not self._away:
            _log.warning("Rasa is away (%s): messages are understood without it until it is back", error)
        self._away = True
        self._again_at = self._clock() + self._pause

    def _answered(self) -> None:
        if self._away:
            _log.info("Rasa is back")
        self._away = False


def _parse(answer: Any, intents: frozenset[str]) -> list[Candidate]:
    """The intents by Rasa's ranking, its choice first; empty where it has none. Raises `RasaAway` for nonsense."""
    try:
        parsed = _Parsed.model_validate(answer)
    except ValidationError as error:
        raise RasaAway("its answer is none of /model/parse") from error
    if parsed.intent.name is None:
        return []
    ranked: dict[str, float] = {}
    for one in (parsed.intent, *parsed.intent_ranking):
        if one.name is None:
            continue
        name = OUT_OF_SCOPE if one.name == _FALLBACK else one.name
        if name not in intents:
            raise RasaAway("it knows intents that are not ours: train it from a new export")
        ranked.setdefault(name, min(max(one.confidence, 0.0), 1.0))
    return [Candidate(name, confidence) for name, confidence in ranked.items()]


def _revised(own: Understanding, ranked: list[Candidate]) -> Understanding:
    if not ranked:
        return own
    best = ranked[0]
    if best.intent == YES and own.intent != YES:
        return own
    if own.second_intent is not None and best.intent in (own.intent, own.second_intent):
        return replace(own, confidence=best.confidence)  # two requests, which Rasa has no way to say
    return replace(
        own,
        intent=best.intent,
        confidence=best.confidence,
        alternatives=tuple(ranked[1 : 1 + _ALTERNATIVES]),
        second_intent=None,
    )
