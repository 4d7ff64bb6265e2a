"""Invoices, as the shop's software wrote them. What is owed on them is in `storage.accounts`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel

from storage.account_records import AccountRecords
from storage.codec import Document
from storage.records import BY_CLIENT
from storage.search_words import all_words, number_words
from storage.shops import Shop, secure_url

LineKind = Literal["labor", "part", "fee", "tax", "discount"]
InvoiceStatus = Literal["draft", "open", "void"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One line. `amount` and `unit_price` in cents; a discount's amount is negative; `quantity` is decimal text."""

    description: str
    kind: LineKind
    amount: int
    service: str | None = None
    quantity: str | None = None
    unit_price: int | None = None

    @property
    def count(self) -> Decimal | None:
        """The quantity as a number."""
        return None if self.quantity is None else Decimal(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice. `total`, in cents, is what counts, whatever the lines add up to."""

    id: str
    shop: str
    external_id: str
    number: str
    client_id: str
    issued_on: date
    total: int
    vehicle_id: str | None = None
    due_on: date | None = None
    lines: tuple[InvoiceLine, ...] = ()
    status: InvoiceStatus = "open"
    pay_url: str | None = None

    def pay_link(self, shop: Shop) -> str | None:
        """Where this invoice is paid online: at its own address, else at the shop's; only where that is safe."""
        return secure_url(self.pay_url) or shop.pay_link

    @property
    def adds_up(self) -> bool:
        """Whether the lines add up to the total; where not, staff are told. No lines at all say nothing."""
        return not self.lines or sum(line.amount for line in self.lines) == self.total


INDEXES = [BY_CLIENT, IndexModel([("shop", ASCENDING), ("number", ASCENDING)], name="by_number")]


class Invoices(AccountRecords[Invoice]):
    """The invoices of all shops."""

    kind: ClassVar[str] = "invoice"
    name: ClassVar[str] = "invoices"
    model: ClassVar[type[Invoice]] = Invoice
    order: ClassVar[tuple[str, ...]] = ("issued_on", "number")

    def words(self, document: Document) -> Sequence[str]:
        """Its number."""
        return all_words(number_words(document["number"]))

    async def find_by_number(self, shop: str, client_id: str, number: str) -> Invoice | None:
        """This client's invoice with this number, or None: another client's is not there for them."""
        document = await self._collection.find_one({"shop": shop, "number": number, "client_id": client_id})
        return None if document is None else self.read(document)
