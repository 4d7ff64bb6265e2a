"""The `/staff` namespace: the inbox. A peer sees its own shop only."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from chat.cards import Cards
from chat.changes import decide_change
from chat.events import (
    STAFF_EVENTS,
    Assign,
    DecideChange,
    Inbox,
    InConversation,
    Json,
    ProtocolError,
    StaffHistory,
    StaffMessage,
    StaffRead,
    StaffSync,
    StaffTyping,
    conversation_summary,
    message_object,
    moment,
)
from chat.handoff import Event
from chat.hub import Hub, Outbound
from chat.sockets import Allowance, GuardedNamespace, cookies_of
from config.clock import BusinessClock
from config.settings import Settings
from storage.conversations import Conversation
from storage.messages import Author, Status
from storage.sessions import STAFF_COOKIE
from storage.shops import Shop
from storage.staff import Staff

_STATUSES: tuple[Status, ...] = get_args(Status)
_OPENING_PAGE = 100


@dataclass(frozen=True, slots=True)
class StaffPeer:
    """One connection of a member of staff."""

    shop: Shop
    staff: Staff
    allowance: Allowance

    @property
    def author(self) -> Author:
        """As whom it speaks."""
        return Author(kind="staff", name=self.staff.name, id=self.staff.id)


def shop_room(shop: str) -> str:
    """The room of everyone in this shop's inbox."""
    return f"shop:{shop}"


