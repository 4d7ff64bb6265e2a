"""What is known of a conversation beside its log: how far it was read, whose it is, and how often it changed."""

from dataclasses import replace
from typing import Any

from storage.conversations import Conversation
from storage.messages import AuthorKind


def read_mark(conversation: Conversation, by: AuthorKind, seq: int) -> dict[str, Any]:
    """What changes when the client, or staff, have read as far as `seq`; nothing where they had already."""
    field = "client_read_seq" if by == "client" else "staff_read_seq"
    if seq <= getattr(conversation, field):
        return {}
    return {field: seq} | ({"unread": 0} if by == "staff" and seq >= conversation.client_last_seq else {})


def with_own(conversation: Conversation, stored: Conversation) -> Conversation:
    """The conversation with what its document alone says, as another process may have written it. All of it only moves
    forward, so that an older document takes nothing back.
    """
    changes: dict[str, Any] = {
        "rev": max(conversation.rev, stored.rev),
        "client_read_seq": max(conversation.client_read_seq, stored.client_read_seq),
        "staff_read_seq": max(conversation.staff_read_seq, stored.staff_read_seq),
        "continued_in": conversation.continued_in or stored.continued_in,
    }
    if changes["staff_read_seq"] >= conversation.client_last_seq:
        changes["unread"] = 0
    if stored.client_id is not None and conversation.client_id is None:
        changes |= {"key": stored.key, "client_id": stored.client_id, "title": stored.title}
    return replace(conversation, **changes)
