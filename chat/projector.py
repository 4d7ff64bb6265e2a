"""Brings conversation documents up to date with their logs, a moment later and many at a time.

A document that is behind costs nothing but a little reading (`chat/writer.py` reads the log after it), so one write
serves all the entries of that moment.
"""

import asyncio
import logging

from storage.conversations import Conversation, Conversations
from storage.mongo import DatabaseError

_DELAY_SECONDS = 0.25
_log = logging.getLogger(__name__)


class Projector:
    """Holds the newest state of each conversation until it is written."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._behind: dict[str, Conversation] = {}
        self._running: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def add(self, conversation: Conversation) -> None:
        """The document of this conversation is behind."""
        self._behind[conversation.id] = conversation
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def drain(self) -> None:
        """Write what is behind, now. Lists that are read from the documents call it first."""
        async with self._writing:
            behind, self._behind = self._behind, {}
            if not behind:
                return
            try:
                await self._conversations.project_many(list(behind.values()))
            except DatabaseError:
                self._behind = {**behind, **self._behind}
                raise

    async def _run(self) -> None:
        try:
            while self._behind:
                await asyncio.sleep(_DELAY_SECONDS)
                try:
                    await self.drain()
                except DatabaseError as error:
                    _log.warning("conversation documents stay behind for now: %s", error)
        finally:
            self._running = None
