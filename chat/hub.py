"""The hub: one door in, `receive`, and one door out, `send`. Nothing else stores or emits what is said.

A message is stored, acknowledged, then fanned out, in that order. The bot's turn runs afterwards, in the
conversation's own queue, and its answer is stored only if the conversation is still the bot's.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.reply import HandOff
from bot.understanding.card_numbers import without_card_numbers
from chat.answering import Answering, Bot
from chat.channels.channel import Channel
from chat.directory import Directory
from chat.draft import Draft, Written
from chat.handoff import Event, after
from chat.inbox_index import InboxIndex
from chat.live import Live
from chat.neighbours import Neighbours
from chat.projector import Projector
from chat.proving import Proving, may_be_code
from chat.suggesting import Suggesting
from chat.turns import Job, Turns
from chat.updating import Updating
from chat.waiting import Waiting
from chat.writer import LogWriter
from config.clock import BusinessClock
from storage.conversations import Conversation
from storage.marks import read_mark
from storage.messages import Attachment, Author, Button, ChannelName, Delivery, Entry, Link
from storage.mongo import DatabaseError
from storage.notifications import Notification
from storage.proof import Identity
from storage.shops import Language, Shop
from storage.store import Storage

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What a client wrote, by any channel. `ref` makes a repeat harmless; `answer` is False for what the bot leaves
    alone.
    """

    shop: Shop
    conversation: Conversation
    identity: Identity
    channel: ChannelName
    ref: str | None = None
    text: str = ""
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    answer: bool = True
    language: Language | None = None  # of the page, where it is not the shop's
    origin: str | None = None  # the socket it came from


@dataclass(frozen=True, slots=True)
class Received:
    """A message is on disk. `duplicate`: it was already, under this `ref`."""

    entry: Entry
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """What staff or the system say. `private` is a note; `channel` None is the one the client last wrote by."""

    shop: Shop
    conversation: Conversation
    author: Author
    text: str
    ref: str | None = None
    private: bool = False
    channel: ChannelName | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[str, ...] = ()  # staff ids that a note calls
    hand_off: HandOff | None = None  # the system asks for a person; where a person has it already, no more than is said
    elsewhere: bool = False  # the client asked for a person on a page: what was resolved waits again
    origin: str | None = None


_ACTS = {
    Event.TAKE: "taken",
    Event.ASSIGN: "assigned",
    Event.UNASSIGN: "unassigned",
    Event.RETURN_TO_BOT: "returned_to_bot",
    Event.RESOLVE: "resolved",
    Event.REOPEN: "reopened",
    Event.SNOOZE: "snoozed",
    Event.SNOOZE_ENDS: "woken",
    Event.FALL_IDLE: "resolved",
    Event.LABEL: "labelled",
}


