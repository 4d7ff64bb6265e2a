"""What a message names: vehicle, service, numbers, contacts, day and time. The client's own records are the dictionary."""

from dataclasses import dataclass, fields
from typing import Any

from bot.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """What was found; None where nothing was. Words stand as the client wrote them, ids and codes beside them."""

    vehicle: str | None = None  # as written
    vehicle_id: str | None = None  # where the client's own vehicles decide
    vehicles: tuple[str, ...] = ()  # as written, where more than one is named
    vehicle_ids: tuple[str, ...] = ()  # all of the client's own that the words fit, where more than one does
    service: str | None = None  # as written
    service_code: str | None = None  # where the shop's list decides
    service_codes: tuple[str, ...] = ()  # all that are named, in order
    invoice_number: str | None = None
    estimate_number: str | None = None
    plate: str | None = None
    amount: str | None = None  # "386.20"
    email: str | None = None
    phone: str | None = None  # E.164
    address: str | None = None
    name: str | None = None
    when: When | None = None
    old_when: When | None = None  # in rescheduling: the time given up

    def as_dict(self) -> dict[str, Any]:
        """Only what was found, as `understanding.md` writes it."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, When):
                found[field.name] = value.as_dict()
            elif value:
                found[field.name] = list(value) if isinstance(value, tuple) else value
        return found
