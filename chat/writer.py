"""Writing the log: what arrives in the same moment is stored by one insert, each entry at the next number of its
conversation.

One insert is under way at a time. What arrives meanwhile is made ready behind it, as if it had succeeded, and is sent
in the moment it has: the database does not wait for us. An entry that a unique index refuses does not hold back the
others. Where another process wrote first, the conversation is read again and the entry is tried at the number after
what is new, if the status table still allows it.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from chat.batch import Batch, Pending, Ref, Row
from chat.draft import AnswerOutdated, AnswerRefused, Draft, Written
from chat.handoff import NotAllowed
from storage.conversations import Conversation, Conversations, applied
from storage.marks import with_own
from storage.messages import Entry, Messages, Refusal

_BATCH = 200
_STALE_SECONDS = 1.0  # what was made ready longer ago is made anew: an entry's time is when it is stored
_KNOWN_CONVERSATIONS = 20_000
_RECENT_REFS = 5_000
_PAGE = 500
_log = logging.getLogger(__name__)

_Landed: TypeAlias = list[tuple[Pending, Written]]


class LogWriter:
    """The one place where entries are stored. `on_stored` is told of each new entry, in the log's order."""

    def __init__(self, messages: Messages, conversations: Conversations, on_stored: Callable[[Written], None]) -> None:
        self._messages = messages
        self._conversations = conversations
        self._on_stored = on_stored
        self._heads: OrderedDict[str, Conversation] = OrderedDict()
        self._loading: dict[str, asyncio.Task[Conversation]] = {}
        self._recent: OrderedDict[Ref, Entry] = OrderedDict()
        self._pending: deque[Pending] = deque()
        self._under_way: Batch | None = None  # it is being stored
        self._ready = Batch()  # the next, which counts on that
        self._flushing: asyncio.Task[None] | None = None

    async def append(self, draft: Draft) -> Written:
        """Store an entry; it is on disk when this returns. Entries are numbered in the order of the calls.

        Raises `NotAllowed` (the status table), `AnswerRefused` (the bot came too late), `AnswerOutdated` (the dialogue
        has moved on since it was thought out), `DatabaseUnavailable`.
        """
        done: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._pending.append(Pending(draft, done))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        elif self._under_way is not None:
            self._make_ready(self._under_way)
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
        landed: _Landed = []
        try:
            while self._ready or self._pending:
                batch, self._ready = self._ready, Batch()
                try:
                    if not batch:
                        self._tell(landed)  # what comes now may have to be read first
                        await self._fill(batch)
                    landed = await self._store(batch, landed)
                except Exception as error:  # noqa: BLE001  # whatever it is, those who wait are told
                    self._fail(batch, error)
                    self._put_back(self._ready.everybody)
        finally:
            self._tell(landed)
            self._flushing = None

    async def _fill(self, batch: Batch) -> None:
        """Make a batch of what has come so far, with nothing under way."""
        batch.everybody = [self._pending.popleft() for _ in range(min(_BATCH, len(self._pending)))]
        cold = {one.draft.conversation.id: one.draft.conversation for one in batch.everybody}
        await asyncio.gather(*(self.head(one) for one in cold.values() if one.id not in self._heads))
        for pending in batch.everybody:
            if pending.ref is not None and (pending.ref in self._recent or pending.ref in batch.refs):
                batch.repeats.append(pending)
                continue
            conversation = pending.draft.conversation
            try:
                batch.add(pending, batch.head(conversation.id) or await self.head(conversation))
            except (NotAllowed, AnswerRefused, AnswerOutdated) as error:
                pending.refuse(error)

    def _make_ready(self, under_way: Batch) -> None:
        """Make entries of what has come, as far as that is plain while `under_way` may still fail."""
        ready = self._ready
        while self._pending and len(ready) < _BATCH:
            pending = self._pending[0]
            conversation_id = pending.draft.conversation.id
            head = ready.head(conversation_id) or under_way.head(conversation_id) or self._heads.get(conversation_id)
            seen = (self._recent, under_way.refs, ready.refs)
            if head is None or (pending.ref is not None and any(pending.ref in refs for refs in seen)):
                return
            try:
                ready.add(pending, head)
            except Exception:  # noqa: BLE001  # not final: what it comes after may not be stored; `_fill` meets it again
                return
            ready.everybody.append(self._pending.popleft())

    def _put_back(self, pending: list[Pending]) -> None:
        """These come next, and what is ready is made anew after them."""
        self._pending.extendleft(reversed(pending))
        self._ready = Batch()

    async def _store(self, batch: Batch, landed_before: _Landed) -> _Landed:
        """Store a batch; those who landed before it are told meanwhile, those who land now when the next is sent."""
        refusal = await self._send(batch, landed_before) if batch else None
        if refusal is None and not batch.repeats:
            return self._land(batch.rows)
        self._put_back(self._ready.everybody)
        stored, rest = (
            (batch.rows, []) if refusal is None else (batch.rows[: refusal.index], batch.rows[refusal.index :])
        )
        self._tell(self._land(stored))
        again = await self._resolve_refusal(refusal, rest[0]) if refusal else []
        again += [row.pending for row in rest[1:]]
        self._put_back(again + [one for one in batch.repeats if not await self._settle_repeat(one)])
        return []

    async def _send(self, batch: Batch, landed_before: _Landed) -> Refusal | None:
        began = time.monotonic()
        self._under_way = batch
        try:
            storing = asyncio.create_task(self._messages.append([row.entry for row in batch.rows]))
            await asyncio.sleep(0)  # it is sent
            self._tell(landed_before)
            self._make_ready(batch)
            return await storing
        finally:
            self._under_way = None
            if time.monotonic() - began > _STALE_SECONDS:
                self._put_back(self._ready.everybody)

    def _land(self, rows: Sequence[Row]) -> _Landed:
        """These are stored: what comes next comes after them."""
        landed: _Landed = []
        for row in rows:
            entry = row.entry
            before = self._heads.setdefault(entry.conversation, row.before)  # it may have been forgotten meanwhile
            if before is row.before:  # nothing else has changed meanwhile, such as a read mark
                head = self._heads[entry.conversation] = row.following
            else:
                head = self._apply(entry)
            self._heads.move_to_end(entry.conversation)
            moved = not entry.state.answers_like(before.state)
            since = before.waiting_since if moved else None
            origin = row.pending.draft.origin
            landed.append((row.pending, Written(entry, head, origin=origin, moved=moved, waited_since=since)))
            self._remember(entry)
        return landed

    def _tell(self, landed: _Landed) -> None:
        """Tell who waits for these, and who looks on; once."""
        told, landed[:] = landed[:], []
        for pending, written in told:
            pending.tell(written)
            try:
                self._on_stored(written)
            except Exception:  # noqa: BLE001  # it is stored all the same
                _log.exception("an entry is stored, and not everybody here has heard of it")

    async def _settle_repeat(self, pending: Pending) -> bool:
        """Tell a repeat what was stored the first time, if that is known."""
        stored = self._recent.get(pending.ref) if pending.ref is not None else None
        if stored is None:
            return False
        head = await self.head(pending.draft.conversation)
        pending.tell(Written(stored, head, duplicate=True))
        return True

    def _remember(self, entry: Entry) -> None:
        if entry.ref is not None:
            self._recent[(entry.conversation, entry.ref)] = entry
            if len(self._recent) > _RECENT_REFS:
                self._recent.popitem(last=False)

    async def _resolve_refusal(self, refusal: Refusal, row: Row) -> list[Pending]:
        """Deal with the entry that was refused; returns it when it must be tried again."""
        pending, entry = row.pending, row.entry
        if refusal.by == "order":  # another process wrote first
            self.forget(entry.conversation)
            return [pending]
        if entry.in_reply_to is not None:
            pending.refuse(AnswerRefused("the message is answered already"))
            return []
        existing = await self._messages.find(entry.shop, entry.conversation, entry.id)
        if existing is None:
            return [pending]
        self._remember(existing)
        await self._settle_repeat(pending)
        # Who stored it may have died, or lost the database, before anybody was told.
        self._on_stored(Written(existing, await self.head(pending.draft.conversation), duplicate=True))
        return []

    def _fail(self, batch: Batch, error: Exception) -> None:
        for pending in batch.everybody:
            self.forget(pending.draft.conversation.id)  # what was stored is not known
            pending.refuse(error)
