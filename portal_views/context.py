"""What the handlers of the pages need, made by `server.py` and handed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from config.clock import BusinessClock
from config.settings import Settings
from storage.proof import Identity
from storage.shops import Language, Shop
from storage.store import Storage


class Live(Protocol):
    """What a page must make happen at once elsewhere in the process."""

    def outbox_filled(self) -> None:
        """Something waits to be delivered: a one-time code."""

    def news_added(self) -> None:
        """Something stands in the news (a decision on an estimate, a visit moved): staff are to hear of it."""

    async def client_wrote(self, shop: Shop, identity: Identity, ref: str, text: str, language: Language) -> None:
        """A client's message by a form: one of their conversation, once whatever is repeated under its `ref`."""

    async def session_ended(self, shop: str, session_id: str) -> None:
        """Somebody signed out: their sockets are to go too."""

    async def token_ended(self, shop: str, token_id: str) -> None:
        """An API token was revoked: its sockets are to go too."""

    async def access_ended(self, shop: str, client_id: str) -> None:
        """A client may come in no more: their sockets are to go."""

    async def person_left(self, shop: str, staff_id: str) -> None:
        """Somebody of the staff may come in no more: what they had is anybody's again."""

    async def label_renamed(self, shop: str, old: str, new: str) -> None:
        """A label has a new name: conversations that have it have the new one."""

    async def shop_changed(self, shop: str) -> None:
        """Labels, canned replies or people are others now: open inboxes are to know."""


class Quiet:
    """Nothing else runs in this process (tests, commands)."""

    def outbox_filled(self) -> None:
        """Nobody to wake."""

    def news_added(self) -> None:
        """Nobody to tell; the news are kept."""

    async def client_wrote(self, shop: Shop, identity: Identity, ref: str, text: str, language: Language) -> None:
        """No chat here."""

    async def session_ended(self, shop: str, session_id: str) -> None:
        """No sockets here."""

    async def token_ended(self, shop: str, token_id: str) -> None:
        """No sockets here."""

    async def access_ended(self, shop: str, client_id: str) -> None:
        """No sockets here."""

    async def person_left(self, shop: str, staff_id: str) -> None:
        """No inbox here."""

    async def label_renamed(self, shop: str, old: str, new: str) -> None:
        """No inbox here."""

    async def shop_changed(self, shop: str) -> None:
        """No inbox here."""


class Lessons(Protocol):
    """What staff may teach the bot."""

    def names(self, language: Language) -> Mapping[str, str]:
        """What a message may mean: each intent and what people call it, in the order to show them."""

    def taught(self, shop: str) -> None:
        """Something was taught or taken back: it is to be learned now."""


class NoLessons:
    """There is no bot in this process (tests, commands)."""

    def names(self, language: Language) -> Mapping[str, str]:  # noqa: ARG002  # no bot speaks any
        """Nothing can be meant."""
        return {}

    def taught(self, shop: str) -> None:
        """Nobody learns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalContext:
    """Everything that a page may use."""

    settings: Settings
    store: Storage
    clock: BusinessClock
    live: Live
    lessons: Lessons = field(default_factory=NoLessons)
