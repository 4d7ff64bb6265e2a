"""Beside a conversation that a person has, the bot drafts an answer for staff to send, edit or ignore.

A draft changes nothing and is kept nowhere but here: it is made when a client writes, and again when a conversation is
opened in another process. The bot is asked as in `waiting`: only what it is sure of, and only what reads.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chat.answering import LONGEST_TURN_SECONDS, Bot, turn_for
from chat.turns import Job
from config.clock import BusinessClock
from storage.conversations import Conversation
from storage.messages import Button, Entry, Link
from storage.shops import Shop

_log = logging.getLogger(__name__)
_KEPT = 2000
_PAUSE_SECONDS = 0.3  # who writes several lines in a row is drafted an answer to the last
_LONGEST_PAUSE_SECONDS = 5.0  # who never pauses is drafted one now and then: understanding costs as much as storing


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft for the client's message `seq`."""

    seq: int
    text: str
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As it goes to staff."""
        return {
            "seq": self.seq,
            "text": self.text,
            "buttons": [{"title": button.title, "payload": button.payload} for button in self.buttons],
            "links": [{"title": link.title, "url": link.url} for link in self.links],
        }


Tell = Callable[[Conversation, Suggestion], Awaitable[None]]
Find = Callable[[str, str], Awaitable[Conversation]]


class Suggesting:
    """Drafts of this process. `tell` pushes a new one to the shop's staff, `find` is the directory's `get`."""

    def __init__(self, assistant: Bot, clock: BusinessClock, find: Find, tell: Tell) -> None:
        self._assistant = assistant
        self._clock = clock
        self._find = find
        self._tell = tell
        self._kept: OrderedDict[tuple[str, int], Suggestion | None] = OrderedDict()
        self._latest: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def client_wrote(self, job: Job) -> None:
        """A client wrote where a person answers: draft in a moment, and only for the last of several messages."""
        conversation = job.entry.conversation
        self._latest[conversation] = job
        if conversation not in self._tasks:
            self._tasks[conversation] = asyncio.create_task(self._work(conversation))

    def find(self, conversation: str, seq: int | None) -> Suggestion | None:
        """The draft for this message, if this process has it."""
        return self._kept.get((conversation, seq)) if seq is not None else None

    async def for_conversation(
        self, shop: Shop, conversation: Conversation, entries: Sequence[Entry]
    ) -> Suggestion | None:
        """The draft for what the client said last, as long as nobody has answered it. `entries`: the newest."""
        last = next((entry for entry in reversed(entries) if entry.kind == "message"), None)
        if conversation.status not in ("open", "snoozed") or last is None or last.author.kind != "client":
            return None
        if (conversation.id, last.seq) not in self._kept:
            await self._draft(Job(shop, last), conversation)
        return self._kept.get((conversation.id, last.seq))

    async def close(self) -> None:
        """Stop drafting."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, conversation_id: str) -> None:
        try:
            while conversation_id in self._latest:
                job = await self._last_of_several(conversation_id)
                conversation = await self._find(job.entry.shop, conversation_id)
                made = await self._draft(job, conversation)
                if made is not None and conversation_id not in self._latest:
                    await self._tell(conversation, made)
        except Exception:  # noqa: BLE001  # a draft is a courtesy
            _log.exception("no draft could be made")
        finally:
            del self._tasks[conversation_id]

    async def _last_of_several(self, conversation_id: str) -> Job:
        """The newest message, once none follows for a moment."""
        clock = asyncio.get_running_loop()
        longest = clock.time() + _LONGEST_PAUSE_SECONDS
        while True:
            job = self._latest[conversation_id]
            await asyncio.sleep(_PAUSE_SECONDS)
            if self._latest[conversation_id] is job or clock.time() >= longest:
                return self._latest.pop(conversation_id)

    async def _draft(self, job: Job, conversation: Conversation) -> Suggestion | None:
        turn = replace(turn_for(job, conversation, self._clock.now()), status="waiting")
        try:
            async with asyncio.timeout(LONGEST_TURN_SECONDS):
                answer = await self._assistant.answer(turn)
        except Exception as error:  # noqa: BLE001  # staff answer without it
            _log.warning("no draft could be made: %r", error)
            answer = None
        made = None
        if answer is not None and answer.hand_off is None and answer.text:
            made = Suggestion(job.entry.seq, answer.text, answer.buttons, answer.links)
        self._kept[(conversation.id, job.entry.seq)] = made
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made
