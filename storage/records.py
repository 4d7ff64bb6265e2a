"""What the repositories of the shop's records share: scoped reads, and the bulk writes of the importer.

Every method takes the shop's slug first, and every query carries it: no shop ever reads another's record.
"""

import asyncio
import builtins
from collections.abc import Collection as Group
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError

from storage.codec import Document, from_document, to_document
from storage.mongo import Collection, Database, in_chunks
from storage.search import Posting, SearchIndex
from storage.turns import in_turns

T = TypeVar("T")


class NotFound(Exception):
    """There is no such record in this shop. `kind` is the record's type, `key` what it was looked for by."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"no {kind} {key!r}")
        self.kind = kind
        self.key = key


@dataclass(frozen=True, slots=True)
class Known:
    """A stored record as an import sees it: the `mark` of the line that it came from, and the client it belongs to."""

    mark: str | None
    client_id: str | None


BY_CLIENT = IndexModel([("shop", ASCENDING), ("client_id", ASCENDING)], name="by_client")
BY_VEHICLE = IndexModel(
    [("shop", ASCENDING), ("client_id", ASCENDING), ("vehicle_id", ASCENDING)], name="by_client_vehicle"
)
MARK = "mark"  # bookkeeping key of a document: the hash of the imported line
_FEW = 64
_STRETCHES = (timedelta(days=90), timedelta(days=400), timedelta(days=1600))
_SPARSE = 4  # with a quarter of what is wanted in a stretch, or less, there are few in all
_BATCH = 2000
_PART = 500  # documents of a list that come at once: unpacking them holds everybody up


class Records(Generic[T]):
    """A collection of one type of record. A subclass names `kind` (the record's type), `model` and `order`."""

    kind: ClassVar[str]
    name: ClassVar[str]
    model: ClassVar[type[Any]]
    order: ClassVar[tuple[str, ...]] = ()  # fields to list by, newest first

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database[self.name]
        self._search = SearchIndex(database)

    def words(self, document: Document) -> Sequence[str]:  # noqa: ARG002  # most are not looked for
        """The words by which staff find the client whose record this is."""
        return ()

    def kept(self, document: Document) -> Document:
        """The document with what else is stored beside it: what this repository looks for by."""
        return document

    def read(self, document: Mapping[str, Any]) -> T:
        """The record of a document."""
        value: T = from_document(self.model, document)
        return value

    async def find(self, shop: str, record_id: str) -> T | None:
        """The record with this id, or None."""
        document = await self._collection.find_one({"_id": record_id, "shop": shop})
        return None if document is None else self.read(document)

    async def get(self, shop: str, record_id: str) -> T:
        """The record with this id. Raises `NotFound`."""
        found = await self.find(shop, record_id)
        if found is None:
            raise NotFound(self.kind, record_id)
        return found

    async def find_many(self, shop: str, ids: Iterable[str]) -> dict[str, T]:
        """Those of the records that exist, by id."""
        documents = await self.documents(shop, list(dict.fromkeys(ids)))
        return {record_id: self.read(document) for record_id, document in documents.items()}

    async def list(self, shop: str) -> "builtins.list[T]":
        """All records of the shop."""
        return await self._listed({"shop": shop})

    async def list_for_client(self, shop: str, client_id: str) -> "builtins.list[T]":
        """The client's records, newest first."""
        return await self._listed({"shop": shop, "client_id": client_id})

    async def list_for_vehicle(self, shop: str, client_id: str, vehicle_id: str) -> "builtins.list[T]":
        """The client's records of one vehicle, newest first; few of a fleet, by `BY_VEHICLE`."""
        return await self._listed({"shop": shop, "client_id": client_id, "vehicle_id": vehicle_id})

    async def newest_of(self, shop: str, client_id: str, today: date, limit: int) -> "builtins.list[T]":
        """The client's newest records, by the first field of `order`, a day that has an index.

        The last months are looked at first, for an engine may sort all that matches.
        """
        field, own = self.order[0], {"shop": shop, "client_id": client_id}
        for stretch in _STRETCHES:
            lately = {**own, field: {"$gte": self.bound(today - stretch)}}
            found = await self._newest(lately, field, limit)
            if len(found) >= limit:
                return found
            if len(found) * _SPARSE <= limit:
                break
        return await self._newest(own, field, limit)

    async def _newest(self, query: Document, field: str, limit: int) -> "builtins.list[T]":
        found = await self._collection.find(query).sort(field, DESCENDING).limit(limit).to_list(None)
        return [self.read(document) async for document in in_turns(found)]

    async def list_year(self, shop: str, client_id: str, year: int) -> "builtins.list[T]":
        """The client's records of one year, newest first, by the first field of `order`, a day that has an index.

        Those of the days before and after are among them: of which day a moment is, is for the shop's zone to say.
        """
        span = {"$gte": self.bound(date(year - 1, 12, 31)), "$lt": self.bound(date(year + 1, 1, 2))}
        return await self._listed({"shop": shop, "client_id": client_id, self.order[0]: span})

    def bound(self, day: date) -> object:
        """Where a day begins, as the documents have the first field of `order`."""
        return day.isoformat()

    async def count(self, shop: str) -> int:
        """How many the shop has."""
        return int(await self._collection.count_documents({"shop": shop}))

    async def put(self, record: T) -> None:
        """Store the record as it is, in place of the one with its id."""
        document = self.kept(to_document(record))
        mark = await self._collection.find_one({"_id": document["_id"], "shop": document["shop"]}, {MARK: 1})
        if mark is not None and MARK in mark:
            document[MARK] = mark[MARK]
        await self.make_findable([document])
        await self._collection.replace_one({"_id": document["_id"], "shop": document["shop"]}, document, upsert=True)

    async def known(self, shop: str, ids: Group[str]) -> dict[str, Known]:
        """What an import must know of those of the records that exist, by id."""
        documents = await self.documents(shop, ids, {MARK: 1, "client_id": 1})
        return {
            record_id: Known(document.get(MARK), document.get("client_id")) for record_id, document in documents.items()
        }

    async def documents(
        self, shop: str, ids: Group[str], projection: Mapping[str, int] | None = None
    ) -> dict[str, Document]:
        """The documents of those of the records that exist, by id.

        Few are looked up one by one; for many the shop's records are read through: the embedded engine has no index
        for `$in`.
        """
        if len(ids) <= _FEW:
            queries = [self._collection.find_one({"_id": one, "shop": shop}, projection) for one in ids]
            return {found["_id"]: found for found in await asyncio.gather(*queries) if found is not None}
        wanted = frozenset(ids)
        cursor = self._collection.find({"shop": shop}, projection, batch_size=_BATCH)
        return {document["_id"]: document async for document in cursor if document["_id"] in wanted}

    async def insert_documents(self, documents: Sequence[Document]) -> None:
        """Insert new documents. One that got there meanwhile is replaced: two imports at once do no harm."""
        await self.make_findable(documents)
        for chunk in in_chunks(documents):
            try:
                await self._collection.insert_many([self.kept(document) for document in chunk], ordered=False)
            except BulkWriteError as error:
                await self._replace_after_race(chunk, error)

    async def replace_documents(self, documents: Sequence[Document]) -> None:
        """Replace documents that exist."""
        await self.make_findable(documents)
        for chunk in in_chunks(documents):
            writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
                ReplaceOne({"_id": document["_id"], "shop": document["shop"]}, self.kept(document))
                for document in chunk
            ]
            await self._collection.bulk_write(writes, ordered=False)

    async def make_findable(self, documents: Sequence[Document]) -> None:
        """Let staff find them by what they say now. Before they are written: what is found and not there does no harm,
        what is there and never found does.
        """
        postings = [
            Posting(
                id=f"{document['shop']}:{self.kind}:{document['_id']}",
                shop=document["shop"],
                words=words,
                client_id=document["_id"] if self.kind == "client" else document.get("client_id"),
            )
            for document in documents
            if (words := self.words(document))
        ]
        if postings:
            await self._search.replace(postings)

    async def make_all_findable(self, shop: str) -> None:
        """All records of the shop, as they are now."""
        documents = [document async for document in self._collection.find({"shop": shop}, batch_size=_BATCH)]
        for chunk in in_chunks(documents):
            await self.make_findable(chunk)

    async def _replace_after_race(self, chunk: Sequence[Document], error: BulkWriteError) -> None:
        failures = (error.details or {}).get("writeErrors", [])
        if any(failure.get("code") != 11000 for failure in failures):
            raise error
        await self.replace_documents([chunk[failure["index"]] for failure in failures])

    async def _listed(self, query: Document) -> "builtins.list[T]":
        documents = [document async for document in self._collection.find(query, batch_size=_PART)]
        for field in reversed(self.order):
            documents.sort(key=lambda document: str(document.get(field, "")), reverse=True)
        return [self.read(document) async for document in in_turns(documents)]  # reading validates
