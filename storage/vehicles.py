"""Vehicles of clients."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from storage.records import BY_CLIENT, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle. `mileage` was read on `mileage_on`; both in miles, as the shop counts."""

    id: str
    shop: str
    external_id: str
    client_id: str
    year: int
    make: str
    model: str
    trim: str | None = None
    plate: str | None = None
    vin: str | None = None
    color: str | None = None
    mileage: int | None = None
    mileage_on: date | None = None
    miles_per_year: int | None = None

    @property
    def title(self) -> str:
        """`2019 Honda Civic`."""
        return f"{self.year} {self.make} {self.model}"


INDEXES = [BY_CLIENT]


class Vehicles(Records[Vehicle]):
    """The vehicles of all shops."""

    kind: ClassVar[str] = "vehicle"
    name: ClassVar[str] = "vehicles"
    model: ClassVar[type[Vehicle]] = Vehicle
    order: ClassVar[tuple[str, ...]] = ("year", "external_id")
