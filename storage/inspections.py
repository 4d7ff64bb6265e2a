"""Inspections: what was looked at on a vehicle, and what was found."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel

from storage.records import Records

Result = Literal["good", "soon", "urgent", "not_checked"]
SEVERITY: dict[Result, int] = {"urgent": 0, "soon": 1, "good": 2, "not_checked": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionItem:
    """One thing that was looked at. `photos` are names of files kept here, never foreign addresses."""

    name: str
    result: Result
    note: str | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One inspection of one vehicle."""

    id: str
    shop: str
    external_id: str
    client_id: str
    vehicle_id: str
    inspected_on: date
    status: Literal["in_progress", "done"]
    items: tuple[InspectionItem, ...] = ()

    @property
    def by_severity(self) -> tuple[InspectionItem, ...]:
        """The items, the urgent ones first."""
        return tuple(sorted(self.items, key=lambda item: SEVERITY[item.result]))


INDEXES = [
    IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("inspected_on", ASCENDING)], name="by_client_day")
]


class Inspections(Records[Inspection]):
    """The inspections of all shops."""

    kind: ClassVar[str] = "inspection"
    name: ClassVar[str] = "inspections"
    model: ClassVar[type[Inspection]] = Inspection
    order: ClassVar[tuple[str, ...]] = ("inspected_on", "external_id")
