"""What an intent returns. A `Reply` is a value, written once and rendered per channel; an intent never sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from storage.messages import Link

PageName: TypeAlias = Literal[
    "shop",
    "login",
    "dashboard",
    "invoices",
    "invoice",
    "payments",
    "estimates",
    "estimate",
    "inspections",
    "inspection",
    "visits",
    "visit",
    "book",
    "vehicles",
    "vehicle",
    "work_orders",
    "work_order",
    "profile",
]
Thing: TypeAlias = Literal["vehicle", "invoice", "payment", "estimate", "visit", "inspection", "work_order"]
HandOffReason: TypeAlias = Literal["asked", "not_understood", "urgent", "complaint", "needs_person", "failed"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick reply. `payload` comes back as the next message's payload: `/intent{"slot": "value"}`."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRef:
    """A page that says more. Becomes a link that suits the channel and the peer's proof."""

    page: PageName
    title: str
    record_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """A person is wanted. `gist` is what staff read first: who, what they want, what was tried; a line each."""

    reason: HandOffReason
    urgent: bool = False
    gist: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one message."""

    text: str
    choices: tuple[Choice, ...] = ()
    pages: tuple[PageRef, ...] = ()
    links: tuple[Link, ...] = ()  # pages that are not ours (where to pay, a map); they come before `pages`
    hand_off: HandOff | None = None
    # ids of the records that it speaks of, the foremost first: what "it" and "the other one" mean in the next message
    about: Mapping[Thing, tuple[str, ...]] = field(default_factory=dict)
