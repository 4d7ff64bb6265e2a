"""A client's invoices and payments as lists show them, in sheets: so that a page of a long list is one small document.

A sheet has up to a hundred rows, counted from the oldest, and never changes: what it holds is its name. So whoever
reads a summary reads the very sheets that belong to it, and a new invoice makes one new sheet, however many there are.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar

from storage.account_summary import InvoiceRow, PaymentRow
from storage.codec import Document, encode, from_document
from storage.mongo import Database, in_chunks, insert_new
from storage.records import BY_CLIENT
from storage.turns import in_turns

SHEETS = "account_sheets"
SHEET_ROWS = 100
INDEXES = [BY_CLIENT]

Row = TypeVar("Row", InvoiceRow, PaymentRow)
Book = Literal["invoices", "payments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetNote:
    """What is known of a sheet without opening it: its days, how many rows it has, and how many are unpaid invoices."""

    id: str
    first: date
    last: date
    rows: int
    unpaid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Generic[Row]):
    """A sheet and its rows, oldest first."""

    note: SheetNote
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _InvoiceRows:
    rows: tuple[InvoiceRow, ...]


@dataclass(frozen=True, slots=True)
class _PaymentRows:
    rows: tuple[PaymentRow, ...]


def cut_invoices(shop: str, client_id: str, rows: Sequence[InvoiceRow]) -> tuple[Sheet[InvoiceRow], ...]:
    """The sheets of these invoices (oldest first)."""
    found: list[Sheet[InvoiceRow]] = []
    for chunk in in_chunks(rows, SHEET_ROWS):
        note = SheetNote(
            id=_name(shop, client_id, "invoices", chunk),
            first=chunk[0].issued_on,
            last=chunk[-1].issued_on,
            rows=len(chunk),
            unpaid=sum(row.balance > 0 for row in chunk),
        )
        found.append(Sheet(note=note, rows=tuple(chunk)))
    return tuple(found)


def cut_payments(shop: str, client_id: str, rows: Sequence[PaymentRow]) -> tuple[Sheet[PaymentRow], ...]:
    """The sheets of these payments (oldest first)."""
    found: list[Sheet[PaymentRow]] = []
    for chunk in in_chunks(rows, SHEET_ROWS):
        name = _name(shop, client_id, "payments", chunk)
        note = SheetNote(id=name, first=chunk[0].paid_on, last=chunk[-1].paid_on, rows=len(chunk))
        found.append(Sheet(note=note, rows=tuple(chunk)))
    return tuple(found)


class AccountSheets:
    """The sheets of all shops' clients."""

    def __init__(self, database: Database) -> None:
        self._collection = database[SHEETS]

    async def invoices(self, shop: str, notes: Iterable[SheetNote]) -> list[Sheet[InvoiceRow]] | None:
        """These sheets; None where one is gone, for another set is in force."""
        return await self._read(shop, notes, _InvoiceRows)

    async def payments(self, shop: str, notes: Iterable[SheetNote]) -> list[Sheet[PaymentRow]] | None:
        """These sheets; None where one is gone, for another set is in force."""
        return await self._read(shop, notes, _PaymentRows)

    async def ids(self, shop: str, client_id: str) -> set[str]:
        """The names of all sheets that there are of this client."""
        found = self._collection.find({"shop": shop, "client_id": client_id}, {"_id": 1})
        return {document["_id"] async for document in found}

    async def add(self, shop: str, client_id: str, sheets: Iterable[Sheet[Any]]) -> None:
        """Store new sheets; one that is there already is the same."""
        documents: list[Document] = [
            {"_id": sheet.note.id, "shop": shop, "client_id": client_id, "rows": encode(sheet.rows)}
            async for sheet in in_turns(sheets)
        ]
        for chunk in in_chunks(documents, 20):
            await insert_new(self._collection, chunk)

    async def remove(self, shop: str, ids: Iterable[str]) -> None:
        """Throw away sheets that no summary has any more."""
        for sheet_id in ids:
            await self._collection.delete_one({"_id": sheet_id, "shop": shop})

    async def _read(self, shop: str, notes: Iterable[SheetNote], model: type[Any]) -> list[Sheet[Any]] | None:
        wanted = list(notes)
        found = await asyncio.gather(*(self._collection.find_one({"_id": note.id, "shop": shop}) for note in wanted))
        if any(document is None for document in found):
            return None
        return [
            Sheet(note=note, rows=from_document(model, document).rows)
            async for note, document in in_turns(zip(wanted, found, strict=True))
            if document is not None
        ]


def _name(shop: str, client_id: str, book: Book, rows: Sequence[Any]) -> str:
    content = json.dumps(encode(tuple(rows)), sort_keys=True)
    return f"{shop}:{client_id}:{book}:{hashlib.blake2b(content.encode(), digest_size=12).hexdigest()}"
