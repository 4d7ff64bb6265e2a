"""What a channel is, and what a sender is.

A `Channel` takes what was said in a conversation to the client. One that leaves the building adds a row to the outbox;
the outbox's worker hands the row to a `Sender`, which talks to the carrier.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol, TypeAlias

from storage.conversations import Conversation
from storage.messages import ChannelName, Delivery, Entry
from storage.outbox import OutboxRow
from storage.shops import Shop

OPTED_OUT = "opted_out"  # the error of what is not texted to a number that said STOP

Wake: TypeAlias = Callable[[], None]  # tells the outbox's worker that there is something to deliver


class Channel(Protocol):
    """One way out. The hub calls it once an entry for the client is stored and pushed."""

    @property
    def name(self) -> ChannelName:
        """Which entries are its own."""

    async def deliver(self, shop: Shop, conversation: Conversation, entry: Entry) -> Delivery | None:
        """Send the entry on its way; doing it again sends nothing twice. None: there is nothing to track."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A carrier has taken it. `provider_id` is the carrier's own id for it."""

    provider_id: str
    state: Literal["sent", "delivered"] = "sent"


class SendError(Exception):
    """The carrier has not taken it. `code` is short and fixed, for records and staff."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(SendError):
    """It will not be taken however often it is sent. `opted_out`: the carrier blocks this number after its STOP."""

    def __init__(self, code: str, *, opted_out: bool = False) -> None:
        super().__init__(code)
        self.opted_out = opted_out


class TryLater(SendError):
    """It was surely not taken, and may be another time; `after` is what the carrier asks for, if it says."""

    def __init__(self, code: str, *, after: timedelta | None = None) -> None:
        super().__init__(code)
        self.after = after


class OutcomeUnknown(SendError):
    """It may have been taken or not: look before it is sent again."""


class Sender(Protocol):
    """One carrier: Twilio, a mail server, or the console that stands in for them."""

    async def send(self, row: OutboxRow) -> Sent:
        """Hand it over; `row.sender` is set. Raises `Refused`, `TryLater` or `OutcomeUnknown`."""

    async def find_sent(self, row: OutboxRow) -> Sent | None:
        """What came of an earlier try whose outcome is unknown; None: it did not get through. Raises as `send` does."""
