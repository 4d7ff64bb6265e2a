"""The line of those who wait for a person: each one's place in it, and honestly when somebody will write.

One process keeps a shop's line in memory: read once, moved on by what is stored here, and read again now and then for
what other processes stored. So nobody's place is asked of the database one by one, and only those whose place changed
are told. A number of minutes comes from how long the last ones waited; where too few are known, there is none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.turn import Line
from chat.draft import Written
from chat.encoding import moment
from chat.events import Json
from config.clock import BusinessClock, utc_now
from storage.mongo import DatabaseError
from storage.opening_hours import Closure, find_closure, open_time
from storage.shops import Shop
from storage.store import Storage
from storage.waits import Wait

_MOST = 500  # in a line; whoever comes after them is told that many
_FRESH_SECONDS = 10.0
_RECENT_SECONDS = 6.0  # documents are brought up to date a few seconds later: so long what happened here counts more
_PATIENCE_SECONDS = 1.0
_BREATH_SECONDS = 0.2  # between two tellings: many changes of one moment are told at once
_STEP = timedelta(minutes=5)  # as exactly as a person can be promised
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)

Tell = Callable[[str, Json], Awaitable[None]]  # the conversation, its place


@dataclass(frozen=True, slots=True)
class _Move:
    since: datetime | None  # None: it left the line
    at: float


@dataclass(slots=True)
class _ShopLine:
    shop: Shop
    since: dict[str, datetime]
    people_online: int
    typical: timedelta | None
    read_at: float
    told: dict[str, Json] = field(default_factory=dict)

    def move(self, conversation: str, since: datetime | None) -> None:
        if since is not None:
            self.since[conversation] = since
        else:
            self.since.pop(conversation, None)

    def order(self) -> list[str]:
        return sorted(self.since, key=lambda one: (self.since[one], one))


class Waiting:
    """The lines of all shops, as this process sees them."""

    def __init__(self, store: Storage, clock: BusinessClock, tell: Tell) -> None:
        """`tell` pushes a place to its conversation."""
        self._store = store
        self._clock = clock
        self._tell = tell
        self._lines: dict[str, _ShopLine] = {}
        self._reading: dict[str, asyncio.Task[_ShopLine | None]] = {}
        self._moved: dict[str, dict[str, _Move]] = {}  # by shop: what the documents may not say yet
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._keeping: set[asyncio.Task[None]] = set()

    async def queue_of(self, shop: str, conversation: str) -> Json | None:
        """The place of a conversation that waits: `position` (1 is next), `people_online`, `expected`, `closed`."""
        line = await self._line(shop)
        if line is not None and conversation not in line.since:
            line = await self._line(shop, fresh=True)
        if line is None:
            return None
        order = line.order()
        at = order.index(conversation) if conversation in line.since else len(order)
        place = self._place(line, at, line.since.get(conversation))
        line.told[conversation] = place
        return place

    async def line(self, shop: str) -> Line | None:
        """How it stands, for what the bot says of it when it calls a person; None where it cannot be known now."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):  # an answer does not wait for it
                found = self._lines.get(shop) or await self._line(shop)
        except (DatabaseError, TimeoutError):
            return None
        if found is None:
            return None
        if _age(found) > _FRESH_SECONDS:
            self._read(shop)  # for the next one: nobody waits for it
        minutes = None if found.typical is None else max(5, -(-int(found.typical.total_seconds()) // 300) * 5)
        return Line(people_online=found.people_online, ahead=len(found.since), minutes=minutes)

    def seen(self, written: Written) -> None:
        """An entry was stored here: who came into the line, and who left it."""
        conversation = written.conversation
        waits = conversation.status == "waiting"
        if not written.moved or not (waits or written.waited_since):
            return
        move = _Move(conversation.waiting_since if waits else None, asyncio.get_running_loop().time())
        self._moved.setdefault(conversation.shop, {})[conversation.id] = move
        if conversation.shop in self._lines:
            self._lines[conversation.shop].move(conversation.id, move.since)
        if written.waited_since is not None and written.entry.author.kind == "staff" and conversation.status == "open":
            keeping = asyncio.create_task(self._keep(written, written.waited_since))
            self._keeping.add(keeping)
            keeping.add_done_callback(self._keeping.discard)
        self._tell_soon(conversation.shop)

    def people_changed(self, shop: str, people_online: int) -> None:
        """Staff came or went."""
        line = self._lines.get(shop)
        if line is None:
            return
        line.people_online, before = people_online, line.people_online
        if (before > 0) != (people_online > 0):
            self._tell_soon(shop)

    async def beat(self) -> None:
        """Now and again: see what other processes did, and whether the shop opened or closed meanwhile."""
        for shop in [slug for slug, line in self._lines.items() if line.since or line.told]:
            self._tell_soon(shop)

    async def close(self) -> None:
        """End what is under way."""
        tasks = [*self._telling.values(), *self._keeping, *self._reading.values()]
        for task in self._telling.values():
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _line(self, shop: str, *, fresh: bool = False) -> _ShopLine | None:
        known = self._lines.get(shop)
        if known is not None and not fresh and _age(known) <= _FRESH_SECONDS:
            return known
        return await asyncio.shield(self._read(shop))

    def _read(self, shop: str) -> "asyncio.Task[_ShopLine | None]":
        reading = self._reading.get(shop)
        if reading is None:
            reading = self._reading[shop] = asyncio.create_task(self._read_line(shop))
            reading.add_done_callback(lambda done: self._ended(shop, done))
        return reading

    def _ended(self, shop: str, reading: "asyncio.Task[_ShopLine | None]") -> None:
        del self._reading[shop]
        if not reading.cancelled() and (error := reading.exception()) is not None:
            _log.warning("the line of those who wait could not be read: %s", error)

    async def _read_line(self, slug: str) -> _ShopLine | None:
        store = self._store
        shop = await store.shops.find(slug)
        if shop is None:
            return None
        since = await store.conversations.list_waiting(slug, _MOST)
        people = {one.staff_id for one in await store.presence.list(slug)}
        typical = await store.waits.typical(slug)
        told = self._lines[slug].told if slug in self._lines else {}
        now = asyncio.get_running_loop().time()
        line = self._lines[slug] = _ShopLine(shop, since, len(people), typical, now, told)
        recent = {one: move for one, move in self._moved.get(slug, {}).items() if now - move.at < _RECENT_SECONDS}
        self._moved[slug] = recent
        for conversation, move in recent.items():
            line.move(conversation, move.since)
        return line

    def _place(self, line: _ShopLine, at: int, since: datetime | None) -> Json:
        now = self._clock.now()
        closure = find_closure(line.shop, now)
        expected = closure.opens if closure else self._expected(line, since, now)
        return {
            "position": at + 1,
            "people_online": line.people_online,
            "expected": moment(expected) if expected else None,
            "closed": closed_object(closure),
        }

    def _expected(self, line: _ShopLine, since: datetime | None, now: datetime) -> datetime | None:
        """When somebody may write; None where nobody is there, too little is known, or it takes longer than usual."""
        if not line.people_online or line.typical is None or since is None:
            return None
        began = now - (utc_now() - since)
        expected = _in_steps(began + line.typical)
        return expected if expected > now else None

    def _tell_soon(self, shop: str) -> None:
        if shop not in self._telling:
            telling = self._telling[shop] = asyncio.create_task(self._tell_changed(shop))
            telling.add_done_callback(lambda _: self._telling.pop(shop, None))

    async def _tell_changed(self, shop: str) -> None:
        await asyncio.sleep(_BREATH_SECONDS)
        try:
            line = await self._line(shop)
        except DatabaseError:
            return  # the next beat tells
        if line is None:
            return
        line.told = {one: place for one, place in line.told.items() if one in line.since}
        for at, conversation in enumerate(line.order()):
            place, told = self._place(line, at, line.since[conversation]), line.told.get(conversation)
            if told is None or _shown(place) != _shown(told):
                line.told[conversation] = place
                await self._tell(conversation, place)

    async def _keep(self, written: Written, since: datetime) -> None:
        entry = written.entry
        shop = await self._store.shops.find(entry.shop)
        if shop is None:
            return
        now = self._clock.now()
        waited = open_time(shop, now - (entry.at - since), now)
        wait = Wait(
            shop=entry.shop, conversation=entry.conversation, entry=entry.id, seconds=int(waited.total_seconds())
        )
        try:
            await self._store.waits.add(wait)
        except DatabaseError as error:
            _log.warning("how long somebody waited was not kept: %s", error)


def closed_object(closure: Closure | None) -> Json | None:
    """Why the shop is closed, and when it opens."""
    if closure is None:
        return None
    opens = moment(closure.opens) if closure.opens else None
    return {"reason": closure.reason, "name": closure.name, "opens": opens}


def _age(line: _ShopLine) -> float:
    return asyncio.get_running_loop().time() - line.read_at


def _shown(place: Json) -> tuple[object, ...]:
    """What of a place is seen: how many people are there is not, only whether somebody is."""
    return (place["position"], place["people_online"] > 0, place["expected"], place["closed"])


def _in_steps(at: datetime) -> datetime:
    """The moment, or the next whole five minutes after it."""
    return at + (_BEGINNING - at) % _STEP
