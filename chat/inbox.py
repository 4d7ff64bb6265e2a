"""The `/staff` namespace: the inbox. A peer sees its own shop only."""

from collections.abc import Mapping
from typing import Any

from chat.attaching import claim_files, staff_uploader
from chat.bearers import find_bearer
from chat.cards import Cards
from chat.encoding import attachment_objects, message_object, moment
from chat.events import (
    FillIn,
    InConversation,
    Json,
    ProtocolError,
    StaffHistory,
    StaffMessage,
    StaffRead,
    StaffSync,
    StaffTyping,
)
from chat.hub import Outbound
from chat.inbox_acts import InboxActs
from chat.inbox_notices import InboxNotices
from chat.inbox_views import InboxViews
from chat.sockets import Allowance, address_of, cookies_of
from chat.staff_peers import Credential, StaffPeer, person_room, shop_room
from storage.attempts import TooManyAttempts
from storage.conversations import Conversation
from storage.messages import Attachment, Entry
from storage.sessions import STAFF_COOKIE
from storage.shops import Shop
from storage.staff import Staff

_OPENING_PAGE = 100


class StaffNamespace(InboxViews, InboxActs, InboxNotices):
    """Staff, each in the room of their shop: connecting, reading, writing. Views and acts have files of their own."""

    async def accept(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Raises `ProtocolError` without a staff session or an API token that counts. Where a token is given, it alone
        decides.
        """
        given: Mapping[str, Any] = auth if isinstance(auth, dict) else {}
        if given.get("token") is not None:
            staff, opened_by = await self._come_by_token(environ, given["token"])
        else:
            staff, opened_by = await self._come_by_session(environ)
        shop = await self.hub.store.shops.get(staff.shop)
        allowance = Allowance(self._settings.message_burst, self._settings.messages_per_second)
        self._peers[sid] = StaffPeer(shop, staff, opened_by, allowance)
        await self.enter_room(sid, shop_room(shop.slug))
        await self.enter_room(sid, person_room(staff.id))
        await self.presence.arrive(sid, staff, seen=opened_by.kind == "session")

    async def _come_by_token(self, environ: dict[str, Any], token: Any) -> tuple[Staff, Credential]:
        if not isinstance(token, str):
            raise ProtocolError("bad_request", "auth.token: must be a string")
        try:
            bearer = await find_bearer(self.hub.store, token, address_of(environ, self._settings.trusted_proxies))
        except TooManyAttempts as error:
            raise ProtocolError("rate_limited", "too many wrong tokens: wait a while", error.retry_after) from error
        if bearer is None:
            raise ProtocolError("unauthorized", "auth.token: not a token that counts")
        return bearer.staff, Credential("token", bearer.token.id)

    async def _come_by_session(self, environ: dict[str, Any]) -> tuple[Staff, Credential]:
        store = self.hub.store
        cookie = cookies_of(environ).get(STAFF_COOKIE)
        session = await store.sessions.find(cookie) if cookie else None
        if session is None or session.staff_id is None:
            raise ProtocolError("unauthorized", "sign in to the inbox first")
        staff = await store.staff.get(session.shop, session.staff_id)
        if not staff.active:
            raise ProtocolError("unauthorized", "sign in to the inbox first")
        return staff, Credential("session", session.id)

    async def leave(self, sid: str) -> None:
        """The peer is gone."""
        self._peers.pop(sid, None)
        await self.presence.leave(sid)

    async def end_session(self, shop: str, session_id: str) -> None:
        """Close the connections that this session opened."""
        await self._end(shop, Credential("session", session_id))

    async def end_token(self, shop: str, token_id: str) -> None:
        """Close the connections that this API token opened."""
        await self._end(shop, Credential("token", token_id))

    async def _end(self, shop: str, credential: Credential) -> None:
        for sid, peer in list(self._peers.items()):
            if peer.shop.slug == shop and peer.opened_by == credential:
                await self.disconnect(sid)

    async def check_sessions(self) -> None:
        """Close the connections whose session or token has ended, wherever it was ended, and those of people who went
        or are in another role now: who comes again comes in that role.
        """
        for staff, opened_by in {(peer.staff, peer.opened_by) for peer in self._peers.values()}:
            now = await self.hub.store.staff.find(staff.shop, staff.id)
            same = now is not None and now.active and now.role == staff.role
            if not same or not await self._counts(staff.shop, opened_by):
                await self._end(staff.shop, opened_by)

    async def _counts(self, shop: str, opened_by: Credential) -> bool:
        store = self.hub.store
        if opened_by.kind == "session":
            return await store.sessions.find_by_id(shop, opened_by.id) is not None
        token = await store.api_tokens.find(shop, opened_by.id)
        if token is not None:
            await store.api_tokens.note_use(token)  # a connection may last for weeks
        return token is not None

    async def on_open(self, sid: str, asked: InConversation) -> Json:
        """A conversation's newest messages, its client's card, and the bot's draft where a person has it."""
        peer, conversation = await self._find(sid, asked)
        conversation = await self.hub.writer.refresh(conversation)
        store = self.hub.store
        entries = await store.messages.before(
            conversation.shop, conversation.id, conversation.last_seq + 1, _OPENING_PAGE
        )
        await self.presence.look(sid, conversation.id)
        suggestion = await self.hub.suggesting.for_conversation(peer.shop, conversation, entries)
        return {
            "conversation": await self.summary(conversation),
            "messages": [self._message(entry) for entry in entries],
            "more": bool(entries) and entries[0].seq > 1,
            "suggestion": suggestion.as_json() if suggestion else None,
            **await Cards(store, self._clock).whole(peer.shop, conversation),
        }

    async def on_card(self, sid: str, asked: InConversation) -> Json:
        """The client's card as it is now, and the ways to them."""
        peer, conversation = await self._find(sid, asked)
        return await Cards(self.hub.store, self._clock).whole(peer.shop, conversation)

    async def on_close(self, sid: str, asked: InConversation) -> Json:
        """Nobody looks any more."""
        await self._find(sid, asked)
        await self.presence.look(sid, None)
        return {}

    async def on_history(self, sid: str, asked: StaffHistory) -> Json:
        """Older entries."""
        _, conversation = await self._find(sid, asked)
        entries = await self.hub.store.messages.before(conversation.shop, conversation.id, asked.before, asked.limit)
        return {
            "messages": [self._message(entry) for entry in entries],
            "more": bool(entries) and entries[0].seq > 1,
        }

    async def on_sync(self, sid: str, asked: StaffSync) -> Json:
        """Newer entries."""
        _, conversation = await self._find(sid, asked)
        entries = await self.hub.store.messages.after(conversation.shop, conversation.id, asked.after, asked.limit)
        return {
            "messages": [self._message(entry) for entry in entries],
            "more": bool(entries) and entries[-1].seq < conversation.last_seq,
        }

    async def on_message(self, sid: str, message: StaffMessage) -> Json:
        """A reply, or a note among staff."""
        peer, conversation = await self._find(sid, message)
        peer.allowance.take()
        await self._check_mentions(peer.shop, message)
        suggestion = self.hub.suggesting.find(conversation.id, message.suggestion)
        sent = await self.hub.send(
            Outbound(
                shop=peer.shop,
                conversation=conversation,
                author=peer.author,
                text=message.text or "",
                ref=message.ref,
                private=message.private,
                channel=message.channel,
                buttons=suggestion.buttons if suggestion else (),
                links=suggestion.links if suggestion else (),
                mentions=tuple(dict.fromkeys(message.mentions)),
                attachments=await self._claimed(peer, conversation, message),
                origin=sid,
            )
        )
        ack: Json = {"id": sent.entry.id, "seq": sent.entry.seq, "at": moment(sent.entry.at)}
        if sent.entry.attachments:
            ack["attachments"] = attachment_objects(sent.entry, self.hub.store.file_links)
        return ack | {"duplicate": True} if sent.duplicate else ack

    async def on_canned_reply(self, sid: str, asked: FillIn) -> Json:
        """A canned reply's text for this conversation's client; what is not known stays out, and is named."""
        peer, conversation = await self._find(sid, asked)
        reply = await self.hub.store.canned_replies.find(peer.shop.slug, asked.id)
        if reply is None:
            raise ProtocolError("not_found", "id: there is no such canned reply")
        filled = await self.canned.fill_in(reply, peer.shop, peer.staff, conversation)
        return {"text": filled.text, "missing": list(filled.missing)}

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

    async def beat(self) -> None:
        """Tell who looks at a conversation where its log stands, as the database has it: a lost push is noticed."""
        looking = self.presence.looking()
        for shop in {shop for shop, _ in looking}:
            ids = sorted(conversation for where, conversation in looking if where == shop)
            for one in await self.hub.store.conversations.find_many(shop, ids):
                data = {"conversation": one.id, "last_seq": one.last_seq, "rev": one.rev}
                for sid in looking[(shop, one.id)]:
                    await self.push("beat", data, room=sid, here=True)

    async def _check_mentions(self, shop: Shop, message: StaffMessage) -> None:
        for staff_id in message.mentions:
            if await self.hub.store.staff.find(shop.slug, staff_id) is None:
                raise ProtocolError("not_found", "mentions: nobody here has this id")

    async def _claimed(
        self, peer: StaffPeer, conversation: Conversation, message: StaffMessage
    ) -> tuple[Attachment, ...]:
        uploader = staff_uploader(peer.staff.id)
        return await claim_files(self.hub.store, conversation, message, uploaders=(uploader,), private=message.private)

    def _message(self, entry: Entry) -> Json:
        return message_object(entry, for_staff=True, files=self.hub.store.file_links)