class Hub:
    """Composed by `server.py`; `start` before use, `close` at the end."""

    def __init__(
        self,
        *,
        store: Storage,
        assistant: Bot,
        clock: BusinessClock,
        channels: Mapping[ChannelName, Channel],
        live: Live,
    ) -> None:
        self.store = store
        self.writer = LogWriter(store.messages, store.conversations, self._on_stored)
        self.directory = Directory(store, self.writer)
        self.projector = Projector(store)
        self.inbox = InboxIndex(store.conversations, store.messages)
        self.turns = Turns(self._run_turn)
        self._live = live
        self.updating = Updating(store, self.writer, self.directory, live)
        self._channels = channels
        self._fan_out: asyncio.Queue[Written] = asyncio.Queue()
        self._publisher: asyncio.Task[None] | None = None
        self.waiting = Waiting(store, clock, live.place_changed)
        self.watchers: list[Callable[[Written], None]] = [self.waiting.seen]  # told of each new entry; must not wait
        self._answering = Answering(assistant, clock, self.writer, self.directory, store, line=self.waiting.line)
        self.neighbours = Neighbours(self.writer, self._answering)
        self.suggesting = Suggesting(assistant, clock, self.directory.get, live.suggested)
        self._proving = Proving(store, assistant, self.writer, live)

    async def start(self) -> None:
        """Begin to push what is stored."""
        self._publisher = asyncio.create_task(self._publish())

    async def close(self) -> None:
        """Finish what is under way. Turns that were not run are found by the next sweep."""
        await self.turns.close()
        await self.suggesting.close()
        await self._answering.close()
        await self.waiting.close()
        if self._publisher is not None:
            self._publisher.cancel()
            await asyncio.gather(self._publisher, return_exceptions=True)
        try:
            await self.projector.drain()
        except DatabaseError as error:
            _log.warning("the last conversation documents were not written; their logs are whole: %s", error)

    async def conversation_for(self, shop: Shop, identity: Identity, *, visitor: str | None = None) -> Conversation:
        """The conversation of this peer, found or (not yet stored) made. `visitor` is the hash of the visitor token."""
        return await self.directory.conversation_for(shop, identity, visitor=visitor)

    async def receive(self, inbound: Inbound) -> Received:
        """Store a client's message; on disk when this returns, and answered in the end.

        Raises `DatabaseUnavailable`: nobody knows whether it is stored, send it again with the same `ref`.
        """
        # What a socket holds may be old: it is read with the entry. So nothing is awaited, and the order of arrival
        # holds; only what may be a code waits to learn whether one was asked for elsewhere.
        conversation = self.writer.known(inbound.conversation.id) or inbound.conversation
        if may_be_code(inbound.text):
            conversation = await self.writer.refresh(conversation)
        draft = Draft(
            conversation=conversation,
            event=Event.CLIENT_WRITES,
            kind="message",
            author=Author(kind="client", name=conversation.title, id=inbound.identity.client_id),
            channel=inbound.channel,
            text=without_card_numbers(inbound.text),  # what nobody may keep is never stored
            payload=inbound.payload,
            ref=inbound.ref,
            attachments=inbound.attachments,
            identity=inbound.identity,
            wants_answer=inbound.answer,
            language=inbound.language,
            origin=inbound.origin,
        )
        if inbound.answer and self._proving.expects_code(conversation, inbound.text):
            written, entry = await self._proving.receive_code(inbound.shop, draft)
        else:
            written = await self.writer.append(draft)
            entry = written.entry
        if inbound.answer and entry.state.status in ("bot", "waiting") and await self._lacks_answer(written, entry):
            self.turns.add(Job(inbound.shop, entry))
        elif inbound.answer and not written.duplicate:
            self.suggesting.client_wrote(Job(inbound.shop, entry))
        return Received(written.entry, written.duplicate)

    async def send(self, outbound: Outbound) -> Received:
        """Store and send what a person or the system says. A repeat of the same `ref` is the same entry."""
        conversation = await self.writer.head(outbound.conversation)
        channel = outbound.channel or conversation.channel
        leaves = channel != "web" and not outbound.private
        event = _event_of(outbound, conversation)
        handed = outbound.hand_off if event in (Event.BOT_HANDS_OFF, Event.CLIENT_ASKS) else None
        written = await self.writer.append(
            Draft(
                conversation=conversation,
                event=event,
                kind="note" if outbound.private else "message",
                author=outbound.author,
                channel=channel,
                text=outbound.text,
                ref=outbound.ref,
                buttons=outbound.buttons,
                links=outbound.links,
                attachments=outbound.attachments,
                mentions=outbound.mentions,
                delivery=Delivery(state="queued") if leaves else None,
                gist=handed.gist if handed else None,
                urgent=handed is not None and handed.urgent,
                origin=outbound.origin,
            )
        )
        if leaves and not written.duplicate:
            await self.deliver(outbound.shop, written.conversation, written.entry)
        return Received(written.entry, written.duplicate)

    async def act(
        self, conversation: Conversation, event: Event, by: Author, *, text: str = "", **details: Any
    ) -> Conversation:
        """Take, return to the bot, resolve ...; what would change nothing is not written.

        `text` says more about it to staff (to whom, until when); `details` are `named` (staff id), `until` (when a
        snooze ends), `added` and `removed` (labels). Raises `NotAllowed`.
        """
        head = await self.writer.refresh(conversation)
        if after(head.state, event, actor=by.id, **details) == head.state:
            return head
        draft = Draft(conversation=head, event=event, kind="act", act=_ACTS[event], author=by, text=text, **details)
        return (await self.writer.append(draft)).conversation

    async def mark_read(self, conversation: Conversation, by: Author, seq: int) -> None:
        """`by` has read as far as `seq`. Marks only move forward."""
        head = await self.writer.head(conversation)
        seq = min(seq, head.last_seq)
        changes = read_mark(head, by.kind, seq)
        if not changes:
            return
        self.writer.changed(head.id, **changes)
        head = self.writer.known(head.id) or head
        self.projector.add(head)
        marks = {"client": seq} if by.kind == "client" else {"staff": seq}
        await self.store.conversations.mark_read(head, **marks)
        await self._live.read_marked(head, by, seq)

    async def typing(self, conversation: Conversation, by: Author, *, on: bool) -> None:
        """Someone types; while a member of staff does, the bot waits a moment."""
        if by.kind == "staff":
            self._answering.staff_typing(conversation.id, on=on)
        await self._live.typing(conversation, by, on=on)

    async def ring(self, notification: Notification) -> None:
        """Write it under its client's bell and tell that client's peers; once, however often it is written."""
        if await self.store.notifications.append(notification):
            await self._live.notified(notification)

    async def record_delivery(self, shop: str, conversation_id: str, message_id: str, delivery: Delivery) -> None:
        """A carrier told how far a message has come. The state only moves forward; a failure is final."""
        await self.updating.record_delivery(shop, conversation_id, message_id, delivery)

    async def settled(self, conversation_id: str) -> None:
        """Returns when no turn of this conversation is queued or running in this process."""
        await self.turns.settled(conversation_id)

    async def deliver(self, shop: Shop, conversation: Conversation, entry: Entry) -> None:
        """Hand an entry to its channel. Doing it twice sends it once: the channel's outbox knows the entry's id."""
        delivery = await self._channels[entry.channel].deliver(shop, conversation, entry)
        if delivery is not None and delivery != entry.delivery:
            await self.record_delivery(shop.slug, conversation.id, entry.id, delivery)

    async def _lacks_answer(self, written: Written, entry: Entry) -> bool:
        """A repeat may come because the process that stored the message died: then nobody answers it as yet."""
        if not written.duplicate:
            return True
        return entry.owed and await self.store.messages.find_answer(entry.shop, entry.conversation, entry.id) is None

    async def _run_turn(self, job: Job) -> None:
        for entry in await self._answering.before(job):
            await self._answer(Job(job.shop, entry))
        await self._answer(job)

    async def _answer(self, job: Job) -> None:
        answered = await self._answering.answer(job)
        if answered is not None and answered.entry.channel != "web":
            await self.deliver(job.shop, answered.conversation, answered.entry)

    def _on_stored(self, written: Written) -> None:
        self.projector.add(written.conversation, written.entry)
        self.inbox.take(written.conversation)
        for watch in self.watchers:
            watch(written)
        self._fan_out.put_nowait(written)

    async def _publish(self) -> None:
        while True:
            written = await self._fan_out.get()
            try:
                await self._live.entry_stored(written)
            except Exception:  # noqa: BLE001  # a lost push must not end the next
                _log.exception("a push was lost; its receivers notice the gap and sync")


def _event_of(outbound: Outbound, conversation: Conversation) -> Event:
    if outbound.elsewhere and outbound.hand_off is not None:
        return Event.CLIENT_ASKS
    if outbound.hand_off is not None and conversation.status in ("bot", "waiting"):
        return Event.BOT_HANDS_OFF
    if outbound.private:
        return Event.STAFF_NOTES
    return Event.STAFF_WRITES if outbound.author.kind == "staff" else Event.SYSTEM_WRITES
