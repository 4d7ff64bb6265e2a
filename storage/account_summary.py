"""A client's account in short: all that follows from its invoices and payments whatever day it is.

`summarize` makes it of the account (`storage.accounts`, where the rules of money are). What is due or overdue follows
from the day on which it is asked: open balances stand by the day they are due.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from storage.accounts import ClientAccount, InvoiceState, InvoiceView, state_of
from storage.invoices import Invoice, InvoiceStatus, LineKind
from storage.payments import Payment, PaymentMethod

LATEST = 5  # invoices that the summary itself has

SpendingKind: TypeAlias = LineKind | Literal["other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBalance:
    """What is still to be paid by one day, over how many invoices. Without `due_on` it is never overdue."""

    invoices: int
    cents: int
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What an invoice comes to for one kind of work."""

    kind: SpendingKind
    cents: int
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """An invoice as lists show it. Amounts in cents; `spent` adds up to its total, to nothing for a void one."""

    id: str
    number: str
    issued_on: date
    total: int
    paid: int
    balance: int
    status: InvoiceStatus
    due_on: date | None = None
    vehicle_id: str | None = None
    spent: tuple[Spent, ...] = ()

    def state_on(self, today: date) -> InvoiceState:
        """Paid, due, overdue or void (`today` in the shop's zone)."""
        return state_of(self.status, self.balance, self.due_on, today)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """A payment as lists show it. `number` is that of its invoice, where the client is shown one."""

    id: str
    paid_on: date
    amount: int
    method: PaymentMethod
    invoice_id: str | None = None
    number: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingRow:
    """What was invoiced in a month ("2026-03") for a vehicle and a kind of work. `other`: the lines do not say."""

    month: str
    vehicle_id: str | None
    kind: SpendingKind
    service: str | None
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """A client's account in short, in cents, by the rules of `ClientAccount`."""

    invoices: int  # drafts left out
    payments: int
    credit: int
    total_invoiced: int
    total_paid: int
    paid_by_method: dict[str, int]
    invoiced_by_month: dict[str, int]
    open: tuple[OpenBalance, ...]  # soonest first, those without a day last
    latest: tuple[InvoiceRow, ...]  # the newest few

    @property
    def balance_due(self) -> int:
        """What is still to be paid in all."""
        return sum(balance.cents for balance in self.open)

    @property
    def unpaid(self) -> int:
        """How many invoices are still to be paid."""
        return sum(balance.invoices for balance in self.open)

    def overdue_on(self, today: date) -> int:
        """How much of what is due should have been paid before `today`."""
        return sum(balance.cents for balance in self.open if balance.due_on is not None and balance.due_on < today)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRows:
    """A client's invoices and payments as lists show them, oldest first."""

    invoices: tuple[InvoiceRow, ...]
    payments: tuple[PaymentRow, ...]


def summarize(account: ClientAccount) -> tuple[AccountSummary, AccountRows]:
    """The account in short, and its rows."""
    newest_first = [invoice_row(view) for view in account.invoices]
    numbers = {row.id: row.number for row in newest_first}
    summary = AccountSummary(
        invoices=len(newest_first),
        payments=len(account.payments),
        credit=account.credit,
        total_invoiced=account.total_invoiced,
        total_paid=account.total_paid,
        paid_by_method=account.paid_by_method,
        invoiced_by_month=account.invoiced_by_month,
        open=_open_balances(newest_first),
        latest=tuple(newest_first[:LATEST]),
    )
    rows = AccountRows(
        invoices=tuple(reversed(newest_first)),
        payments=tuple(_payment_row(payment, numbers) for payment in reversed(account.payments)),
    )
    return summary, rows


def invoice_row(view: InvoiceView) -> InvoiceRow:
    """The invoice as lists show it."""
    invoice = view.invoice
    return InvoiceRow(
        id=invoice.id,
        number=invoice.number,
        issued_on=invoice.issued_on,
        total=invoice.total,
        paid=view.paid,
        balance=view.balance,
        status=invoice.status,
        due_on=invoice.due_on,
        vehicle_id=invoice.vehicle_id,
        spent=_spent(invoice),
    )


def spending_of(rows: Sequence[InvoiceRow]) -> tuple[SpendingRow, ...]:
    """What these invoices come to by month, vehicle and kind of work, oldest month first."""
    sums: dict[tuple[str, str | None, SpendingKind, str | None], int] = defaultdict(int)
    for row in rows:
        for part in row.spent:
            sums[f"{row.issued_on:%Y-%m}", row.vehicle_id, part.kind, part.service] += part.cents
    found = [
        SpendingRow(month=month, vehicle_id=vehicle_id, kind=kind, service=service, cents=cents)
        for (month, vehicle_id, kind, service), cents in sums.items()
        if cents
    ]
    return tuple(sorted(found, key=lambda row: (row.month, row.vehicle_id or "", row.kind, row.service or "")))


def _spent(invoice: Invoice) -> tuple[Spent, ...]:
    """The total by kind of line. Where the lines do not add up to it, the difference is `other`: the total counts."""
    if invoice.status != "open":
        return ()
    sums: dict[tuple[SpendingKind, str | None], int] = defaultdict(int)
    for line in invoice.lines:
        sums[line.kind, line.service] += line.amount
    sums["other", None] += invoice.total - sum(line.amount for line in invoice.lines)
    return tuple(Spent(kind=kind, service=service, cents=cents) for (kind, service), cents in sums.items() if cents)


def _payment_row(payment: Payment, numbers: dict[str, str]) -> PaymentRow:
    return PaymentRow(
        id=payment.id,
        paid_on=payment.paid_on,
        amount=payment.amount,
        method=payment.method,
        invoice_id=payment.invoice_id,
        number=numbers.get(payment.invoice_id or ""),
        reference=payment.reference,
    )


def _open_balances(rows: Sequence[InvoiceRow]) -> tuple[OpenBalance, ...]:
    sums: dict[date | None, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.balance > 0:
            entry = sums[row.due_on]
            entry[0] += 1
            entry[1] += row.balance
    found = [OpenBalance(due_on=due_on, invoices=count, cents=cents) for due_on, (count, cents) in sums.items()]
    return tuple(sorted(found, key=lambda balance: balance.due_on or date.max))
