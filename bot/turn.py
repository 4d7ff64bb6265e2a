"""What the hub hands the assistant, and what it gets back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.reply import HandOff
from storage.messages import Button, ChannelName, Link, Status
from storage.proof import Identity
from storage.shops import Language, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How it stands with those who wait for a person: `ahead` wait already, `minutes` is how long that mostly takes."""

    people_online: int
    ahead: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a client that the bot is to answer."""

    shop: Shop
    conversation_id: str
    message_id: str  # also the idempotency key of whatever the turn changes
    text: str
    payload: str | None  # of a quick reply
    channel: ChannelName
    identity: Identity
    status: Status  # "bot", or "waiting": then only sure answers that only read
    tracker: dict[str, Any] = field(default_factory=dict)  # as the last answer left it; {} at first
    now: datetime  # the business clock, aware UTC
    line: Line | None = None  # None: not known
    language: Language | None = None  # of the page it was written on: for who has not shown theirs yet
    attachments: int = 0  # files that came with it, which the bot cannot look at
    episode: int = 1  # of the conversation: a new one begins with a fresh dialogue


@dataclass(frozen=True, slots=True)
class Guess:
    """An intent that a message was taken for; `confidence` is 0..1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """A message that was not understood, or only after "Did you mean": staff may say what it means.

    `picked` is the intent that the client picked then, `out_of_scope`: none of those offered; None: nobody was asked.
    """

    text: str
    language: Language
    guesses: tuple[Guess, ...] = ()  # best first
    picked: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the hub stores and sends. `tracker` replaces the dialogue's state."""

    text: str
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    hand_off: HandOff | None = None
    tracker: dict[str, Any] = field(default_factory=dict)
    identified_as: str | None = None  # client id: a shared number said who, or a code proved who
    unclear: Unclear | None = None  # what staff should see of this turn
