"""Which times can be booked: hours, breaks, notice, bays, clock changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.opening_hours import intervals
from storage.openings import (
    NotBookable,
    Occupancy,
    Openings,
    check_bookable,
    known_minutes,
    minutes_for,
    starts_on,
)
from storage.shops import Address, BookingRules, ClosedDay, Shop
from storage.visit import Visit, placed, quarters_of

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CHICAGO).astimezone(UTC)  # a Monday
TUESDAY = date(2026, 3, 3)


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def clock(moments: Sequence[datetime], zone: ZoneInfo = CHICAGO) -> list[str]:
    return [f"{moment.astimezone(zone):%H:%M}" for moment in moments]


class Fixed:
    """The visits of one shop, held in memory."""

    def __init__(self, *visits: Visit) -> None:
        self.visits = visits

    async def list_between(self, shop: str, start: datetime, end: datetime) -> list[Visit]:
        return [visit for visit in self.visits if visit.starts_at < end and visit.ends_at > start]


def visit(starts_at: datetime, minutes: int = 60, bay: str | None = None, status="confirmed") -> Visit:
    one = Visit(shop="garage", starts_at=starts_at, minutes=minutes, status=status, source="import")
    return one if bay is None else placed(one, bay)


def refusal(shop: Shop, starts_at: datetime, minutes: int = 30, now: datetime = NOW) -> tuple[str, str] | None:
    try:
        check_bookable(shop, starts_at, minutes, now)
    except NotBookable as error:
        return error.field, error.reason
    return None


def test_a_service_fits_before_lunch_and_before_closing(garage: Shop) -> None:
    starts = clock(starts_on(garage, TUESDAY, 120, NOW))
    assert starts == [
        *("07:30", "08:00", "08:30", "09:00", "09:30", "10:00"),
        *("13:00", "13:30", "14:00", "14:30", "15:00", "15:30"),
    ]


def test_today_begins_after_the_notice(garage: Shop) -> None:
    assert clock(starts_on(garage, NOW.astimezone(CHICAGO).date(), 30, NOW))[0] == "11:00"


def test_neither_yesterday_nor_beyond_the_last_day(garage: Shop) -> None:
    assert starts_on(garage, date(2026, 3, 1), 30, NOW) == []
    assert starts_on(garage, date(2026, 4, 1), 30, NOW)
    assert starts_on(garage, date(2026, 4, 2), 30, NOW) == []
    assert starts_on(garage, date.max, 30, NOW) == []
    assert starts_on(garage, date.min, 30, NOW) == []


def test_a_closed_day_has_no_openings_and_a_special_day_its_own(garage: Shop) -> None:
    closed = (
        ClosedDay(date=TUESDAY, name="Inventory"),
        ClosedDay(date=date(2026, 3, 7), name="Saturday sale", hours=(("10:00", "11:00"),)),
    )
    shop = replace(garage, closed=closed)
    assert starts_on(shop, TUESDAY, 30, NOW) == []
    assert clock(starts_on(shop, date(2026, 3, 7), 30, NOW)) == ["10:00", "10:30"]


@pytest.mark.parametrize(
    ("moment", "minutes", "reason"),
    [
        (at(TUESDAY, 7, 30), 30, None),
        (at(TUESDAY, 11, 30), 30, None),
        (at(TUESDAY, 11, 30), 60, ("starts_at", "closed")),
        (at(TUESDAY, 12, 0), 30, ("starts_at", "closed")),
        (at(date(2026, 3, 7), 9), 30, ("starts_at", "closed")),
        (at(TUESDAY, 7, 45), 30, ("starts_at", "off_step")),
        (at(date(2026, 3, 2), 8), 30, ("starts_at", "past")),
        (at(date(2026, 3, 2), 10), 30, ("starts_at", "too_soon")),
        (at(date(2026, 4, 2), 9), 30, ("starts_at", "too_far")),
        (at(date(2026, 9, 2), 9), 30, ("starts_at", "too_far")),
        (datetime.max.replace(tzinfo=UTC), 30, ("starts_at", "too_far")),
        (datetime.min.replace(tzinfo=UTC), 30, ("starts_at", "past")),
        (at(TUESDAY, 7, 30), 600, ("services", "too_long")),
    ],
)
def test_what_may_not_be_booked_is_refused_by_field_and_reason(garage, moment, minutes, reason) -> None:
    assert refusal(garage, moment, minutes) == reason


def test_services_take_their_time_together_each_once(garage: Shop) -> None:
    assert minutes_for(garage, ("oil_change", "brakes", "oil_change")) == 150
    for codes, reason in (((), "missing"), (("wash",), "unknown_service")):
        with pytest.raises(NotBookable) as refused:
            minutes_for(garage, codes)
        assert (refused.value.field, refused.value.reason) == ("services", reason)


def test_a_visit_agreed_elsewhere_takes_what_its_known_services_take(garage: Shop) -> None:
    assert known_minutes(garage, ("oil_change", "wash")) == 30
    assert known_minutes(garage, ("wash",)) == 60


@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        # the clock goes from 02:00 to 03:00: what is left of the night is two hours long
        (date(2026, 3, 8), ("01:00", "04:00"), ["01:00 CST", "03:00 CDT"]),
        # the clock goes from 02:00 back to 01:00: three hours by the clock last four
        (date(2026, 11, 1), ("00:00", "03:00"), ["00:00 CDT", "01:00 CDT", "01:00 CST", "02:00 CST"]),
    ],
)
def test_on_both_change_days_openings_follow_the_hours_that_there_are(garage, day, hours, expected) -> None:
    shop = replace(garage, hours={"sun": (hours,)}, booking=BookingRules(step_minutes=60, notice_minutes=0))
    starts = starts_on(shop, day, 60, at(day, 0) - timedelta(days=1))
    assert [f"{start.astimezone(CHICAGO):%H:%M %Z}" for start in starts] == expected


def test_the_morning_after_a_change_of_clocks_opens_by_the_wall_clock(garage: Shop) -> None:
    before, after = date(2026, 3, 6), date(2026, 3, 9)
    assert starts_on(garage, before, 30, NOW)[0] == datetime(2026, 3, 6, 13, 30, tzinfo=UTC)
    assert starts_on(garage, after, 30, NOW)[0] == datetime(2026, 3, 9, 12, 30, tzinfo=UTC)


async def test_an_opening_says_how_many_bays_are_left_and_goes_with_the_last(garage: Shop) -> None:
    visits = Fixed(visit(at(TUESDAY, 8), bay="1"), visit(at(TUESDAY, 8, 30), bay="2"))
    free = await Openings(visits).free(garage, TUESDAY, 30, NOW)
    bays = dict(zip(clock([opening.starts_at for opening in free]), (opening.bays for opening in free), strict=True))
    assert bays["07:30"] == 2
    assert bays["08:00"] == 1
    assert "08:30" not in bays
    assert bays["09:00"] == 1
    assert bays["09:30"] == 2


async def test_cancelled_visits_leave_their_time_free_and_unplaced_ones_take_it(garage: Shop) -> None:
    eight = at(TUESDAY, 8)
    over = visit(eight, status="cancelled")
    assert (await Openings(Fixed(over)).free(garage, TUESDAY, 30, NOW))[1].bays == 2
    assert (await Openings(Fixed(visit(eight))).free(garage, TUESDAY, 30, NOW))[1].bays == 1
    full = Fixed(visit(eight), visit(eight, bay="1"))
    assert eight not in [opening.starts_at for opening in await Openings(full).free(garage, TUESDAY, 30, NOW)]


def test_a_visit_in_a_bay_that_is_gone_still_takes_one_away(garage: Shop) -> None:
    eight = at(TUESDAY, 8)
    assert Occupancy(garage.bays, [visit(eight, bay="3")]).free_bays(eight, 30) == ("1",)


def test_one_bay_must_be_free_for_the_whole_time(garage: Shop) -> None:
    eight = at(TUESDAY, 8)
    taken = [visit(eight, 60, bay="1"), visit(eight + timedelta(hours=1), 60, bay="2")]
    assert Occupancy(garage.bays, taken).free_bays(eight, 120) == ()
    assert Occupancy(garage.bays, taken).free_bays(eight, 60) == ("2",)


async def test_the_nearest_openings_come_in_order_of_time(garage: Shop) -> None:
    wanted = at(TUESDAY, 10)
    busy = Fixed(visit(wanted, bay="1"), visit(wanted, bay="2"))
    nearest = await Openings(busy).nearest(garage, wanted, 30, NOW)
    assert clock([opening.starts_at for opening in nearest]) == ["09:00", "09:30", "11:00"]


async def test_the_nearest_openings_are_found_weeks_away_and_none_is_none(garage: Shop) -> None:
    days = [TUESDAY + timedelta(days=offset) for offset in range(-1, 27)]
    full = Fixed(*(visit(at(day, 7), 11 * 60, bay=bay) for day in days for bay in garage.bays))
    nearest = await Openings(full).nearest(garage, at(TUESDAY, 10), 30, NOW, limit=2)
    assert [opening.starts_at.astimezone(CHICAGO).date() for opening in nearest] == [date(2026, 3, 30)] * 2
    assert await Openings(Fixed()).nearest(replace(garage, bays=()), NOW, 30, NOW) == ()


async def test_a_wanted_time_out_of_range_gives_the_first_or_the_last(garage: Shop) -> None:
    openings = Openings(Fixed())
    first = await openings.nearest(garage, datetime.min.replace(tzinfo=UTC), 30, NOW, limit=1)
    assert first[0].starts_at == at(NOW.astimezone(CHICAGO).date(), 11)
    last = await openings.nearest(garage, datetime.max.replace(tzinfo=UTC), 30, NOW, limit=1)
    assert last[0].starts_at.astimezone(CHICAGO).date() in (date(2026, 3, 31), date(2026, 4, 1))


ZONES = st.sampled_from(["America/Chicago", "Europe/Madrid", "Australia/Lord_Howe", "America/St_Johns", "UTC"])
HOURS = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda span: span[0] < span[1])


def shop_with(zone: str, hours: tuple[int, int], step: int) -> Shop:
    span = (f"{hours[0]:02d}:00", f"{hours[1]:02d}:00")
    return Shop(
        slug="garage",
        name="Garage",
        phone="+15125550100",
        email="desk@garage.example",
        address=Address(),
        timezone=zone,
        currency="USD",
        language="en",
        hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), (span,)),
        bays=("1",),
        booking=BookingRules(step_minutes=step, notice_minutes=0, days_ahead=500),
    )


@given(
    zone=ZONES,
    hours=HOURS,
    step=st.sampled_from([5, 15, 20, 30, 45, 60]),
    minutes=st.integers(1, 600),
    offset=st.integers(0, 400),
)
def test_whatever_is_offered_may_be_booked_and_lies_in_open_time_on_that_day(
    zone, hours, step, minutes, offset
) -> None:
    shop, now = shop_with(zone, hours, step), datetime(2026, 1, 1, tzinfo=UTC)
    day = date(2026, 1, 2) + timedelta(days=offset)
    starts = starts_on(shop, day, minutes, now)
    assert starts == sorted(set(starts))
    for start in starts:
        assert refusal(shop, start, minutes, now) is None
        assert start.astimezone(shop.zone).date() == day
        end = start + timedelta(minutes=minutes)
        assert any(opens <= start and end <= closes for opens, closes in intervals(shop, day))


@given(seconds=st.integers(0, 10**10), minutes=st.integers(1, 1440))
def test_the_quarters_of_a_visit_cover_it_and_nothing_that_it_does_not_touch(seconds, minutes) -> None:
    start = datetime.fromtimestamp(seconds, UTC)
    quarters = quarters_of(start, minutes)
    assert list(quarters) == list(range(quarters[0], quarters[-1] + 1))
    begin, end = start.timestamp(), (start + timedelta(minutes=minutes)).timestamp()
    assert quarters[0] * 900 <= begin < (quarters[0] + 1) * 900
    assert quarters[-1] * 900 < end <= (quarters[-1] + 1) * 900
