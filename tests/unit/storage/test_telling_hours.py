"""The hours for telling, by the shop's clock, also on the days on which that clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.telling_hours import is_span, wait_until

CHICAGO = ZoneInfo("America/Chicago")
HOURS = ("08:00", "20:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-11T10:30", None),
        ("2026-03-11T08:00", None),
        ("2026-03-11T07:59", "2026-03-11T08:00"),
        ("2026-03-11T20:00", "2026-03-12T08:00"),
        ("2026-03-07T22:00", "2026-03-08T08:00"),  # the clock goes forward in the night
        ("2026-03-08T01:30", "2026-03-08T08:00"),
        ("2026-10-31T23:00", "2026-11-01T08:00"),  # and back
    ],
)
def test_what_comes_at_night_waits_until_the_morning(now: str, until: str | None):
    found = wait_until(HOURS, CHICAGO, datetime.fromisoformat(now).replace(tzinfo=CHICAGO))
    assert (found and found.astimezone(CHICAGO).strftime("%Y-%m-%dT%H:%M")) == until


@given(st.integers(0, 2 * 365 * 24 * 60), st.sampled_from(["Europe/Madrid", "America/Chicago"]))
def test_what_waits_may_be_said_at_eight_in_the_morning(minutes: int, zone: str):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    until = wait_until(HOURS, ZoneInfo(zone), now)
    if until is not None:
        assert now < until <= now + timedelta(hours=13)
        assert wait_until(HOURS, ZoneInfo(zone), until) is None
        assert until.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "08:00"


@pytest.mark.parametrize(
    ("begin", "end", "right"),
    [
        ("08:00", "20:00", True),
        ("00:00", "24:00", True),
        ("20:00", "08:00", False),
        ("08:00", "08:30", False),
        ("8:00", "20:00", False),
        ("08:00", "24:30", False),
        ("", "x", False),
        ("ab:cd", "20:00", False),
    ],
)
def test_hours_are_an_hour_at_least(begin: str, end: str, right: bool):
    assert is_span(begin, end) is right


def test_a_whole_day_never_holds_anything_back():
    for hour in range(24):
        assert wait_until(("00:00", "24:00"), CHICAGO, datetime(2026, 3, 8, hour, 59, tzinfo=UTC)) is None
