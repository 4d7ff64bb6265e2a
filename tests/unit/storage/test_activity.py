"""The activity log: only ever added to, never a secret in it, found by who, what, when and words, page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.activity import STRUCK_OUT, Activity, ActivityQuery, Actor, activity_entry
from storage.store import Storage

AT = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
RAY = Actor(kind="staff", id="ray", name="Ray Ortiz")
ANA = Actor(kind="staff", id="ana", name="Ana")
EVERYTHING = ActivityQuery()


async def fill(store: Storage, count: int = 60) -> None:
    """Ray and Ana in turn, ten at the same moment each time, in three groups."""
    actions = ("sign_in.done", "settings.changed", "conversation.resolved")
    await store.activity.append_many(
        [
            activity_entry(
                "mine",
                (RAY, ANA)[n % 2],
                actions[n % 3],
                subject=f"thing {n}",
                details={},
                at=AT + timedelta(hours=n // 10),
                ref=str(n),
            )
            for n in range(count)
        ]
    )


async def subjects(store: Storage, query: ActivityQuery, limit: int = 7) -> list[str | None]:
    """All that fits, read a page at a time."""
    found: list[str | None] = []
    cursor = None
    while True:
        page = await store.activity.list("mine", query, limit, cursor)
        found += [entry.subject for entry in page.entries]
        if page.cursor is None:
            return found
        cursor = page.cursor


async def test_pages_hold_each_entry_once_newest_first_whoever_shares_its_moment(store: Storage) -> None:
    await fill(store)
    await fill(store)  # the same again is nothing new
    found = await subjects(store, EVERYTHING)
    assert sorted(found, key=str) == sorted((f"thing {n}" for n in range(60)), key=str)
    hours = [int(str(subject).split()[1]) // 10 for subject in found]
    assert hours == sorted(hours, reverse=True)
    assert await store.activity.list("theirs", EVERYTHING, 10) == await store.activity.list("none", EVERYTHING, 10)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (ActivityQuery(actor="ray"), {n for n in range(60) if n % 2 == 0}),
        (ActivityQuery(actor="ray", group="sign_in"), {n for n in range(60) if n % 6 == 0}),
        (ActivityQuery(group="settings"), {n for n in range(60) if n % 3 == 1}),
        (ActivityQuery(groups=frozenset({"settings", "conversation"})), {n for n in range(60) if n % 3}),
        (ActivityQuery(earliest=AT + timedelta(hours=1), latest=AT + timedelta(hours=3)), set(range(10, 30))),
        (ActivityQuery(q="THING 4 ana"), {n for n in range(60) if n % 2 and "4" in str(n)} - {14, 24, 34, 54, 4}),
        (ActivityQuery(q="nothing of the sort"), set()),
    ],
    ids=["who", "who and what", "what", "what one may see", "when", "words", "no such words"],
)
async def test_it_is_found_by_who_what_when_and_words(store: Storage, query: ActivityQuery, wanted: set[int]) -> None:
    await fill(store)
    found = [int(str(subject).split()[1]) for subject in await subjects(store, query)]
    assert (set(found), len(found)) == (wanted, len(wanted))


async def test_what_is_named_like_a_secret_is_struck_out_and_nothing_is_without_end(store: Storage) -> None:
    details = {"new_password": "hunter2", "reset_token": "abc", "role": "owner", "note": "x" * 5000}
    await store.activity.append("mine", RAY, "people.changed", "Ana", details, AT, address="10.0.0.7")
    (entry,) = (await store.activity.list("mine", EVERYTHING, 10)).entries
    assert entry.details == {
        "new_password": STRUCK_OUT,
        "reset_token": STRUCK_OUT,
        "role": "owner",
        "note": "x" * 300,
    }
    assert (entry.actor, entry.at, entry.subject, entry.address) == (RAY, AT, "Ana", "10.0.0.7")


def test_nobody_can_change_or_take_away_an_entry() -> None:
    assert {name for name in dir(Activity) if not name.startswith("_")} == {"append", "append_many", "list", "name"}
