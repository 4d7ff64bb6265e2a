"""A one-time code typed into the chat: taken out before anything is stored, checked, and the question behind it
answered.

Who proves to be a client goes on in that client's conversation: this one becomes it if the client has none yet, else
it is closed as continued there, and the question that led to the proof is asked again in the other, so that it is
answered there.
"""

import re
from dataclasses import replace

from chat.answering import Bot
from chat.draft import Draft, Written
from chat.handoff import Event
from chat.live import Live
from chat.writer import LogWriter
from storage.conversations import Conversation
from storage.messages import Author, Entry
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.store import Storage

_CODE = re.compile(r"(?<![\d-])(\d{3})[ -]?(\d{3})(?![\d-])")
HIDDEN = "••••••"
ACCEPTED = "/code_accepted"
REFUSED = "/code_refused"


def may_be_code(text: str) -> bool:
    """Whether six digits stand in it as a code's do."""
    return _CODE.search(text) is not None


class Proving:
    """Handles the message that holds a code."""

    def __init__(self, store: Storage, assistant: Bot, writer: LogWriter, live: Live) -> None:
        self._store = store
        self._assistant = assistant
        self._writer = writer
        self._live = live

    def expects_code(self, conversation: Conversation, text: str) -> bool:
        """Whether this is the answer to the bot's question for a code."""
        return bool(conversation.tracker.get("awaiting_code")) and may_be_code(text)

    async def receive_code(self, shop: Shop, draft: Draft) -> tuple[Written, Entry]:
        """Store the message without its code and say what it proved.

        Returns what was stored for the sender, and the entry that the bot is to answer: the same, or the question in
        the client's own conversation.
        """
        found = _CODE.search(draft.text)
        assert found is not None  # `expects_code` said so
        conversation = draft.conversation
        if draft.ref is not None:
            before = await self._store.messages.find_by_ref(shop.slug, conversation.id, draft.ref)
            if before is not None:
                return Written(before, conversation, duplicate=True), before
        code = "".join(found.groups())
        client_id = await self._assistant.check_code(shop, conversation.tracker, code)
        hidden = replace(draft, text=_CODE.sub(HIDDEN, draft.text), payload=ACCEPTED if client_id else REFUSED)
        if client_id is None:
            written = await self._writer.append(hidden)
            return written, written.entry
        return await self._go_on_as(shop, client_id, hidden)

    async def _go_on_as(self, shop: Shop, client_id: str, draft: Draft) -> tuple[Written, Entry]:
        conversation = draft.conversation
        client = await self._store.clients.get(shop.slug, client_id)
        identity = Identity(proof=Proof.FULL, client_id=client_id, phone=conversation.phone)
        guest = draft.identity.visitor if draft.identity else None  # theirs alone: not the token of whose chat it is
        if (visitor := guest or conversation.visitor) is not None:
            await self._store.visitors.raise_to_client(shop.slug, visitor, client_id)
        if draft.channel != "web":  # a phone reads what is sent to it: the question is answered where it was asked
            written = await self._writer.append(replace(draft, identity=identity))
            return written, written.entry
        own = conversation.client_id == client_id
        if own or await self._store.conversations.give_to_client(conversation, client_id, client.name):
            self._writer.changed(
                conversation.id, key=f"client:{client_id}", client_id=client_id, title=client.name, visitor=None
            )
            await self._live.proved(conversation)
            written = await self._writer.append(replace(draft, identity=identity))
            return written, written.entry
        written = await self._writer.append(replace(draft, wants_answer=False))
        return written, await self._continue_in_clients(shop, written, identity)

    async def _continue_in_clients(self, shop: Shop, written: Written, identity: Identity) -> Entry:
        old = written.conversation
        stored = await self._store.conversations.find_by_key(shop.slug, f"client:{identity.client_id}")
        assert stored is not None  # the unique key just said so
        theirs = await self._writer.head(stored)
        question = await self._writer.append(
            Draft(
                conversation=theirs,
                event=Event.CLIENT_WRITES,
                kind="message",
                author=Author(kind="client", name=theirs.title, id=identity.client_id),
                text=str((old.tracker.get("after_proof") or {}).get("text") or HIDDEN),
                payload=ACCEPTED,
                ref=f"continued:{written.entry.id}",
                identity=identity,
                wants_answer=True,
                tracker=old.tracker,
            )
        )
        await self._store.conversations.mark_continued(old, theirs.id)
        self._writer.changed(old.id, continued_in=theirs.id)
        act = Draft(
            conversation=old,
            event=Event.CONTINUE,
            kind="act",
            act="continued",
            author=Author(kind="system", name=shop.name),
        )
        closed = await self._writer.append(act)
        await self._live.moved(closed.conversation, question.conversation)
        return question.entry
