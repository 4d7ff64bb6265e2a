"""A visit as a file that calendars take in (iCalendar, RFC 5545): written here, nothing of it is read.

Taken in again after a change it replaces the older copy: the UID stays, SEQUENCE rises. A cancelled visit says so, and
calendars take it out or strike it through. Times are in UTC, so no file needs a time zone's table.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.shops import Shop
from storage.visit import Visit, VisitStatus

CONTENT_TYPE = "text/calendar"

_PRODUCT = "-//Pitline//Visits//EN"
_LINE = 75  # octets that a line may have, its end not counted
_STATUS: dict[VisitStatus, str] = {"requested": "TENTATIVE", "cancelled": "CANCELLED"}  # the others: CONFIRMED
_LONGEST = 2000
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})  # categories of letters that end a line, or are none


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarWords:
    """What the entry says, in the reader's language: its title, and what else helps. `url` is the visit's page."""

    title: str
    description: str = ""
    url: str | None = None


def calendar_file(shop: Shop, visit: Visit, words: CalendarWords) -> bytes:
    """The file. The same visit with the same words is the same file."""
    return b"".join(_folded(line) for line in _lines(shop, visit, words))


def _lines(shop: Shop, visit: Visit, words: CalendarWords) -> Iterable[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN")
    yield f"METHOD:{'CANCEL' if visit.status == 'cancelled' else 'PUBLISH'}"
    yield from ("BEGIN:VEVENT", f"UID:{shop.slug}-{visit.id}@pitline", f"SEQUENCE:{visit.sequence}")
    yield f"DTSTAMP:{_moment(visit.updated_at)}"
    yield f"CREATED:{_moment(visit.created_at)}"
    yield f"LAST-MODIFIED:{_moment(visit.updated_at)}"
    yield f"DTSTART:{_moment(visit.starts_at)}"
    yield f"DTEND:{_moment(visit.ends_at)}"
    yield f"STATUS:{_STATUS.get(visit.status, 'CONFIRMED')}"
    yield f"SUMMARY:{_text(words.title)}"
    if words.description:
        yield f"DESCRIPTION:{_text(words.description)}"
    if shop.address.one_line:
        yield f"LOCATION:{_text(shop.address.one_line)}"
    if words.url:
        yield f"URL:{_plain(words.url)}"
    yield f'ORGANIZER;CN="{_quoted(shop.name)}":mailto:{_plain(shop.email)}'
    yield from ("TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR")


def _moment(moment: datetime) -> str:
    """`20261130T150000Z`."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A text value: lines stay lines, other signs of control go, what has a meaning of its own is escaped."""
    lines = (_plain(line) for line in value[:_LONGEST].splitlines())
    return "\\n".join(line.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in lines)


def _quoted(value: str) -> str:
    """A parameter's value between quotes, which itself may hold none."""
    return _plain(value).replace('"', "'")


def _plain(value: str) -> str:
    return "".join(letter for letter in value if unicodedata.category(letter) not in _CONTROL)


def _folded(line: str) -> bytes:
    """The line, broken where it is too long, never within a letter; each further part begins with a space."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        octets = letter.encode()
        if len(part) + len(octets) > _LINE:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
