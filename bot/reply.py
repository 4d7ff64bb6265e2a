"""What an intent returns. A `Reply` is a value, written once and rendered per channel; an intent never sends."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

PageName: TypeAlias = Literal[
    "shop", "login", "dashboard", "invoices", "invoice", "visits", "book", "vehicles", "work_orders", "profile"
]
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
    hand_off: HandOff | None = None
