"""Two shops and the people of the portal's tests, with records enough for every page; and the application itself."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from aiohttp import web

from config.clock import BusinessClock
from config.settings import Settings
from portal_views.context import PortalContext
from portal_views.routes import portal_routes
from portal_views.security import security_middleware
from storage.clients import Client, Portal
from storage.codec import to_document
from storage.estimates import Estimate, EstimateLine
from storage.inspections import Inspection, InspectionItem
from storage.invoices import Invoice, InvoiceLine
from storage.payments import Payment
from storage.proof import Identity
from storage.reminders import Reminder
from storage.service_records import ServiceRecord
from storage.shops import Address, BookingRules, ClosedDay, Language, Service, Shop
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visit import booked_id
from storage.visits import BookingRequest
from storage.work_orders import StatusMoment, WorkOrder
from tests.moving_in import remembered

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)  # a Tuesday, 10:30 in Austin
OTHER_SCRIPT = r'<script(?! type="module" src="/static/portal/staff\.js\?v=)'  # any but the one of staff's pages
WEEK = ("mon", "tue", "wed", "thu", "fri")
SPANS = (("07:30", "12:00"), ("13:00", "17:30"))
ADDRESS = Address(street="412 Garland Ave", city="Austin", region="TX", postal_code="78704", country="US")
SERVICES = (
    Service(code="oil_change", name={"en": "Oil change", "es": "Cambio de aceite"}, minutes=45, price_from=6900),
    Service(code="brakes", name={"en": "Brake service", "es": "Frenos"}, minutes=120, price_from=18900),
    Service(code="tires", name={"en": "Tire rotation", "es": "Rotación de llantas"}, minutes=30, price_from=3500),
    Service(code="state_inspection", name={"en": "State inspection", "es": "Inspección estatal"}, minutes=30),
    Service(
        code="diagnosis",
        name={"en": "Check-engine diagnosis", "es": "Diagnóstico del motor"},
        minutes=60,
        price_from=9500,
    ),
)
GARLAND = Shop(
    slug="garland",
    name="Garland Auto Care",
    phone="+15125550100",
    email="hello@garland.example",
    address=ADDRESS,
    timezone="America/Chicago",
    currency="USD",
    language="en",
    sms_number="+15125550101",
    website="https://garland.example",
    hours={**dict.fromkeys(WEEK, SPANS), "sat": (("08:00", "12:00"),)},
    closed=(ClosedDay(date=date(2026, 11, 26), name="Thanksgiving"),),
    services=SERVICES,
    bays=("Bay 1", "Bay 2"),
    booking=BookingRules(step_minutes=30, notice_minutes=60, days_ahead=45),
    payment_methods=("cash", "card", "check", "financing"),
    pay_url="https://pay.example/garland",
)
HARBOR = replace(
    GARLAND, slug="harbor", name="Harbor Tire", sms_number="+15125550201", phone="+15125550200", bays=("1",)
)

DANA = Client(
    id="dana",
    shop="garland",
    external_id="c1",
    name="Dana Whitfield",
    phones=("+15125550142",),
    email="dana@mail.example",
)
RAY = Client(id="ray", shop="garland", external_id="c2", name="Ray Osei", phones=("+15125550143",))
ANA = Client(
    id="ana", shop="garland", external_id="c3", name="Ana Lucía Ortega", phones=("+15125550144",), language="es"
)
NOEL = Client(id="noel", shop="garland", external_id="c4", name="Noel Empty", email="noel@mail.example")
PAT = Client(id="pat", shop="garland", external_id="c5", name="Pat Shared", phones=("+15125550150",))
SAM = Client(id="sam", shop="garland", external_id="c6", name="Sam Shared", phones=("+15125550150",))
OFF = Client(
    id="off", shop="garland", external_id="c7", name="Olga Off", phones=("+15125550160",), portal=Portal(enabled=False)
)
HARRY = Client(id="harry", shop="harbor", external_id="c1", name="Harry Harbor", phones=("+15125550142",))
CLIENTS = (DANA, RAY, ANA, NOEL, PAT, SAM, OFF, HARRY)

CIVIC = Vehicle(
    id="civic",
    shop="garland",
    external_id="v1",
    client_id="dana",
    year=2019,
    make="Honda",
    model="Civic",
    trim="EX",
    plate="KLM 4821",
    vin="2HGFC2F69KH512345",
    mileage=61240,
    mileage_on=date(2026, 8, 30),
    miles_per_year=12000,
)
TRUCK = Vehicle(
    id="truck",
    shop="garland",
    external_id="v2",
    client_id="dana",
    year=2015,
    make="Ford",
    model="F-150",
    mileage=128400,
)
RAYS_CAR = Vehicle(id="rayscar", shop="garland", external_id="v3", client_id="ray", year=2021, make="Kia", model="Soul")

LINES = (
    InvoiceLine(description="Front brake pads, ceramic", kind="part", quantity="1", unit_price=11490, amount=11490),
    InvoiceLine(description="Labor, front brakes", kind="labor", quantity="1.8", unit_price=12500, amount=22500),
    InvoiceLine(description="Shop supplies", kind="fee", amount=1250),
    InvoiceLine(description="Loyalty discount", kind="discount", amount=-2000),
    InvoiceLine(description="Sales tax", kind="tax", amount=980),
)


def invoice(number: str, total: int, issued_on: date, **fields: object) -> Invoice:
    """One of Dana's invoices, unless `fields` say otherwise."""
    base = Invoice(
        id=f"inv{number}",
        shop="garland",
        external_id=number,
        number=number,
        client_id="dana",
        issued_on=issued_on,
        total=total,
    )
    return replace(base, **fields)  # type: ignore[arg-type]


