"""Ended episodes: stored once, as of the latest entry, read by when they began, whatever has been packed meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.clock import utc_now
from storage.episode import Episode, Share, episode_id
from storage.messages import Rating
from storage.store import Storage

NOW = (utc_now() - timedelta(hours=12)).replace(hour=12, minute=0, second=0, microsecond=0)  # noon, and past


def made(n: int, number: int = 1, **changes: object) -> Episode:
    """Episode `n`: one every five hours, back from now."""
    at = NOW - timedelta(hours=5 * n)
    one = Episode(
        id=episode_id(f"c{n}", number),
        shop="mine",
        conversation=f"c{n}",
        number=number,
        first_seq=1,
        last_seq=9,
        started_at=at,
        channel="sms",
        opened_by="client",
        client_messages=3,
        staff_messages=2,
        asked_at=at,
        answered_at=at + timedelta(minutes=7),
        answered_by="ray",
        had_person=True,
        shares=(Share("ray", "Ray Ortiz", 2),),
        resolved_at=at + timedelta(hours=1),
        ending="staff",
        resolved_by="ray",
        rating=Rating(score=4, comment="quick — and kind") if n % 2 else None,
        labels=("brakes",),
    )
    return replace(one, **changes)  # type: ignore[arg-type]


async def ids(store: Storage, earliest: datetime, latest: datetime, shop: str = "mine") -> list[str]:
    return [one.conversation for one in await store.episodes.list_started(shop, earliest, latest)]


async def test_they_are_read_by_when_they_began_the_first_time_and_from_packs_after_it(store: Storage) -> None:
    episodes = [made(n) for n in range(100)]
    await store.episodes.put_many(episodes)
    wanted = list(reversed(episodes[4:90]))
    earliest, latest = episodes[89].started_at, episodes[3].started_at
    for _ in range(3):
        assert await store.episodes.list_started("mine", earliest, latest) == wanted
    assert await ids(store, earliest, latest, shop="theirs") == []
    assert await store.database["episode_packs"].count_documents({"shop": "mine", "rows": {"$exists": True}}) > 10


async def test_what_changes_after_its_day_was_packed_is_read_as_it_is_now(store: Storage) -> None:
    await store.episodes.put_many([made(n) for n in range(100)])
    everything = (NOW - timedelta(days=60), NOW + timedelta(days=1))
    before = await store.episodes.list_started("mine", *everything)
    rated = made(60, last_seq=10, rating=Rating(score=1))
    new = made(200)
    await store.episodes.put_many([rated, new])
    for _ in range(2):
        after = await store.episodes.list_started("mine", *everything)
        assert [one for one in after if one not in before] == [new, rated]
        assert len(after) == len(before) + 1
    await store.episodes.put_many([rated, new])  # again is nothing new
    assert await store.episodes.list_started("mine", *everything) == after


async def test_an_older_state_never_replaces_a_newer_one(store: Storage) -> None:
    newer, older = made(1, last_seq=12, labels=("tires",)), made(1, last_seq=11)
    await store.episodes.put_many([newer])
    await store.episodes.put_many([older, made(2)])
    assert await store.episodes.find_many("mine", [newer.id]) == {newer.id: newer}
    assert await store.episodes.find_many("theirs", [newer.id]) == {}


async def test_the_next_one_within_seven_days_says_that_the_client_asked_again(store: Storage) -> None:
    first = made(50)
    assert first.resolved_at is not None
    await store.episodes.put_many([first])
    for days, by, again in ((8, "client", False), (3, "staff", False), (3, "client", True)):
        at = first.resolved_at + timedelta(days=days)
        following = made(50, number=2, started_at=at, first_seq=20, opened_by=by)
        await store.episodes.mark_followed(following)
        found = (await store.episodes.find_many("mine", [first.id]))[first.id]
        assert (found.asked_again, found.asked_again_at) == (again, at if again else None)
    read = await store.episodes.list_started("mine", first.started_at, first.started_at + timedelta(hours=1))
    assert [one.asked_again for one in read] == [True]
    assert datetime.now(UTC) > first.started_at
