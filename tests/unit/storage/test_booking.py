"""Booking, moving and cancelling: never twice the same bay."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage.openings import NotBookable
from storage.records import NotFound
from storage.shops import Shop
from storage.store import Storage
from storage.visit import Visit, VisitChanged, VisitConflict
from storage.visits import BookingRequest, Contact, OpeningTaken

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NINE = datetime(2026, 3, 3, 9, 0, tzinfo=CHICAGO)
HALF = timedelta(minutes=30)


def request(key: str, starts_at: datetime = NINE, **changes) -> BookingRequest:
    known = {"services": ("oil_change",), "client_id": "c1", "source": "chat"}
    return BookingRequest(starts_at=starts_at, booking_key=key, **{**known, **changes})


async def booked(store: Storage, shop: Shop, key: str, starts_at: datetime = NINE, **changes) -> Visit:
    return await store.visits.reserve(shop, request(key, starts_at, **changes), NOW)


async def test_a_booking_is_kept_as_it_was_made(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1", vehicle_id="v1", note="squeaks", services=("oil_change", "brakes"))
    assert await store.visits.get("garage", made.id) == made
    assert (made.status, made.minutes, made.starts_at) == ("confirmed", 150, NINE)
    assert made.holds_bay
    assert len(made.quarters) == 10


async def test_two_hundred_who_book_the_same_opening_at_once_get_as_many_visits_as_there_are_bays(
    store, garage
) -> None:
    shop = replace(garage, bays=("1", "2", "3", "4", "5"))
    asked = (booked(store, shop, f"m{number}", client_id=f"c{number}") for number in range(200))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    got = [outcome for outcome in outcomes if isinstance(outcome, Visit)]
    assert Counter(type(outcome) for outcome in outcomes) == {Visit: 5, OpeningTaken: 195}
    assert {visit.bay for visit in got} == set(shop.bays)
    stored = await store.visits.list_between("garage", NINE, NINE + HALF)
    assert {visit.id for visit in stored} == {visit.id for visit in got}


async def test_visits_that_overlap_in_part_never_share_a_bay(store: Storage, garage: Shop) -> None:
    starts = [NINE + HALF * (number % 5) for number in range(40)]
    asked = (booked(store, garage, f"m{at}", start, services=("brakes",)) for at, start in enumerate(starts))
    await asyncio.gather(*asked, return_exceptions=True)
    stored = await store.visits.list_between("garage", NINE, NINE + timedelta(hours=8))
    assert stored
    for one in stored:
        for other in stored:
            apart = one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
            assert one.id == other.id or one.bay != other.bay or apart


async def test_back_to_back_visits_use_one_bay(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    await booked(store, shop, "m1", NINE)
    await booked(store, shop, "m2", NINE + HALF)
    with pytest.raises(OpeningTaken):
        await booked(store, shop, "m3", NINE)


async def test_the_same_key_books_once_even_at_once(store: Storage, garage: Shop) -> None:
    visits = await asyncio.gather(*(booked(store, garage, "m1") for _ in range(20)))
    assert len({visit.id for visit in visits}) == 1
    assert await store.visits.count("garage") == 1


async def test_the_same_key_gives_its_visit_when_all_bays_are_taken_and_its_time_has_passed(store, garage) -> None:
    shop = replace(garage, bays=("1",))
    made = await booked(store, shop, "m1")
    assert await store.visits.reserve(shop, request("m1"), NOW + timedelta(days=10)) == made


async def test_two_shops_do_not_share_bays_or_keys(store: Storage, garage: Shop) -> None:
    shop, other = replace(garage, bays=("1",)), replace(garage, slug="other", bays=("1",))
    one, two = await booked(store, shop, "m1"), await booked(store, other, "m1")
    assert one.id != two.id
    with pytest.raises(NotFound):
        await store.visits.get("other", one.id)
    assert await store.visits.list_for_client("other", "c1") == [two]


async def test_somebody_unknown_leaves_name_and_phone_and_staff_confirm(store: Storage, garage: Shop) -> None:
    with pytest.raises(NotBookable) as refused:
        await booked(store, garage, "m1", client_id=None)
    assert (refused.value.field, refused.value.reason) == ("contact", "missing")
    contact = Contact(name="Ana Ruiz", phone="+15125550199")
    made = await booked(store, garage, "m1", client_id=None, contact=contact)
    assert (made.status, made.contact, made.holds_bay) == ("requested", contact, True)
    assert (await store.visits.set_status("garage", made.id, "confirmed")).holds_bay


async def test_where_staff_confirm_a_client_s_booking_is_requested(store: Storage, garage: Shop) -> None:
    shop = replace(garage, booking=replace(garage.booking, confirm="staff"))
    assert (await booked(store, shop, "m1")).status == "requested"


async def test_what_may_not_be_booked_is_not_stored(store: Storage, garage: Shop) -> None:
    for changes in ({"starts_at": NINE + timedelta(hours=3)}, {"services": ("wash",)}, {"services": ()}):
        with pytest.raises(NotBookable):
            await store.visits.reserve(garage, request("m1", **changes), NOW)
    assert await store.visits.count("garage") == 0


async def test_a_cancelled_visit_frees_its_bay_and_stays_cancelled(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    made = await booked(store, shop, "m1")
    cancelled = await store.visits.cancel("garage", made.id)
    assert (cancelled.status, cancelled.holds_bay) == ("cancelled", False)
    assert await store.visits.cancel("garage", made.id) == cancelled
    assert (await booked(store, shop, "m2")).bay == "1"
    with pytest.raises(VisitConflict):
        await store.visits.set_status("garage", made.id, "confirmed")


async def test_a_visit_that_is_over_cannot_be_cancelled(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    await store.visits.set_status("garage", made.id, "done")
    with pytest.raises(VisitConflict):
        await store.visits.cancel("garage", made.id)


async def test_a_move_frees_the_old_time_and_takes_the_new_one(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    made = await booked(store, shop, "m1")
    moved = await store.visits.move(shop, made.id, NINE + HALF, NOW)
    assert (moved.id, moved.starts_at, moved.status) == (made.id, NINE + HALF, "confirmed")
    assert await store.visits.get("garage", made.id) == moved
    await booked(store, shop, "m2", NINE)
    with pytest.raises(OpeningTaken):
        await booked(store, shop, "m3", NINE + HALF)
    with pytest.raises(OpeningTaken):
        await store.visits.move(shop, made.id, NINE, NOW)
    assert await store.visits.get("garage", made.id) == moved


async def test_a_move_may_overlap_the_visit_s_own_time(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    made = await booked(store, shop, "m1", services=("brakes",))
    moved = await store.visits.move(shop, made.id, NINE + HALF, NOW)
    assert moved.ends_at == NINE + HALF + timedelta(hours=2)


async def test_moving_to_where_it_is_changes_nothing(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    assert await store.visits.move(garage, made.id, NINE, NOW) == made


async def test_what_has_begun_or_is_cancelled_cannot_be_moved(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    with pytest.raises(NotBookable) as begun:
        await store.visits.move(garage, made.id, NINE + timedelta(days=1), NINE + HALF)
    await store.visits.cancel("garage", made.id)
    with pytest.raises(NotBookable) as cancelled:
        await store.visits.move(garage, made.id, NINE + HALF, NOW)
    assert begun.value.reason == cancelled.value.reason == "not_open_to_change"


async def test_many_who_move_to_one_opening_at_once_do_not_share_a_bay(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1", "2", "3", "4", "5", "6"))
    made = [await booked(store, shop, f"m{number}") for number in range(6)]
    narrow = replace(shop, bays=("1", "2"))
    later = NINE + timedelta(days=1)
    moves = (store.visits.move(narrow, visit.id, later, NOW) for visit in made)
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert Counter(type(outcome) for outcome in outcomes) == {Visit: 2, OpeningTaken: 4}
    assert len(await store.visits.list_between("garage", NINE, NINE + HALF)) == 4


async def test_a_client_cancels_in_time_and_the_bay_is_free(store: Storage, garage: Shop) -> None:
    shop = replace(garage, bays=("1",))
    made = await booked(store, shop, "m1")
    gone = await store.visits.call_off(shop, made.id, NOW, told=NINE)
    assert (gone.status, gone.holds_bay, gone.quarters) == ("cancelled", False, ())
    assert await store.visits.call_off(shop, made.id, NOW, told=NINE) == gone
    assert await store.visits.call_off(shop, made.id, NINE + HALF) == gone  # later, too: it is as it was wished
    assert (await booked(store, shop, "m2")).bay == "1"


async def test_a_client_does_not_cancel_too_late_or_what_is_over(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    notice = timedelta(minutes=garage.booking.notice_minutes)
    reasons = []
    for now in (NINE - notice + timedelta(minutes=1), NINE, NINE + HALF):
        with pytest.raises(NotBookable) as refused:
            await store.visits.call_off(garage, made.id, now)
        reasons.append(refused.value.reason)
    assert reasons == ["too_soon", "not_open_to_change", "not_open_to_change"]
    await store.visits.set_status("garage", made.id, "done")
    with pytest.raises(NotBookable):
        await store.visits.call_off(garage, made.id, NOW)
    with pytest.raises(NotFound):
        await store.visits.call_off(garage, "nothing", NOW)
    assert (await store.visits.get("garage", made.id)).status == "done"


async def test_just_in_time_is_in_time(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    now = NINE - timedelta(minutes=garage.booking.notice_minutes)
    assert (await store.visits.call_off(garage, made.id, now)).status == "cancelled"


async def test_what_stands_at_another_time_than_the_client_was_told_stays(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    moved = await store.visits.move(garage, made.id, NINE + HALF, NOW, told=NINE)
    with pytest.raises(VisitChanged):
        await store.visits.move(garage, made.id, NINE + 3 * HALF, NOW, told=NINE)
    with pytest.raises(VisitChanged):
        await store.visits.call_off(garage, made.id, NOW, told=NINE)
    assert await store.visits.move(garage, made.id, NINE + HALF, NOW, told=NINE) == moved  # the same wish again
    assert await store.visits.get("garage", made.id) == moved


async def test_the_same_wish_many_times_at_once_is_granted_once_and_to_all(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    moved = await asyncio.gather(*(store.visits.move(garage, made.id, NINE + HALF, NOW, told=NINE) for _ in range(8)))
    assert len({visit.updated_at for visit in moved}) == 1
    gone = await asyncio.gather(*(store.visits.call_off(garage, made.id, NOW, told=NINE + HALF) for _ in range(8)))
    assert len({visit.updated_at for visit in gone}) == 1
    assert await store.visits.get("garage", made.id) == gone[0]


async def test_a_cancel_and_a_move_at_once_end_in_one_of_the_two(store: Storage, garage: Shop) -> None:
    made = await booked(store, garage, "m1")
    await asyncio.gather(
        store.visits.cancel("garage", made.id),
        store.visits.move(garage, made.id, NINE + HALF, NOW),
        return_exceptions=True,
    )
    left = await store.visits.get("garage", made.id)
    assert (left.status == "cancelled") == (not left.holds_bay) == (not left.quarters)


async def test_openings_know_what_is_booked(store: Storage, garage: Shop) -> None:
    await booked(store, garage, "m1")
    free = await store.openings.free(garage, date(2026, 3, 3), 30, NOW)
    assert {opening.starts_at: opening.bays for opening in free}[NINE.astimezone(UTC)] == 1


async def test_upcoming_visits_are_those_to_come(store: Storage, garage: Shop) -> None:
    first, second = await booked(store, garage, "m1"), await booked(store, garage, "m2", NINE + timedelta(days=1))
    gone = await booked(store, garage, "m3", NINE + HALF)
    await store.visits.cancel("garage", gone.id)
    assert await store.visits.list_upcoming("garage", "c1", NOW) == [first, second]
    assert await store.visits.list_upcoming("garage", "c1", NINE + HALF) == [second]
