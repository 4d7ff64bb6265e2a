"""Writing the log: what arrives in the same moment is stored by one insert, each entry at the next number of its
conversation.

One insert is under way at a time; entries that arrive meanwhile go with the next. An entry that a unique index
refuses does not hold back the others. Where another process wrote first, the conversation is read again and the entry
is tried at the number after what is new, if the status table still allows it.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chat.draft import AnswerOutdated, AnswerRefused, Draft, next_entry
from chat.handoff import NotAllowed
from storage.conversations import Conversation, Conversations, applied
from storage.marks import with_own
from storage.messages import Entry, Messages, Refusal

_BATCH = 200
_KNOWN_CONVERSATIONS = 20_000
_RECENT_REFS = 5_000
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Written:
    """A stored entry, and its conversation after it. `duplicate`: it was stored before, under the same `ref`."""

    entry: Entry
    conversation: Conversation
    duplicate: bool = False
    origin: str | None = None
    moved: bool = False  # it changed who answers
    waited_since: datetime | None = None  # its client had waited for a person since then


@dataclass(slots=True)
class _Pending:
    draft: Draft
    done: asyncio.Future[Written]

    @property
    def ref(self) -> tuple[str, str] | None:
        return (self.draft.conversation.id, self.draft.ref) if self.draft.ref is not None else None


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry about to be stored, and its conversation `before` it and `following` from it."""

    pending: _Pending
    entry: Entry
    before: Conversation
    following: Conversation


