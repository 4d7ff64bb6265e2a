"""What the hub tells those who are connected. The sockets implement it; tests may listen with it."""

from typing import Protocol

from chat.draft import Written
from chat.events import Json
from chat.suggesting import Suggestion
from storage.conversations import Conversation
from storage.messages import Author, Entry
from storage.notifications import Notification


class Live(Protocol):
    """Pushes. Each goes to everyone who may see it and to nobody else; a lost one is made good by `sync`."""

    async def entry_stored(self, written: Written) -> None:
        """A new entry of the log, and the conversation after it."""

    async def entry_changed(self, conversation: Conversation, entry: Entry) -> None:
        """An older message changed: its delivery."""

    async def read_marked(self, conversation: Conversation, by: Author, seq: int) -> None:
        """Someone has read as far as `seq`."""

    async def place_changed(self, conversation: str, place: Json) -> None:
        """A conversation that waits has moved on in the line."""

    async def typing(self, conversation: Conversation, by: Author, *, on: bool) -> None:
        """Someone types, or has stopped."""

    async def suggested(self, conversation: Conversation, suggestion: Suggestion) -> None:
        """The bot has a draft for a conversation that a person has."""

    async def moved(self, old: Conversation, new: Conversation) -> None:
        """The chat goes on in another conversation."""

    async def notified(self, notification: Notification) -> None:
        """Something new stands under a client's bell."""

    async def proved(self, conversation: Conversation) -> None:
        """The peers of this conversation have proved to be its client."""
