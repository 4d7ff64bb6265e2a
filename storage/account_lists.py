"""Lists of a client's invoices and payments, a page at a time: filtered, in order, and never more read than needed.

Where nothing narrows the list, a page is the sheet or two that hold its rows, however long the list is. A filter reads
the sheets that can have what it asks for: those of its year, or those with something unpaid.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, TypeVar

from storage.account_sheets import Sheet, SheetNote
from storage.account_summaries import AccountSummaries
from storage.account_summary import AccountSummary, InvoiceRow, PaymentRow
from storage.payments import PaymentMethod

PAGE_SIZE = 25

Row = TypeVar("Row", InvoiceRow, PaymentRow)
Order = Literal["newest", "oldest", "largest", "due"]
Standing = Literal["unpaid", "overdue", "paid", "void"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilter:
    """Which invoices; `number` is looked for anywhere in theirs."""

    standing: Standing | None = None
    year: int | None = None
    vehicle_id: str | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """Which payments; `number` is looked for in their references, and if `by_invoice` in their invoices' numbers."""

    method: PaymentMethod | None = None
    year: int | None = None
    number: str = ""
    by_invoice: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Generic[Row]):
    """One page: its rows, which page it is, how many there are; `count` rows pass the filter, `years` have any."""

    summary: AccountSummary
    items: Sequence[Row]
    page: int
    pages: int
    count: int
    years: tuple[int, ...]


@dataclass(slots=True)
class _Choice:
    """Which sheets to open: decided when their notes are seen, for what is asked and nothing more."""

    year: int | None
    unpaid: bool
    plain: bool  # nothing is filtered, and by day
    newest_first: bool
    page: int
    notes: Sequence[SheetNote] = ()
    skipped: int = 0  # rows before the first opened sheet

    def __call__(self, notes: Sequence[SheetNote]) -> Sequence[SheetNote]:
        self.notes = notes
        if not self.plain:
            return [note for note in notes if self._may_have(note)]
        first, end = self.span
        chosen, place = [], 0
        for note in notes:
            if place < end and place + note.rows > first:
                chosen.append(note)
            elif not chosen:
                self.skipped += note.rows
            place += note.rows
        return chosen

    @property
    def count(self) -> int:
        """How many rows there are without a filter."""
        return sum(note.rows for note in self.notes)

    @property
    def span(self) -> tuple[int, int]:
        """Of all rows, oldest first, where those of the page begin and end."""
        page, _ = page_of(self.page, self.count)
        first, end = (page - 1) * PAGE_SIZE, min(page * PAGE_SIZE, self.count)
        return (self.count - end, self.count - first) if self.newest_first else (first, end)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that the list spans, the latest first."""
        if not self.notes:
            return ()
        return tuple(range(self.notes[-1].last.year, self.notes[0].first.year - 1, -1))

    def _may_have(self, note: SheetNote) -> bool:
        if self.unpaid and not note.unpaid:
            return False
        return self.year is None or note.first.year <= self.year <= note.last.year


def page_of(wanted: int, count: int, size: int = PAGE_SIZE) -> tuple[int, int]:
    """The page nearest to the wanted one that there is, and how many there are."""
    pages = max(1, math.ceil(count / size))
    return min(max(1, wanted), pages), pages


def has_number(asked: str, text: str | None) -> bool:
    """Whether what somebody types stands in a number or a name: case, spaces, dashes and `#` do not matter."""
    return not asked or _bare(asked) in _bare(text or "")


async def list_invoices(
    summaries: AccountSummaries,
    shop: str,
    client_id: str,
    wanted: InvoiceFilter,
    *,
    order: Order = "newest",
    page: int = 1,
    today: date,
) -> AccountPage[InvoiceRow]:
    """One page of the client's invoices as they stand on `today`."""
    choice = _choice(wanted == InvoiceFilter(), wanted.year, order, page)
    choice.unpaid = wanted.standing in ("unpaid", "overdue")
    summary, sheets = await summaries.invoices(shop, client_id, choice)

    def passes(row: InvoiceRow) -> bool:
        return (
            (wanted.standing is None or _stands(row, wanted.standing, today))
            and (wanted.year is None or row.issued_on.year == wanted.year)
            and (wanted.vehicle_id is None or row.vehicle_id == wanted.vehicle_id)
            and has_number(wanted.number, row.number)
        )

    def by_due_day(row: InvoiceRow) -> tuple[bool, date]:
        return (row.balance <= 0, row.due_on or date.max)

    keys = {"largest": lambda row: -row.total, "due": by_due_day}
    return _page(summary, sheets, choice, passes, keys.get(order))


async def list_payments(
    summaries: AccountSummaries,
    shop: str,
    client_id: str,
    wanted: PaymentFilter,
    *,
    order: Order = "newest",
    page: int = 1,
) -> AccountPage[PaymentRow]:
    """One page of the client's payments."""
    choice = _choice(wanted == PaymentFilter(by_invoice=wanted.by_invoice), wanted.year, order, page)
    summary, sheets = await summaries.payments(shop, client_id, choice)

    def passes(row: PaymentRow) -> bool:
        return (
            (wanted.method is None or row.method == wanted.method)
            and (wanted.year is None or row.paid_on.year == wanted.year)
            and (
                has_number(wanted.number, row.reference)
                or (wanted.by_invoice and has_number(wanted.number, row.number))
            )
        )

    return _page(summary, sheets, choice, passes, (lambda row: -row.amount) if order == "largest" else None)


def _stands(row: InvoiceRow, standing: Standing, today: date) -> bool:
    return row.balance > 0 if standing == "unpaid" else row.state_on(today) == standing


def _choice(unfiltered: bool, year: int | None, order: Order, page: int) -> _Choice:
    plain = unfiltered and order in ("newest", "oldest")
    return _Choice(year=year, unpaid=False, plain=plain, newest_first=order != "oldest", page=page)


def _page(
    summary: AccountSummary,
    sheets: Sequence[Sheet[Row]],
    choice: _Choice,
    passes: Callable[[Row], bool],
    key: Callable[[Row], object] | None,
) -> AccountPage[Row]:
    rows = [row for sheet in sheets for row in sheet.rows]
    if choice.plain:
        first, end = choice.span
        items = rows[first - choice.skipped : end - choice.skipped]
        page, pages = page_of(choice.page, choice.count)
        count = choice.count
        if choice.newest_first:
            items.reverse()
    else:
        found = [row for row in rows if passes(row)]
        if choice.newest_first:
            found.reverse()
        if key is not None:
            found.sort(key=key)  # type: ignore[arg-type]  # of one kind each
        page, pages = page_of(choice.page, len(found))
        items, count = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(found)
    return AccountPage(summary=summary, items=items, page=page, pages=pages, count=count, years=choice.years)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
