"""The connections of `/client`: who each of them is, which conversation it is in, and what it is told of that."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from chat.encoding import client_conversation, notification_object
from chat.events import CLIENT_EVENTS, Json, ProtocolError
from chat.hub import Hub
from chat.identifying import recognise
from chat.neighbours import NO_ROOM, NOTIFIED
from chat.notice import Notices
from chat.sockets import Allowance, GuardedNamespace, address_of, cookies_of
from config.clock import BusinessClock
from config.settings import Settings
from storage.conversations import Conversation
from storage.mongo import DatabaseError, DatabaseUnavailable, in_turns
from storage.notifications import Notification
from storage.proof import VISITOR, Identity, Proof
from storage.sessions import client_cookie
from storage.shops import Language, Shop
from storage.visitors import Guest

_log = logging.getLogger(__name__)
_BEATS_AT_ONCE = 10


@dataclass(slots=True)
class Peer:
    """One connection. Who it is comes from its cookie and its visitor token, never from what it says."""

    shop: Shop
    cookie: str | None
    visitor: str | None  # the token, which the peer keeps
    allowance: Allowance
    address: str = ""  # of the network, for limits
    link: str | None = None  # the token of a link in a message, until it is used
    host: str | None = None  # of a guest: the hash of the visitor whose chat it is
    language: Language | None = None  # in which it wants to be told; the client's own where it never said
    identity: Identity = VISITOR
    order: asyncio.Lock = field(default_factory=asyncio.Lock)  # what comes while it is looked up waits in its turn
    conversation: Conversation | None = None  # None until first needed, and again when who it is may have changed


class ClientPeers(GuardedNamespace):
    """Clients and visitors, each in the room of its conversation. Its events are in `chat/widget.py`."""

    notices: Notices  # handed in where the chat is composed

    def __init__(self, settings: Settings, clock: BusinessClock) -> None:
        super().__init__("/client", CLIENT_EVENTS)
        self._settings = settings
        self._clock = clock
        self._peers: dict[str, Peer] = {}
        self._joined: dict[str, set[str]] = {}  # conversation -> sids
        self.hub: Hub = cast(Hub, None)  # handed in by `server.py`: hub and sockets know each other
        self.on_left: Callable[[Conversation], None] = lambda _: None  # told when a connection to one is gone

    async def accept(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Raises `ProtocolError` for an unknown shop."""
        given: Mapping[str, Any] = auth if isinstance(auth, dict) else {}
        slug, visitor, link = given.get("shop"), given.get("visitor"), given.get("link")
        shop = await self.hub.store.shops.find(slug) if isinstance(slug, str) else None
        if shop is None:
            raise ProtocolError("not_found", "auth.shop: there is no such shop")
        settings = self._settings
        self._peers[sid] = Peer(
            shop=shop,
            cookie=cookies_of(environ).get(client_cookie(shop.slug)),
            visitor=visitor if isinstance(visitor, str) and self.hub.store.visitors.is_token(visitor) else None,
            link=link if isinstance(link, str) and self.hub.store.visitors.is_token(link) else None,
            allowance=Allowance(settings.message_burst, settings.messages_per_second),
            address=address_of(environ, settings.trusted_proxies),
        )

    async def leave(self, sid: str) -> None:
        """The peer is gone; its conversation is not."""
        peer = self._peers.pop(sid, None)
        for room in self.rooms(sid):
            self._left(sid, room)
        if peer is not None and peer.conversation is not None:
            self.on_left(self.hub.writer.known(peer.conversation.id) or peer.conversation)

    def is_joined(self, conversation: str) -> bool:
        """Whether somebody is connected to it here."""
        return conversation in self._joined

    async def state_of(self, conversation: Conversation) -> Json:
        """The conversation as its client sees it, with its place in the line."""
        waits, queue, reach = conversation.status == "waiting", None, None
        try:
            queue = await self.hub.waiting.queue_of(conversation.shop, conversation.id) if waits else None
            reach = await self.notices.reach_of(conversation) if waits or conversation.contact else None
        except (DatabaseError, DatabaseUnavailable) as error:
            _log.warning("a place in the line could not be looked up; the next state has it: %s", error)
        return client_conversation(conversation, queue, reach)

    async def look_again(self, conversation_id: str) -> None:
        """Who the peers of this conversation are may have changed: each goes where it belongs now, and is told."""
        for sid, peer in list(self._peers.items()):
            if peer.conversation is not None and peer.conversation.id == conversation_id:
                await self._look_again(sid, peer)

    async def _look_again(self, sid: str, peer: Peer) -> None:
        before, peer.conversation = peer.conversation, None
        try:
            now = await self._conversation(sid, peer)
        except (DatabaseError, DatabaseUnavailable) as error:
            _log.warning("who a peer is could not be looked up; it is when it next asks: %s", error)
            await self.leave_rooms(sid)
            return
        if before is not None and now.id != before.id:
            await self.push("conversation", await self.state_of(now) | {"replaces": before.id}, room=sid)

    async def end_session(self, shop: str, session_id: str) -> None:
        """Close the connections that this session opened."""
        for sid, peer in list(self._peers.items()):
            if peer.shop.slug == shop and peer.identity.session_id == session_id:
                await self.disconnect(sid)

    async def end_client(self, shop: str, client_id: str) -> None:
        """Close the connections of this client."""
        for sid, peer in list(self._peers.items()):
            if peer.shop.slug == shop and peer.identity.client_id == client_id:
                await self.disconnect(sid)

    async def check_known(self) -> None:
        """Close the connections of clients who are who they were no more: their session has ended somewhere, or their
        access. Where it is ended, it is told (`chat/endings.py`); this finds what was told to nobody.
        """
        known = [(sid, peer) for sid, peer in self._peers.items() if peer.identity.client_id is not None]
        for sid, peer in known:
            now, _ = await recognise(self.hub.store, peer.shop, peer.cookie, peer.visitor, used=False)
            if (now.client_id, now.session_id) != (peer.identity.client_id, peer.identity.session_id):
                await self.disconnect(sid)

    async def notify(self, told: Notification) -> None:
        """Tell a client's peers of what is new under the bell. Other processes are told its id, and look for theirs."""
        note = {"shop": told.shop, "client": told.client_id, "id": told.id}
        await self.push(NOTIFIED, note, room=NO_ROOM)
        await self.notify_here(note)

    async def notify_here(self, note: Json) -> None:
        """Tell those of this process. Guests share a client's conversation, and sessions end in other processes: so
        there is no room for it, and who each peer is, is looked up as it is told.
        """
        slug, client_id = note["shop"], note["client"]
        peers = [(sid, peer) for sid, peer in self._peers.items() if _is_known_as(peer.identity, slug, client_id, peer)]
        if not peers:
            return
        store = self.hub.store
        try:
            told, client = await store.notifications.find(slug, note["id"]), await store.clients.find(slug, client_id)
            unseen = await store.notifications.count_unseen(slug, client_id)
            for sid, peer in peers:
                now, _ = await recognise(store, peer.shop, peer.cookie, peer.visitor, used=False)
                if told is not None and client is not None and _is_known_as(now, slug, client_id, peer):
                    language = peer.language or client.language or peer.shop.language
                    data = notification_object(told, language, self._settings.public_url, unseen)
                    await self.push("notification", data, room=sid, here=True)
        except (DatabaseError, DatabaseUnavailable) as error:
            _log.warning("peers were not told what is new under their bell; their next sync counts it: %s", error)

    async def beat(self) -> None:
        """Tell every joined conversation that is stored where its log stands, as the database has it."""
        joined: dict[str, set[str]] = {}
        for peer in self._peers.values():
            if peer.conversation is not None:
                joined.setdefault(peer.shop.slug, set()).add(peer.conversation.id)
        for shop, ids in joined.items():
            async for some in in_turns(sorted(ids), _BEATS_AT_ONCE):
                await self._beat(shop, some)
        for sid, peer in [(sid, peer) for sid, peer in self._peers.items() if peer.host is not None]:
            await self._look_again(sid, peer)  # another process may have heard a code in the chat that they are in
        await self.hub.waiting.beat()

    async def _beat(self, shop: str, ids: list[str]) -> None:
        for conversation, last_seq, rev in await self.hub.store.conversations.positions(shop, ids):
            known = self.hub.writer.known(conversation)  # of what was written here the document may be behind
            data = {
                "conversation": conversation,
                "last_seq": max(last_seq, known.client_last_seq) if known else last_seq,
                "rev": max(rev, known.rev) if known else rev,
            }
            await self.push("beat", data, room=conversation, here=True)

    def _peer(self, sid: str) -> Peer:
        peer = self._peers.get(sid)
        if peer is None:
            raise ProtocolError("unauthorized", "connect again")
        return peer

    async def _conversation(self, sid: str, peer: Peer) -> Conversation:
        if peer.conversation is None:
            peer.identity = await self._identify(peer)
            if peer.identity.client_id is None and peer.visitor is None:
                peer.visitor = self.hub.store.visitors.new_token()
            visitor = peer.host or (self._hash_of(peer) if peer.visitor else None)
            found = await self.hub.conversation_for(peer.shop, peer.identity, visitor=visitor)
            await self.leave_rooms(sid, but=found.id)
            await self.enter_room(sid, found.id)
            if sid in self._peers:  # it may have gone meanwhile
                self._joined.setdefault(found.id, set()).add(sid)
            peer.conversation = found
        return self.hub.writer.known(peer.conversation.id) or peer.conversation

    async def _identify(self, peer: Peer) -> Identity:
        if peer.link is not None:
            await self._come_by_link(peer, peer.link)
        identity, guest = await recognise(self.hub.store, peer.shop, peer.cookie, peer.visitor)
        peer.host = guest.host if guest is not None else None
        return replace(identity, visitor=self._hash_of(peer)) if guest is not None else identity

    async def _come_by_link(self, peer: Peer, link: str) -> None:
        """Become a guest of the chat that the link is for, under a token that nobody else knows: a link that somebody
        made up, or that holds somebody's own token, leads nowhere. Whoever is in that chat already stays who they are.
        """
        visitors, slug = self.hub.store.visitors, peer.shop.slug
        peer.link = None
        invited = await visitors.look_up(slug, visitors.hash_of(slug, link))
        if not isinstance(invited, Guest) or not invited.link:
            return
        own = self._hash_of(peer) if peer.visitor else None
        known = await visitors.look_up(slug, own) if own else None
        if invited.host not in (own, known.host if isinstance(known, Guest) else None):
            peer.visitor = await visitors.admit(slug, invited)

    def _hash_of(self, peer: Peer) -> str:
        return self.hub.store.visitors.hash_of(peer.shop.slug, peer.visitor or "")

    async def leave_rooms(self, sid: str, but: str | None = None) -> None:
        """Leave every conversation, but this one."""
        for room in self.rooms(sid):
            if room not in (sid, but):
                await self.leave_room(sid, room)
                self._left(sid, room)

    def _left(self, sid: str, conversation: str) -> None:
        sids = self._joined.get(conversation, set())
        sids.discard(sid)
        if not sids:
            self._joined.pop(conversation, None)


def _is_known_as(identity: Identity, shop: str, client_id: str, peer: Peer) -> bool:
    """Whether a peer of this shop has proved by key or code to be this client."""
    return peer.shop.slug == shop and identity.client_id == client_id and identity.proof is Proof.FULL
