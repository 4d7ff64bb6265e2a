"""The cast of the end-to-end tests: one shop, a few people. It is Wednesday 2026-03-11, 10:30."""

from dataclasses import replace
from datetime import date, datetime

from storage.clients import Client
from storage.invoices import Invoice, InvoiceLine
from storage.payments import Payment
from storage.shops import Address, BookingRules, Service, Shop
from storage.staff import Staff
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.work_orders import StatusMoment, WorkOrder
from tests.moving_in import remembered

NOW = datetime.fromisoformat("2026-03-11T10:30:00-05:00")
PASSWORD = "correct horse battery"
DAY = (("07:30", "12:00"), ("13:00", "17:30"))

SHOP = Shop(
    slug="garage",
    name="Garage on Elm",
    phone="+15125550100",
    email="desk@garage.example",
    address=Address(street="1 Elm St", city="Austin", region="TX", postal_code="78704", country="US"),
    timezone="America/Chicago",
    currency="USD",
    language="en",
    sms_number="+15125550199",
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), DAY),
    services=(
        Service(code="oil_change", name={"en": "Oil change", "es": "Cambio de aceite"}, minutes=30, price_from=4900),
        Service(code="brakes", name={"en": "Brake inspection", "es": "Revisión de frenos"}, minutes=60),
    ),
    bays=("1", "2", "3"),
    booking=BookingRules(step_minutes=30, notice_minutes=60, days_ahead=60),
)
OTHER_SHOP = replace(SHOP, slug="rival", name="Rival Motors", sms_number="+15125550198")

MARIA = Client(
    id="maria",
    shop="garage",
    external_id="C1",
    name="Maria Lopez",
    phones=("+15125550101",),
    email="maria@mail.example",
)
TOM = Client(id="tom", shop="garage", external_id="C2", name="Tom Reed", phones=("+15125550102",))
ANN = Client(id="ann", shop="garage", external_id="C3", name="Ann Reed", phones=("+15125550102",))
CIVIC = Vehicle(
    id="civic",
    shop="garage",
    external_id="V1",
    client_id="maria",
    year=2019,
    make="Honda",
    model="Civic",
    plate="KTX4821",
)
INVOICE = Invoice(
    id="inv1",
    shop="garage",
    external_id="I1",
    number="1042",
    client_id="maria",
    vehicle_id="civic",
    issued_on=date(2026, 3, 2),
    due_on=date(2026, 3, 30),
    lines=(InvoiceLine(description="Front pads", kind="part", amount=38620),),
    total=38620,
)
PAYMENT = Payment(
    id="pay1",
    shop="garage",
    external_id="P1",
    client_id="maria",
    invoice_id="inv1",
    paid_on=date(2026, 3, 5),
    amount=10000,
    method="card",
)
WORK_ORDER = WorkOrder(
    id="wo1",
    shop="garage",
    external_id="W1",
    number="W-77",
    client_id="maria",
    vehicle_id="civic",
    status="ready",
    history=(StatusMoment(status="ready", at=NOW),),
)
RAY = Staff(id="ray", shop="garage", external_id="S1", email="ray@garage.example", name="Ray Ortiz", role="advisor")
RIVAL_RAY = Staff(id="rita", shop="rival", external_id="S1", email="rita@rival.example", name="Rita", role="owner")


@remembered
async def move_in(store: Storage) -> None:
    """Everybody is there."""
    await store.shops.put(SHOP)
    await store.shops.put(OTHER_SHOP)
    for client in (MARIA, TOM, ANN):
        await store.clients.put(client)
    await store.vehicles.put(CIVIC)
    await store.invoices.put(INVOICE)
    await store.payments.put(PAYMENT)
    await store.work_orders.put(WORK_ORDER)
    await store.staff.put(RAY)
    await store.staff.put(RIVAL_RAY)
