"""News: what happened outside the log that staff must be told of, kept until they were.

Written by whoever makes it happen (a turn of the bot, a page of the portal), at a key of its own, so that a repeat is
the same news; taken up by the chat's worker, which says who hears of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import from_document, to_document
from storage.estimates import Decision, Estimate
from storage.ids import record_id
from storage.mongo import Database
from storage.visit import Visit

NewsKind: TypeAlias = Literal["change_request", "estimate", "visit"]
VisitAct: TypeAlias = Literal["booked", "moved", "cancelled"]
Place: TypeAlias = Literal["chat", "portal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that happened. `record` is the id of the change request, the estimate or the visit.

    `decisions` are of an estimate, line id -> decision; `act` and `starts_at` of a visit: when it is now. Who is no
    known client has asked for a visit; `conversation` is theirs, where they asked in one.
    """

    id: str
    shop: str
    kind: NewsKind
    client_id: str | None = None
    record: str
    place: Place
    conversation: str | None = None
    decisions: dict[str, Decision] = field(default_factory=dict)
    act: VisitAct | None = None
    starts_at: datetime | None = None
    at: datetime = field(default_factory=utc_now)


INDEXES = [IndexModel([("at", ASCENDING)], name="news_at")]


def change_asked(shop: str, client_id: str, request: str, *, place: Place = "chat") -> News:
    """A client asked for a change of the own details."""
    news = record_id(shop, "news", f"change_request:{request}")
    return News(id=news, shop=shop, kind="change_request", client_id=client_id, record=request, place=place)


def estimate_decided(estimate: Estimate, decisions: Mapping[str, Decision], *, place: Place) -> News:
    """A client decided on lines of an estimate; the same decisions on the same lines and prices are the same news."""
    lines = ",".join(f"{line}={decision}" for line, decision in sorted(decisions.items()))
    return News(
        id=record_id(estimate.shop, "news", f"estimate:{estimate.id}:{estimate.content_mark}:{lines}"),
        shop=estimate.shop,
        kind="estimate",
        client_id=estimate.client_id,
        record=estimate.id,
        place=place,
        decisions=dict(decisions),
    )


def visit_changed(visit: Visit, act: VisitAct, *, place: Place, conversation: str | None = None) -> News:
    """Somebody booked, moved or cancelled a visit, which is as it is now; the same change again is the same news."""
    return News(
        id=record_id(visit.shop, "news", f"visit:{visit.id}:{act}:{visit.sequence}"),
        shop=visit.shop,
        kind="visit",
        client_id=visit.client_id,
        record=visit.id,
        place=place,
        conversation=conversation,
        act=act,
        starts_at=visit.starts_at,
    )


class NewsDesk:
    """What is still to be told, of all shops."""

    name = "news"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def add(self, news: News) -> None:
        """Write it down; what is there already stays."""
        try:
            await self._collection.insert_one(to_document(news))
        except DuplicateKeyError:
            return

    async def list(self, limit: int = 50) -> "list[News]":
        """What is to be told, the oldest first. For all shops, as a worker asks."""
        cursor = self._collection.find({"at": {"$lte": utc_now()}}).sort("at", 1).limit(limit)
        return [from_document(News, document) async for document in cursor]

    async def remove(self, news: News) -> None:
        """It was told."""
        await self._collection.delete_one({"_id": news.id, "shop": news.shop})
