"""Who is connected to `/staff`, and what all its events share."""

import time
from dataclasses import dataclass
from typing import Any, Literal, cast

from chat.canned import Canned
from chat.encoding import conversation_summary
from chat.events import STAFF_EVENTS, InConversation, Json, ProtocolError
from chat.handoff import Event
from chat.hub import Hub
from chat.presence import PresenceBoard
from chat.sockets import Allowance, GuardedNamespace
from config.clock import BusinessClock
from config.settings import Settings
from storage.conversations import Conversation
from storage.messages import Author
from storage.shops import Shop
from storage.staff import Staff

_NAME_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Credential:
    """What a connection was opened with: a session or an API token, by its id."""

    kind: Literal["session", "token"]
    id: str


@dataclass(frozen=True, slots=True)
class StaffPeer:
    """One connection of a member of staff, or of a program that acts as one."""

    shop: Shop
    staff: Staff
    opened_by: Credential  # the connection ends with it
    allowance: Allowance

    @property
    def author(self) -> Author:
        """As whom it speaks."""
        return Author(kind="staff", name=self.staff.name, id=self.staff.id)


def shop_room(shop: str) -> str:
    """The room of everyone in this shop's inbox."""
    return f"shop:{shop}"


def person_room(staff_id: str) -> str:
    """The room of one person's sockets, wherever they are connected."""
    return f"staff:{staff_id}"


class StaffPeers(GuardedNamespace):
    """The connections, and how an event finds its peer and its conversation."""

    hub: Hub  # handed in by `service.py`: hub and sockets know each other
    presence: PresenceBoard
    canned: Canned
    push_key: str = ""  # what browsers subscribe to notifications with

    def __init__(self, settings: Settings, clock: BusinessClock) -> None:
        super().__init__("/staff", STAFF_EVENTS)
        self._settings = settings
        self._clock = clock
        self._peers: dict[str, StaffPeer] = {}
        self._names: dict[tuple[str, str], tuple[str | None, float]] = {}
        self.hub = cast(Hub, None)
        self.presence = cast(PresenceBoard, None)
        self.canned = cast(Canned, None)

    async def summary(self, conversation: Conversation) -> Json:
        """The conversation as the list shows it."""
        assignee = conversation.state.assignee
        return conversation_summary(conversation, await self._name(conversation.shop, assignee) if assignee else None)

    async def _name(self, shop: str, staff_id: str) -> str | None:
        """The name of somebody who works there; asked again after a minute."""
        now = time.monotonic()
        known = self._names.get((shop, staff_id))
        if known is None or known[1] < now:
            staff = await self.hub.store.staff.find(shop, staff_id)
            known = self._names[(shop, staff_id)] = (staff.name if staff else None, now + _NAME_SECONDS)
        return known[0]

    async def tell_presence(self, shop: str, people: list[Json]) -> None:
        """Everybody in the shop's inbox sees who is there."""
        await self.push("presence", {"people": people}, room=shop_room(shop))
        self.hub.waiting.people_changed(shop, len(people))

    async def tell_person(self, staff_id: str, notification: Json) -> None:
        """One person is told of something, in every tab."""
        await self.push("notification", notification, room=person_room(staff_id))

    async def tell_changed(self, shop: str) -> None:
        """What `shop` answers is another now."""
        await self.push("shop_changed", {}, room=shop_room(shop))

    async def tell_missed(self) -> None:
        """Pushes to the peers of this process may have been lost: they ask anew for what they show."""
        for shop in {peer.shop.slug for peer in self._peers.values()}:
            await self.push("missed", {}, room=shop_room(shop), here=True)

    async def _act(self, sid: str, asked: InConversation, event: Event, **details: Any) -> Json:
        peer, conversation = await self._find(sid, asked)
        done = await self.hub.act(conversation, event, peer.author, **details)
        return {"conversation": await self.summary(done)}

    async def _find(self, sid: str, asked: InConversation) -> tuple[StaffPeer, Conversation]:
        peer = self._peer(sid)
        return peer, await self.hub.directory.get(peer.shop.slug, asked.conversation)

    def _peer(self, sid: str) -> StaffPeer:
        peer = self._peers.get(sid)
        if peer is None:
            raise ProtocolError("unauthorized", "connect again")
        return peer
