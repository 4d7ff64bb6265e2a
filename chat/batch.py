"""Drafts on their way into the log together: each is the entry at the next number of its conversation, and one insert
stores them all.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TypeAlias

from chat.draft import Draft, Written, next_entry
from storage.conversations import Conversation, applied
from storage.messages import Entry

Ref: TypeAlias = tuple[str, str]  # a conversation, and what its sender called the message


@dataclass(frozen=True, slots=True)
class Pending:
    """A draft, and who waits for what becomes of it."""

    draft: Draft
    done: "asyncio.Future[Written]"

    @property
    def ref(self) -> Ref | None:
        """By what a repeat of it is known."""
        return (self.draft.conversation.id, self.draft.ref) if self.draft.ref is not None else None

    def tell(self, written: Written) -> None:
        """It is stored."""
        with contextlib.suppress(asyncio.InvalidStateError):
            self.done.set_result(written)

    def refuse(self, error: Exception) -> None:
        """It is not, or nobody knows."""
        with contextlib.suppress(asyncio.InvalidStateError):
            self.done.set_exception(error)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry about to be stored, and its conversation `before` it and `following` from it."""

    pending: Pending
    entry: Entry
    before: Conversation
    following: Conversation


class Batch:
    """What one insert stores, in this order."""

    def __init__(self) -> None:
        self.everybody: list[Pending] = []  # who waits for it
        self.rows: list[Row] = []
        self.refs: set[Ref] = set()
        self.repeats: list[Pending] = []  # the same ref again in one moment: its outcome is that of the first
        self._heads: dict[str, Conversation] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def head(self, conversation_id: str) -> Conversation | None:
        """The conversation as it will be when all of this is stored; None where this holds nothing of it."""
        return self._heads.get(conversation_id)

    def add(self, pending: Pending, head: Conversation) -> None:
        """The next entry of `head`. Raises as `next_entry` does, and then holds what it held before."""
        entry = next_entry(pending.draft, head)
        following = applied(head, entry)
        self.rows.append(Row(pending, entry, head, following))
        self._heads[head.id] = following
        if pending.ref is not None:
            self.refs.add(pending.ref)
