"""Calendar files: what calendars take in, whatever the words are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.calendar_file import CalendarWords, calendar_file
from storage.visit import Visit
from tests.portal_cast import GARLAND

AT = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
VISIT = Visit(
    id="v1", shop="garland", starts_at=AT, minutes=75, status="confirmed", source="portal", created_at=AT, updated_at=AT
)
ESCAPES = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}


def unfolded(data: bytes) -> list[str]:
    """The lines, as a strict reader takes them."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in physical)
    for line in physical:
        line.decode()  # no letter is cut in two
    return data[:-2].decode().replace("\r\n ", "").split("\r\n")


def entries(data: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in unfolded(data))


def read_text(value: str) -> str:
    out, at = "", 0
    while at < len(value):
        if value[at] == "\\":
            out, at = out + ESCAPES[value[at : at + 2]], at + 2
        else:
            assert value[at] not in ",;"
            out, at = out + value[at], at + 1
    return out


def test_a_visit_is_an_entry_with_its_times_in_utc() -> None:
    words = CalendarWords(title="Oil change, tires; both", description="One\nTwo \\ three", url="https://x.example/v")
    lines = unfolded(calendar_file(GARLAND, VISIT, words))
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    for line in (
        "VERSION:2.0",
        "METHOD:PUBLISH",
        "UID:garland-v1@pitline",
        "SEQUENCE:0",
        "DTSTAMP:20261130T150000Z",
        "DTSTART:20261130T150000Z",
        "DTEND:20261130T161500Z",
        "STATUS:CONFIRMED",
        "SUMMARY:Oil change\\, tires\\; both",
        "DESCRIPTION:One\\nTwo \\\\ three",
        "LOCATION:412 Garland Ave\\, Austin\\, TX 78704",
        "URL:https://x.example/v",
        'ORGANIZER;CN="Garland Auto Care":mailto:hello@garland.example',
    ):
        assert line in lines, line


@pytest.mark.parametrize(
    ("status", "method", "shown"),
    [("requested", "PUBLISH", "TENTATIVE"), ("cancelled", "CANCEL", "CANCELLED"), ("done", "PUBLISH", "CONFIRMED")],
)
def test_its_status_is_said_as_calendars_know_it(status, method, shown) -> None:
    found = entries(calendar_file(GARLAND, replace(VISIT, status=status, sequence=3), CalendarWords(title="x")))
    assert (found["METHOD"], found["STATUS"], found["SEQUENCE"]) == (method, shown, "3")


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80))
def test_any_words_come_out_as_they_went_in(title: str, description: str, shop: str) -> None:
    words = CalendarWords(title=title, description=description)
    found = entries(calendar_file(replace(GARLAND, name=shop), VISIT, words))
    kept = read_text(found["SUMMARY"])
    assert [line for line in kept.splitlines() if line] == _kept_lines(title)
    assert [line for line in read_text(found.get("DESCRIPTION", "")).splitlines() if line] == _kept_lines(description)
    assert found["UID"] == "garland-v1@pitline"


def _kept_lines(text: str) -> list[str]:
    control = {*map(chr, range(32)), *map(chr, range(127, 160)), "\u2028", "\u2029"}
    lines = ("".join(letter for letter in line if letter not in control) for line in text.splitlines())
    return [line for line in lines if line]
