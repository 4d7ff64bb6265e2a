"""Answering one message: the assistant's answer, written at the next number if the bot may still speak."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from bot.apology import apologise
from bot.turn import Answer, Line, Turn, Unclear
from chat.directory import Directory
from chat.draft import AnswerOutdated, AnswerRefused, Draft, Written
from chat.handoff import Event
from chat.turns import Job
from chat.writer import LogWriter
from config.clock import BusinessClock
from storage.conversations import Conversation
from storage.messages import Author, Delivery, Entry
from storage.mongo import DatabaseError
from storage.proof import VISITOR
from storage.shops import Shop
from storage.store import Storage
from storage.unclear import UnclearGuess, UnclearMessage

_log = logging.getLogger(__name__)

LONGEST_TURN_SECONDS = 5.0
LONGEST_HOLD_SECONDS = 5.0
_PATIENCE_SECONDS = LONGEST_TURN_SECONDS + 1.0  # with another process that may be answering what came before
_LOOK_AGAIN_SECONDS = 0.1
_TRIES = 5
_AT_ONCE = 32  # turns: were all of a rush thought out side by side, all would take too long together
_REMEMBERED = 5_000


class Bot(Protocol):
    """What the hub asks of the assistant."""

    async def answer(self, turn: Turn) -> Answer | None:
        """The answer to a message; None where the bot is to stay silent."""

    async def check_code(self, shop: Shop, tracker: Mapping[str, Any], code: str) -> str | None:
        """The client whose one-time code this is."""


class Answering:
    """Runs the assistant on a stored message and stores its answer."""

    def __init__(
        self,
        assistant: Bot,
        clock: BusinessClock,
        writer: LogWriter,
        directory: Directory,
        store: Storage,
        *,
        line: Callable[[str], Awaitable[Line | None]],
    ) -> None:
        self._assistant = assistant
        self._clock = clock
        self._writer = writer
        self._directory = directory
        self._messages = store.messages
        self._unclear = store.unclear
        self._line = line
        self._keeping: set[asyncio.Task[None]] = set()
        self._staff_types: dict[str, asyncio.Event] = {}
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._done: OrderedDict[str, None] = OrderedDict()  # messages whose turn ran in this process

    def staff_typing(self, conversation_id: str, *, on: bool) -> None:
        """While staff type, the bot holds its answer for a moment."""
        if on:
            self._staff_types.setdefault(conversation_id, asyncio.Event())
        elif (stopped := self._staff_types.pop(conversation_id, None)) is not None:
            stopped.set()

    async def answer(self, job: Job) -> Written | None:
        """The stored answer; None when the bot stays silent: a person came first, or it has nothing sure to say."""
        for _ in range(_TRIES):
            try:
                return await self._answer(job)
            except AnswerOutdated:  # the conversation's turns ran on two processes at once: think again
                continue
        _log.error("a message could not be answered: the dialogue went on elsewhere each time; the sweep tries again")
        return None

    async def before(self, job: Job) -> list[Entry]:
        """The messages that are to be answered before this one, and that no process answers: the one that took them may
        have died. Waits as long as another may still be at it.
        """
        entry = job.entry
        conversation = await self._directory.get(entry.shop, entry.conversation)
        deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while earlier := self._owed_before(conversation, entry):
            if asyncio.get_running_loop().time() > deadline:
                found = [await self._find(entry, one) for one in earlier]
                return [one for one in found if one is not None]
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            conversation = await self._writer.refresh(conversation)
        return []

    def _owed_before(self, conversation: Conversation, entry: Entry) -> list[str]:
        if entry.id not in conversation.owed:
            return []
        earlier = conversation.owed[: conversation.owed.index(entry.id)]
        return [one for one in earlier if one not in self._done]

    async def _find(self, entry: Entry, other: str) -> Entry | None:
        return await self._messages.find(entry.shop, entry.conversation, other)

    def _note_done(self, entry: Entry) -> None:
        self._done[entry.id] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)

    async def _answer(self, job: Job) -> Written | None:
        conversation = await self._directory.get(job.entry.shop, job.entry.conversation)
        self._note_done(job.entry)  # the bot may have nothing to say to it: who comes next need not wait for it
        if not _is_the_bots(conversation, job.entry):
            return None
        turn = replace(turn_for(job, conversation, self._clock.now()), line=await self._line(job.shop.slug))
        answer = await self._ask(turn)
        if answer is None and turn.status == "bot":
            _log.error("the bot has no answer to a message that is its to answer; a person is asked")
            answer = apologise(turn)
        if answer is None:
            return None
        await self._hold(conversation.id)
        try:
            written = await self._writer.append(_draft(conversation, job, answer))
        except AnswerRefused:
            return None
        if answer.unclear is not None and not written.duplicate:
            self._keep(job.entry, answer.unclear)
        return written

    async def close(self) -> None:
        """Finish keeping what was unclear."""
        await asyncio.gather(*self._keeping)

    def _keep(self, entry: Entry, unclear: Unclear) -> None:
        """Keep it for staff, beside the turn: nobody waits for it."""
        keeping = asyncio.create_task(self._store_unclear(entry, unclear))
        self._keeping.add(keeping)
        keeping.add_done_callback(self._keeping.discard)

    async def _store_unclear(self, entry: Entry, unclear: Unclear) -> None:
        guesses = tuple(UnclearGuess(intent=guess.intent, confidence=guess.confidence) for guess in unclear.guesses)
        message = UnclearMessage(
            shop=entry.shop,
            text=unclear.text,
            language=unclear.language,
            guesses=guesses,
            picked=unclear.picked,
            conversation=entry.conversation,
            message_id=entry.id,
            at=entry.at,
        )
        try:
            await self._unclear.add(message)
        except DatabaseError as error:
            _log.warning("an unclear message was not kept for staff: %s", error)

    async def _ask(self, turn: Turn) -> Answer | None:
        try:
            async with self._at_once, asyncio.timeout(LONGEST_TURN_SECONDS):
                return await self._assistant.answer(turn)
        except TimeoutError:
            _log.error("the bot took over %.0f s; a person is asked", LONGEST_TURN_SECONDS)
        except Exception:  # noqa: BLE001  # whatever it is, the client gets an answer
            _log.exception("the bot failed; a person is asked")
        return apologise(turn)

    async def _hold(self, conversation_id: str) -> None:
        stopped = self._staff_types.get(conversation_id)
        if stopped is None:
            return
        try:
            await asyncio.wait_for(stopped.wait(), LONGEST_HOLD_SECONDS)
        except TimeoutError:
            self._staff_types.pop(conversation_id, None)


def turn_for(job: Job, conversation: Conversation, now: datetime) -> Turn:
    """What the assistant is asked, of a message and the conversation that it stands in."""
    return Turn(
        shop=job.shop,
        conversation_id=conversation.id,
        message_id=job.entry.id,
        text=job.entry.text,
        payload=job.entry.payload,
        channel=job.entry.channel,
        identity=job.entry.identity or VISITOR,
        status=conversation.status,
        tracker=conversation.tracker,
        attachments=len(job.entry.attachments),
        episode=conversation.state.episode,
        language=job.entry.language,
        now=now,
    )


def _is_the_bots(conversation: Conversation, entry: Entry) -> bool:
    return conversation.status in ("bot", "waiting") and conversation.person_seq < entry.seq


def _draft(conversation: Conversation, job: Job, answer: Answer) -> Draft:
    entry = job.entry
    handed = answer.hand_off
    leaves = entry.channel != "web"
    draft = Draft(
        conversation=conversation,
        event=Event.BOT_HANDS_OFF if handed else Event.BOT_ANSWERS,
        kind="message",
        author=Author(kind="bot", name=job.shop.name),
        channel=entry.channel,
        text=answer.text,
        in_reply_to=entry.id,
        answers_seq=entry.seq,
        buttons=answer.buttons,
        links=answer.links,
        delivery=Delivery(state="queued") if leaves else None,
        tracker=answer.tracker,
    )
    return replace(draft, gist=handed.gist, urgent=handed.urgent) if handed else draft
