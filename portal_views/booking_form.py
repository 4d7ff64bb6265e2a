"""What somebody has filled in so far on the way to a visit. It travels in the address and in hidden fields, never in a
session, so that the way back works and nothing needs JavaScript.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from urllib.parse import urlencode

from multidict import MultiMapping

from storage.phones import NotAPhone, parse_phone
from storage.shops import Shop
from storage.vehicles import Vehicle

Fields: TypeAlias = "MultiMapping[Any]"  # an address's query, or a posted form

NAME_LIMIT, NOTE_LIMIT, PHONE_LIMIT = 100, 500, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingForm:
    """The form. `services` are codes of the shop, `vehicle_id` is one of the client's, `starts_at` is aware UTC."""

    services: tuple[str, ...] = ()
    vehicle_id: str | None = None
    starts_at: datetime | None = None
    day: date | None = None
    name: str = ""
    phone: str = ""
    vehicle_text: str = ""
    note: str = ""
    key: str = ""

    @property
    def at(self) -> str:
        """The moment as it travels: `2026-11-24T15:30:00Z`."""
        return moment_text(self.starts_at) if self.starts_at is not None else ""

    def hidden(self) -> list[tuple[str, str]]:
        """The fields to carry along, without those that are empty."""
        fields = [("service", code) for code in self.services]
        fields += [("vehicle", self.vehicle_id or ""), ("at", self.at), ("name", self.name), ("phone", self.phone)]
        fields += [("vehicle_text", self.vehicle_text), ("note", self.note), ("key", self.key)]
        return [(name, value) for name, value in fields if value]

    def query(self, **changes: str) -> str:
        """The address's query with services and vehicle (a person's name and number never go into an address)."""
        fields = [("service", code) for code in self.services]
        fields += [("vehicle", self.vehicle_id)] if self.vehicle_id else []
        return "?" + urlencode([*fields, *changes.items()])

    def problems(self, shop: Shop) -> dict[str, str]:
        """What a person not yet known must still tell: field to the key of the text that says so."""
        found = {}
        if not self.name:
            found["name"] = "book.name_missing"
        if self.parse_phone(shop) is None:
            found["phone"] = "book.phone_wrong"
        return found

    def parse_phone(self, shop: Shop) -> str | None:
        """The number as E.164, or None where it is none."""
        try:
            return parse_phone(self.phone, shop.address.country or "US")
        except NotAPhone:
            return None

    def with_key(self) -> "BookingForm":
        """The form with a number of its own, under which it books once however often it is sent."""
        return replace(self, key=uuid.uuid4().hex)


def read_form(fields: Fields, shop: Shop, vehicles: Mapping[str, Vehicle]) -> BookingForm:
    """The form as the request holds it. What cannot be (an unknown service, another's vehicle) is not taken over."""
    vehicle_id = _text(fields, "vehicle", 64)
    codes = dict.fromkeys(str(code) for code in fields.getall("service", []))
    return BookingForm(
        services=tuple(code for code in codes if shop.service(code) is not None),
        vehicle_id=vehicle_id if vehicle_id in vehicles else None,
        starts_at=read_moment(_text(fields, "at", 40)),
        day=read_day(_text(fields, "day", 10)),
        name=_text(fields, "name", NAME_LIMIT),
        phone=_text(fields, "phone", PHONE_LIMIT),
        vehicle_text=_text(fields, "vehicle_text", NAME_LIMIT),
        note=_text(fields, "note", NOTE_LIMIT, lines=True),
        key=_key(_text(fields, "key", 32)),
    )


def moment_text(moment: datetime) -> str:
    """A moment as it travels in an address."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(fields: Fields, name: str, limit: int, *, lines: bool = False) -> str:
    value = fields.get(name, "")
    plain = value if isinstance(value, str) else ""
    kept = "".join(letter for letter in plain if letter.isprintable() or (lines and letter == "\n"))
    return kept.strip()[:limit]


def read_moment(text: str) -> datetime | None:
    """A moment as it travels in an address, or None."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def read_day(text: str) -> date | None:
    """A day as it travels in an address, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _key(text: str) -> str:
    return text if len(text) == 32 and all(letter in "0123456789abcdef" for letter in text) else ""
