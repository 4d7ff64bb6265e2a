from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.answers import TextsError, Wording, parse_answers

TODAY = date(2026, 3, 11)
EN = Wording("en", ZoneInfo("America/Chicago"))
ES = Wording("es", ZoneInfo("America/Chicago"))


@pytest.mark.parametrize(
    ("day", "en", "es"),
    [
        (date(2026, 3, 11), "today", "hoy"),
        (date(2026, 3, 12), "tomorrow", "mañana"),
        (date(2026, 3, 17), "Tue Mar 17", "mar 17 mar"),
        (date(2025, 12, 1), "Mon Dec 1, 2025", "lun 1 dic 2025"),
    ],
)
def test_days_are_written_as_people_write_them(day: date, en: str, es: str) -> None:
    assert EN.day(day, TODAY) == en
    assert ES.day(day, TODAY) == es


def test_moments_are_told_in_the_shops_zone_across_the_clock_change() -> None:
    assert EN.moment(datetime.fromisoformat("2026-03-07T18:00:00+00:00"), TODAY) == "Sat Mar 7 at 12:00 PM"
    assert EN.moment(datetime.fromisoformat("2026-03-09T17:00:00+00:00"), TODAY) == "Mon Mar 9 at 12:00 PM"
    assert ES.moment(datetime.fromisoformat("2026-03-12T19:30:00+00:00"), TODAY) == "mañana a las 14:30"


def test_lists_are_joined() -> None:
    assert EN.every(["a"]) == "a"
    assert EN.every(["a", "b", "c"]) == "a, b and c"
    assert ES.either(["a", "b"]) == "a o b"
    assert EN.every([]) == ""


def test_a_language_that_we_have_not_is_answered_in_english() -> None:
    assert Wording("fr", ZoneInfo("UTC")).language == "en"


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"hello": {"en": "Hi"}}, "answers.hello needs a text for each of en, es"),
        ({"hello": {"en": "Hi", "es": " "}}, "answers.hello has an empty text"),
        ({"hello": {"en": "Hi {name}", "es": "Hola"}}, "answers.hello has other placeholders"),
        (["hello"], "answers must be a mapping"),
    ],
)
def test_texts_that_are_not_whole_are_refused_by_name(answers: object, problem: str) -> None:
    with pytest.raises(TextsError, match=problem):
        parse_answers(answers, "greet.yml")
