"""Service records: what was done to a vehicle, and when."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from storage.records import BY_VEHICLE, Records


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """One service done. `service` is the code of the shop's list; `mileage` what the vehicle had then."""

    id: str
    shop: str
    external_id: str
    client_id: str
    vehicle_id: str
    service: str
    done_on: date
    mileage: int | None = None
    note: str | None = None


INDEXES = [BY_VEHICLE]


class ServiceRecords(Records[ServiceRecord]):
    """The service records of all shops."""

    kind: ClassVar[str] = "service_record"
    name: ClassVar[str] = "service_records"
    model: ClassVar[type[ServiceRecord]] = ServiceRecord
    order: ClassVar[tuple[str, ...]] = ("done_on", "external_id")
