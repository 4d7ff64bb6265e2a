"""Records that a client's account follows from: before one is written, the summaries that it changes are marked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from storage.account_marks import AccountMarks
from storage.codec import Document, to_document
from storage.mongo import Database, in_chunks
from storage.records import Records

T = TypeVar("T")


class AccountRecords(Records[T]):
    """A collection of invoices or of payments."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._marks = AccountMarks(database)

    async def put(self, record: T) -> None:
        """Store the record as it is, in place of the one with its id."""
        async with self._marked([to_document(record)], replaced=True):
            await super().put(record)

    async def insert_documents(self, documents: Sequence[Document]) -> None:
        """Insert new documents, as all records are."""
        async with self._marked(documents):
            await super().insert_documents(documents)

    async def replace_documents(self, documents: Sequence[Document]) -> None:
        """Replace documents that exist; one may be another client's from now on."""
        async with self._marked(documents, replaced=True):
            await super().replace_documents(documents)

    @asynccontextmanager
    async def _marked(self, documents: Sequence[Document], *, replaced: bool = False) -> AsyncIterator[None]:
        if not documents:
            yield
            return
        async with self._marks.writing() as writing:
            clients = {(document["shop"], document["client_id"]) for document in documents}
            if replaced:
                for chunk in in_chunks([document["_id"] for document in documents]):
                    owners = self._collection.find({"_id": {"$in": chunk}}, {"shop": 1, "client_id": 1})
                    clients |= {(owner["shop"], owner["client_id"]) async for owner in owners}
            await writing.mark(clients)
            yield
