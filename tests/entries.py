"""Entries of a log, as tests need them."""

from datetime import datetime
from typing import Any

from storage.conversations import Conversation
from storage.messages import Author, Entry, State


def entry_of(conversation: Conversation, seq: int, at: datetime, author: Author, **more: Any) -> Entry:
    """The entry with this number; a message in a conversation that is the bot's, where nothing else is said."""
    base: dict[str, Any] = {"kind": "message", "state": State()}
    return Entry(
        id=f"{conversation.id}-{seq}",
        shop=conversation.shop,
        conversation=conversation.id,
        seq=seq,
        client_prev=seq - 1,
        author=author,
        at=at,
        **(base | more),
    )
