"""Work orders: what is being done to a vehicle now, and how far it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel, UpdateOne

from storage.codec import Document
from storage.mongo import in_chunks
from storage.records import BY_VEHICLE, Records
from storage.search_words import all_words, number_words

WorkOrderStatus = Literal[
    "received", "diagnosing", "waiting_approval", "waiting_parts", "in_progress", "ready", "delivered", "cancelled"
]
# By the alphabet both come before every other status: the others are one range of an index.
FINISHED: frozenset[WorkOrderStatus] = frozenset({"delivered", "cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMoment:
    """When a work order came to a status. `note` is shown to the client."""

    status: WorkOrderStatus
    at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """One work order. `note` is shown to the client; `history` is oldest first."""

    id: str
    shop: str
    external_id: str
    number: str
    client_id: str
    vehicle_id: str
    status: WorkOrderStatus
    promised_at: datetime | None = None
    note: str | None = None
    history: tuple[StatusMoment, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether the vehicle is no longer in the shop's hands."""
        return self.status in FINISHED

    @property
    def moved_at(self) -> datetime | None:
        """When it last changed status, where that is known."""
        return self.history[-1].at if self.history else None


_OVER = "over_at"  # bookkeeping key of a document, where the vehicle left the shop's hands: when it did
_BY_OVER = "by_client_over"
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)  # it did, and nobody knows when

INDEXES = [
    IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("status", ASCENDING)], name="by_client_status"),
    IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), (_OVER, ASCENDING)], name=_BY_OVER),
    BY_VEHICLE,
]


class WorkOrders(Records[WorkOrder]):
    """The work orders of all shops."""

    kind: ClassVar[str] = "work_order"
    name: ClassVar[str] = "work_orders"
    model: ClassVar[type[WorkOrder]] = WorkOrder
    order: ClassVar[tuple[str, ...]] = (_OVER,)

    def words(self, document: Document) -> Sequence[str]:
        """Its number."""
        return all_words(number_words(document["number"]))

    def kept(self, document: Document) -> Document:
        """With the moment at which it was over, where it is."""
        if document["status"] not in FINISHED:
            return document
        history = document.get("history")
        return {**document, _OVER: history[-1]["at"] if history else _UNKNOWN}

    def bound(self, day: date) -> object:
        """Where a day begins, by UTC."""
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    async def list_for_client(self, shop: str, client_id: str) -> list[WorkOrder]:
        """The client's work orders: those still in the shop's hands first, then the newest."""
        return _in_order(await super().list_for_client(shop, client_id))

    async def list_for_vehicle(self, shop: str, client_id: str, vehicle_id: str) -> list[WorkOrder]:
        """Those of one vehicle, in the same order."""
        return _in_order(await super().list_for_vehicle(shop, client_id, vehicle_id))

    async def list_open(self, shop: str, client_id: str) -> list[WorkOrder]:
        """Those still in the shop's hands, the one that moved last first."""
        query = {"shop": shop, "client_id": client_id, "status": {"$gt": max(FINISHED)}}
        return _in_order(await self._listed(query))

    async def newest_of(self, shop: str, client_id: str, today: date, limit: int) -> list[WorkOrder]:
        """The newest that are over: those that are not have no such moment, and would be the last."""
        newest = await super().newest_of(shop, client_id, today, limit)
        return _in_order([order for order in newest if order.finished])

    async def list_numbered(
        self, shop: str, client_id: str, fits: Callable[[str], bool], limit: int
    ) -> list[WorkOrder]:
        """The newest of the client's work orders whose number fits. All their numbers are read, and those orders."""
        cursor = self._collection.find({"shop": shop, "client_id": client_id}, {"number": 1, _OVER: 1})
        found = [one for one in await cursor.to_list(None) if fits(one["number"])]
        found.sort(key=lambda one: one.get(_OVER, datetime.max.replace(tzinfo=UTC)), reverse=True)
        ids = [one["_id"] for one in found[:limit]]
        return _in_order(await self._listed({"_id": {"$in": ids}, "shop": shop}) if ids else [])

    async def note_when_over(self) -> None:
        """Give those that are over their moment where they were stored before there was one. Run before the index is
        made: where it is there, this is done.
        """
        if _BY_OVER in await self._collection.index_information():
            return
        old = self._collection.find({"status": {"$lte": max(FINISHED)}}, {"status": 1, "history": 1}, batch_size=1000)
        changes = [
            UpdateOne({"_id": one["_id"]}, {"$set": {_OVER: self.kept(one)[_OVER]}})
            async for one in old
            if one["status"] in FINISHED
        ]
        for chunk in in_chunks(changes):
            await self._collection.bulk_write(chunk, ordered=False)


def _in_order(orders: list[WorkOrder]) -> list[WorkOrder]:
    orders.sort(key=lambda order: order.number, reverse=True)
    orders.sort(key=lambda order: order.moved_at.timestamp() if order.moved_at else 0.0, reverse=True)
    return sorted(orders, key=lambda order: order.finished)