class StaffNamespace(GuardedNamespace):
    """Staff, each in the room of their shop."""

    def __init__(self, settings: Settings, clock: BusinessClock) -> None:
        super().__init__("/staff", STAFF_EVENTS)
        self._settings = settings
        self._clock = clock
        self._peers: dict[str, StaffPeer] = {}
        self.hub: Hub = cast(Hub, None)  # handed in by `server.py`: hub and sockets know each other

    async def accept(self, sid: str, environ: dict[str, Any], auth: Any) -> None:  # noqa: ARG002  # tokens come with the API
        """Raises `ProtocolError` without a staff session."""
        store = self.hub.store
        token = cookies_of(environ).get(STAFF_COOKIE)
        session = await store.sessions.find(token) if token else None
        if session is None or session.staff_id is None:
            raise ProtocolError("unauthorized", "sign in to the inbox first")
        shop = await store.shops.get(session.shop)
        staff = await store.staff.get(session.shop, session.staff_id)
        allowance = Allowance(self._settings.message_burst, self._settings.messages_per_second)
        self._peers[sid] = StaffPeer(shop, staff, allowance)
        await self.enter_room(sid, shop_room(shop.slug))

    async def leave(self, sid: str) -> None:
        """The peer is gone."""
        self._peers.pop(sid, None)

    async def on_inbox(self, sid: str, asked: Inbox) -> Json:
        """One view of the inbox, and how many conversations each has."""
        peer = self._peer(sid)
        shop, store = peer.shop.slug, self.hub.store
        await self.hub.projector.drain()
        before = datetime.fromisoformat(asked.cursor) if asked.cursor else None
        statuses: tuple[Status, ...] = _STATUSES if asked.view == "all" else (_status_of(asked),)
        pages = await asyncio.gather(
            *(store.conversations.list_by_status(shop, status, asked.limit + 1, before) for status in statuses)
        )
        found = sorted((one for page in pages for one in page), key=_last_at, reverse=True)
        kept = [one for one in found if _belongs(one, asked, peer.staff.id)][: asked.limit]
        more = len(found) > len(kept) and len(kept) == asked.limit
        return {
            "conversations": [await self.summary(one) for one in kept],
            "counts": await self._counts(shop, peer.staff.id),
            "cursor": moment(_last_at(kept[-1])) if more else None,
            "staff": {"id": peer.staff.id, "name": peer.staff.name, "role": peer.staff.role},
            "shop": {"slug": shop, "name": peer.shop.name, "timezone": peer.shop.timezone},
        }

    async def on_open(self, sid: str, asked: InConversation) -> Json:
        """A conversation's newest messages and its client's card."""
        peer, conversation = await self._find(sid, asked)
        conversation = await self.hub.writer.refresh(conversation)
        store = self.hub.store
        entries = await store.messages.before(
            conversation.shop, conversation.id, conversation.last_seq + 1, _OPENING_PAGE
        )
        return {
            "conversation": await self.summary(conversation),
            "messages": [message_object(entry, for_staff=True) for entry in entries],
            "more": bool(entries) and entries[0].seq > 1,
            "client": await Cards(store, self._clock).card(peer.shop, conversation),
        }

    async def on_close(self, sid: str, asked: InConversation) -> Json:
        """Nobody looks any more."""
        await self._find(sid, asked)
        return {}

    async def on_history(self, sid: str, asked: StaffHistory) -> Json:
        """Older entries."""
        _, conversation = await self._find(sid, asked)
        entries = await self.hub.store.messages.before(conversation.shop, conversation.id, asked.before, asked.limit)
        return {
            "messages": [message_object(entry, for_staff=True) for entry in entries],
            "more": bool(entries) and entries[0].seq > 1,
        }

    async def on_sync(self, sid: str, asked: StaffSync) -> Json:
        """Newer entries."""
        _, conversation = await self._find(sid, asked)
        entries = await self.hub.store.messages.after(conversation.shop, conversation.id, asked.after, asked.limit)
        return {
            "messages": [message_object(entry, for_staff=True) for entry in entries],
            "more": bool(entries) and entries[-1].seq < conversation.last_seq,
        }

    async def on_message(self, sid: str, message: StaffMessage) -> Json:
        """A reply, or a note among staff."""
        peer, conversation = await self._find(sid, message)
        peer.allowance.take()
        if message.attachments:
            raise ProtocolError("not_found", "attachments: there is no such upload")
        sent = await self.hub.send(
            Outbound(
                shop=peer.shop,
                conversation=conversation,
                author=peer.author,
                text=message.text or "",
                ref=message.ref,
                private=message.private,
                channel=message.channel,
                origin=sid,
            )
        )
        ack: Json = {"id": sent.entry.id, "seq": sent.entry.seq, "at": moment(sent.entry.at)}
        return ack | {"duplicate": True} if sent.duplicate else ack

    async def on_take(self, sid: str, asked: InConversation) -> Json:
        """It is mine now; the bot falls silent."""
        return await self._act(sid, asked, Event.TAKE)

    async def on_assign(self, sid: str, asked: Assign) -> Json:
        """It is somebody's, or nobody's."""
        peer = self._peer(sid)
        if asked.staff is None:
            return await self._act(sid, asked, Event.UNASSIGN)
        if await self.hub.store.staff.find(peer.shop.slug, asked.staff) is None:
            raise ProtocolError("not_found", "staff: nobody here has this id")
        return await self._act(sid, asked, Event.ASSIGN, named=asked.staff)

    async def on_return_to_bot(self, sid: str, asked: InConversation) -> Json:
        """The bot answers again."""
        return await self._act(sid, asked, Event.RETURN_TO_BOT)

    async def on_resolve(self, sid: str, asked: InConversation) -> Json:
        """It is done."""
        return await self._act(sid, asked, Event.RESOLVE)

    async def on_reopen(self, sid: str, asked: InConversation) -> Json:
        """It is not done after all."""
        return await self._act(sid, asked, Event.REOPEN)

    async def on_typing(self, sid: str, typing: StaffTyping) -> Json:
        """The client and colleagues see it; the bot waits a moment."""
        peer, conversation = await self._find(sid, typing)
        await self.hub.typing(conversation, peer.author, on=typing.on)
        return {}

    async def on_read(self, sid: str, read: StaffRead) -> Json:
        """Staff have read as far as this."""
        peer, conversation = await self._find(sid, read)
        await self.hub.mark_read(conversation, peer.author, read.seq)
        return {}

    async def on_decide_change(self, sid: str, decided: DecideChange) -> Json:
        """A client's change request is accepted, or declined; the ack has what the card shows then."""
        peer = self._peer(sid)
        request = await decide_change(self.hub, peer.shop, peer.staff, decided.id, accept=decided.accept)
        return {
            "id": request.id,
            "client": await Cards(self.hub.store, self._clock).of_client(peer.shop, request.client_id),
        }

    async def summary(self, conversation: Conversation) -> Json:
        """The conversation as the list shows it."""
        assignee = conversation.state.assignee
        staff = await self.hub.store.staff.find(conversation.shop, assignee) if assignee else None
        return conversation_summary(conversation, staff.name if staff else None)

    async def _act(self, sid: str, asked: InConversation, event: Event, **details: Any) -> Json:
        peer, conversation = await self._find(sid, asked)
        done = await self.hub.act(conversation, event, peer.author, **details)
        return {"conversation": await self.summary(done)}

    async def _counts(self, shop: str, staff_id: str) -> dict[str, int]:
        conversations = self.hub.store.conversations
        numbers = await asyncio.gather(*(conversations.count_by_status(shop, status) for status in _STATUSES))
        counts: dict[str, int] = dict(zip(_STATUSES, numbers, strict=True))
        opened = await conversations.list_by_status(shop, "open", 1000)
        mine = sum(1 for one in opened if one.state.assignee == staff_id)
        return {**counts, "mine": mine, "all": sum(numbers)}

    async def _find(self, sid: str, asked: InConversation) -> tuple[StaffPeer, Conversation]:
        peer = self._peer(sid)
        return peer, await self.hub.directory.get(peer.shop.slug, asked.conversation)

    def _peer(self, sid: str) -> StaffPeer:
        peer = self._peers.get(sid)
        if peer is None:
            raise ProtocolError("unauthorized", "connect again")
        return peer


def _status_of(asked: Inbox) -> Status:
    return "open" if asked.view == "mine" else cast(Status, asked.view)


def _last_at(conversation: Conversation) -> datetime:
    return conversation.last_at or conversation.created_at


def _belongs(conversation: Conversation, asked: Inbox, staff_id: str) -> bool:
    if asked.view == "mine" and conversation.state.assignee != staff_id:
        return False
    words = (asked.q or "").casefold().split()
    text = f"{conversation.title} {conversation.phone or ''} {conversation.last_text}".casefold()
    return all(word in text for word in words)
