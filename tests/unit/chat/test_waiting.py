"""The line of those who wait: its order, its cost, and the minutes that are named or not."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.turn import Line
from chat.draft import Written
from chat.events import Json
from chat.waiting import Waiting
from config.clock import BusinessClock, utc_now
from storage.conversations import Conversation, Conversations, applied, new_conversation
from storage.messages import Author, Entry, State
from storage.presence import Presence
from storage.store import Storage
from storage.waits import Wait
from tests.cast import NOW, RAY, SHOP, move_in
from tests.entries import entry_of

BOT = Author(kind="bot", name=SHOP.name)
STAFF = Author(kind="staff", name=RAY.name, id=RAY.id)


class Counting(Conversations):
    """Counts how often the line is read."""

    readings = 0

    async def list_waiting(self, shop: str, limit: int):
        self.readings += 1
        return await super().list_waiting(shop, limit)


def some_time_ago(conversation: Conversation, seq: int, author: Author, state: State, ago: timedelta) -> Entry:
    return entry_of(conversation, seq, utc_now() - ago, author, state=state)


async def place_of(line: Waiting, conversation: str) -> Json:
    place = await line.queue_of(SHOP.slug, conversation)
    assert place is not None
    return place


async def line_of(store: Storage, count: int, told: dict[str, list[int]]) -> tuple[Waiting, list[Conversation]]:
    """A line of so many, a second apart, and a member of staff at the desk."""
    await move_in(store)
    leased = utc_now() + timedelta(seconds=60)
    await store.presence.put(Presence(id="s1", shop=SHOP.slug, staff_id=RAY.id, name=RAY.name, expires_at=leased))
    waiting = []
    for number in range(count):
        one = new_conversation(SHOP.slug, f"visitor:{number}", title="Visitor")
        ago = timedelta(minutes=5) - timedelta(seconds=number)
        waiting.append(applied(one, some_time_ago(one, 1, BOT, State(status="waiting"), ago)))
        await store.conversations.add(waiting[-1])

    async def tell(conversation: str, place: Json) -> None:
        told.setdefault(conversation, []).append(place["position"])

    return Waiting(store, BusinessClock(NOW), tell), waiting


async def test_two_hundred_who_wait_are_told_from_one_reading(store):
    told: dict[str, list[int]] = {}
    line, waiting = await line_of(store, 200, told)
    counting = store.conversations = Counting(store.database)
    places = await asyncio.gather(*(place_of(line, one.id) for one in waiting))
    assert [place["position"] for place in places] == list(range(1, 201))
    gone = waiting[150]
    taken = some_time_ago(gone, 2, STAFF, State(status="open", assignee=RAY.id), timedelta(0))
    line.seen(Written(taken, applied(gone, taken), moved=True, waited_since=gone.waiting_since))
    async with asyncio.timeout(10):
        while len(told) < 49:
            await asyncio.sleep(0)
    await line.close()
    assert told == {one.id: [at] for at, one in enumerate(waiting[151:], start=151)}  # nobody before them
    assert counting.readings == 1
    kept = await store.database["waits"].find({}).to_list(None)
    assert [one["seconds"] for one in kept] == [150]


async def test_minutes_are_named_only_where_enough_have_waited_and_it_is_not_over(store):
    line, [first] = await line_of(store, 1, {})
    for number in range(4):
        await store.waits.add(Wait(shop=SHOP.slug, conversation="c", entry=str(number), seconds=60 * 7))
        await store.waits.add(Wait(shop=SHOP.slug, conversation="c", entry=str(number), seconds=60 * 7))  # kept once
    place, bot = await place_of(line, first.id), await line.line(SHOP.slug)
    assert (place["position"], place["people_online"], place["expected"]) == (1, 1, None)
    assert bot == Line(people_online=1, ahead=1)
    await store.waits.add(Wait(shop=SHOP.slug, conversation="c", entry="4", seconds=60 * 3))
    later = Waiting(store, BusinessClock(NOW), line._tell)
    # three in four waited seven minutes at most, five of them are over: at 10:32, said in steps of five minutes
    assert (await place_of(later, first.id))["expected"] == "2026-03-11T15:35:00.000Z"
    assert await later.line(SHOP.slug) == Line(people_online=1, ahead=1, minutes=10)
    long = replace(first, id="long", key="k", waiting_since=utc_now() - timedelta(minutes=8))
    await store.conversations.add(long)
    assert (await place_of(later, "long"))["expected"] is None  # longer than usual: no number
