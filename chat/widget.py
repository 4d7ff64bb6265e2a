"""The `/client` namespace: the widget, and the chat of the portal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from chat.attaching import claim_files, client_uploaders
from chat.encoding import attachment_objects, client_conversation, message_object, moment
from chat.events import (
    CLIENT_EVENTS,
    History,
    Json,
    Message,
    ProtocolError,
    Rate,
    Read,
    Sync,
    Typing,
)
from chat.hub import Hub, Inbound
from chat.identifying import identify
from chat.rating import rate
from chat.sockets import Allowance, GuardedNamespace, cookies_of
from chat.waiting import closed_object
from config.clock import BusinessClock
from config.settings import Settings
from storage.conversations import Conversation
from storage.messages import Attachment, Author, Entry, Rating
from storage.opening_hours import closes_at, find_closure, is_open, next_opening
from storage.proof import VISITOR, Identity
from storage.sessions import client_cookie
from storage.shops import Shop

BEAT_SECONDS = 15.0


@dataclass(slots=True)
class Peer:
    """One connection. Who it is comes from its cookie and its visitor token, never from what it says."""

    shop: Shop
    cookie: str | None
    visitor: str | None  # the token, which the peer keeps
    allowance: Allowance
    identity: Identity = VISITOR
    conversation: Conversation | None = None  # None until first needed, and again when who it is may have changed


class ClientNamespace(GuardedNamespace):
    """Clients and visitors, each in the room of its conversation."""

    def __init__(self, settings: Settings, clock: BusinessClock) -> None:
        super().__init__("/client", CLIENT_EVENTS)
        self._settings = settings
        self._clock = clock
        self._peers: dict[str, Peer] = {}
        self.hub: Hub = cast(Hub, None)  # handed in by `server.py`: hub and sockets know each other

    async def accept(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Raises `ProtocolError` for an unknown shop."""
        given: Mapping[str, Any] = auth if isinstance(auth, dict) else {}
        slug, visitor = given.get("shop"), given.get("visitor")
        shop = await self.hub.store.shops.find(slug) if isinstance(slug, str) else None
        if shop is None:
            raise ProtocolError("not_found", "auth.shop: there is no such shop")
        settings = self._settings
        self._peers[sid] = Peer(
            shop=shop,
            cookie=cookies_of(environ).get(client_cookie(shop.slug)),
            visitor=visitor if isinstance(visitor, str) and self.hub.store.visitors.is_token(visitor) else None,
            allowance=Allowance(settings.message_burst, settings.messages_per_second),
        )

    async def leave(self, sid: str) -> None:
        """The peer is gone; its conversation is not."""
        self._peers.pop(sid, None)

    async def on_sync(self, sid: str, asked: Sync) -> Json:
        """What the peer missed, and who and where it is."""
        peer = self._peer(sid)
        peer.conversation = None
        conversation = await self._conversation(sid, peer)
        head = await self.hub.writer.refresh(conversation) if conversation.last_seq else conversation
        messages, more = await self._page_after(head, asked)
        store = self.hub.store
        changed = await store.messages.changed_between(head.shop, head.id, asked.rev, head.rev)
        client = await store.clients.find(head.shop, peer.identity.client_id) if peer.identity.client_id else None
        return {
            "visitor": peer.visitor if client is None else None,
            "client": client.name if client else None,
            "shop": self._shop(peer.shop),
            "conversation": await self.state_of(head),
            "messages": messages,
            "updated": [self._message(entry) for entry in changed if entry.for_client],
            "more": more,
        }

    async def on_history(self, sid: str, asked: History) -> Json:
        """Older messages."""
        conversation = await self._conversation(sid, self._peer(sid))
        found: list[Entry] = []
        before = asked.before
        while before > 1 and len(found) < asked.limit:
            page = await self.hub.store.messages.before(conversation.shop, conversation.id, before, asked.limit)
            if not page:
                break
            before = page[0].seq
            found = [entry for entry in page if entry.for_client] + found
        kept = found[-asked.limit :]
        more = len(found) > len(kept) or before > 1
        return {"messages": [self._message(entry) for entry in kept], "more": more}

    async def on_message(self, sid: str, message: Message) -> Json:
        """Stored when this returns."""
        peer = self._peer(sid)
        peer.allowance.take()
        if message.payload is not None and message.payload.startswith("/code_"):
            raise ProtocolError("bad_request", "payload: is not one that was offered")
        conversation = peer.conversation or await self._conversation(sid, peer)
        received = await self.hub.receive(
            Inbound(
                shop=peer.shop,
                conversation=conversation,
                identity=peer.identity,
                channel="web",
                ref=message.ref,
                text=message.text or "",
                payload=message.payload,
                attachments=await self._claimed(peer, conversation, message),
                origin=sid,
            )
        )
        entry = received.entry
        ack: Json = {"id": entry.id, "seq": entry.seq, "at": moment(entry.at)}
        if entry.attachments:
            ack["attachments"] = attachment_objects(entry, self.hub.store.file_links)
        if received.duplicate:
            ack["duplicate"] = True
        elif entry.text != (message.text or ""):
            ack["text"] = entry.text  # a code was taken out: the peer shows what is stored
        return ack

    async def on_typing(self, sid: str, typing: Typing) -> Json:
        """Staff see it."""
        peer = self._peer(sid)
        conversation = await self._conversation(sid, peer)
        if conversation.last_seq:
            await self.hub.typing(conversation, Author(kind="client", name=conversation.title), on=typing.on)
        return {}

    async def on_read(self, sid: str, read: Read) -> Json:
        """The client has read as far as this."""
        conversation = await self._conversation(sid, self._peer(sid))
        if conversation.last_seq:
            await self.hub.mark_read(conversation, Author(kind="client", name=conversation.title), read.seq)
        return {}

    async def on_rate(self, sid: str, given: Rate) -> Json:
        """How it was. Rated again, the last word counts."""
        peer = self._peer(sid)
        peer.allowance.take()
        conversation = await self._conversation(sid, peer)
        author = Author(kind="client", name=conversation.title, id=peer.identity.client_id)
        rated = await rate(self.hub, conversation, author, Rating(score=given.score, comment=given.comment))
        return {"conversation": await self.state_of(rated)}

    async def state_of(self, conversation: Conversation) -> Json:
        """The conversation as its client sees it, with its place in the line."""
        waits = conversation.status == "waiting"
        queue = await self.hub.waiting.queue_of(conversation.shop, conversation.id) if waits else None
        return client_conversation(conversation, queue)

    def forget_identities(self, conversation_id: str) -> list[str]:
        """Who the peers of this conversation are may have changed: look again when they next ask. Their sids."""
        sids = [
            sid for sid, peer in self._peers.items() if peer.conversation and peer.conversation.id == conversation_id
        ]
        for sid in sids:
            self._peers[sid].conversation = None
        return sids

    async def end_session(self, shop: str, session_id: str) -> None:
        """Close the connections that this session opened."""
        for sid, peer in list(self._peers.items()):
            if peer.shop.slug == shop and peer.identity.session_id == session_id:
                await self.disconnect(sid)

    async def beat(self) -> None:
        """Tell every joined conversation that is stored where its log stands, as the database has it."""
        joined: dict[str, set[str]] = {}
        for peer in self._peers.values():
            if peer.conversation is not None:
                joined.setdefault(peer.shop.slug, set()).add(peer.conversation.id)
        await self.hub.projector.drain()
        for shop, ids in joined.items():
            for conversation in await self.hub.store.conversations.find_many(shop, sorted(ids)):
                data = {
                    "conversation": conversation.id,
                    "last_seq": conversation.client_last_seq,
                    "rev": conversation.rev,
                }
                await self.push("beat", data, room=conversation.id)
        await self.hub.waiting.beat()

    def _peer(self, sid: str) -> Peer:
        peer = self._peers.get(sid)
        if peer is None:
            raise ProtocolError("unauthorized", "connect again")
        return peer

    async def _conversation(self, sid: str, peer: Peer) -> Conversation:
        if peer.conversation is None:
            peer.identity = await identify(self.hub.store, peer.shop, peer.cookie, peer.visitor)
            if peer.identity.client_id is None and peer.visitor is None:
                peer.visitor = self.hub.store.visitors.new_token()
            visitor = self.hub.store.visitors.hash_of(peer.shop.slug, peer.visitor) if peer.visitor else None
            found = await self.hub.conversation_for(peer.shop, peer.identity, visitor=visitor)
            for room in self.rooms(sid):
                if room not in (sid, found.id):
                    await self.leave_room(sid, room)
            await self.enter_room(sid, found.id)
            peer.conversation = found
        return self.hub.writer.known(peer.conversation.id) or peer.conversation

    async def _claimed(self, peer: Peer, conversation: Conversation, message: Message) -> tuple[Attachment, ...]:
        if not message.attachments:
            return ()
        visitor = self.hub.store.visitors.hash_of(peer.shop.slug, peer.visitor) if peer.visitor else None
        uploaders = client_uploaders(peer.identity.client_id, visitor)
        return await claim_files(self.hub.store, conversation, message, uploaders=uploaders)

    async def _page_after(self, head: Conversation, asked: Sync) -> tuple[list[Json], bool]:
        found: list[Json] = []
        after = asked.after
        while after < head.last_seq and len(found) < asked.limit:
            page = await self.hub.store.messages.after(head.shop, head.id, after, asked.limit - len(found))
            if not page:
                break
            after = page[-1].seq
            found += [self._message(entry) for entry in page if entry.for_client]
        return found, after < head.last_seq

    def _shop(self, shop: Shop) -> Json:
        now = self._clock.now()
        opening, closes = next_opening(shop, now), closes_at(shop, now)
        return {
            "name": shop.name,
            "phone": shop.phone,
            "open": is_open(shop, now),
            "closed": closed_object(find_closure(shop, now)),
            "closes": moment(closes) if closes else None,
            "now": moment(now),
            "next_opening": moment(opening) if opening else None,
            "timezone": shop.timezone,
            "language": shop.language,
        }

    def _message(self, entry: Entry) -> Json:
        return message_object(entry, for_staff=False, files=self.hub.store.file_links)
