"""A message to what is meant: intent with confidence, language, what it names. Chat and command line use one function.

`Understander.train_or_load` takes seconds the first time and must run off the event loop; `understand` milliseconds.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.understanding.classifier import Classifier
from bot.understanding.entities import Entities, Surroundings, find_entities
from bot.understanding.features import clean
from bot.understanding.language import Language, detect_language
from bot.understanding.model import Examples
from bot.understanding.requests import Candidate, find_requests, split_parts
from bot.understanding.service_words import ServiceBook, make_service_book
from bot.understanding.when import WhenContext
from storage.opening_hours import spans_on
from storage.shops import Shop
from storage.vehicles import Vehicle

_ALTERNATIVES = 3


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
        self.classifier = classifier
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
        parts = split_parts(cleaned)
        scores, *of_parts = self.classifier.classify([cleaned, *parts])
        language = detect_language(cleaned, scores.spanish, default_language or _own_language(shop))
        intents = find_requests(scores, list(zip(parts, of_parts, strict=True)))
        ranked = [Candidate(intent, confidence) for intent, confidence in scores.ranked if intent != intents[0].intent]
        around = Surroundings(
            services=self._service_book(shop),
            vehicles=vehicles,
            country=shop.address.country,
            when=WhenContext(now=now.astimezone(shop.zone), hours=lambda day: _local_hours(shop, day)),
            known_words=self.classifier.known_words,
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

    def _service_book(self, shop: Shop) -> ServiceBook:
        """The words for this shop's services, made anew when its list has changed."""
        book = self._services.get(shop.slug)
        if book is None or book.services != shop.services:
            book = make_service_book(shop.services, self.classifier.known_words)
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
