"""The sweep: acked means answered, in the end.

Looks through the entries since its mark for messages that the bot owes an answer and for messages that have not been
handed to their carrier, whoever died before they were, and runs the turn or the hand-over again. Both are harmless
when repeated: one insert decides on an answer, the outbox knows an entry's id.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chat.handoff import Event, NotAllowed
from chat.hub import Hub
from chat.reaching import is_to_be_noted
from chat.traces import leaves_traces, trace_again
from chat.turns import Job
from config.clock import utc_now
from storage.conversations import Conversation
from storage.messages import Author, Entry
from storage.shops import Shop
from storage.sweeps import Sweeps, look_from

_log = logging.getLogger(__name__)

_IDLE = timedelta(hours=24)
_IDLE_AT_ONCE = 200


LookAgain = Callable[[Sequence[Entry]], Awaitable[datetime | None]]  # from when on it has to be shown them again


async def _nobody_looks(entries: Sequence[Entry]) -> datetime | None:  # noqa: ARG001  # it is what others look at
    return None


class Sweep:
    """Run `answer_owed` at start with no patience, and then now and again."""

    def __init__(self, hub: Hub, note: Callable[[Entry], Awaitable[None]] | None = None) -> None:
        """`note` sees to it that a client who left hears of an entry (`chat/reaching.py`)."""
        self._hub = hub
        self._note = note
        self._sweeps = Sweeps(hub.store.database)
        self._shops: dict[str, Shop | None] = {}
        self.look_again: LookAgain = _nobody_looks  # who else has to hear of entries that a dead process stored

    async def answer_owed(self, patience: timedelta = timedelta(seconds=10)) -> int:
        """Run again what was left undone and is older than `patience`; how many messages that were."""
        self._shops.clear()
        mark = await self._sweeps.find_mark()
        latest = utc_now() - patience
        seen = await self._look(look_from(mark), latest)
        await self._catch_up(seen)
        undone = [entry for entry in seen.owed() if await self._is_owed(entry)]
        for entry in undone:
            await self._run_again(entry)
        for entry in seen.queued:
            await self._deliver_again(entry)
        if self._note is not None and mark is not None:  # what was there before the first start is nobody's news
            for entry in seen.unread.values():
                await self._note(entry)
        early = await self.look_again(seen.entries)
        await self._sweeps.move_mark(min([latest, *(entry.at for entry in undone), *([early] if early else [])]))
        if undone:
            _log.info("%d messages had no answer yet; they get it now", len(undone))
        return len(undone)

    async def catch_up(self, since: timedelta = timedelta(minutes=1)) -> None:
        """Read what other processes wrote lately: what this one knows is as new, and so are the documents."""
        now = utc_now()
        await self._catch_up(await self._look(now - since, now))

    async def _look(self, earliest: datetime, latest: datetime) -> "_Seen":
        seen = _Seen()
        async for entry in self._hub.store.messages.stored_between(earliest, latest):
            seen.add(entry)
        return seen

    async def _catch_up(self, seen: "_Seen") -> None:
        """Bring up to date what others wrote: a process that died may have left documents behind."""
        for conversation_id, piece in seen.conversations.items():
            known = self._hub.writer.known(conversation_id)
            if known is None or known.last_seq < piece.until:  # what this process wrote, it projects by itself
                found = known or await self._hub.directory.get(piece.shop, conversation_id)
                conversation = await self._hub.writer.refresh(found)
                self._hub.projector.add(conversation)
                await trace_again(self._hub.store, conversation, piece.telling, piece.since)

    async def close_idle(self) -> None:
        """Conversations with the bot in which nothing was said for a day are resolved."""
        since = utc_now() - _IDLE
        for shop in await self._hub.store.shops.list():
            for one in await self._hub.store.conversations.list_idle(shop.slug, "bot", since, _IDLE_AT_ONCE):
                await self._close(one, shop)

    async def _close(self, conversation: Conversation, shop: Shop) -> None:
        head = await self._hub.writer.head(conversation)
        if head.last_at is None or head.last_at > utc_now() - _IDLE:
            return
        try:
            await self._hub.act(head, Event.FALL_IDLE, Author(kind="system", name=shop.name))
        except NotAllowed:
            return  # somebody wrote in this moment

    async def _is_owed(self, entry: Entry) -> bool:
        known = await self._hub.directory.get(entry.shop, entry.conversation)
        conversation = await self._hub.writer.refresh(known)  # another process may have given it back to the bot
        if conversation.status != "bot" or conversation.person_seq > entry.seq:
            return False
        return await self._hub.store.messages.find_answer(entry.shop, entry.conversation, entry.id) is None

    async def _run_again(self, entry: Entry) -> None:
        shop = await self._shop(entry.shop)
        if shop is not None:
            self._hub.turns.add(Job(shop, entry))

    async def _deliver_again(self, entry: Entry) -> None:
        shop = await self._shop(entry.shop)
        if shop is not None:
            conversation = await self._hub.directory.get(entry.shop, entry.conversation)
            await self._hub.deliver(shop, conversation, entry)

    async def _shop(self, slug: str) -> Shop | None:
        if slug not in self._shops:
            self._shops[slug] = await self._hub.store.shops.find(slug)
        return self._shops[slug]


@dataclass(slots=True)
class _Piece:
    """What a stretch holds of one conversation: its lowest and its highest number, and the entries that leave something
    behind.
    """

    shop: str
    since: int
    until: int
    telling: list[Entry] = field(default_factory=list)


class _Seen:
    """What the entries of a stretch of the log say about who is owed what."""

    def __init__(self) -> None:
        self._owed: dict[str, Entry] = {}
        self._answered: set[str] = set()
        self.queued: list[Entry] = []
        self.unread: dict[str, Entry] = {}  # by conversation the last that its client may not have read
        self.conversations: dict[str, _Piece] = {}
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        piece = self.conversations.setdefault(entry.conversation, _Piece(entry.shop, entry.seq, entry.seq))
        piece.since, piece.until = min(piece.since, entry.seq), max(piece.until, entry.seq)
        if leaves_traces(entry):
            piece.telling.append(entry)
        self.entries.append(entry)
        if entry.owed:
            self._owed[entry.id] = entry
        if entry.in_reply_to is not None:
            self._answered.add(entry.in_reply_to)
        if is_to_be_noted(entry):
            self.unread[entry.conversation] = entry
        if entry.kind == "message" and entry.delivery is not None and entry.delivery.state == "queued":
            self.queued.append(entry)

    def owed(self) -> list[Entry]:
        """In the order of the log, conversation by conversation."""
        left = [entry for entry_id, entry in self._owed.items() if entry_id not in self._answered]
        return sorted(left, key=lambda entry: (entry.conversation, entry.seq))
