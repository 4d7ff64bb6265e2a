"""Where every conversation of a shop stands, in memory: counting and paging the views reads no documents.

Read once per shop and process, in small parts; from then on every stored entry moves its conversation's row. What other
processes store is read from the log every few seconds, where there may be others. A row is small: 100,000
conversations take some 30 MB.
"""

import asyncio
import heapq
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.clock import utc_now
from storage.conversations import Conversation, Conversations
from storage.messages import Entry, Messages, State, Status

_log = logging.getLogger(__name__)
_OVERLAP = timedelta(seconds=10)  # clocks differ, and documents are some seconds behind their log
FOLLOW_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation: where it stands after entry `seq`, and when it was last written in."""

    id: str
    seq: int
    at: datetime
    status: Status
    assignee: str | None
    labels: tuple[str, ...]

    @property
    def place(self) -> tuple[datetime, str]:
        """What the views are ordered by, the greatest first."""
        return (self.at, self.id)


class InboxIndex:
    """The rows of all shops whose inbox was asked for."""

    def __init__(self, conversations: Conversations, messages: Messages) -> None:
        self._conversations = conversations
        self._messages = messages
        self._shops: dict[str, dict[str, Row]] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._followed_until = utc_now()

    async def rows(self, shop: str) -> Iterable[Row]:
        """Every conversation of the shop in which something was said."""
        if shop not in self._shops or shop in self._loading:
            await self._load_once(shop)
        return self._shops[shop].values()

    async def counts(self, shop: str, me: str) -> dict[str, int]:
        """How many conversations each view has."""
        rows = await self.rows(shop)
        by_status = Counter(row.status for row in rows)
        mine = sum(1 for row in rows if row.status == "open" and row.assignee == me)
        views = {status: by_status[status] for status in ("bot", "waiting", "open", "snoozed", "resolved")}
        return {**views, "mine": mine, "all": by_status.total()}

    async def page(
        self, shop: str, fits: Callable[[Row], bool], after: tuple[datetime, str] | None, limit: int
    ) -> list[Row]:
        """At most `limit` rows that fit, the one last written in first, beyond the place `after`."""
        rows = (row for row in await self.rows(shop) if fits(row) and (after is None or row.place < after))
        return heapq.nlargest(limit, rows, key=lambda row: row.place)

    def take(self, conversation: Conversation) -> None:
        """The conversation as it stands after a stored entry."""
        rows = self._shops.get(conversation.shop)
        if rows is not None and conversation.last_seq:
            known = rows.get(conversation.id)
            if known is None or known.seq <= conversation.last_seq:
                rows[conversation.id] = _row(conversation)

    async def follow(self) -> None:
        """Take in what other processes have stored since the last time."""
        now = utc_now()
        async for entry in self._messages.stored_between(self._followed_until - _OVERLAP, now):
            self._take_entry(entry)
        self._followed_until = now

    def _take_entry(self, entry: Entry) -> None:
        rows = self._shops.get(entry.shop)
        if rows is None:
            return
        known = rows.get(entry.conversation)
        if known is None:
            rows[entry.conversation] = _moved(
                Row(entry.conversation, entry.seq, entry.at, "bot", None, ()), entry.seq, entry.at, entry.state
            )
        elif entry.seq > known.seq:
            at = entry.at if entry.kind == "message" else known.at
            rows[entry.conversation] = _moved(known, entry.seq, at, entry.state)

    async def _load_once(self, shop: str) -> None:
        task = self._loading.get(shop)
        if task is None:
            task = self._loading[shop] = asyncio.create_task(self._load(shop))
            task.add_done_callback(lambda _: self._loading.pop(shop, None))
        await asyncio.shield(task)

    async def _load(self, shop: str) -> None:
        began = utc_now()
        rows = self._shops.setdefault(shop, {})  # what is stored meanwhile is taken in already
        try:
            async for conversation in self._conversations.all_of(shop):
                if conversation.last_seq:
                    self.take(conversation)
            async for entry in self._messages.stored_between(began - _OVERLAP, utc_now()):
                self._take_entry(entry)
        except BaseException:
            self._shops.pop(shop, None)
            raise
        _log.info("the inbox of %s has %d conversations", shop, len(rows))


def _row(conversation: Conversation) -> Row:
    state = conversation.state
    at = conversation.last_at or conversation.created_at
    return Row(conversation.id, conversation.last_seq, at, state.status, state.assignee, state.labels)


def _moved(row: Row, seq: int, at: datetime, state: State) -> Row:
    return replace(row, seq=seq, at=at, status=state.status, assignee=state.assignee, labels=state.labels)
