"""Turns: the bot's answers, one after the other within a conversation, side by side across conversations."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from storage.messages import Entry
from storage.shops import Shop

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A client's stored message that the bot is to answer."""

    shop: Shop
    entry: Entry


class Turns:
    """A queue per conversation. `run` answers one message; it must not raise, and what it raises is logged."""

    def __init__(self, run: Callable[[Job], Awaitable[None]]) -> None:
        self._run = run
        self._queues: dict[str, deque[Job]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._known: set[str] = set()

    def add(self, job: Job) -> None:
        """Queue a turn; a message that is queued or running already is not queued again."""
        if job.entry.id in self._known:
            return
        self._known.add(job.entry.id)
        conversation = job.entry.conversation
        self._queues.setdefault(conversation, deque()).append(job)
        if conversation not in self._workers:
            self._workers[conversation] = asyncio.create_task(self._work(conversation))

    async def settled(self, conversation: str) -> None:
        """Returns when no turn of this conversation is queued or running."""
        while (worker := self._workers.get(conversation)) is not None:
            await asyncio.wait([worker])

    async def close(self) -> None:
        """Stop; what was not answered is found by the sweep."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, conversation: str) -> None:
        queue = self._queues[conversation]
        try:
            while queue:
                job = queue.popleft()
                try:
                    await self._run(job)
                except Exception:  # noqa: BLE001  # one turn must not end the queue
                    _log.exception("a turn failed; the sweep will try it again")
                finally:
                    self._known.discard(job.entry.id)
        finally:
            del self._queues[conversation], self._workers[conversation]
