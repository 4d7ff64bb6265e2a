"""The log: messages, notes and acts of a conversation, under one gapless sequence.

One insert decides: the unique index over (shop, conversation, seq) refuses who writes at a number that is taken, the ones
over `ref` and `in_reply_to` refuse what is there already. Every entry carries the conversation's `state` after it, and
the bot's entries the dialogue's `tracker`: the last entries say all, and the conversation document is only a projection.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

EntryKind: TypeAlias = Literal["message", "note", "act"]
AuthorKind: TypeAlias = Literal["client", "bot", "staff", "system"]
ChannelName: TypeAlias = Literal["web", "sms", "email"]
Status: TypeAlias = Literal["bot", "waiting", "open", "snoozed", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said it. `id` is a client's or staff id and never leaves the staff side."""

    kind: AuthorKind
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: what it says, and what is sent back as `payload`."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open; `url` is absolute."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Who answers in the conversation, after an entry."""

    status: Status = "bot"
    assignee: str | None = None  # staff id
    episode: int = 1
    until: datetime | None = None  # when a snooze ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a message that left by a carrier has come."""

    state: Literal["queued", "sent", "delivered", "read", "failed"]
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the log. `seq` counts from 1 in its conversation; `client_prev` is the one before it a client may see."""

    id: str
    shop: str
    conversation: str
    seq: int
    client_prev: int
    kind: EntryKind
    author: Author
    at: datetime
    state: State
    channel: ChannelName = "web"
    text: str = ""
    payload: str | None = None
    ref: str | None = None
    in_reply_to: str | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    delivery: Delivery | None = None
    act: str | None = None  # of an act: taken, assigned, returned_to_bot, resolved, reopened, continued ...
    tracker: dict[str, Any] | None = field(default=None)
    rev: int | None = None  # set when it changed after it was stored

    @property
    def for_client(self) -> bool:
        """Whether the client may ever see it."""
        return self.kind == "message"


