"""The connection to MongoDB: the only place that imports motor.

Collections are handed on, typed; `pymongo`'s plain values (`IndexModel`, errors) may be used by the repositories.
Every write is journaled and by majority, said explicitly. What is asked of the server keeps to what MongoDB 6 and the
embedded engine share, see `docs/decisions/0002-embedded-database.md`.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from bson.codec_options import CodecOptions
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
    AsyncIOMotorGridFSBucket,
)
from pymongo import IndexModel, WriteConcern
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from storage.codec import Document

Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Bucket: TypeAlias = AsyncIOMotorGridFSBucket

T = TypeVar("T")

_PIECE = (
    1024 * 1024
)  # bytes: with GridFS's own 255 kB, 10 MB take twice as long to store and the database as many calls

_SHORTEST_REST = 0.005  # seconds
_LONGEST_REST = 0.03  # where the database is that slow, what is put off would never be done

_DUPLICATE = 11000  # the server's code for it

DatabaseError = PyMongoError  # what any operation on a collection may raise, for those above storage


class DatabaseUnavailable(Exception):
    """The database cannot be reached."""


class Database:
    """One database of one server. `database["name"]` is a collection."""

    def __init__(self, client: "AsyncIOMotorClient[Document]", name: str) -> None:
        self._client = client
        self.name = name
        self._database: AsyncIOMotorDatabase[Document] = client.get_database(
            name,
            codec_options=CodecOptions(tz_aware=True),
            write_concern=WriteConcern(w="majority", j=True),
        )

    def __getitem__(self, name: str) -> Collection:
        return self._database[name]

    def bucket(self, name: str) -> Bucket:
        """Where the contents of files lie (GridFS), in pieces of 1 MB."""
        return AsyncIOMotorGridFSBucket(self._database, bucket_name=name, chunk_size_bytes=_PIECE)

    async def check_reachable(self) -> None:
        """Raises `DatabaseUnavailable` when the server does not answer."""
        try:
            await self._client.admin.command("ping")
        except PyMongoError as error:
            raise DatabaseUnavailable(str(error)) from error

    async def command(self, command: Document) -> Document:
        """The answer to a command of the server's own (figures: the plan of a query)."""
        answer: Document = await self._database.command(command)
        return answer

    async def drop(self) -> None:
        """Delete everything (tests)."""
        await self._client.drop_database(self.name)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def connect(uri: str, name: str) -> Database:
    """A database at `uri`. Nothing is sent yet; call `check_reachable`."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        uri, tz_aware=True, serverSelectionTimeoutMS=5000, io_loop=asyncio.get_running_loop(), maxPoolSize=32
    )
    return Database(client, name)


async def make_indexes(database: Database, indexes: Mapping[str, Sequence[IndexModel]]) -> None:
    """Make the indexes of every collection; those that are there already cost nothing."""
    for name, models in indexes.items():
        if models:
            await database[name].create_indexes(list(models))


async def insert_new(collection: Collection, documents: Sequence[Document]) -> list[int]:
    """Insert those that are not there yet; the places of the others, which a unique index refused, and which stay."""
    if not documents:
        return []
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failures = (error.details or {}).get("writeErrors", [])
        if any(failure.get("code") != _DUPLICATE for failure in failures):
            raise
        return [int(failure["index"]) for failure in failures]
    return []


def violated_index(error: DuplicateKeyError | Mapping[str, Any]) -> str:
    """The unique index that refused a write, from a `DuplicateKeyError` or one of a bulk's `writeErrors`."""
    message = str(error) if isinstance(error, DuplicateKeyError) else str(error.get("errmsg", ""))
    found = re.search(r"index: (\S+)", message)
    return found.group(1) if found else ""


def in_chunks(items: Iterable[T], size: int = 500) -> Iterable[list[T]]:
    """`items` in lists of at most `size`, for bulk writes."""
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def in_turns(items: Iterable[T], size: int) -> AsyncIterator[list[T]]:
    """`items` in lists of at most `size`, for what nobody waits for: after each a rest by how long it took, since the
    embedded engine serves one at a time and a message of a chat is to wait for a few at most.
    """
    for chunk in in_chunks(items, size):
        began = time.monotonic()
        yield chunk
        await asyncio.sleep(min(max(time.monotonic() - began, _SHORTEST_REST), _LONGEST_REST))
