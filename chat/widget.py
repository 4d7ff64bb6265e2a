"""The `/client` namespace: the widget, and the chat of the portal."""

from chat.attaching import claim_files, client_uploaders
from chat.client_peers import ClientPeers, Peer
from chat.contact import leave_contact
from chat.encoding import attachment_objects, message_object, moment
from chat.events import (
    History,
    Json,
    Message,
    ProtocolError,
    Rate,
    Reach,
    Read,
    Sync,
    Transcript,
    Typing,
)
from chat.hub import Inbound
from chat.rating import rate
from chat.transcript import Transcripts
from chat.waiting import closed_object
from storage.conversations import Conversation
from storage.messages import Attachment, Author, Entry, Rating
from storage.opening_hours import closes_at, find_closure, is_open, next_opening
from storage.proof import Proof
from storage.shops import Shop

BEAT_SECONDS = 15.0


class ClientNamespace(ClientPeers):
    """What clients and visitors may ask for."""

    transcripts: Transcripts  # handed in where the chat is composed

    async def on_sync(self, sid: str, asked: Sync) -> Json:
        """What the peer missed, and who and where it is."""
        peer = self._peer(sid)
        async with peer.order:
            peer.conversation = None
            peer.language = asked.language or peer.language
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
            "unseen": await self._unseen(peer),
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
        async with peer.order:
            conversation = peer.conversation or await self._conversation(sid, peer)
            attachments = await self._claimed(peer, conversation, message)
        received = await self.hub.receive(
            Inbound(
                shop=peer.shop,
                conversation=conversation,
                identity=peer.identity,
                channel="web",
                ref=message.ref,
                text=message.text or "",
                payload=message.payload,
                language=message.language if message.language != peer.shop.language else None,
                attachments=attachments,
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

    async def on_reach(self, sid: str, given: Reach) -> Json:
        """Where a visitor wants to be told of an answer, should they leave."""
        peer = self._peer(sid)
        conversation = await self._conversation(sid, peer)
        kept = await leave_contact(self.hub, peer.shop, conversation, typed=given.contact, address=peer.address)
        return {"conversation": await self.state_of(kept)}

    async def on_transcript(self, sid: str, asked: Transcript) -> Json:
        """What was said, by mail."""
        peer = self._peer(sid)
        conversation = await self._conversation(sid, peer)
        email = await self.transcripts.send(
            self.hub,
            peer.shop,
            conversation,
            peer.identity,
            typed=asked.email,
            language=asked.language,
            address=peer.address,
        )
        return {"email": email}

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

    async def _unseen(self, peer: Peer) -> int | None:
        """What the bell shows to who has proved to be its client; None for all others, who have none."""
        client_id = peer.identity.client_id
        if client_id is None or peer.identity.proof is not Proof.FULL:
            return None
        return await self.hub.store.notifications.count_unseen(peer.shop.slug, client_id)

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