INVOICES = (
    invoice("1038", 34220, date(2026, 10, 20), due_on=date(2026, 11, 3), lines=LINES, vehicle_id="civic"),
    invoice("1044", 6900, date(2026, 11, 17), due_on=date(2026, 12, 1), vehicle_id="truck"),
    invoice("1012", 18900, date(2026, 6, 2), due_on=date(2026, 6, 16), vehicle_id="civic"),
    invoice("1001", 5000, date(2026, 2, 2), status="void"),
    invoice("1050", 99900, date(2026, 11, 23), status="draft"),
    invoice("2001", 8800, date(2026, 9, 1), client_id="ray"),
)
PAYMENTS = (
    Payment(
        id="p1",
        shop="garland",
        external_id="p1",
        client_id="dana",
        paid_on=date(2026, 10, 21),
        amount=10000,
        method="card",
        invoice_id="inv1038",
        reference="4471",
    ),
    Payment(
        id="p2",
        shop="garland",
        external_id="p2",
        client_id="dana",
        paid_on=date(2026, 6, 2),
        amount=18900,
        method="cash",
        invoice_id="inv1012",
    ),
)
ORDER = WorkOrder(
    id="wo1",
    shop="garland",
    external_id="wo1",
    number="W-311",
    client_id="dana",
    vehicle_id="truck",
    status="in_progress",
    promised_at=datetime(2026, 11, 24, 22, 0, tzinfo=UTC),
    note="Water pump is in, timing belt goes on next.",
    history=(
        StatusMoment(status="received", at=datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        StatusMoment(status="in_progress", at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC), note="Parts arrived."),
    ),
)
REMINDERS = (
    Reminder(
        id="r1",
        shop="garland",
        external_id="r1",
        client_id="dana",
        vehicle_id="civic",
        service="oil_change",
        status="due",
        due_mileage=65000,
    ),
    Reminder(
        id="r2",
        shop="garland",
        external_id="r2",
        client_id="dana",
        vehicle_id="truck",
        service="state_inspection",
        status="due",
        due_on=date(2026, 11, 15),
    ),
)
INSPECTIONS = (
    Inspection(
        id="ins1",
        shop="garland",
        external_id="ins1",
        client_id="dana",
        vehicle_id="civic",
        inspected_on=date(2026, 10, 20),
        status="done",
        items=(
            InspectionItem(name="Battery", result="good"),
            InspectionItem(name="Cabin filter", result="soon", note="Gray; new one by spring."),
            InspectionItem(name="Front brake pads", result="urgent", note="1 mm left."),
            InspectionItem(name="Spare tire", result="not_checked"),
        ),
    ),
    Inspection(
        id="ins2",
        shop="garland",
        external_id="ins2",
        client_id="dana",
        vehicle_id="truck",
        inspected_on=date(2026, 11, 23),
        status="in_progress",
    ),
    Inspection(
        id="ins3",
        shop="garland",
        external_id="ins3",
        client_id="ray",
        vehicle_id="rayscar",
        inspected_on=date(2026, 11, 2),
        status="done",
        items=(InspectionItem(name="Lights", result="good"),),
    ),
)
ESTIMATE = Estimate(
    id="est1",
    shop="garland",
    external_id="est1",
    number="E-501",
    client_id="dana",
    vehicle_id="civic",
    issued_on=date(2026, 11, 23),
    valid_until=date(2026, 12, 7),
    total=45465,
    status="waiting",
    lines=(
        EstimateLine(id="pads", description="Front brake pads", kind="part", amount=18000),
        EstimateLine(id="rotors", description="Front rotors", kind="part", amount=21000),
        EstimateLine(id="wipers", description="Wiper blades", kind="part", amount=3000),
        EstimateLine(id="tax", description="Sales tax", kind="tax", amount=3465),
    ),
)
ESTIMATES = (
    ESTIMATE,
    replace(ESTIMATE, id="est2", external_id="est2", number="E-480", valid_until=date(2026, 11, 1)),
    replace(ESTIMATE, id="est3", external_id="est3", number="E-601", client_id="ray", vehicle_id="rayscar"),
)
SERVICE_RECORD = ServiceRecord(
    id="s1",
    shop="garland",
    external_id="s1",
    client_id="dana",
    vehicle_id="civic",
    service="tires",
    done_on=date(2026, 8, 30),
    mileage=61240,
)
VISIT_ID = booked_id("garland", "cast")  # Dana's, to come


