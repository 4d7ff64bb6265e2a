"""The dialogue's state of one conversation, in Rasa's words, to and from the plain dict stored with the bot's answers.

Small by rule (below 2 kB): ids and codes, never records. What a message said is kept only where a question waits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from bot.reply import Choice, Thing

Slots: TypeAlias = dict[str, Any]

MAX_CHOICES = 10
MAX_TOPIC = 4  # records of one kind that are remembered as spoken of
LASTING = frozenset({"who", "language"})  # slots that outlive a form


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """What is remembered from one message to the next. A value: `with_*` make the next one."""

    slots: Slots = field(default_factory=dict)  # filled so far; `who` and `language` outlive a form
    active_loop: str | None = None  # the form that is being filled: an intent's name
    requested_slot: str | None = None  # what the bot asked for last
    latest_intent: str | None = None
    misunderstood: int = 0  # messages in a row that were not understood
    choices: tuple[Choice, ...] = ()  # of the last answer: "2" is the second
    after_proof: dict[str, Any] | None = None  # the question that waits until the peer has proved who it is
    awaiting_code: dict[str, Any] | None = None  # {"contact": ...}: a code went out
    topic: dict[str, list[str]] = field(default_factory=dict)  # thing -> ids last spoken of, the latest thing first
    episode: int = 1  # of the conversation

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Tracker":
        """The tracker of a stored dict; {} is a new conversation. Unknown keys are left."""
        choices = tuple(Choice(title, payload) for title, payload in document.get("choices", ()))
        plain = {name: document[name] for name in _PLAIN if name in document}
        return cls(**{**plain, "slots": dict(document.get("slots", {}))}, choices=choices)

    def to_dict(self) -> dict[str, Any]:
        """Only what is set, ready to be stored."""
        document: dict[str, Any] = {name: getattr(self, name) for name in ("slots", *_PLAIN) if getattr(self, name)}
        if self.episode == 1:
            document.pop("episode")
        if self.choices:
            document["choices"] = [[choice.title, choice.payload] for choice in self.choices[:MAX_CHOICES]]
        return document

    def with_slots(self, changes: Mapping[str, Any]) -> "Tracker":
        """The same with some slots set; None empties one."""
        merged = {**self.slots, **changes}
        return replace(self, slots={name: value for name, value in merged.items() if value is not None})

    def with_events(self, events: Iterable[Mapping[str, Any]]) -> "Tracker":
        """The same after an action's Rasa events: `slot` and `active_loop` count here."""
        changes: Slots = {}
        loop, requested = self.active_loop, self.requested_slot
        for event in events:
            if event.get("event") == "slot" and event["name"] == "requested_slot":
                requested = event["value"]
            elif event.get("event") == "slot":
                changes[event["name"]] = event["value"]
            elif event.get("event") == "active_loop":
                loop = event["name"]
        return replace(self.with_slots(changes), active_loop=loop, requested_slot=requested)

    def in_episode(self, episode: int) -> "Tracker":
        """The same, or in another episode a fresh one: only the language is remembered."""
        if self.episode == episode:
            return self
        language = self.slots.get("language")
        return Tracker(slots={"language": language} if language else {}, episode=episode)

    def speaking_of(self, about: Mapping[Thing, tuple[str, ...]]) -> "Tracker":
        """The same after an answer about these records, which come first; of other kinds, what was spoken of stays."""
        if not about:
            return self
        told: dict[str, list[str]] = {
            thing: list(dict.fromkeys(ids))[:MAX_TOPIC] for thing, ids in about.items() if ids
        }
        before = {thing: ids for thing, ids in self.topic.items() if thing not in told}
        return replace(self, topic={**told, **before})

    def without_form(self) -> "Tracker":
        """The same with no form open: only the slots that outlive a form stay."""
        kept = {name: value for name, value in self.slots.items() if name in LASTING}
        return replace(self, slots=kept, active_loop=None, requested_slot=None)


_PLAIN = (
    "active_loop",
    "requested_slot",
    "latest_intent",
    "misunderstood",
    "after_proof",
    "awaiting_code",
    "topic",
    "episode",
)
