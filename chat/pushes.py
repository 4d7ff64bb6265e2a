"""Who is told what, in one place: the hub's `Live` over socket.io.

A client's room gets messages only; notes and acts go to the shop's staff alone.
"""

from chat.draft import Written
from chat.encoding import message_object
from chat.events import Json
from chat.inbox import StaffNamespace
from chat.staff_peers import shop_room
from chat.suggesting import Suggestion
from chat.widget import ClientNamespace
from storage.conversations import Conversation
from storage.file_links import FileLinks
from storage.messages import Author, Entry
from storage.notifications import Notification


class SocketPushes:
    """Pushes to the two namespaces."""

    def __init__(self, clients: ClientNamespace, staff: StaffNamespace, files: FileLinks) -> None:
        self._clients = clients
        self._staff = staff
        self._files = files

    async def entry_stored(self, written: Written) -> None:
        """The message to those who may see it, and the conversation where its state changed."""
        entry, conversation = written.entry, written.conversation
        if entry.for_client and self._clients.has_listeners(conversation.id, written.origin):
            message = self._message(entry, for_staff=False)
            await self._clients.push("message", message, room=conversation.id, skip=written.origin)
        room = shop_room(conversation.shop)
        if self._staff.has_listeners(room):
            await self._staff.push("message", self._message(entry, for_staff=True), room=room, skip=written.origin)
            await self._staff.push("conversation", await self._staff.summary(conversation), room=room)
        if (written.moved or entry.rating is not None) and self._clients.has_listeners(conversation.id):
            await self._clients.push("conversation", await self._clients.state_of(conversation), room=conversation.id)

    async def entry_changed(self, conversation: Conversation, entry: Entry) -> None:
        """An older message, as it is now."""
        room = shop_room(conversation.shop)
        rev: Json = {"conversation": conversation.id, "rev": conversation.rev}
        if entry.for_client:
            changed = rev | {"message": self._message(entry, for_staff=False)}
            await self._clients.push("updated", changed, room=conversation.id)
        await self._staff.push("updated", rev | {"message": self._message(entry, for_staff=True)}, room=room)

    async def read_marked(self, conversation: Conversation, by: Author, seq: int) -> None:
        """How far somebody has read; staff see the unread count change."""
        mark: Json = {"conversation": conversation.id, "by": {"kind": by.kind, "name": by.name}, "seq": seq}
        await self._clients.push("read", mark, room=conversation.id)
        room = shop_room(conversation.shop)
        await self._staff.push("read", mark, room=room)
        if by.kind == "staff":
            await self._staff.push("conversation", await self._staff.summary(conversation), room=room)

    async def typing(self, conversation: Conversation, by: Author, *, on: bool) -> None:
        """The other side sees somebody type."""
        data: Json = {"conversation": conversation.id, "author": {"kind": by.kind, "name": by.name}, "on": on}
        if by.kind != "client":
            await self._clients.push("typing", data, room=conversation.id)
        await self._staff.push("typing", data, room=shop_room(conversation.shop))

    async def place_changed(self, conversation: str, place: Json) -> None:
        """Where it stands in the line, to its peers alone: `conversation` with nothing but that."""
        await self._clients.push("conversation", {"id": conversation, "queue": place}, room=conversation)

    async def suggested(self, conversation: Conversation, suggestion: Suggestion) -> None:
        """The bot's draft, for staff alone."""
        data = {"conversation": conversation.id, **suggestion.as_json()}
        await self._staff.push("suggestion", data, room=shop_room(conversation.shop))

    async def moved(self, old: Conversation, new: Conversation) -> None:
        """The chat goes on elsewhere: peers of the old conversation are told, and hear the new one from now on."""
        await self._clients.look_again(old.id)
        # Those in other processes look again when they sync. Who is a guest in the old one stays there.
        elsewhere = {"id": new.id, "status": new.status, "replaces": old.id}
        await self._clients.push("conversation", elsewhere, room=old.id)

    async def notified(self, notification: Notification) -> None:
        """What is new under the bell, to that client's own peers, in every process."""
        await self._clients.notify(notification)

    async def proved(self, conversation: Conversation) -> None:
        """Its peers are its client now, but for guests, who leave it."""
        await self._clients.look_again(conversation.id)

    def _message(self, entry: Entry, *, for_staff: bool) -> Json:
        return message_object(entry, for_staff=for_staff, files=self._files)
