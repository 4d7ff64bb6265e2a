"""What the handlers of the pages need, made by `server.py` and handed in."""

from dataclasses import dataclass
from typing import Protocol

from config.clock import BusinessClock
from config.settings import Settings
from storage.store import Storage


class Live(Protocol):
    """What a page must make happen at once elsewhere in the process."""

    def outbox_filled(self) -> None:
        """Something waits to be delivered: a one-time code."""

    async def session_ended(self, shop: str, session_id: str) -> None:
        """Somebody signed out: their sockets are to go too."""


class Quiet:
    """Nothing else runs in this process (tests, commands)."""

    def outbox_filled(self) -> None:
        """Nobody to wake."""

    async def session_ended(self, shop: str, session_id: str) -> None:
        """No sockets here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalContext:
    """Everything that a page may use."""

    settings: Settings
    store: Storage
    clock: BusinessClock
    live: Live
