"""The cast of the dialogues: one shop, a few clients. It is Wednesday 2026-03-11, 10:30 in Austin; the shop is open."""

from datetime import date, datetime

from storage.clients import Client, Portal
from storage.invoices import Invoice
from storage.openings import minutes_for
from storage.payments import Payment
from storage.reminders import Reminder
from storage.shops import Address, BookingRules, ClosedDay, Service, Shop
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visits import BookingRequest
from storage.work_orders import WorkOrder

NOW = datetime.fromisoformat("2026-03-11T10:30:00-05:00")
LATE = datetime.fromisoformat("2026-03-11T22:00:00-05:00")  # closed
SHARED_PHONE = "+15125550103"
UNKNOWN_PHONE = "+15125550177"
_DAY = (("07:30", "12:00"), ("13:00", "17:30"))

SHOP = Shop(
    slug="elm",
    name="Elm Street Auto",
    phone="+15125550100",
    email="desk@elm.example",
    address=Address(street="1 Elm St", city="Austin", region="TX", postal_code="78704", country="US"),
    timezone="America/Chicago",
    currency="USD",
    language="en",
    sms_number="+15125550199",
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _DAY),
    closed=(ClosedDay(date=date(2026, 3, 20), name="Spring break"),),
    services=(
        Service(code="oil_change", name={"en": "Oil change", "es": "Cambio de aceite"}, minutes=30, price_from=4900),
        Service(code="brakes", name={"en": "Brake inspection", "es": "Revisión de frenos"}, minutes=60),
        Service(code="tires", name={"en": "Tire rotation", "es": "Rotación de llantas"}, minutes=30, price_from=3500),
    ),
    bays=("1", "2"),
    booking=BookingRules(step_minutes=30, notice_minutes=60, days_ahead=60),
)

MARIA = "maria"  # two cars, an invoice due and one overdue, a work order, reminders
PEDRO = "pedro"  # writes Spanish, one car
NINA = "nina"  # nothing on file at all
TOM, ANN = "tom", "ann"  # share a phone
SAM = "sam"  # is shown no invoices
PHONES = {MARIA: "+15125550101", PEDRO: "+15125550102", NINA: "+15125550104", SAM: "+15125550105"}


def _client(client_id: str, name: str, phone: str, **more: object) -> Client:
    values = {"email": f"{client_id}@mail.example", **more}
    return Client(id=client_id, shop="elm", external_id=client_id, name=name, phones=(phone,), **values)  # type: ignore[arg-type]


def _vehicle(vehicle_id: str, client_id: str, year: int, make: str, model: str, **more: object) -> Vehicle:
    values = {"id": vehicle_id, "external_id": vehicle_id, "client_id": client_id, "year": year, "make": make}
    return Vehicle(shop="elm", model=model, **values, **more)  # type: ignore[arg-type]


def _invoice(number: str, client_id: str, issued: str, due: str | None, total: int) -> Invoice:
    return Invoice(
        id=f"inv{number}",
        shop="elm",
        external_id=number,
        number=number,
        client_id=client_id,
        issued_on=date.fromisoformat(issued),
        due_on=date.fromisoformat(due) if due else None,
        total=total,
    )


def _payment(payment_id: str, client_id: str, invoice: str | None, amount: int) -> Payment:
    return Payment(
        id=payment_id,
        shop="elm",
        external_id=payment_id,
        client_id=client_id,
        invoice_id=f"inv{invoice}" if invoice else None,
        paid_on=date(2026, 3, 5),
        amount=amount,
        method="card",
    )


_CLIENTS = (
    _client(MARIA, "Maria Lopez", PHONES[MARIA]),
    _client(PEDRO, "Pedro Ruiz", PHONES[PEDRO], language="es"),
    _client(NINA, "Nina Cole", PHONES[NINA]),
    _client(TOM, "Tom Reed", SHARED_PHONE),
    _client(ANN, "Ann Reed", SHARED_PHONE),
    _client(SAM, "Sam Ito", PHONES[SAM], portal=Portal(sections={"invoices": False})),
)
_RECORDS = (
    ("vehicles", _vehicle("civic", MARIA, 2019, "Honda", "Civic", color="blue", plate="KTX4821")),
    (
        "vehicles",
        _vehicle(
            "f150", MARIA, 2016, "Ford", "F-150", mileage=60000, mileage_on=date(2026, 1, 1), miles_per_year=12000
        ),
    ),
    ("vehicles", _vehicle("corolla", PEDRO, 2015, "Toyota", "Corolla")),
    ("vehicles", _vehicle("rogue", TOM, 2018, "Nissan", "Rogue")),
    ("vehicles", _vehicle("golf", ANN, 2020, "Volkswagen", "Golf")),
    ("invoices", _invoice("1040", MARIA, "2026-01-20", "2026-02-20", 12050)),
    ("invoices", _invoice("1042", MARIA, "2026-03-02", "2026-03-30", 38620)),
    ("invoices", _invoice("1001", MARIA, "2025-06-01", "2025-07-01", 5000)),
    ("invoices", _invoice("2001", PEDRO, "2026-03-01", "2026-04-01", 8000)),
    ("invoices", _invoice("3001", TOM, "2026-03-01", None, 2500)),
    ("invoices", _invoice("4001", SAM, "2026-03-01", None, 99900)),
    ("payments", _payment("p1", MARIA, "1042", 10000)),
    ("payments", _payment("p2", MARIA, "1001", 5000)),
    ("payments", _payment("p3", PEDRO, "2001", 10000)),  # 20.00 too much: credit
    (
        "work_orders",
        WorkOrder(
            id="w1",
            shop="elm",
            external_id="w1",
            number="W-1",
            client_id=MARIA,
            vehicle_id="civic",
            status="in_progress",
            promised_at=datetime.fromisoformat("2026-03-11T16:00:00-05:00"),
            note="New front pads",
        ),
    ),
    (
        "reminders",
        Reminder(
            id="r1",
            shop="elm",
            external_id="r1",
            client_id=MARIA,
            vehicle_id="civic",
            service="oil_change",
            status="due",
            due_on=date(2026, 3, 25),
        ),
    ),
    (
        "reminders",
        Reminder(
            id="r2",
            shop="elm",
            external_id="r2",
            client_id=MARIA,
            vehicle_id="f150",
            service="tires",
            status="due",
            due_mileage=65000,
        ),
    ),
)


async def move_in(store: Storage) -> None:
    """Everybody and everything is there; Thursday at 9:00 both bays are taken."""
    await store.shops.put(SHOP)
    for client in _CLIENTS:
        await store.clients.put(client)
    for name, record in _RECORDS:
        await getattr(store, name).put(record)
    for number in range(2):
        await store.visits.reserve(SHOP, _taken("2026-03-12T09:00:00-05:00", f"taken{number}"), NOW)


def _taken(starts_at: str, key: str) -> BookingRequest:
    assert minutes_for(SHOP, ["brakes"]) == 60
    return BookingRequest(
        services=("brakes",),
        starts_at=datetime.fromisoformat(starts_at),
        booking_key=key,
        source="staff",
        client_id=NINA,
        vehicle_id=None,
    )
