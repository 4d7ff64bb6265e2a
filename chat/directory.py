"""Which conversation: a client has one, whatever the channel; a visitor and an unknown number each have their own."""

from collections import OrderedDict
from dataclasses import replace

from chat.writer import LogWriter
from storage.conversations import Conversation, new_conversation
from storage.ids import new_id
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.store import Storage

_REMEMBERED = 20_000


class UnknownConversation(Exception):
    """There is no such conversation in this shop."""


class Directory:
    """Finds conversations by whose they are, or by id."""

    def __init__(self, store: Storage, writer: LogWriter) -> None:
        self._store = store
        self._writer = writer
        self._by_key: OrderedDict[tuple[str, str], Conversation] = OrderedDict()

    async def conversation_for(self, shop: Shop, identity: Identity, *, visitor: str | None = None) -> Conversation:
        """The conversation of this peer, as it stands; one that is not there yet is made, and stored with its first
        entry.

        Raises `ValueError` for a peer with neither client, visitor token nor number.
        """
        key = _key(identity, visitor)
        remembered = self._by_key.get((shop.slug, key))
        if remembered is not None:
            known = self._writer.known(remembered.id)
            if known is not None and known.key == key:
                return known
        found = await self._store.conversations.find_by_key(shop.slug, key)
        # Its document may be behind, where another process wrote: the log is read, too.
        conversation = await (self._writer.head(found) if found else self._new(shop, key, identity, visitor))
        self._by_key[(shop.slug, key)] = conversation
        if len(self._by_key) > _REMEMBERED:
            self._by_key.popitem(last=False)
        return conversation

    async def get(self, shop: str, conversation_id: str) -> Conversation:
        """The conversation as it stands. Raises `UnknownConversation`."""
        known = self._writer.known(conversation_id)
        if known is not None and known.shop == shop:
            return known
        stored = await self._store.conversations.find(shop, conversation_id)
        if stored is None:
            raise UnknownConversation(conversation_id)
        return await self._writer.head(stored)

    async def _new(self, shop: Shop, key: str, identity: Identity, visitor: str | None) -> Conversation:
        client = await self._store.clients.find(shop.slug, identity.client_id) if identity.client_id else None
        conversation = new_conversation(
            shop.slug,
            key,
            title=client.name if client else identity.phone or "Visitor",
            client_id=client.id if client else None,
            phone=identity.phone,
            visitor=visitor if key.startswith("visitor:") else None,
        )
        # A visitor's conversation that became a client's keeps its id: what comes under the old key is another's.
        taken = await self._store.conversations.find(shop.slug, conversation.id)
        if taken is not None and taken.key == key:  # made by another call since it was looked for
            return await self._writer.head(taken)
        return conversation if taken is None else replace(conversation, id=new_id())


def _key(identity: Identity, visitor: str | None) -> str:
    if identity.client_id is not None and identity.proof is not Proof.SHARED_PHONE:
        return f"client:{identity.client_id}"
    if visitor is not None:
        return f"visitor:{visitor}"
    if identity.phone is not None:
        return f"phone:{identity.phone}"
    raise ValueError("a peer needs a client, a visitor token or a number")
