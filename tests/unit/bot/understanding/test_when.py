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
        ("march 24, 2026 at 9:00 AM", "2026-03-24", "09:00"),
        ("15 april 2.30pm", "2026-04-15", "14:30"),
        ("4-15 at 9", "2026-04-15", "09:00"),
        ("march twenty fourth at ten", "2026-03-24", "10:00"),
        ("fri the 13th at 930", "2026-03-13", "09:30"),
        ("tmrw 1530", "2026-03-12", "15:30"),
        ("monday at 1400 hrs", "2026-03-16", "14:00"),
        ("half 9 on friday", "2026-03-13", "09:30"),
        ("a quarter to nine friday", "2026-03-13", "08:45"),
        ("ten to 9 friday", "2026-03-13", "08:50"),
        ("twenty past 2 tomorrow", "2026-03-12", "14:20"),
        ("tomorrow at nine forty five", "2026-03-12", "09:45"),
        ("10a thursday pls", "2026-03-12", "10:00"),
        ("noon thirty tomorrow", "2026-03-12", "12:30"),
        ("two weeks from friday at 10", "2026-03-27", "10:00"),
        ("two weeks from today at 10 in the morning", "2026-03-25", "10:00"),
        ("in half an hour", "2026-03-11", "11:00"),
        ("is 9 too early on monday", "2026-03-16", "09:00"),
        ("tomorrow, not the morning though, maybe 2", "2026-03-12", "14:00"),
        ("el juevs a las 3 y media", "2026-03-12", "15:30"),
        ("manana alas 9", "2026-03-12", "09:00"),
        ("cuarto para las 11 el lunes", "2026-03-16", "10:45"),
        ("el lunes que entra a las 8", "2026-03-16", "08:00"),
        ("el lunes no, mejor el martes a las 10", "2026-03-17", "10:00"),
        ("hey its dave, 142,000 miles on it, could i bring it in tuesday around 9 or so?", "2026-03-17", "09:00"),
        ("buenos dias, tienen cita para el viernes a las 11?", "2026-03-13", "11:00"),
        ("i have 2 cars and owe you 45 dollars, can i come friday at 3", "2026-03-13", "15:00"),
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
        ("not before 3 on thursday", {"date": "2026-03-12", "time_from": "15:00"}),
        ("thursday no earlier than 2", {"date": "2026-03-12", "time_from": "14:00"}),
        ("thursday no later than 11", {"date": "2026-03-12", "time_to": "11:00"}),
        ("tomorrow during my lunch break", {"date": "2026-03-12", "time_from": "12:00", "time_to": "13:00"}),
        ("friday 11 to 2", {"date": "2026-03-13", "time_from": "11:00", "time_to": "14:00"}),
        ("el lunes hasta las 3", {"date": "2026-03-16", "time_to": "15:00"}),
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
        ("june 31 at 10am", {"time": "10:00", "asks": ["impossible"]}),
        ("in a couple of weeks", {"asks": ["which_day"]}),
        ("in a fortnight", {"date": "2026-03-25", "asks": ["time"]}),
        ("in 10 days", {"date": "2026-03-21", "asks": ["time"]}),
        ("week after next", {"asks": ["which_day"]}),
        ("the 24th or 25th", {"asks": ["which_day"]}),
        ("march 24 or 25", {"asks": ["which_day"]}),
        ("any day but monday", {"asks": ["which_day"]}),
        ("any weekday after 3", {"time_from": "15:00", "asks": ["which_day"]}),
        ("beginning of april", {"asks": ["which_day"]}),
        ("end of the month", {"asks": ["which_day"]}),
        ("early next week", {"asks": ["which_day"]}),
        ("after the 20th", {"asks": ["which_day"]}),
        ("8 or 9 tomorrow", {"date": "2026-03-12", "asks": ["time"]}),
        ("friday midmorning", {"date": "2026-03-13", "range": "morning", "asks": ["time"]}),
        ("end of day monday", {"date": "2026-03-16", "range": "afternoon", "asks": ["time"]}),
        ("swing by monday after i get off work", {"date": "2026-03-16", "range": "evening", "asks": ["time"]}),
        ("good morning, can i bring my car in thursday?", {"date": "2026-03-12", "asks": ["time"]}),
        ("buenas tardes puedo ir mañana", {"date": "2026-03-12", "asks": ["time"]}),
        ("pasado mañana temprano", {"date": "2026-03-13", "range": "morning", "asks": ["time"]}),
        ("de aqui a 15 dias", {"date": "2026-03-26", "asks": ["time"]}),
        ("el viernes saliendo del jale", {"date": "2026-03-13", "range": "evening", "asks": ["time"]}),
        ("al rato", {"date": "2026-03-11", "asks": ["time"]}),
        ("el sabado que viene", {"date": "2026-03-14", "asks": ["time"]}),
        ("a mediodia", {"time": "12:00", "asks": ["date"]}),
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
        "i have 2 cars",
        "it has 95,000 miles",
        "may i come in",
        "i sat in traffic",
        "the 2nd time it happened",
        "oil life at 15%",
        "the ac is at 80 degrees",
        "between 2 and 3 hundred",
        "cuesta como 200",
        "hace mucho ruido a las 80 millas",
        "its sun damage on the hood",
        "wed like to know",
        "it has made a noise for 2 weeks",
        "as soon as possible",
    ],
)
def test_no_day_is_read_where_none_is_said(text: str) -> None:
    assert read(text) is None


def test_a_date_without_a_year_that_is_long_past_is_next_years() -> None:
    november = dt.datetime(2026, 11, 23, 9, tzinfo=ZONE)

    assert read("jan 10 at 9", november) == {"date": "2027-01-10", "time": "09:00"}


def test_an_hour_that_the_clocks_skip_is_impossible() -> None:
    march = dt.datetime(2026, 3, 5, 9, tzinfo=ZONE)

    assert read("march 8 at 2:30 am", march) == {"date": "2026-03-08", "time": "02:30", "asks": ["impossible"]}


def test_an_hour_that_is_there_twice_is_taken_as_said() -> None:
    october = dt.datetime(2026, 10, 30, 9, tzinfo=ZONE)

    assert read("nov 1 at 1:30 am", october) == {"date": "2026-11-01", "time": "01:30"}


def test_an_hour_from_now_is_an_hour_on_the_night_the_clocks_change() -> None:
    night = dt.datetime(2026, 3, 8, 1, 30, tzinfo=ZONE)

    assert read("in 1 hour", night) == {"date": "2026-03-08", "time": "03:30"}


def test_the_days_go_on_past_the_end_of_the_year() -> None:
    december = dt.datetime(2026, 12, 30, 9, tzinfo=ZONE)

    assert read("friday at 9", december) == {"date": "2027-01-01", "time": "09:00"}
    assert read("the 4th at 9", december) == {"date": "2027-01-04", "time": "09:00"}


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
