"""Change requests: what a client wants changed in the own details, for staff to accept or decline.

One request is one field of one message, or of one form of the portal: sent again it is the same request. Of one thing
(the name, the plate of a car, one of several numbers) one wish waits at a time: a newer one takes the older's place.

    waiting -> accepted -> applied (the record carries it)        waiting -> declined, or withdrawn by the client
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.ids import record_id
from storage.mongo import Database
from storage.records import BY_CLIENT

DetailName: TypeAlias = Literal["name", "email", "phone", "address", "plate"]
RequestState: TypeAlias = Literal["waiting", "accepted", "declined", "withdrawn"]

HOLD = timedelta(days=30)  # how long what was accepted holds against imports that say otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """One wish. `old` is what it replaces, None where `new` is added beside what is there (a second phone)."""

    id: str
    shop: str
    client_id: str
    field: DetailName
    vehicle_id: str | None = None  # whose plate it is
    old: str | None = None
    new: str
    conversation: str | None = None  # where it was asked for, unless on a page
    message_id: str  # of the yes that it was asked for with, or the page's form
    at: datetime
    state: RequestState = "waiting"
    decided_by: str | None = None  # staff id
    decided_at: datetime | None = None
    applied_at: datetime | None = None  # when the record was changed

    @property
    def about(self) -> tuple[str, str, str]:
        """What it is about: of two that wait for the same, the newer one counts."""
        return about_of(self.field, self.vehicle_id, self.old)

    @property
    def is_due(self) -> bool:
        """Whether staff have something to do: decide, or accept again what a crash kept from being applied."""
        return self.state == "waiting" or (self.state == "accepted" and self.applied_at is None)


INDEXES = [BY_CLIENT, IndexModel([("shop", ASCENDING), ("state", ASCENDING), ("at", ASCENDING)], name="by_state")]


def about_of(field: DetailName, vehicle_id: str | None, old: str | None) -> tuple[str, str, str]:
    """What a wish for this field is about: of several numbers each is a thing of its own."""
    return field, vehicle_id or "", (old or "") if field == "phone" else ""


def change_request_id(shop: str, message_id: str, field: str) -> str:
    """The id of what one message wants of one field; a form names a field of its own where it has several alike."""
    return record_id(shop, "change_request", f"{message_id}:{field}")


class ChangeRequests:
    """The change requests of all shops."""

    name = "change_requests"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def append(self, request: ChangeRequest) -> bool:
        """Write it down; of all that wait for the same only the newest stays. False: it was written down already."""
        is_new = True
        try:
            await self._collection.insert_one(to_document(request))
        except DuplicateKeyError:
            is_new = False
        every = await self.list_for_client(request.shop, request.client_id)  # the newest last
        same = [other for other in every if other.state == "waiting" and other.about == request.about]
        for older in same[:-1]:
            await self.withdraw(request.shop, request.client_id, older.id, request.at)
        return is_new

    async def find(self, shop: str, request_id: str) -> ChangeRequest | None:
        """The request, or None."""
        found = await self._collection.find_one({"_id": request_id, "shop": shop})
        return None if found is None else from_document(ChangeRequest, found)

    async def list_waiting(self, shop: str, limit: int = 200) -> list[ChangeRequest]:
        """What waits to be decided, the oldest first."""
        found = self._collection.find({"shop": shop, "state": "waiting"}).sort("at", 1).limit(limit)
        return [from_document(ChangeRequest, document) for document in await found.to_list(None)]

    async def list_for_client(self, shop: str, client_id: str) -> list[ChangeRequest]:
        """All of a client's, the oldest first."""
        found = [document async for document in self._collection.find({"shop": shop, "client_id": client_id})]
        requests = [from_document(ChangeRequest, document) for document in found]
        return sorted(requests, key=lambda request: (request.at, request.id))

    async def decide(self, shop: str, request_id: str, *, accept: bool, by: str, at: datetime) -> ChangeRequest | None:
        """Accept or decline what waits. What was decided before stays so: the request says how. None: there is none."""
        decided = {"state": "accepted" if accept else "declined", "decided_by": by, "decided_at": at}
        query = {"_id": request_id, "shop": shop, "state": "waiting"}
        await self._collection.update_one(query, {"$set": decided})
        return await self.find(shop, request_id)

    async def withdraw(self, shop: str, client_id: str, request_id: str, at: datetime) -> bool:
        """The client no longer wants it. False: it is not theirs, or does not wait any more."""
        query = {"_id": request_id, "shop": shop, "client_id": client_id, "state": "waiting"}
        result = await self._collection.update_one(query, {"$set": {"state": "withdrawn", "decided_at": at}})
        return result.modified_count == 1

    async def mark_applied(self, shop: str, request_id: str, at: datetime) -> None:
        """The record carries it."""
        query = {"_id": request_id, "shop": shop, "state": "accepted"}
        await self._collection.update_one(query, {"$set": {"applied_at": at}})
