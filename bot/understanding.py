"""A message to what is meant: intent with confidence, language, and what it names. One function, used by chat and command line.

`Understander.train_or_load` takes seconds the first time and must run off the event loop; `understand` takes milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.classifier import OUT_OF_SCOPE, Classifier, Examples
from bot.entities import Entities
from bot.features import clean
from bot.language import Language, detect_language
from bot.when import When
from storage.shops import Shop
from storage.vehicles import Vehicle

__all__ = ["OUT_OF_SCOPE", "Candidate", "Entities", "Examples", "Language", "Understander", "Understanding", "When"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent that might be meant; `confidence` is 0..1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What a message means. `alternatives` are the next best, best first: refused messages have their best guesses here."""

    text: str
    intent: str
    confidence: float
    alternatives: tuple[Candidate, ...] = ()
    second_intent: str | None = None
    language: Language
    entities: Entities = Entities()

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
    """The trained whole. Immutable once made, so it may be shared by every turn of the process."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

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
        ranked = [Candidate(intent, confidence) for intent, confidence in scores.ranked]
        return Understanding(
            text=text,
            intent=ranked[0].intent,
            confidence=ranked[0].confidence,
            alternatives=tuple(ranked[1:4]),
            language=language,
        )


def _own_language(shop: Shop) -> Language:
    return "es" if shop.language == "es" else "en"
