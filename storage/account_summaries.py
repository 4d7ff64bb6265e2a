"""Summaries of clients' accounts, kept so that nobody's first page reads five thousand invoices.

They are derived and nothing else: each can be thrown away at any time and is made again from the invoices and payments
when it is next asked for. One is trusted when it was made by these rules (`_VERSION`) and no writing has marked it
since (`storage.account_marks`). What is made while a writing is under way is handed out and not kept. Every change of a
summary moves its `turn` on, and is only made on the turn that was read: two at once do not undo each other.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from pymongo.errors import DuplicateKeyError

from storage.account_marks import SUMMARIES, AccountMarks, ClientKey, summary_id
from storage.account_sheets import AccountSheets, Sheet, SheetNote, cut_invoices, cut_payments
from storage.account_summary import (
    AccountSummary,
    InvoiceRow,
    PaymentRow,
    SpendingRow,
    spending_of,
    summarize,
)
from storage.accounts import account_of
from storage.codec import Document, from_document, to_document
from storage.invoices import Invoice, Invoices
from storage.mongo import Database
from storage.payments import Payment, Payments

_VERSION = 2  # of the rules: another one makes every summary anew

Pick: TypeAlias = Callable[[Sequence[SheetNote]], Sequence[SheetNote]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What is stored of an account: its summary, and which sheets belong to it, oldest first."""

    summary: AccountSummary
    invoices: tuple[SheetNote, ...]
    payments: tuple[SheetNote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """An account made just now, with its sheets."""

    summary: AccountSummary
    invoices: tuple[Sheet[InvoiceRow], ...]
    payments: tuple[Sheet[PaymentRow], ...]

    @property
    def kept(self) -> _Kept:
        return _Kept(
            summary=self.summary,
            invoices=tuple(sheet.note for sheet in self.invoices),
            payments=tuple(sheet.note for sheet in self.payments),
        )


def every_sheet(notes: Sequence[SheetNote]) -> Sequence[SheetNote]:
    """All of them."""
    return notes


class AccountSummaries:
    """The summaries of all shops' clients, and the rows behind them."""

    def __init__(self, database: Database, invoices: Invoices, payments: Payments) -> None:
        self._collection = database[SUMMARIES]
        self._sheets = AccountSheets(database)
        self._marks = AccountMarks(database)
        self._invoices = invoices
        self._payments = payments

    async def of(self, shop: str, client_id: str) -> AccountSummary:
        """The client's account in short."""
        found = _trusted(await self._find(shop, client_id)) or await self._make(shop, client_id)
        return found.summary

    async def invoices(
        self, shop: str, client_id: str, pick: Pick = every_sheet
    ) -> tuple[AccountSummary, list[Sheet[InvoiceRow]]]:
        """The sheets of invoices that `pick` chooses, drafts left out, oldest first; and the summary they belong to."""
        kept = _trusted(await self._find(shop, client_id))
        if kept is not None:
            sheets = await self._sheets.invoices(shop, pick(kept.invoices))
            if sheets is not None:
                return kept.summary, sheets
        made = await self._make(shop, client_id)
        return made.summary, _picked(made.invoices, pick)

    async def payments(
        self, shop: str, client_id: str, pick: Pick = every_sheet
    ) -> tuple[AccountSummary, list[Sheet[PaymentRow]]]:
        """The sheets of payments that `pick` chooses, oldest first; and the summary they belong to."""
        kept = _trusted(await self._find(shop, client_id))
        if kept is not None:
            sheets = await self._sheets.payments(shop, pick(kept.payments))
            if sheets is not None:
                return kept.summary, sheets
        made = await self._make(shop, client_id)
        return made.summary, _picked(made.payments, pick)

    async def spending(
        self, shop: str, client_id: str, since: date | None = None, until: date | None = None
    ) -> tuple[SpendingRow, ...]:
        """What was invoiced by month, vehicle and kind of work, from `since` up to and with `until`.

        Over all days it adds up to `total_invoiced`; only the sheets of these days are read.
        """
        first, last = since or date.min, until or date.max

        def pick(notes: Sequence[SheetNote]) -> Sequence[SheetNote]:
            return [note for note in notes if note.last >= first and note.first <= last]

        _, sheets = await self.invoices(shop, client_id, pick)
        rows = [row for sheet in sheets for row in sheet.rows if first <= row.issued_on <= last]
        return await asyncio.to_thread(spending_of, rows)

    async def refresh(self, clients: Iterable[ClientKey]) -> None:
        """Make those of the summaries that are not to be trusted, so that who asks next does not wait."""
        for shop, client_id in clients:
            await self.of(shop, client_id)

    async def _find(self, shop: str, client_id: str) -> Document | None:
        return await self._collection.find_one({"_id": summary_id(shop, client_id), "shop": shop})

    async def _make(self, shop: str, client_id: str) -> _Made:
        """Make it of the records. The order counts: what marks it, who still writes, and only then what is there."""
        before = await self._find(shop, client_id)
        writings: Sequence[str] = (before or {}).get("writings", ())
        keep = not await self._marks.any_under_way(writings)
        invoices, payments = await asyncio.gather(
            self._invoices.list_for_client(shop, client_id), self._payments.list_for_client(shop, client_id)
        )
        made = await asyncio.to_thread(_made_of, shop, client_id, invoices, payments)  # sums alone: of a fleet, long
        if keep:
            await self._keep(shop, client_id, before, made)
        return made

    async def _keep(self, shop: str, client_id: str, before: Document | None, made: _Made) -> None:
        """Store it, unless it was marked or stored meanwhile, and throw away the sheets that nothing names any more."""
        there = await self._sheets.ids(shop, client_id)
        sheets: list[Sheet[Any]] = [*made.invoices, *made.payments]
        await self._sheets.add(shop, client_id, [sheet for sheet in sheets if sheet.note.id not in there])
        if await self._store(shop, client_id, before, made.kept):
            await self._sheets.remove(shop, there - {sheet.note.id for sheet in sheets})

    async def _store(self, shop: str, client_id: str, before: Document | None, kept: _Kept) -> bool:
        content = {**to_document(kept), "version": _VERSION, "writings": []}
        if before is None:
            key = {"_id": summary_id(shop, client_id), "shop": shop, "client_id": client_id, "turn": 1}
            try:
                await self._collection.insert_one({**key, **content})
            except DuplicateKeyError:
                return False
            return True
        result = await self._collection.update_one(
            {"_id": before["_id"], "turn": before["turn"]}, {"$set": content, "$inc": {"turn": 1}}
        )
        return result.modified_count == 1


def _made_of(shop: str, client_id: str, invoices: Sequence[Invoice], payments: Sequence[Payment]) -> _Made:
    summary, rows = summarize(account_of(invoices, payments, date.max))
    return _Made(
        summary=summary,
        invoices=cut_invoices(shop, client_id, rows.invoices),
        payments=cut_payments(shop, client_id, rows.payments),
    )


def _trusted(document: Document | None) -> _Kept | None:
    if document is None or document.get("writings") or document.get("version") != _VERSION:
        return None
    return from_document(_Kept, document)


def _picked(sheets: Sequence[Sheet[Any]], pick: Pick) -> list[Sheet[Any]]:
    chosen = {note.id for note in pick([sheet.note for sheet in sheets])}
    return [sheet for sheet in sheets if sheet.note.id in chosen]
