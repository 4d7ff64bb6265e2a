"""What an import leads clients to be told of: planned before the records are written.

What is planned and then not written says nothing, for it is the records that say what is told; what were written and
never planned would never be told.
"""

from collections.abc import Iterator, Mapping, Sequence

from config.clock import utc_now
from storage.announcements import Announcement
from storage.codec import Document, from_document
from storage.estimates import Estimate
from storage.importing.schema import RecordType
from storage.invoices import Invoice
from storage.record_changes import estimate_change, invoice_dates, visit_change, work_order_change
from storage.shops import Shop
from storage.store import Storage
from storage.visit import Visit
from storage.work_orders import WorkOrder


class Announcing:
    """Of one import of one shop."""

    def __init__(self, store: Storage, shop: Shop) -> None:
        self._store = store
        self._shop = shop
        self._invoice_days: int | None = None

    async def take(self, kind: RecordType, documents: Sequence[Document], before: Mapping[str, Document]) -> None:
        """These are to be written, over those of `before` where they are known."""
        if kind == "invoice":
            if self._invoice_days is None:
                self._invoice_days = (await self._store.settings.get(self._shop.slug)).telling.invoice_days
            found = [one for document in documents for one in self._dates(document, self._invoice_days)]
        elif kind in ("estimate", "work_order"):
            found = list(self._changes(kind, documents, before))
        else:
            return
        await self._store.announcements.plan_many(found)

    async def visit(self, before: Visit, after: Visit) -> None:
        """A visit is to be written over what is known of it."""
        change = visit_change(before, after, utc_now())
        if change is not None:
            await self._store.announcements.plan(change)

    def _dates(self, document: Document, days: int) -> list[Announcement]:
        now, zone = utc_now(), self._shop.zone
        if document.get("due_on", "") < now.astimezone(zone).date().isoformat():  # most are long paid: not even read
            return []
        return invoice_dates(from_document(Invoice, document), zone, days, now)

    def _changes(
        self, kind: RecordType, documents: Sequence[Document], before: Mapping[str, Document]
    ) -> Iterator[Announcement]:
        now = utc_now()
        for document in documents:
            known = before.get(document["_id"])
            if known is None or known.get("status") == document.get("status"):
                continue
            if kind == "estimate":
                estimates = from_document(Estimate, known), from_document(Estimate, document)
                change = estimate_change(*estimates, self._shop.zone, now)
            else:
                change = work_order_change(from_document(WorkOrder, known), from_document(WorkOrder, document), now)
            if change is not None:
                yield change
