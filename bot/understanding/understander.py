"""A message to what is meant: intent with confidence, language, what it names. Chat and command line use one function.

`Understander.train_or_load` takes seconds the first time and must run off the event loop; `understand` milliseconds.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.understanding.classifier import OUT_OF_SCOPE, Classifier, Examples, Scores
from bot.understanding.entities import Entities, Surroundings, find_entities
from bot.understanding.features import clean
from bot.understanding.language import Language, detect_language
from bot.understanding.service_words import ServiceBook, make_service_book
from bot.understanding.when import WhenContext
from storage.opening_hours import spans_on
from storage.shops import Shop
from storage.vehicles import Vehicle

_ALTERNATIVES = 3
_SURE_OF_PART = 0.55  # how sure each half of a message must be to count as a request of its own
_SHORTEST_PART = 2  # words
_MOST_PARTS = 6  # of a long story, the first ones count
# said beside a request, these are not requests
_MANNERS = frozenset(("greet", "goodbye", "thanks", "affirm", "deny", "help", OUT_OF_SCOPE))
# one thing to a person, however many sentences it takes: never split
_WHOLE = frozenset(("complaint", "roadside_help", "stop_messages"))
# of these, one message asks for one
_RIVALS = (
    frozenset(("book_appointment", "reschedule_appointment", "cancel_appointment")),
    frozenset(("book_appointment", "roadside_help")),
    frozenset(("approve_estimate", "decline_estimate")),
)
_JOINT = re.compile(r"[.?!;\n]+|,|\b(?:and|also|plus|y|e|tambi[eé]n|adem[aá]s)\b|&|\+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent that might be meant; `confidence` is 0..1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What a message means. `alternatives` are the next best, best first; of a refused message, the best guesses."""

    text: str
    intent: str
    confidence: float
    alternatives: tuple[Candidate, ...] = ()
    second_intent: str | None = None
    language: Language
    entities: Entities = field(default_factory=Entities)

    def as_dict(self) -> dict[str, Any]:
        """As `understanding.md` writes it, ready for JSON."""
        return {
            "text": self.text,
            "intent": self.intent,
            "confidence": round(self.confidence, 4),
            "alternatives": [{"intent": c.intent, "confidence": round(c.confidence, 4)} for c in self.alternatives],
            "second_intent": self.second_intent,
            "language": self.language,
            "entities": self.entities.as_dict(),
        }


class Understander:
    """The trained whole. What it learned never changes, so it may be shared by every turn of the process."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._services: dict[str, ServiceBook] = {}

    @classmethod
    def train_or_load(cls, cache_dir: Path, examples: Examples) -> "Understander":
        """From the cache when examples, code and libraries are the same as then; else trained (seconds) and cached.

        `examples` is {intent: {"en": (...), "es": (...)}}. Blocks: call it in a thread.
        """
        return cls(Classifier.train_or_load(cache_dir, examples))

    def understand(
        self,
        text: str,
        *,
        now: datetime,
        shop: Shop,
        vehicles: Sequence[Vehicle] = (),
        default_language: Language | None = None,
    ) -> Understanding:
        """What `text` means to `shop` at `now` (aware). `vehicles` are the client's own, when the client is known.

        `default_language` is the conversation's, used when the text could be either. Never raises on any text.
        """
        cleaned = clean(text)
        scores = self._classifier.classify(cleaned)
        language = detect_language(cleaned, scores.spanish, default_language or _own_language(shop))
        intents = self._requests(cleaned, scores)
        ranked = [Candidate(intent, confidence) for intent, confidence in scores.ranked if intent != intents[0].intent]
        around = Surroundings(
            services=self._service_book(shop),
            vehicles=vehicles,
            country=shop.address.country,
            when=WhenContext(now=now.astimezone(shop.zone), hours=lambda day: _local_hours(shop, day)),
            known_words=self._classifier.known_words,
        )
        return Understanding(
            text=text,
            intent=intents[0].intent,
            confidence=intents[0].confidence,
            alternatives=tuple(ranked[:_ALTERNATIVES]),
            second_intent=intents[1].intent if len(intents) > 1 else None,
            language=language,
            entities=find_entities(cleaned, around, moving=intents[0].intent == "reschedule_appointment"),
        )

    def _requests(self, text: str, whole: Scores) -> list[Candidate]:
        """The one or two requests of a message, in order. Two only where each part alone is sure and different."""
        best = Candidate(*whole.ranked[0])
        parts = [part for part in _JOINT.split(text) if len(part.split()) >= _SHORTEST_PART]
        if len(parts) < 2 or best.intent in _WHOLE:
            return [best]
        found: list[Candidate] = []
        for part in parts[:_MOST_PARTS]:
            candidate = Candidate(*self._classifier.classify(part).ranked[0])
            if candidate.confidence < _SURE_OF_PART or candidate.intent in _MANNERS:
                continue
            if candidate.intent not in [known.intent for known in found]:
                found.append(candidate)
        weighty = [candidate for candidate in found if candidate.intent in _WHOLE]
        if weighty:  # too weighty to be one of two; a passing remark does not outdo what the whole surely says
            return [weighty[0] if weighty[0].confidence > best.confidence else best]
        if len(found) == 1 and best.intent in _MANNERS:
            return found  # "hi, I left the car this morning, is it ready": the greeting is not the request
        intents = {candidate.intent for candidate in found[:2]}
        if len(intents) < 2 or best.intent not in intents or any(intents <= rivals for rivals in _RIVALS):
            return [best]
        return found[:2]

    def _service_book(self, shop: Shop) -> ServiceBook:
        """The words for this shop's services, made anew when its list has changed."""
        book = self._services.get(shop.slug)
        if book is None or book.services != shop.services:
            book = make_service_book(shop.services, self._classifier.known_words)
            self._services[shop.slug] = book
        return book


def _own_language(shop: Shop) -> Language:
    return "es" if shop.language == "es" else "en"


def _local_hours(shop: Shop, day: dt.date) -> list[tuple[dt.time, dt.time]]:
    """The shop's hours of a day as local times; 24:00 is the last minute."""
    return [(_time(start), _time(end)) for start, end in spans_on(shop, day)]


def _time(clock: str) -> dt.time:
    hour, minute = (int(part) for part in clock.split(":"))
    return dt.time(hour, minute) if hour < 24 else dt.time(23, 59)
