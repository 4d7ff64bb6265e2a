"""When a shop is open, across lunch, holidays and both clock changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from storage.opening_hours import Closure, closes_at, find_closure, intervals, is_open, next_opening, open_time
from storage.shops import ClosedDay, Shop


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_day_with_lunch_has_two_intervals(garage: Shop):
    assert intervals(garage, date(2026, 3, 11)) == [
        (utc(2026, 3, 11, 12, 30), utc(2026, 3, 11, 17)),
        (utc(2026, 3, 11, 18), utc(2026, 3, 11, 22, 30)),
    ]


def test_lunch_is_closed_and_so_is_the_closing_minute(garage: Shop):
    assert is_open(garage, utc(2026, 3, 11, 16, 59))
    assert not is_open(garage, utc(2026, 3, 11, 17))
    assert not is_open(garage, utc(2026, 3, 11, 22, 30))
    assert closes_at(garage, utc(2026, 3, 11, 16)) == utc(2026, 3, 11, 17)


def test_a_holiday_is_closed_and_the_next_opening_is_the_day_after(garage: Shop):
    shop = replace(garage, closed=(ClosedDay(date=date(2026, 3, 12), name="Founders' Day"),))
    assert intervals(shop, date(2026, 3, 12)) == []
    assert next_opening(shop, utc(2026, 3, 12, 1)) == utc(2026, 3, 13, 12, 30)


def test_a_day_may_have_hours_of_its_own(garage: Shop):
    shop = replace(garage, closed=(ClosedDay(date=date(2026, 3, 14), name="Fair", hours=(("09:00", "10:00"),)),))
    assert intervals(shop, date(2026, 3, 14)) == [(utc(2026, 3, 14, 14), utc(2026, 3, 14, 15))]


def test_opening_follows_the_clock_of_the_shop_when_it_changes(garage: Shop):
    before = intervals(garage, date(2026, 3, 6))[0][0]
    after = intervals(garage, date(2026, 3, 9))[0][0]
    assert (before.hour, after.hour) == (13, 12)


def test_an_hour_that_the_clock_skips_is_not_open(garage: Shop):
    shop = replace(garage, hours={"sun": (("02:15", "02:45"), ("01:30", "03:30"))})
    day = date(2026, 3, 8)  # 02:00 becomes 03:00
    assert sum((end - start).total_seconds() for start, end in intervals(shop, day)) == 3600 + 1800


def test_midnight_may_end_a_day(garage: Shop):
    shop = replace(garage, hours={"sat": (("22:00", "24:00"),)})
    assert intervals(shop, date(2026, 11, 28)) == [(utc(2026, 11, 29, 4), utc(2026, 11, 29, 6))]


def test_a_shop_that_never_opens_has_no_next_opening(garage: Shop):
    assert next_opening(replace(garage, hours={}), utc(2026, 3, 11)) is None


def test_why_a_shop_is_closed_and_when_it_opens(garage: Shop):
    holiday = ClosedDay(date=date(2026, 3, 12), name="Founders' Day")
    short = ClosedDay(date=date(2026, 3, 13), name="Fair", hours=(("09:00", "10:00"),))
    shop = replace(garage, closed=(holiday, short))
    opens = utc(2026, 3, 13, 14)
    assert find_closure(shop, utc(2026, 3, 11, 14)) is None
    assert find_closure(shop, utc(2026, 3, 11, 17)) == Closure(reason="break", opens=utc(2026, 3, 11, 18))
    assert find_closure(shop, utc(2026, 3, 11, 23)) == Closure(reason="hours", opens=opens)
    assert find_closure(shop, utc(2026, 3, 12, 15)) == Closure(reason="holiday", name="Founders' Day", opens=opens)
    after_the_fair = find_closure(shop, utc(2026, 3, 13, 15))
    assert after_the_fair is not None
    assert (after_the_fair.reason, after_the_fair.name) == ("holiday", "Fair")
    assert find_closure(replace(garage, hours={}), utc(2026, 3, 11, 14)) == Closure(reason="hours")


def test_a_wait_over_lunch_and_night_counts_only_what_was_open(garage: Shop):
    assert open_time(garage, utc(2026, 3, 11, 16, 50), utc(2026, 3, 11, 18, 5)) == timedelta(minutes=15)
    assert open_time(garage, utc(2026, 3, 11, 22), utc(2026, 3, 12, 12, 40)) == timedelta(minutes=40)
    assert open_time(garage, utc(2026, 3, 11, 23), utc(2026, 3, 12, 12)) == timedelta(0)
