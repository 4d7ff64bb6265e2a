"""Vehicles of clients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar, TypeAlias

from storage.clients import Held
from storage.codec import Document, encode, to_document
from storage.records import BY_CLIENT, MARK, Records
from storage.search_words import all_words, number_words, words_of

ClientRange: TypeAlias = tuple[str, str]  # ids of clients, from one up to another


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
    held: tuple[Held, ...] = ()  # the plate, where the client had it changed here

    @property
    def title(self) -> str:
        """`2019 Honda Civic`."""
        return f"{self.year} {self.make} {self.model}"

    @property
    def name_with_plate(self) -> str:
        """`2019 Honda Civic, KLM 4821`: a fleet has many of a kind."""
        return f"{self.title}, {self.plate}" if self.plate else self.title

    @property
    def plate_first(self) -> str:
        """`KLM 4821, 2019 Honda Civic`; by the end of its VIN where it has no plate."""
        own = self.plate or (f"VIN …{self.vin[-6:]}" if self.vin else "")
        return f"{own}, {self.title}" if own else self.title


INDEXES = [BY_CLIENT]


class Vehicles(Records[Vehicle]):
    """The vehicles of all shops."""

    kind: ClassVar[str] = "vehicle"
    name: ClassVar[str] = "vehicles"
    model: ClassVar[type[Vehicle]] = Vehicle
    order: ClassVar[tuple[str, ...]] = ("year", "external_id")

    def words(self, document: Document) -> Sequence[str]:
        """Plate, VIN, and what it is."""
        what = words_of(f"{document['year']} {document['make']} {document['model']}")
        vin = document.get("vin") or ""
        return all_words(what, number_words(document.get("plate") or ""), number_words(vin), number_words(vin[-6:]))

    async def of_clients(self, shop: str, clients: ClientRange) -> dict[str, Vehicle]:
        """The vehicles of a range of clients, by id."""
        query = {"shop": shop, "client_id": {"$gte": clients[0], "$lt": clients[1]}}
        found = await self._collection.find(query, batch_size=1000).to_list(None)
        return {one["_id"]: self.read(one) for one in found}

    async def set_plate(self, vehicle: Vehicle, plate: str, until: datetime) -> None:
        """Change the plate as the client asked, and hold it against imports until then."""
        held = (Held(field="plate", until=until),)
        change: dict[str, Any] = {"$set": {"plate": plate, "held": encode(held)}, "$unset": {MARK: ""}}
        await self.make_findable([to_document(replace(vehicle, plate=plate))])
        await self._collection.update_one({"_id": vehicle.id, "shop": vehicle.shop}, change)
