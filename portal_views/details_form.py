"""The form for a client's own details: what is on file or wished, what was typed, what that asks the shop to change.

One field each for the name, the e-mail, the address, every number and a further one, and the plates of the vehicles
that are given: of a fleet not all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storage.change_requests import ChangeRequest, DetailName, about_of
from storage.clients import Client
from storage.details import LONGEST_DETAIL, read_detail
from storage.phones import format_phone
from storage.shops import Shop
from storage.vehicles import Vehicle

_LONGEST_TYPED = LONGEST_DETAIL + 80  # what is too long is shown as it was typed, not cut to what would fit


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailField:
    """One field. `old` is what is on file, `waiting` what the client asked for before, `typed` what is in it now."""

    name: str  # in the form: `email`, `phone:0`, `phone:new`, `plate:<vehicle>`
    detail: DetailName
    old: str | None
    waiting: ChangeRequest | None = None
    vehicle: Vehicle | None = None
    typed: str = ""
    new: str | None = None  # what is wished, read; None for nothing new
    problem: str = ""  # the key of the text that says what is wrong

    @property
    def key(self) -> str:
        """For ids in the page."""
        return self.name.replace(":", "-")


def details_form(
    client: Client, vehicles: Iterable[Vehicle], waiting: Sequence[ChangeRequest], shop: Shop
) -> list[DetailField]:
    """The form as it opens: what waits stands in it, else what is on file."""
    by_about = {one.about: one for one in waiting}
    country = shop.address.country
    address = client.address.one_line if client.address is not None else ""

    def field(name: str, detail: DetailName, old: str | None, vehicle: Vehicle | None = None) -> DetailField:
        wish = by_about.get(about_of(detail, vehicle.id if vehicle else None, old))
        value = (wish.new if wish else old) or ""
        return DetailField(
            name=name,
            detail=detail,
            old=old or None,
            waiting=wish,
            vehicle=vehicle,
            typed=format_phone(value, country) if detail == "phone" and value else value,
        )

    return [
        field("name", "name", client.name),
        *(field(f"phone:{place}", "phone", phone) for place, phone in enumerate(client.phones)),
        field("phone:new", "phone", None),
        field("email", "email", client.email),
        field("address", "address", address),
        *(field(f"plate:{vehicle.id}", "plate", vehicle.plate, vehicle) for vehicle in vehicles),
    ]


def read_details_form(fields: Sequence[DetailField], typed: Mapping[str, Any], shop: Shop) -> list[DetailField]:
    """The form as it was sent: each field with what is wished by it, or what is wrong."""
    return [_read(field, typed, shop) for field in fields]


def _read(field: DetailField, typed: Mapping[str, Any], shop: Shop) -> DetailField:
    given = typed.get(field.name)
    if not isinstance(given, str):
        return field
    text = "".join(letter if letter.isprintable() else " " for letter in given).strip()[:_LONGEST_TYPED]
    if text == field.typed:
        return field  # left as it was, whatever is on file
    value = read_detail(field.detail, text, shop.address.country) if text else None
    new = problem = None
    if not text and field.old is not None:
        problem = "details.emptied"
    elif text and value is None:
        problem = f"details.wrong_{field.detail}"
    elif value is not None and value != (field.waiting.new if field.waiting else field.old):
        new = value
    return replace(field, typed=text, new=new, problem=problem or "")


def is_taken_back(field: DetailField) -> bool:
    """Whether what was typed is what is on file, over a wish that waits: the wish is withdrawn."""
    if field.waiting is None or field.problem:
        return False
    return field.new == field.old if field.old is not None else not field.typed
