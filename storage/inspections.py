"""Inspections: what was looked at on a vehicle, and what was found."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel

from storage.records import BY_VEHICLE, Records

Result = Literal["good", "soon", "urgent", "not_checked"]
SEVERITY: dict[Result, int] = {"urgent": 0, "soon": 1, "good": 2, "not_checked": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo that is kept (`storage.files`): its name in the shop's file, and its size in pixels."""

    id: str
    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionItem:
    """One thing that was looked at. `photos` are the names in the shop's file, `pictures` those that were taken in."""

    name: str
    result: Result
    note: str | None = None
    photos: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


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

    @property
    def pictures(self) -> dict[str, Picture]:
        """Every photo on it, by id."""
        return {picture.id: picture for item in self.items for picture in item.pictures}


def photo_owner(inspection_id: str) -> str:
    """What a photo's file says that it belongs to."""
    return f"inspection:{inspection_id}"


INDEXES = [
    IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("inspected_on", ASCENDING)], name="by_client_day"),
    BY_VEHICLE,
]


class Inspections(Records[Inspection]):
    """The inspections of all shops."""

    kind: ClassVar[str] = "inspection"
    name: ClassVar[str] = "inspections"
    model: ClassVar[type[Inspection]] = Inspection
    order: ClassVar[tuple[str, ...]] = ("inspected_on", "external_id")
