"""Tells staff of what happens: client messages that nobody reads, mentions, assignments, and the news from outside the
log.

Messages wait a moment in memory, in the process that stored them; whoever reads meanwhile saves a notification. What a
process that died had not told is found by the sweep in the log (`look_again`), and told once: a notice's id and an
outbox row's key follow from what they are about.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.reply import HandOff
from chat.draft import Written
from chat.hub import Hub, Outbound
from chat.notice_texts import change_texts, decision_details, decision_texts, entry_texts, visit_texts
from chat.notifications import NEWS, Happening, find_happenings
from chat.telling import WORTH_TELLING, Telling, Told
from config.clock import utc_now
from storage.activity import Actor
from storage.clients import Client
from storage.conversations import Conversation
from storage.messages import Author, Entry
from storage.mongo import DatabaseError, DatabaseUnavailable
from storage.news import News
from storage.phones import format_phone
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.store import Storage

_log = logging.getLogger(__name__)
_RECENT = 5_000
_LATER = 100  # entries that may have come after one that the sweep found
_GIVE_UP_AFTER = timedelta(minutes=1)  # on news that nothing can be made of
_BREATH = 0.05  # seconds: what falls due in the same moment is told together
_QUIET = 3  # times the patience between two notifications of one conversation

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class _Due:
    entry: Entry
    happening: Happening
    at: datetime
    again: bool = False  # found in the log: another process may tell it, too


class Notifier:
    """`run` tells what this process stored; `tell_news` is for workers."""

    def __init__(self, hub: Hub, telling: Telling) -> None:
        self._hub = hub
        self._telling = telling
        self._waiting: dict[str, _Due] = {}  # messages by conversation: the newest, at the oldest's time
        self._calls: list[_Due] = []
        self._told_seq: OrderedDict[str, int] = OrderedDict()  # of messages, by conversation
        self._told_calls: OrderedDict[str, None] = OrderedDict()  # ids of entries
        self._quiet_until: OrderedDict[str, datetime] = OrderedDict()  # by conversation
        self._wakes_at: datetime | None = None
        self._bell = asyncio.Event()

    def seen(self, written: Written) -> None:
        """An entry was stored here."""
        for happening in find_happenings(written.entry):
            if happening.kind == "message":
                self._wait_with(written.entry, happening)
            else:
                self._calls.append(_Due(written.entry, happening, written.entry.at))
                self._bell.set()

    async def look_again(self, entries: Sequence[Entry]) -> datetime | None:
        """Entries that the sweep found: what is due of them is told, if it was not. The moment of the first that is not
        due yet, where there is one: the sweep has to come back for it.
        """
        early: list[datetime] = []
        late: dict[tuple[str, str], _Due] = {}  # of the messages of a conversation, the last
        for entry in entries:
            for happening in find_happenings(entry):
                if entry.at < utc_now() - WORTH_TELLING or self._is_told(entry, happening):
                    continue
                is_message = happening.kind == "message"
                if is_message and entry.at + self._telling.patience > utc_now():
                    self._wait_with(entry, happening, again=True)
                if is_message and entry.conversation in self._waiting:
                    early.append(entry.at)
                else:
                    key = (entry.conversation, "" if is_message else entry.id)
                    late[key] = _Due(entry, happening, entry.at, again=True)
        for due in late.values():
            await self._tell_again(due)
        return min(early, default=None)

    async def run(self) -> None:
        """Tell what is due, until cancelled."""
        while True:
            self._bell.clear()
            for due in self._take_due():
                try:
                    await self._tell(due)
                except Exception:  # noqa: BLE001  # whatever it is, the next one is told
                    _log.exception("a notification failed; the sweep tells it")
            await self._pause()

    async def tell_news(self) -> None:
        """Tell what happened outside the log: for workers, every few seconds and when somebody rings."""
        for news in await self._telling.store.news.list():
            try:
                await self._tell_news(news)
            except (DatabaseError, DatabaseUnavailable):
                raise
            except Exception:  # noqa: BLE001  # one that cannot be told holds up no other
                _log.exception("news %s of shop %s could not be told", news.id, news.shop)
                if news.at > utc_now() - _GIVE_UP_AFTER:
                    continue
            await self._telling.store.news.remove(news)

    async def _tell_again(self, due: _Due) -> None:
        """Raises only where the database fails: then the sweep is to come back."""
        try:
            await self._tell(due)
        except (DatabaseError, DatabaseUnavailable):
            raise
        except Exception:  # noqa: BLE001  # what can never be told must not hold up the sweep
            _log.exception("entry %s of shop %s could not be told", due.entry.id, due.entry.shop)

    def _wait_with(self, entry: Entry, happening: Happening, *, again: bool = False) -> None:
        waits = self._waiting.get(entry.conversation)
        if waits is not None and waits.entry.seq >= entry.seq:
            return
        due = entry.at + self._telling.patience
        at = waits.at if waits is not None else max(due, self._quiet_until.get(entry.conversation, due))
        self._waiting[entry.conversation] = _Due(entry, happening, at, again)
        if self._wakes_at is None or at < self._wakes_at:
            self._bell.set()

    def _take_due(self) -> list[_Due]:
        now = utc_now()
        messages = [due for due in self._waiting.values() if due.at <= now]
        for due in messages:
            del self._waiting[due.entry.conversation]
        calls, self._calls = self._calls, []
        return [*calls, *messages]

    async def _pause(self) -> None:
        self._wakes_at = min((due.at for due in self._waiting.values()), default=None)
        until = None if self._wakes_at is None else max((self._wakes_at - utc_now()).total_seconds(), _BREATH)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), until)

    def _is_told(self, entry: Entry, happening: Happening) -> bool:
        if happening.kind == "message":
            return self._told_seq.get(entry.conversation, 0) >= entry.seq
        return entry.id in self._told_calls

    async def _tell(self, due: _Due) -> None:
        entry, happening = due.entry, due.happening
        shop = await self._telling.shop(entry.shop)
        conversation = await self._hub.writer.refresh(await self._hub.directory.get(entry.shop, entry.conversation))
        if happening.kind == "message":
            last = await self._last_message(due) if due.again else due
            await self._tell_message(last, shop, conversation)
            _remember(self._told_seq, entry.conversation, last.entry.seq)
            return
        title, text = entry_texts(happening, entry, conversation, shop, None)
        told = Told(kind=happening.kind, cause=entry.id, conversation=conversation, title=title, text=text, at=entry.at)
        await self._telling.notices(told, await self._telling.audience(shop, happening, conversation))
        _remember(self._told_calls, entry.id, None)

    async def _last_message(self, due: _Due) -> _Due:
        """What came after it is told in its place, as whoever stored that does."""
        entry = due.entry
        for later in await self._telling.store.messages.after(entry.shop, entry.conversation, entry.seq, _LATER):
            due = next(
                (_Due(later, one, later.at, True) for one in find_happenings(later) if one.kind == "message"), due
            )
        return due

    async def _tell_message(self, due: _Due, shop: Shop, conversation: Conversation) -> None:
        entry, happening = due.entry, due.happening
        unread_from = entry.seq + 1 if entry.author.kind == "staff" else entry.seq
        if await self._read_until(conversation) >= unread_from:
            return
        audience = await self._telling.audience(shop, happening, conversation)
        if not audience.told:
            return
        messages = self._telling.store.messages
        answered = entry.in_reply_to
        asked = await messages.find(entry.shop, entry.conversation, answered) if answered else None
        title, text = entry_texts(happening, entry, conversation, shop, asked)
        told = Told(
            kind="message",
            cause=entry.id,
            conversation=conversation,
            title=title,
            text=text,
            at=entry.at,
            seq=unread_from,
        )
        await self._telling.message(told, audience, again=due.again)
        _remember(self._quiet_until, entry.conversation, utc_now() + _QUIET * self._telling.patience)

    async def _read_until(self, conversation: Conversation) -> int:
        """How far staff have read, in whatever process."""
        stored = await self._telling.store.conversations.find(conversation.shop, conversation.id)
        return max(conversation.staff_read_seq, stored.staff_read_seq if stored is not None else 0)

    async def _tell_news(self, news: News) -> None:
        if news.client_id is None:
            await self._tell_guest(news)
            return
        store = self._telling.store
        shop, client = await self._telling.shop(news.shop), await store.clients.get(news.shop, news.client_id)
        identity = Identity(proof=Proof.FULL, client_id=client.id)
        conversation = await self._hub.conversation_for(shop, identity)
        if news.kind == "estimate":
            estimate = await store.estimates.get(news.shop, news.record)
            title, text = decision_texts(estimate, news.decisions, client.name, shop)
            kept = await store.estimate_decisions.find(news.shop, news.id)
            details = {"decided": text, "in": news.place, **(decision_details(kept, shop) if kept else {})}
            address = kept.origin.address if kept else None
            await _log_of(store, news, client, f"Estimate {estimate.number}", details, address)
        elif news.kind == "visit":
            title, text = visit_texts(await store.visits.get(news.shop, news.record), news, client.name, shop)
            await _log_of(store, news, client, text, {"in": news.place})
        else:
            request = await store.change_requests.find(news.shop, news.record)
            if request is None or not request.is_due:
                return
            title, text = change_texts(request, client.name, shop)
            asked = {"field": request.field, "before": request.old or "", "after": request.new}
            await _log_of(store, news, client, client.name, asked)
        if news.place == "portal":
            await self._note(news, shop, conversation, f"{title} in the portal. {text}.")
        await self._ring_for(news, shop, conversation, title, text)

    async def _tell_guest(self, news: News) -> None:
        """Somebody who is no known client asked for a visit: in their chat, else where texts with their number are."""
        store, shop = self._telling.store, await self._telling.shop(news.shop)
        visit = await store.visits.get(news.shop, news.record)
        if visit.contact is None:
            return
        title, text = visit_texts(visit, news, visit.contact.name, shop)
        if news.conversation is not None:
            conversation = await self._hub.directory.get(news.shop, news.conversation)
        else:
            known = await store.clients.find_by_phone(news.shop, visit.contact.phone)
            client_id = known[0].id if len(known) == 1 else None
            identity = Identity(proof=Proof.VISITOR, client_id=client_id, phone=visit.contact.phone)
            conversation = await self._hub.conversation_for(shop, identity)
            phone = format_phone(visit.contact.phone, shop.address.country)
            line = f"{title} on the booking page, not signed in. {text}. Call {phone} to confirm it."
            await self._note(news, shop, conversation, line)
        await self._ring_for(news, shop, conversation, title, text)

    async def _ring_for(  # a sentence: for this, there, with these words
        self, news: News, shop: Shop, conversation: Conversation, title: str, text: str
    ) -> None:
        conversation = self._hub.writer.known(conversation.id) or conversation
        told = Told(kind=news.kind, cause=news.id, conversation=conversation, title=title, text=text, at=news.at)
        await self._telling.notices(told, await self._telling.audience(shop, Happening(kind=news.kind), conversation))

    async def _note(self, news: News, shop: Shop, conversation: Conversation, line: str) -> None:
        """A line that staff see in the conversation; where somebody is to be called, a person is to do it."""
        calls = news.client_id is None or "call_me" in news.decisions.values()
        await self._hub.send(
            Outbound(
                shop=shop,
                conversation=conversation,
                author=Author(kind="system", name=shop.name),
                text=line,
                ref=f"{NEWS}{news.id}",
                private=True,
                elsewhere=True,
                hand_off=HandOff(reason="needs_person", gist=line) if calls else None,
            )
        )


def _remember(of: "OrderedDict[str, _V]", key: str, value: _V) -> None:
    of[key] = value
    of.move_to_end(key)
    if len(of) > _RECENT:
        of.popitem(last=False)


async def _log_of(  # noqa: PLR0917  # a sentence, as in the log
    store: Storage, news: News, client: Client, subject: str, details: Mapping[str, str], address: str | None = None
) -> None:
    """The activity log's line of what a client did; told again it is there once."""
    acts = {"estimate": "decided", "change_request": "asked", "visit": news.act}
    actor = Actor(kind="client", id=client.id, name=client.name)
    action = f"{news.kind}.{acts[news.kind]}"
    await store.activity.append(news.shop, actor, action, subject, details, news.at, address=address, ref=news.id)
