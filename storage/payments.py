"""Payments of clients."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel

from storage.account_records import AccountRecords
from storage.records import BY_CLIENT

PaymentMethod = Literal["cash", "card", "check", "transfer", "financing", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment, in cents; negative is a refund; without an invoice it is account credit."""

    id: str
    shop: str
    external_id: str
    client_id: str
    paid_on: date
    amount: int
    method: PaymentMethod
    invoice_id: str | None = None
    reference: str | None = None


INDEXES = [BY_CLIENT, IndexModel([("shop", ASCENDING), ("invoice_id", ASCENDING)], name="by_invoice")]


class Payments(AccountRecords[Payment]):
    """The payments of all shops."""

    kind: ClassVar[str] = "payment"
    name: ClassVar[str] = "payments"
    model: ClassVar[type[Payment]] = Payment
    order: ClassVar[tuple[str, ...]] = ("paid_on", "external_id")

    async def list_for_invoice(self, shop: str, client_id: str, invoice_id: str) -> list[Payment]:
        """What this client paid on this invoice, newest first."""
        paid = await self._listed({"shop": shop, "invoice_id": invoice_id})  # by the index, and by nothing beyond it
        return [payment for payment in paid if payment.client_id == client_id]
