"""Two clients whose every record holds a mark: Vera of this shop, Vito of the other. A mark that is read has leaked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bson import ObjectId

from config.clock import utc_now
from storage.change_requests import ChangeRequest
from storage.clients import Client
from storage.codec import Document, to_document
from storage.estimates import Estimate, EstimateLine
from storage.inspections import Inspection, InspectionItem
from storage.invoices import Invoice, InvoiceLine
from storage.notifications import Notification
from storage.payments import Payment
from storage.proof import LinkScope
from storage.reminders import Reminder
from storage.service_records import ServiceRecord
from storage.shops import Address, Shop
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visits import BookingRequest
from storage.work_orders import StatusMoment, WorkOrder
from tests.cast import NOW, OTHER_SHOP, SHOP

DAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Stranger:
    """One client, the mark in all they have, and the shop."""

    id: str
    mark: str
    shop: Shop


VERA = Stranger("vera", "ZQXVERA", SHOP)
VITO = Stranger("vito", "YWVVITO", OTHER_SHOP)


async def move_in(store: Storage, one: Stranger) -> None:
    """All that a shop may keep on a client."""
    mark, slug, client = one.mark, one.shop.slug, one.id
    own = {"shop": slug, "client_id": client}
    phone, email = f"+1512555{7100 + len(client) + ord(client[-1])}", f"{mark.lower()}@mail.example"
    person = Client(
        id=client,
        shop=slug,
        external_id=mark,
        name=f"{mark} Person",
        phones=(phone,),
        email=email,
        address=Address(street=f"1 {mark} St", city="Austin", region="TX", postal_code="78704", country="US"),
    )
    await store.clients.insert_documents([to_document(person)])

    def at(kind: str) -> dict[str, Any]:
        return {"id": f"{client}-{kind}", "external_id": f"{mark}-{kind}", **own}

    car = f"{client}-car"
    await store.vehicles.insert_documents(
        [to_document(Vehicle(**at("car"), year=2019, make="Kia", model=mark, plate=mark))]
    )
    await _papers(store, one, at, car)
    inspection = Inspection(
        **at("inspection"),
        vehicle_id=car,
        inspected_on=DAY,
        status="done",
        items=(InspectionItem(name=mark, result="urgent", note=mark),),
    )
    await store.inspections.insert_documents([to_document(inspection)])
    service = ServiceRecord(**at("service"), vehicle_id=car, service="oil_change", done_on=DAY, note=mark)
    await store.service_records.insert_documents([to_document(service)])
    reminder = Reminder(**at("reminder"), vehicle_id=car, service="oil_change", status="due", due_on=DAY)
    await store.reminders.insert_documents([to_document(reminder)])
    await _wishes(store, one, car)


async def _papers(store: Storage, one: Stranger, at: Callable[[str], dict[str, Any]], car: str) -> None:
    mark = one.mark
    line = InvoiceLine(description=mark, kind="part", amount=7777)
    invoice = Invoice(**at("invoice"), number=mark, vehicle_id=car, issued_on=DAY, total=7777, lines=(line,))
    await store.invoices.insert_documents([to_document(invoice)])
    payment = Payment(**at("payment"), paid_on=DAY, amount=777, method="card", invoice_id=invoice.id, reference=mark)
    await store.payments.insert_documents([to_document(payment)])
    wish = EstimateLine(id="a", description=mark, kind="part", amount=7777)
    estimate = Estimate(
        **at("estimate"), number=mark, vehicle_id=car, issued_on=DAY, total=7777, status="waiting", lines=(wish,)
    )
    await store.estimates.insert_documents([to_document(estimate)])
    order = WorkOrder(
        **at("order"),
        number=mark,
        vehicle_id=car,
        status="ready",
        note=mark,
        history=(StatusMoment(status="ready", at=NOW, note=mark),),
    )
    await store.work_orders.insert_documents([to_document(order)])


async def _wishes(store: Storage, one: Stranger, car: str) -> None:
    slug, client, mark = one.shop.slug, one.id, one.mark
    request = BookingRequest(
        services=("oil_change",),
        starts_at=datetime(2026, 3, 16, 15, 0, tzinfo=UTC),
        booking_key=f"page:{mark_key(one)}",
        source="portal",
        client_id=client,
        vehicle_id=car,
        note=mark,
    )
    await store.visits.reserve(one.shop, request, NOW)
    change = ChangeRequest(
        id=str(ObjectId()),
        shop=slug,
        client_id=client,
        field="name",
        old=mark,
        new=mark,
        conversation="none",
        message_id=mark,
        at=utc_now(),
    )
    await store.database["change_requests"].insert_one(to_document(change))
    told = Notification(
        id=str(ObjectId()),
        shop=slug,
        client_id=client,
        kind="car_ready",
        scope=LinkScope(page="work_orders"),
        title={"en": mark, "es": mark},
        text={"en": mark, "es": mark},
        at=utc_now(),
        expires_at=utc_now() + timedelta(days=1),
    )
    await store.notifications.append(told)


def mark_key(one: Stranger) -> str:
    """The number of the form that the visit was booked with: it is part of an address."""
    return one.mark.encode().hex().ljust(32, "0")[:32]


async def everything_of(store: Storage, one: Stranger) -> dict[str, list[Document]]:
    """All documents in which this client or their mark stands, by collection."""
    names = await store.database._database.list_collection_names()
    found: dict[str, list[Document]] = {}
    for name in sorted(names):
        documents = await store.database[name].find({}).to_list(None)
        found[name] = [one_of for one_of in documents if one.id in _values(one_of) or one.mark in str(one_of)]
    return {name: documents for name, documents in found.items() if documents}


def _values(document: Document) -> list[object]:
    return [document.get(name) for name in ("_id", "client_id", "id")]
