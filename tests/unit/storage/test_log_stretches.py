from collections import Counter
from datetime import UTC, datetime, timedelta

from storage.messages import Author, Entry, State
from storage.store import Storage
from tests.loop_turns import turns_of_others

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
BUSY = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)


def entry(number: int, at: datetime) -> Entry:
    return Entry(
        id=f"entry-{number}",
        shop="alpha",
        conversation="one",
        seq=number,
        client_prev=number - 1,
        kind="message",
        author=Author(kind="client", name="Maria"),
        at=at,
        state=State(),
    )


async def test_what_was_stored_in_a_time_is_found_whole_and_once_however_dense_it_lies(store: Storage) -> None:
    years_before = [entry(1, BEGINNING), entry(2, BEGINNING + timedelta(days=4000))]
    one_busy_moment = [entry(3 + n, BUSY) for n in range(250)]
    then_a_busy_minute = [entry(253 + n, BUSY + timedelta(milliseconds=40 * n)) for n in range(1500)]
    stored = [*years_before, *one_busy_moment, *then_a_busy_minute]
    for first in range(0, len(stored), 200):
        assert await store.messages.append(stored[first : first + 200]) is None
    end = stored[-1].at
    found = [one.seq async for one in store.messages.stored_between(BEGINNING, end)]
    assert sorted(found) == [one.seq for one in stored[:-1]]  # the end itself is not in it
    times = [one.at async for one in store.messages.stored_between(BEGINNING, end)]
    assert times == sorted(times)
    found = [one.seq async for one in store.messages.stored_between(BUSY + timedelta(seconds=1), end)]
    assert sorted(found) == [one.seq for one in stored[:-1] if one.at >= BUSY + timedelta(seconds=1)]


async def test_nothing_is_found_in_a_time_that_is_empty_or_upside_down(store: Storage) -> None:
    await store.messages.append([entry(1, BUSY)])
    assert [one async for one in store.messages.stored_between(BEGINNING, BUSY)] == []
    assert [one async for one in store.messages.stored_between(BUSY + timedelta(days=1), BUSY)] == []


async def test_what_follows_a_silence_is_not_read_all_at_once(store: Storage) -> None:
    a_busy_half_minute = [entry(1 + n, BUSY + timedelta(milliseconds=10 * n)) for n in range(3000)]
    for first in range(0, 3000, 200):
        assert await store.messages.append(a_busy_half_minute[first : first + 200]) is None
    silence = timedelta(seconds=30)
    async with turns_of_others() as turn:
        at_once = Counter([turn() async for _ in store.messages.stored_between(BUSY - silence, BUSY + silence)])
    assert sum(at_once.values()) == 3000
    assert max(at_once.values()) <= 200  # what two seconds hold
