"""A client who left before the answer came is told of it, by text or mail, with a link back to the chat.

Noted when somebody of the shop writes while nobody sits at the other end, when the last connection goes with something
unread, and by the sweep, whoever died before it was noted. When it is due, whichever process has the client puts it
off, and the worker tells those whom nobody has: once for all that is unread, as an act in the log that staff see, whose
delivery is that of the text or mail.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from chat.draft import Draft, Written
from chat.handoff import Event
from chat.hub import Hub
from chat.notice import Notices
from config.clock import utc_now
from storage.absences import Absence
from storage.conversations import Conversation
from storage.messages import Author, Delivery, Entry
from storage.mongo import DatabaseError

_LOOK_AT = 200  # messages that may be unread
_LATE = timedelta(seconds=30)  # an answer of the bot that took so long is one that nobody waits for any more
_NEWS = timedelta(hours=24)  # nobody is told of what is older
_LONGEST_LOOK = 5.0  # seconds between two looks
_log = logging.getLogger(__name__)


class Reaching:
    """Of one process. `is_joined`: whether somebody is connected to a conversation here; `wake` rings the outbox."""

    def __init__(
        self,
        hub: Hub,
        notices: Notices,
        *,
        is_joined: Callable[[str], bool],
        wake: Callable[[], None],
        patience: float,
        work: bool,
    ) -> None:
        """`patience`: seconds that an answer may stay unread; `work`: this process tells, else it only puts off."""
        self._hub = hub
        self._notices = notices
        self._is_joined = is_joined
        self._wake = wake
        self._patience = timedelta(seconds=patience)
        self._work = work
        self.look_seconds = min(_LONGEST_LOOK, patience / 4)
        self._noting: set[asyncio.Task[None]] = set()

    def seen(self, written: Written) -> None:
        """An entry was stored here."""
        if is_answer(written.entry) and not self._is_joined(written.conversation.id):
            self._start(self.note(written.entry))

    def left(self, conversation: Conversation) -> None:
        """A connection is gone; where it was the last one here, what is unread is noted."""
        from_somebody = conversation.person_seq > conversation.client_read_seq or conversation.last_author == "system"
        if from_somebody and not self._is_joined(conversation.id):
            self._start(self._open(conversation.shop, conversation.id, conversation.client_last_seq))

    async def note(self, entry: Entry) -> None:
        """Somebody is to be told of this entry, unless they read it in time."""
        fresh = entry.at > utc_now() - _NEWS
        if fresh and (entry.author.kind != "bot" or await self._is_late(entry)):
            await self._open(entry.shop, entry.conversation, entry.seq)

    async def look(self) -> None:
        """See who is due: put off whoever is connected here, tell whoever is connected nowhere."""
        now = utc_now()
        soon = now + timedelta(seconds=2 * self.look_seconds)
        for absence in await self._hub.store.absences.list_due(soon):
            if self._is_joined(absence.conversation):
                await self._hub.store.absences.put_off(absence, soon + self._patience)
            elif self._work and absence.due_at <= now:
                await self._take_up(absence, now)

    async def close(self) -> None:
        """Finish noting."""
        await asyncio.gather(*self._noting, return_exceptions=True)

    def _start(self, noting: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(noting)
        self._noting.add(task)
        task.add_done_callback(self._noted)

    def _noted(self, task: "asyncio.Task[None]") -> None:
        self._noting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("an unread answer was not noted; the sweep notes it: %s", error)

    async def _open(self, shop: str, conversation: str, seq: int) -> None:
        stored = await self._hub.store.conversations.find(shop, conversation)  # the read mark of all processes
        if stored is not None and stored.client_read_seq < seq:
            due_at = utc_now() + self._patience
            await self._hub.store.absences.open(shop, conversation, stored.client_read_seq, due_at)

    async def _take_up(self, absence: Absence, now: datetime) -> None:
        """Tell them, if that is still to be done; a process that dies meanwhile leaves it due again."""
        absences = self._hub.store.absences
        if not await absences.put_off(absence, now + self._patience + timedelta(seconds=30)):
            return
        try:
            told = await self._tell(absence)
        except DatabaseError as error:
            _log.warning("somebody who left was not told yet; it is tried again: %s", error)
            return
        await absences.close(absence, "told" if told else "over")

    async def _tell(self, absence: Absence) -> bool:
        hub = self._hub
        shop = await hub.store.shops.find(absence.shop)
        stored = await hub.store.conversations.find(absence.shop, absence.conversation)
        if shop is None or stored is None or stored.client_read_seq != absence.read_seq or stored.continued_in:
            return False
        head = await hub.writer.refresh(stored)
        unread = await self._unread(head, absence.read_seq)
        notice = await self._notices.make(shop, head, unread[-1]) if unread else None
        if notice is None:
            return False
        written = await hub.writer.append(
            Draft(
                conversation=head,
                event=Event.SYSTEM_WRITES,
                kind="act",
                act="notified",
                author=Author(kind="system", name=shop.name),
                channel="sms" if notice.kind == "sms" else "email",
                text=notice.to,
                ref=f"absence:{absence.id}",
                delivery=Delivery(state="queued"),
            )
        )
        await self._notices.send(notice, written.entry)
        self._wake()
        return True

    async def _unread(self, head: Conversation, read_seq: int) -> list[Entry]:
        """What was said to the client and not read, after the last that they said themselves."""
        store = self._hub.store
        entries = await store.messages.before(head.shop, head.id, head.last_seq + 1, _LOOK_AT)
        unread: list[Entry] = []
        for entry in entries:
            if entry.seq <= read_seq or entry.kind != "message":
                continue
            if entry.author.kind == "client":
                unread = []
            elif is_answer(entry) and (entry.author.kind != "bot" or await self._is_late(entry)):
                unread.append(entry)
        return unread

    async def _is_late(self, entry: Entry) -> bool:
        if entry.in_reply_to is None:
            return False
        asked = await self._hub.store.messages.find(entry.shop, entry.conversation, entry.in_reply_to)
        return asked is not None and entry.at - asked.at > _LATE


def is_answer(entry: Entry) -> bool:
    """Whether somebody said it to a client in the web chat, where nothing but a push takes it to them."""
    return entry.kind == "message" and entry.channel == "web" and entry.author.kind != "client"


def is_to_be_noted(entry: Entry) -> bool:
    """Whether the sweep is to see to it that the client hears of it: the bot's own answers are mostly not."""
    return is_answer(entry) and entry.author.kind != "bot"
