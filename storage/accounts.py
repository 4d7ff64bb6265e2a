"""A client's account: what was invoiced, what was paid, what is owed. All of it is derived, nothing is stored.

The rules are those of "Money" in `docs/records.md`: balance = total − its payments; what was paid beyond it, on a void
invoice or on none is credit, shown apart and never netted.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from storage.invoices import Invoice, Invoices, InvoiceStatus
from storage.payments import Payment, Payments
from storage.shops import Shop

InvoiceState = Literal["paid", "due", "overdue", "void", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceView:
    """An invoice as it stands today; `paid` and `balance` in cents, `payments` newest first."""

    invoice: Invoice
    paid: int
    balance: int
    state: InvoiceState
    adds_up: bool
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAccount:
    """What a client may be told of their account, all in cents. Drafts are left out; void ones count for nothing."""

    invoices: tuple[InvoiceView, ...]  # newest first, without drafts
    payments: tuple[Payment, ...]  # newest first
    balance_due: int
    overdue_due: int
    credit: int
    total_invoiced: int
    total_paid: int  # refunds taken off
    paid_by_method: dict[str, int]
    invoiced_by_month: dict[str, int]  # "2026-03" → cents, oldest first

    @property
    def unpaid(self) -> tuple[InvoiceView, ...]:
        """What is still to be paid, the oldest first."""
        return tuple(view for view in reversed(self.invoices) if view.balance > 0)

    def find(self, invoice_id: str) -> InvoiceView | None:
        """The view of one of the client's invoices, or None."""
        return next((view for view in self.invoices if view.invoice.id == invoice_id), None)


class Accounts:
    """Accounts of clients."""

    def __init__(self, invoices: Invoices, payments: Payments) -> None:
        self._invoices = invoices
        self._payments = payments

    async def for_client(self, shop: Shop, client_id: str, today: date | datetime) -> ClientAccount:
        """The client's account on `today` (a day in the shop's zone, or a moment, which is turned into one)."""
        invoices, payments = await asyncio.gather(
            self._invoices.list_for_client(shop.slug, client_id),
            self._payments.list_for_client(shop.slug, client_id),
        )
        return account_of(invoices, payments, day_of(shop, today))

    async def find_invoice(
        self, shop: Shop, client_id: str, invoice_id: str, today: date | datetime
    ) -> InvoiceView | None:
        """One of the client's invoices as it stands on `today`, or None: a draft or another's is not there for them."""
        invoice, payments = await asyncio.gather(
            self._invoices.find(shop.slug, invoice_id),
            self._payments.list_for_invoice(shop.slug, client_id, invoice_id),
        )
        if invoice is None or invoice.client_id != client_id or invoice.status == "draft":
            return None
        return view_invoice(invoice, payments, day_of(shop, today))


def day_of(shop: Shop, today: date | datetime) -> date:
    """The day itself, or the day that a moment is in the shop's zone."""
    return today.astimezone(shop.zone).date() if isinstance(today, datetime) else today


def account_of(invoices: Sequence[Invoice], payments: Sequence[Payment], today: date) -> ClientAccount:
    """The account that these invoices and payments (each newest first) make on `today`."""
    by_invoice: dict[str | None, list[Payment]] = defaultdict(list)
    for payment in payments:
        by_invoice[payment.invoice_id].append(payment)
    shown = tuple(
        view_invoice(invoice, by_invoice[invoice.id], today) for invoice in invoices if invoice.status != "draft"
    )
    counted = [view.invoice for view in shown if view.state != "void"]
    return ClientAccount(
        invoices=shown,
        payments=tuple(payments),
        balance_due=sum(view.balance for view in shown),
        overdue_due=sum(view.balance for view in shown if view.state == "overdue"),
        credit=_credit(shown, payments),
        total_invoiced=sum(invoice.total for invoice in counted),
        total_paid=sum(payment.amount for payment in payments),
        paid_by_method=_by_method(payments),
        invoiced_by_month=_by_month(counted),
    )


def view_invoice(invoice: Invoice, payments: Sequence[Payment], today: date) -> InvoiceView:
    """The invoice as it stands on `today`, with its payments."""
    paid = sum(payment.amount for payment in payments)
    owed = max(invoice.total - paid, 0) if invoice.status == "open" else 0
    return InvoiceView(
        invoice=invoice,
        paid=paid,
        balance=owed,
        state=state_of(invoice.status, owed, invoice.due_on, today),
        adds_up=invoice.adds_up,
        payments=tuple(payments),
    )


def state_of(status: InvoiceStatus, owed: int, due_on: date | None, today: date) -> InvoiceState:
    """How an invoice stands on `today` with this much still to be paid on it."""
    if status != "open":
        return status
    if owed <= 0:
        return "paid"
    return "overdue" if due_on is not None and due_on < today else "due"


def _credit(shown: Sequence[InvoiceView], payments: Sequence[Payment]) -> int:
    settled = {view.invoice.id for view in shown}
    loose = sum(payment.amount for payment in payments if payment.invoice_id not in settled)
    over = sum(view.paid - (0 if view.state == "void" else view.invoice.total) + view.balance for view in shown)
    return max(loose + over, 0)


def _by_method(payments: Sequence[Payment]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for payment in payments:
        totals[payment.method] += payment.amount
    return dict(sorted(totals.items(), key=lambda item: -item[1]))


def _by_month(invoices: Sequence[Invoice]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for invoice in invoices:
        totals[f"{invoice.issued_on:%Y-%m}"] += invoice.total
    return dict(sorted(totals.items()))