class LogWriter:
    """The one place where entries are stored. `on_stored` is told of each new entry, in the log's order."""

    def __init__(self, messages: Messages, conversations: Conversations, on_stored: Callable[[Written], None]) -> None:
        self._messages = messages
        self._conversations = conversations
        self._on_stored = on_stored
        self._heads: OrderedDict[str, Conversation] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Conversation]] = {}
        self._recent: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self._pending: list[_Pending] = []
        self._flushing: asyncio.Task[None] | None = None

    async def append(self, draft: Draft) -> Written:
        """Store an entry; it is on disk when this returns. Entries are numbered in the order of the calls.

        Raises `NotAllowed` (the status table), `AnswerRefused` (the bot came too late), `AnswerOutdated` (the dialogue
        has moved on since it was thought out), `DatabaseUnavailable`.
        """
        done: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._pending.append(_Pending(draft, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await done

    async def head(self, conversation: Conversation) -> Conversation:
        """The conversation as this process knows it: read from its document and the log after it, then kept."""
        known = self._heads.get(conversation.id)
        if known is not None:
            self._heads.move_to_end(conversation.id)
            return known
        loading = self._loading.get(conversation.id)
        if loading is None:
            loading = self._loading[conversation.id] = asyncio.create_task(self._load(conversation))
            loading.add_done_callback(lambda _: self._loading.pop(conversation.id, None))
        return await asyncio.shield(loading)

    async def refresh(self, conversation: Conversation) -> Conversation:
        """The conversation with what other processes wrote meanwhile, in its log and beside it."""
        head = await self.head(conversation)
        stored, tail = await asyncio.gather(
            self._conversations.find(head.shop, head.id),
            self._messages.after(head.shop, head.id, head.last_seq, _PAGE),
        )
        if head.id not in self._heads:  # another write was refused meanwhile, and it was forgotten
            return await self.head(head)
        for entry in tail:
            self._apply(entry)
        if stored is not None:
            self._heads[head.id] = with_own(self._heads[head.id], stored)
        return self._heads[head.id] if len(tail) < _PAGE else await self.refresh(conversation)

    def _apply(self, entry: Entry) -> Conversation:
        head = self._heads[entry.conversation]
        if entry.seq > head.last_seq:
            head = self._heads[entry.conversation] = applied(head, entry)
        return head

    def known(self, conversation_id: str) -> Conversation | None:
        """The conversation, if this process has it at hand."""
        return self._heads.get(conversation_id)

    def changed(self, conversation_id: str, **changes: Any) -> None:
        """What is not in the log (its key, a read mark, the counter of changes) has been stored elsewhere."""
        known = self._heads.get(conversation_id)
        if known is not None:
            self._heads[conversation_id] = replace(known, **changes)

    def forget(self, conversation_id: str) -> None:
        """Read the conversation again when it is next needed."""
        self._heads.pop(conversation_id, None)

    async def _load(self, conversation: Conversation) -> Conversation:
        stored = await self._conversations.find(conversation.shop, conversation.id)
        if stored is None:
            await self._conversations.add(conversation)
            stored = conversation
        while tail := await self._messages.after(stored.shop, stored.id, stored.last_seq, _PAGE):
            for entry in tail:
                stored = applied(stored, entry)
        self._heads[stored.id] = stored
        if len(self._heads) > _KNOWN_CONVERSATIONS:
            self._drop_oldest()
        return stored

    def _drop_oldest(self) -> None:
        busy = {pending.draft.conversation.id for pending in self._pending}
        for oldest in list(self._heads)[: _KNOWN_CONVERSATIONS // 10]:
            if oldest not in busy:
                del self._heads[oldest]

    async def _flush(self) -> None:
        try:
            while self._pending:
                batch, self._pending = self._pending[:_BATCH], self._pending[_BATCH:]
                try:
                    again = await self._store(batch)
                except Exception as error:  # noqa: BLE001  # whatever it is, those who wait are told
                    self._fail(batch, error)
                    again = []
                self._pending[:0] = again
        finally:
            self._flushing = None

    async def _store(self, batch: list[_Pending]) -> list[_Pending]:
        """Store one batch; returns what must be tried again, in order."""
        cold = {one.draft.conversation.id: one.draft.conversation for one in batch}
        await asyncio.gather(*(self.head(one) for one in cold.values() if one.id not in self._heads))
        heads: dict[str, Conversation] = {}
        rows: list[_Row] = []
        first: dict[tuple[str, str], _Pending] = {}
        repeats: list[_Pending] = []  # the same ref again in one moment: its outcome is that of the first
        for pending in batch:
            if pending.ref is not None and (pending.ref in self._recent or pending.ref in first):
                repeats.append(pending)
                continue
            head = heads.get(pending.draft.conversation.id) or await self.head(pending.draft.conversation)
            try:
                entry = next_entry(pending.draft, head)
            except (NotAllowed, AnswerRefused, AnswerOutdated) as error:
                _raise_in(pending, error)
                continue
            heads[head.id] = following = applied(head, entry)
            rows.append(_Row(pending, entry, head, following))
            if pending.ref is not None:
                first[pending.ref] = pending
        again: list[_Pending] = []
        refusal = await self._messages.append([row.entry for row in rows]) if rows else None
        stored, rest = (rows, []) if refusal is None else (rows[: refusal.index], rows[refusal.index :])
        for row in stored:
            self._settle(row)
        if refusal is not None:
            again = await self._resolve_refusal(refusal, rest[0].pending, rest[0].entry)
            again += [row.pending for row in rest[1:]]
        return again + [pending for pending in repeats if not await self._settle_repeat(pending)]

    def _settle(self, row: _Row) -> None:
        pending, entry = row.pending, row.entry
        before = self._heads.setdefault(entry.conversation, row.before)  # it may have been forgotten meanwhile
        if before is row.before:  # nothing else has changed meanwhile, such as a read mark
            head = self._heads[entry.conversation] = row.following
        else:
            head = self._apply(entry)
        moved = not entry.state.answers_like(before.state)
        since = before.waiting_since if moved else None
        written = Written(entry, head, origin=pending.draft.origin, moved=moved, waited_since=since)
        self._remember(entry)
        if not pending.done.done():
            pending.done.set_result(written)
        self._on_stored(written)

    async def _settle_repeat(self, pending: _Pending) -> bool:
        """Tell a repeat what was stored the first time, if that is known."""
        stored = self._recent.get(pending.ref) if pending.ref is not None else None
        if stored is None:
            return False
        head = await self.head(pending.draft.conversation)
        if not pending.done.done():
            pending.done.set_result(Written(stored, head, duplicate=True))
        return True

    def _remember(self, entry: Entry) -> None:
        if entry.ref is not None:
            self._recent[(entry.conversation, entry.ref)] = entry
            if len(self._recent) > _RECENT_REFS:
                self._recent.popitem(last=False)

    async def _resolve_refusal(self, refusal: Refusal, pending: _Pending, entry: Entry) -> list[_Pending]:
        """Deal with the entry that was refused; returns it when it must be tried again."""
        if refusal.by == "order":  # another process wrote first
            self.forget(entry.conversation)
            return [pending]
        if entry.in_reply_to is not None:
            _raise_in(pending, AnswerRefused("the message is answered already"))
            return []
        existing = await self._messages.find(entry.shop, entry.conversation, entry.id)
        if existing is None:
            return [pending]
        self._remember(existing)
        await self._settle_repeat(pending)
        # Who stored it may have died, or lost the database, before anybody was told.
        self._on_stored(Written(existing, await self.head(pending.draft.conversation), duplicate=True))
        return []

    def _fail(self, batch: list[_Pending], error: Exception) -> None:
        for pending in batch:
            self.forget(pending.draft.conversation.id)  # what was stored is not known
            _raise_in(pending, error)


def _raise_in(pending: _Pending, error: Exception) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):
        pending.done.set_exception(error)
