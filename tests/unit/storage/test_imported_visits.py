"""Visits from the shop's own software: placed where they can be, claimed, and who wrote last."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.clock import utc_now
from storage.records import NotFound
from storage.shops import Shop
from storage.store import Storage
from storage.visit import Visit, VisitConflict
from storage.visits import BookingRequest, ImportedVisit, OpeningTaken

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)  # 09:00 in Austin


def line(external_id: str, **changes) -> ImportedVisit:
    given = {
        "client_id": "c1",
        "starts_at": NINE,
        "status": "confirmed",
        "services": ("oil_change",),
        **changes,
    }
    return ImportedVisit(external_id=external_id, mark=repr(sorted(given.items())), **given)


async def stored(store: Storage, external_id: str) -> Visit:
    found = await store.visits.find_by_external_id("garage", external_id)
    assert found is not None
    return found


async def book(store: Storage, shop: Shop, key: str) -> Visit:
    request = BookingRequest(services=("oil_change",), starts_at=NINE, booking_key=key, source="chat", client_id="c1")
    return await store.visits.reserve(shop, request, NOW)


async def test_a_visit_comes_in_once_and_changes_when_its_line_does(store: Storage, garage: Shop) -> None:
    put = store.visits.put_imported
    assert await put(garage, line("a")) == "created"
    assert await put(garage, line("a")) == "unchanged"
    assert await put(garage, line("a", note="call first")) == "changed"
    visit = await stored(store, "a")
    assert (visit.note, visit.minutes, visit.source, visit.holds_bay) == ("call first", 30, "import", True)
    assert await store.visits.count("garage") == 1


async def test_more_visits_than_bays_are_kept_unplaced_and_take_room(store: Storage, garage: Shop) -> None:
    for name in "abc":
        await store.visits.put_imported(garage, line(name))
    visits = [await stored(store, name) for name in "abc"]
    assert [visit.unplaced for visit in visits] == [False, False, True]
    assert {visit.bay for visit in visits} == {"1", "2", None}
    await store.visits.cancel("garage", visits[0].id)
    with pytest.raises(OpeningTaken):
        await book(store, garage, "m1")
    await store.visits.cancel("garage", visits[2].id)
    assert (await book(store, garage, "m1")).bay == visits[0].bay


async def test_a_visit_that_is_over_holds_no_bay(store: Storage, garage: Shop) -> None:
    for name, status in (("a", "done"), ("b", "cancelled"), ("c", "no_show")):
        await store.visits.put_imported(garage, line(name, status=status))
        assert not (await stored(store, name)).holds_bay
    assert (await book(store, garage, "m1")).holds_bay


async def test_what_was_cancelled_here_is_not_brought_back_by_the_same_line(store: Storage, garage: Shop) -> None:
    await store.visits.put_imported(garage, line("a"))
    await store.visits.cancel("garage", (await stored(store, "a")).id)
    assert await store.visits.put_imported(garage, line("a")) == "unchanged"
    assert (await stored(store, "a")).status == "cancelled"


async def test_who_wrote_last_counts(store: Storage, garage: Shop) -> None:
    hour = timedelta(hours=1)
    await store.visits.put_imported(garage, line("a", updated_at=utc_now() - 2 * hour))
    await store.visits.cancel("garage", (await stored(store, "a")).id)
    older = line("a", note="older", updated_at=utc_now() - hour)
    assert await store.visits.put_imported(garage, older) == "unchanged"
    assert (await stored(store, "a")).status == "cancelled"
    newer = line("a", note="newer", updated_at=utc_now() + hour)
    assert await store.visits.put_imported(garage, newer) == "changed"
    again = await stored(store, "a")
    assert (again.status, again.note, again.holds_bay) == ("confirmed", "newer", True)
    assert again.updated_at == newer.updated_at


async def test_a_visit_that_moves_takes_its_new_time_and_frees_the_old_one(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    await store.visits.put_imported(shop, line("a"))
    await store.visits.put_imported(shop, line("a", starts_at=NINE + timedelta(hours=1)))
    assert (await stored(store, "a")).bay == "1"
    assert (await book(store, shop, "m1")).bay == "1"
    await store.visits.put_imported(shop, line("a", starts_at=NINE))
    assert (await stored(store, "a")).unplaced


async def test_a_visit_booked_here_is_claimed_and_stays_one(store: Storage, garage: Shop) -> None:
    ours = await book(store, garage, "m1")
    put = store.visits.put_imported
    assert await put(garage, line("a", pitline_id=ours.id)) == "changed"
    assert await put(garage, line("a", pitline_id=ours.id)) == "unchanged"
    assert await put(garage, line("a", status="done")) == "changed"
    claimed = await stored(store, "a")
    assert (claimed.id, claimed.status, claimed.source) == (ours.id, "done", "chat")
    assert await store.visits.count("garage") == 1


async def test_a_claim_of_nothing_or_of_what_is_taken_is_refused(store: Storage, garage: Shop) -> None:
    ours = await book(store, garage, "m1")
    put = store.visits.put_imported
    with pytest.raises(NotFound):
        await put(garage, line("a", pitline_id="0" * 24))
    with pytest.raises(NotFound):
        await put(replace(garage, slug="other"), line("a", pitline_id=ours.id))
    await put(garage, line("a", pitline_id=ours.id))
    with pytest.raises(VisitConflict):
        await put(garage, line("b", pitline_id=ours.id))
    await put(garage, line("c"))
    other = await book(store, replace(garage, bays=("1", "2", "3")), "m2")
    with pytest.raises(VisitConflict):
        await put(garage, line("c", pitline_id=other.id))


async def test_many_come_in_together_each_with_its_own_outcome(store: Storage, garage: Shop) -> None:
    lines = [line(f"old{number}", status="done", starts_at=NINE - timedelta(days=number)) for number in range(30)]
    lines += [line("new"), line("bad", pitline_id="0" * 24), line("twice", note="1"), line("twice", note="2")]
    outcomes = await store.visits.put_all_imported(garage, lines)
    assert outcomes[:31] == ["created"] * 31
    assert isinstance(outcomes[31], NotFound)
    assert outcomes[32:] == ["created", "changed"]
    again = await store.visits.put_all_imported(garage, lines[:31])
    assert again == ["unchanged"] * 31
    assert await store.visits.count("garage") == 32


async def test_a_claimed_visit_that_is_over_is_changed_in_bulk_too(store: Storage, garage: Shop) -> None:
    ours = await book(store, garage, "m1")
    await store.visits.put_imported(garage, line("a", pitline_id=ours.id))
    assert await store.visits.put_all_imported(garage, [line("a", status="done")]) == ["changed"]
    assert (await stored(store, "a")).id == ours.id


async def test_two_imports_of_one_line_at_once_make_one_visit(store: Storage, garage: Shop) -> None:
    outcomes = await asyncio.gather(*(store.visits.put_imported(garage, line("a")) for _ in range(8)))
    assert sorted(outcomes) == ["created"] + ["unchanged"] * 7
    assert await store.visits.count("garage") == 1


async def test_an_import_and_a_booking_at_once_do_not_share_a_bay(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    await asyncio.gather(store.visits.put_imported(shop, line("a")), book(store, shop, "m1"), return_exceptions=True)
    assert len([visit for visit in await store.visits.list("garage") if visit.holds_bay]) == 1
