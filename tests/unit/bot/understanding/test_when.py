"""Days and times as clients write them. It is Wednesday 2026-03-11, 10:30, in Chicago."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.when import WhenContext, find_when

ZONE = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 3, 11, 10, 30, tzinfo=ZONE)


def hours(day: dt.date) -> list[tuple[dt.time, dt.time]]:
    if day.weekday() == 6:
        return []
    if day.weekday() == 5:
        return [(dt.time(8), dt.time(13))]
    return [(dt.time(7, 30), dt.time(12)), (dt.time(13), dt.time(17, 30))]


def read(text: str, now: dt.datetime = NOW) -> dict[str, Any] | None:
    when = find_when(text, WhenContext(now=now, hours=hours))
    return {name: value for name, value in when.as_dict().items() if value} if when else None


@pytest.mark.parametrize(
    ("text", "date", "time"),
    [
        ("tues at 10 for an oil change", "2026-03-17", "10:00"),
        ("tomorrow at 3 works", "2026-03-12", "15:00"),
        ("10ish friday", "2026-03-13", "10:00"),
        ("half past nine on monday", "2026-03-16", "09:30"),
        ("quarter to 10 friday", "2026-03-13", "09:45"),
        ("el jueves a las 3 y media", "2026-03-12", "15:30"),
        ("el viernes a las 10 menos cuarto", "2026-03-13", "09:45"),
        ("pasado mañana a las 10", "2026-03-13", "10:00"),
        ("hoy a las 5 de la tarde", "2026-03-11", "17:00"),
        ("miércoles a mediodía", "2026-03-11", "12:00"),
        ("the 15th at 8", "2026-03-15", "08:00"),
        ("3/14 at noon", "2026-03-14", "12:00"),
        ("march 20th 2pm", "2026-03-20", "14:00"),
        ("monday 930", "2026-03-16", "09:30"),
        ("weds 8:30 a.m.", "2026-03-18", "08:30"),
        ("wed at 9", "2026-03-18", "09:00"),
        ("wed at 3", "2026-03-11", "15:00"),
        ("7 tomorrow evening", "2026-03-12", "19:00"),
        ("tusday at 9", "2026-03-17", "09:00"),
        ("around 11:15 tmrw", "2026-03-12", "11:15"),
        ("lunes de la próxima semana a las 9", "2026-03-16", "09:00"),
        ("tuesday the 17th at 8am", "2026-03-17", "08:00"),
    ],
)
def test_day_and_time_are_read(text: str, date: str, time: str) -> None:
    assert read(text) == {"date": date, "time": time}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thurs between 2 and 4", {"date": "2026-03-12", "time_from": "14:00", "time_to": "16:00"}),
        ("friday 2-4pm", {"date": "2026-03-13", "time_from": "14:00", "time_to": "16:00"}),
        ("entre las 2 y las 4 mañana", {"date": "2026-03-12", "time_from": "14:00", "time_to": "16:00"}),
        ("10-12 thurs", {"date": "2026-03-12", "time_from": "10:00", "time_to": "12:00"}),
        ("after 2 tomorrow", {"date": "2026-03-12", "time_from": "14:00"}),
        ("antes de las 10 el lunes", {"date": "2026-03-16", "time_to": "10:00"}),
    ],
)
def test_a_span_of_time_is_read(text: str, expected: dict[str, Any]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sometime after work next monday?", {"date": "2026-03-16", "range": "evening", "asks": ["time"]}),
        ("first thing tomorrow", {"date": "2026-03-12", "range": "morning", "asks": ["time"]}),
        ("mañana por la mañana", {"date": "2026-03-12", "range": "morning", "asks": ["time"]}),
        ("in two weeks", {"date": "2026-03-25", "asks": ["time"]}),
        ("2pm", {"time": "14:00", "asks": ["date"]}),
        ("any time after 2", {"time_from": "14:00", "asks": ["date"]}),
        ("tuesday or wednesday at 9", {"time": "09:00", "asks": ["which_day"]}),
        ("tuesday the 18th at 9", {"time": "09:00", "asks": ["which_day"]}),
        ("next week", {"asks": ["which_day"]}),
        ("next friday at 9", {"date": "2026-03-20", "time": "09:00", "asks": ["which_day"]}),
        ("feb 30 works for me", {"asks": ["impossible"]}),
        ("at 25:00", {"asks": ["impossible"]}),
        ("today at 9", {"date": "2026-03-11", "time": "09:00", "asks": ["past"]}),
        ("yesterday", {"date": "2026-03-10", "asks": ["past"]}),
    ],
)
def test_what_is_unclear_is_asked_for(text: str, expected: dict[str, Any]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "she sat by the window",
        "is it done now",
        "my 2019 civic needs 4 tires",
        "how much for 2 tires",
        "555-201-3344",
        "",
    ],
)
def test_no_day_is_read_where_none_is_said(text: str) -> None:
    assert read(text) is None


def test_a_date_without_a_year_that_is_long_past_is_next_years() -> None:
    november = dt.datetime(2026, 11, 23, 9, tzinfo=ZONE)

    assert read("jan 10 at 9", november) == {"date": "2027-01-10", "time": "09:00"}


_WORDS = """
mon tue wed next last at to between and or after before in week day am pm th feb 31 mañana pasado de las y media noon
half quarter the el §
"""
_PIECES = st.sampled_from([*"0123456789:/-.,@", *_WORDS.split(), "\x00", "😀"])


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=14).map(" ".join)))
def test_no_text_breaks_the_grammar_and_no_date_is_past_unless_said(text: str) -> None:
    when = find_when(text, WhenContext(now=NOW, hours=hours))

    if when and when.date and "past" not in when.asks:
        assert when.date >= NOW.date()
    if when and when.time_from and when.time_to:
        assert when.time_from < when.time_to