@dataclass(slots=True)
class Live:
    """What the pages made happen elsewhere."""

    woken: int = 0
    news: int = 0
    ended: list[str] = field(default_factory=list)
    shut: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    wrote: list[tuple[str, str, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def outbox_filled(self) -> None:
        self.woken += 1

    def news_added(self) -> None:
        self.news += 1

    async def client_wrote(self, shop: Shop, identity: Identity, ref: str, text: str, language: Language) -> None:
        self.wrote.append((identity.client_id or "", ref, text))

    async def session_ended(self, shop: str, session_id: str) -> None:
        self.ended.append(session_id)

    async def token_ended(self, shop: str, token_id: str) -> None:
        self.ended.append(token_id)

    async def access_ended(self, shop: str, client_id: str) -> None:
        self.shut.append(client_id)

    async def person_left(self, shop: str, staff_id: str) -> None:
        self.left.append(staff_id)

    async def label_renamed(self, shop: str, old: str, new: str) -> None:
        self.renamed.append((old, new))

    async def shop_changed(self, shop: str) -> None:
        self.changed.append(shop)


@remembered
async def fill(store: Storage) -> None:
    """Put the cast and their records into the store, with one visit of Dana's to come."""
    for shop in (GARLAND, HARBOR):
        await store.shops.put(shop)
    await asyncio.gather(
        store.clients.insert_documents([to_document(client) for client in CLIENTS]),
        store.vehicles.insert_documents([to_document(vehicle) for vehicle in (CIVIC, TRUCK, RAYS_CAR)]),
        store.invoices.insert_documents([to_document(one) for one in INVOICES]),
        store.payments.insert_documents([to_document(payment) for payment in PAYMENTS]),
        store.work_orders.insert_documents([to_document(ORDER)]),
        store.estimates.insert_documents([to_document(estimate) for estimate in ESTIMATES]),
        store.inspections.insert_documents([to_document(inspection) for inspection in INSPECTIONS]),
        store.service_records.insert_documents([to_document(SERVICE_RECORD)]),
        store.reminders.insert_documents([to_document(reminder) for reminder in REMINDERS]),
    )
    request = BookingRequest(
        services=("oil_change", "tires"),
        starts_at=datetime(2026, 11, 30, 15, 0, tzinfo=UTC),
        booking_key="cast",
        source="chat",
        client_id="dana",
        vehicle_id="civic",
    )
    await store.visits.reserve(GARLAND, request, NOW)


def portal_app(store: Storage, live: Live | None = None, now: datetime = NOW) -> web.Application:
    """The portal's pages over this store, at a moment that stands still."""
    settings = Settings(env="test", now=now)
    app = web.Application(middlewares=[security_middleware(settings)])
    context = PortalContext(settings=settings, store=store, clock=BusinessClock(frozen=now), live=live or Live())
    app.add_routes(portal_routes(context))
    return app
