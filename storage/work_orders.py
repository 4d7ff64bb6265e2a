"""Work orders: what is being done to a vehicle now, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel

from storage.codec import Document
from storage.records import Records
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


INDEXES = [IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("status", ASCENDING)], name="by_client_status")]


class WorkOrders(Records[WorkOrder]):
    """The work orders of all shops."""

    kind: ClassVar[str] = "work_order"
    name: ClassVar[str] = "work_orders"
    model: ClassVar[type[WorkOrder]] = WorkOrder

    def words(self, document: Document) -> Sequence[str]:
        """Its number."""
        return all_words(number_words(document["number"]))

    async def list_for_client(self, shop: str, client_id: str) -> list[WorkOrder]:
        """The client's work orders: those still in the shop's hands first, then the newest."""
        return _in_order(await super().list_for_client(shop, client_id))

    async def list_open(self, shop: str, client_id: str) -> list[WorkOrder]:
        """Those still in the shop's hands, the one that moved last first."""
        query = {"shop": shop, "client_id": client_id, "status": {"$gt": max(FINISHED)}}
        return _in_order(await self._listed(query))


def _in_order(orders: list[WorkOrder]) -> list[WorkOrder]:
    orders.sort(key=lambda order: order.number, reverse=True)
    orders.sort(key=lambda order: order.moved_at.timestamp() if order.moved_at else 0.0, reverse=True)
    return sorted(orders, key=lambda order: order.finished)
