"""Brings conversation documents up to date with their logs, a moment later and many at a time.

A document that is behind costs nothing but a little reading (`chat/writer.py` reads the log after it), so one write
serves all the entries of that moment. What reports count of an episode, and what staff did, is written with it: once
when an episode ends, and when it changes after its end. What a process that died left out, the sweep makes up for.
"""

import asyncio
import logging
import time

from chat.traces import Traces
from storage.conversations import Conversation
from storage.messages import Entry
from storage.mongo import DatabaseError
from storage.store import Storage

_DELAY_SECONDS = 3.0  # an update costs the embedded engine more than an insert: few, and never many at once
_AT_ONCE = 10
# Each update is a commit of its own, and messages wait for the disk behind it: a few, then a pause by what they took.
_FEW = 3
_BREATH_SECONDS = 0.01
_PAUSE = 4.0
_PAUSE_LATE = 1.5  # where documents are behind for longer than this, they get more of the database for once
_LATE_SECONDS = 15.0
_log = logging.getLogger(__name__)


class Projector:
    """Holds the newest state of each conversation until it is written."""

    def __init__(self, store: Storage) -> None:
        self._store = store
        self._behind: dict[str, Conversation] = {}
        self._since: dict[str, float] = {}  # the loop's time, the longest ago first
        self._traces = Traces()
        self._running: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def add(self, conversation: Conversation, entry: Entry | None = None) -> None:
        """The document of this conversation is behind, since `entry` if it was just written."""
        self._behind[conversation.id] = conversation
        self._since.setdefault(conversation.id, time.monotonic())
        if entry is not None:
            self._traces.add(conversation, entry)
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def drain(self) -> None:
        """Write what is behind, now. Lists that are read from the documents call it first."""
        for _ in range(0, len(self._behind), _AT_ONCE):
            await self._write(_AT_ONCE)

    async def _write(self, most: int) -> None:
        async with self._writing:
            chosen = dict(list(self._behind.items())[:most])
            if not chosen:
                return
            for conversation_id in chosen:
                del self._behind[conversation_id]
                self._since.pop(conversation_id, None)
            traces, self._traces = self._traces, Traces()
            try:
                await traces.write(self._store)
                await self._store.conversations.project_many(list(chosen.values()))
            except DatabaseError:
                self._behind = {**chosen, **self._behind}
                self._traces = traces.joined(self._traces)
                raise

    async def _run(self) -> None:
        try:
            while self._behind:
                await asyncio.sleep(_DELAY_SECONDS)
                await self._catch_up(len(self._behind))
        finally:
            self._running = None

    async def _catch_up(self, behind: int) -> None:
        try:
            for _ in range(0, behind, _FEW):
                began = time.monotonic()
                await self._write(_FEW)
                late = began - next(iter(self._since.values()), began) > _LATE_SECONDS
                await asyncio.sleep(_BREATH_SECONDS + (time.monotonic() - began) * (_PAUSE_LATE if late else _PAUSE))
        except DatabaseError as error:
            _log.warning("conversation documents stay behind for now: %s", error)
