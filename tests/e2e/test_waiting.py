"""Who waits for a person is told honestly that one will come, and when; and hears of it as the line moves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from storage.shops import ClosedDay
from storage.store import Storage
from tests.cast import MARIA, RAY, SHOP, move_in
from tests.e2e.running import Door, Person, serving

ASKED = "I want to talk to a person"


async def asks_for_a_person(person: Person) -> str:
    """Syncs, asks, and returns what the bot said of it."""
    await person.ask("sync")
    return str((await person.answer_to(await person.say(ASKED)))["text"])


def place(position: int, **more: object) -> Callable[[dict[str, Any]], bool]:
    """A pushed place in the line."""

    def fits(state: dict[str, Any]) -> bool:
        queue = state.get("queue")
        return queue is not None and {**queue, "position": position, **more} == queue

    return fits


async def test_the_line_moves_and_only_those_whose_place_changed_are_told(door: Door) -> None:
    first, second, third = await door.client(), await door.client(), await door.client()
    assert "Nobody is at the desk right now" in await asks_for_a_person(first)
    state = await first.hear("conversation", place(1, people_online=0))
    assert (state["queue"]["expected"], state["queue"]["closed"]) == (None, None)

    ray = await door.staff(RAY.id)
    await first.hear("conversation", place(1, people_online=1))  # somebody came to the desk
    assert "One person is ahead of you" in await asks_for_a_person(second)
    assert "2 people are ahead of you" in await asks_for_a_person(third)
    assert (await third.ask("sync"))["conversation"]["queue"]["position"] == 3
    await third.hear("conversation", place(3))

    await ray.ask("take", {"conversation": (await first.ask("sync"))["conversation"]["id"]})
    await second.hear("conversation", place(1))
    await third.hear("conversation", place(2))
    assert (await first.ask("sync"))["conversation"]["queue"] is None
    told = len(second.heard("conversation"))
    await ray.ask("take", {"conversation": (await third.ask("sync"))["conversation"]["id"]})
    await third.hear("conversation", lambda state: state.get("status") == "open")
    fourth = await door.client()
    await asks_for_a_person(fourth)
    await fourth.hear("conversation", place(2))
    assert len(second.heard("conversation")) == told  # still next: nothing to tell


async def test_an_answer_counts_as_a_wait_and_a_repeated_wish_is_not_told_the_same_again(door: Door) -> None:
    maria, ray = await door.signed_in(MARIA.id), await door.staff(RAY.id)
    await asks_for_a_person(maria)
    again = await maria.answer_to(await maria.say("My engine is smoking on the highway and I am stranded!"))
    assert "The shop knows that you are waiting." in again["text"]
    here = (await maria.ask("sync"))["conversation"]["id"]
    await ray.ask("message", {"conversation": here, "ref": "0" * 32, "text": "I am here."})
    await maria.hear("conversation", lambda state: state.get("status") == "open")
    await door.running.hub.waiting.close()
    kept = await door.running.store.database["waits"].find({}).to_list(None)
    assert [(one["conversation"], one["seconds"] < 30) for one in kept] == [(here, True)]


@pytest.mark.parametrize(
    ("now", "said", "closed"),
    [
        (
            "2026-03-11T12:15:00-05:00",
            "on a break until 1:00 PM",
            {"reason": "break", "name": None},
        ),
        ("2026-03-11T20:00:00-05:00", "closed now", {"reason": "hours", "name": None}),
        (
            "2026-03-12T10:00:00-05:00",
            "closed for Founders' Day",
            {"reason": "holiday", "name": "Founders' Day"},
        ),
    ],
)
async def test_outside_hours_the_client_is_told_when_the_shop_opens(
    store: Storage, data_dir: Path, now: str, said: str, closed: dict[str, object]
) -> None:
    await move_in(store)
    await store.shops.put(replace(SHOP, closed=(ClosedDay(date=date(2026, 3, 12), name="Founders' Day"),)))
    async with serving(store, data_dir, now=datetime.fromisoformat(now)) as running:
        door = Door(running)
        visitor = await door.client()
        shop = (await visitor.ask("sync"))["shop"]
        text = await asks_for_a_person(visitor)
        queue = (await visitor.hear("conversation", place(1)))["queue"]
        await door.close()
    assert said in text
    assert shop["open"] is False
    assert shop["closed"] == queue["closed"] == closed | {"opens": shop["next_opening"]}
    assert queue["expected"] == shop["next_opening"]
