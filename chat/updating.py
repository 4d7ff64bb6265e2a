"""What changes in a message after it was stored: how far its delivery has come, and files that a carrier had for us.

Each change gets a number in its conversation, so that a peer that was away learns of it, and is pushed to both sides.
"""

from dataclasses import replace

from chat.directory import Directory
from chat.live import Live
from chat.writer import LogWriter
from storage.messages import Attachment, Delivery, Entry
from storage.store import Storage

_DELIVERY_ORDER = ("queued", "sent", "delivered", "read")


class Updating:
    """One per hub."""

    def __init__(self, store: Storage, writer: LogWriter, directory: Directory, live: Live) -> None:
        self._store = store
        self._writer = writer
        self._directory = directory
        self._live = live

    async def record_delivery(self, shop: str, conversation_id: str, message_id: str, delivery: Delivery) -> None:
        """A carrier told how far a message has come. The state only moves forward; a failure is final."""
        messages = self._store.messages
        while True:
            entry = await messages.find(shop, conversation_id, message_id)
            if entry is None or not _moves_forward(entry.delivery, delivery):
                return
            if await messages.change_delivery(entry, delivery):
                break
        await self._tell(replace(entry, delivery=delivery))

    async def record_attachment(self, shop: str, conversation_id: str, message_id: str, file: Attachment) -> None:
        """A file that was being fetched is here, or will never be. What became of it first counts."""
        messages = self._store.messages
        while True:
            entry = await messages.find(shop, conversation_id, message_id)
            if entry is None or not any(one.id == file.id and one.state == "fetching" for one in entry.attachments):
                return
            attachments = tuple(file if one.id == file.id else one for one in entry.attachments)
            if await messages.change_attachments(entry, attachments):
                break
        await self._tell(replace(entry, attachments=attachments))

    async def _tell(self, entry: Entry) -> None:
        conversation = await self._directory.get(entry.shop, entry.conversation)
        rev = await self._store.messages.number_change(entry, conversation.rev)
        await self._store.conversations.record_rev(entry.shop, entry.conversation, rev)
        self._writer.changed(entry.conversation, rev=rev)
        await self._live.entry_changed(replace(conversation, rev=rev), entry)


def _moves_forward(before: Delivery | None, new: Delivery) -> bool:
    if before is None:
        return True
    if before.state in ("failed", "read") or before.state == new.state:
        return False
    if new.state == "failed":
        return before.state != "delivered"
    return _DELIVERY_ORDER.index(new.state) > _DELIVERY_ORDER.index(before.state)
