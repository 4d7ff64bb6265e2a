"""The cast of the dialogues: one shop, a few clients. It is Wednesday 2026-03-11, 10:30 in Austin; the shop is open."""

from datetime import date, datetime

from storage.clients import Client, Portal
from storage.inspections import Inspection, InspectionItem, Picture
from storage.invoices import Invoice, InvoiceLine
from storage.openings import minutes_for
from storage.payments import Payment, PaymentMethod
from storage.reminders import Reminder
from storage.service_records import ServiceRecord
from storage.shops import Address, BookingRules, ClosedDay, Service, Shop
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visits import BookingRequest
from storage.work_orders import WorkOrder
from tests.dialogues.estimate_people import ESTIMATE_CLIENTS, ESTIMATE_PHONES, ESTIMATE_RECORDS
from tests.moving_in import remembered

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
    payment_methods=("cash", "card", "check"),
)

MARIA = "maria"  # two cars, an invoice due and one overdue, a work order, reminders
PEDRO = "pedro"  # writes Spanish, one car
NINA = "nina"  # nothing on file at all
TOM, ANN = "tom", "ann"  # share a phone
SAM = "sam"  # is shown no invoices
ROSA = "rosa"  # two cars with inspections and service records, payments, an invoice to be paid online
LENA = "lena"  # is shown invoices and visits only
VERA = "vera"  # one car, two visits
OTTO = "otto"  # writes Spanish, one visit
PHONES = {
    MARIA: "+15125550101",
    PEDRO: "+15125550102",
    NINA: "+15125550104",
    SAM: "+15125550105",
    ROSA: "+15125550106",
    LENA: "+15125550107",
    VERA: "+15125550108",
    OTTO: "+15125550109",
    **ESTIMATE_PHONES,
}


def _client(client_id: str, name: str, phone: str, **more: object) -> Client:
    values = {"email": f"{client_id}@mail.example", **more}
    return Client(id=client_id, shop="elm", external_id=client_id, name=name, phones=(phone,), **values)  # type: ignore[arg-type]


def _vehicle(vehicle_id: str, client_id: str, year: int, make: str, model: str, **more: object) -> Vehicle:
    values = {"id": vehicle_id, "external_id": vehicle_id, "client_id": client_id, "year": year, "make": make}
    return Vehicle(shop="elm", model=model, **values, **more)  # type: ignore[arg-type]


def _invoice(number: str, client_id: str, issued: str, due: str | None, total: int, **more: object) -> Invoice:
    return Invoice(
        id=f"inv{number}",
        shop="elm",
        external_id=number,
        number=number,
        client_id=client_id,
        issued_on=date.fromisoformat(issued),
        due_on=date.fromisoformat(due) if due else None,
        total=total,
        **more,  # type: ignore[arg-type]
    )


def _payment(
    payment_id: str,
    client_id: str,
    invoice: str | None,
    amount: int,
    *,
    paid_on: str = "2026-03-05",
    method: PaymentMethod = "card",
    reference: str | None = None,
) -> Payment:
    return Payment(
        id=payment_id,
        shop="elm",
        external_id=payment_id,
        client_id=client_id,
        invoice_id=f"inv{invoice}" if invoice else None,
        paid_on=date.fromisoformat(paid_on),
        amount=amount,
        method=method,
        reference=reference,
    )


def _inspection(
    inspection_id: str, vehicle: Vehicle, day: str, *items: InspectionItem, started: bool = False
) -> Inspection:
    return Inspection(
        id=inspection_id,
        shop="elm",
        external_id=inspection_id,
        client_id=vehicle.client_id,
        vehicle_id=vehicle.id,
        inspected_on=date.fromisoformat(day),
        status="in_progress" if started else "done",
        items=items,
    )


def _service(record_id: str, vehicle: Vehicle, service: str, day: str, mileage: int | None = None) -> ServiceRecord:
    return ServiceRecord(
        id=record_id,
        shop="elm",
        external_id=record_id,
        client_id=vehicle.client_id,
        vehicle_id=vehicle.id,
        service=service,
        done_on=date.fromisoformat(day),
        mileage=mileage,
    )


_OUTBACK = _vehicle(
    "outback",
    ROSA,
    2017,
    "Subaru",
    "Outback",
    plate="RSA1234",
    vin="4S4BSACC0H3200001",
    mileage=61500,
    mileage_on=date(2026, 3, 6),
)
_PHOTO = Picture(id="f1", name="lights.jpg", width=1200, height=800)
_SIENNA = _vehicle("sienna", ROSA, 2014, "Toyota", "Sienna")
_KONA = _vehicle("kona", LENA, 2021, "Hyundai", "Kona", plate="LNA777")
_CLIENTS = (
    _client(MARIA, "Maria Lopez", PHONES[MARIA]),
    _client(PEDRO, "Pedro Ruiz", PHONES[PEDRO], language="es"),
    _client(NINA, "Nina Cole", PHONES[NINA]),
    _client(TOM, "Tom Reed", SHARED_PHONE),
    _client(ANN, "Ann Reed", SHARED_PHONE),
    _client(VERA, "Vera Stone", PHONES[VERA]),
    _client(OTTO, "Otto Luna", PHONES[OTTO], language="es"),
    _client(SAM, "Sam Ito", PHONES[SAM], portal=Portal(sections={"invoices": False})),
    _client(ROSA, "Rosa Vega", PHONES[ROSA]),
    _client(
        LENA,
        "Lena Park",
        PHONES[LENA],
        portal=Portal(sections={"payments": False, "vehicles": False, "inspections": False}),
    ),
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
    ("vehicles", _vehicle("forester", VERA, 2017, "Subaru", "Forester")),
    ("vehicles", _vehicle("tacoma", OTTO, 2014, "Toyota", "Tacoma")),
    ("vehicles", _vehicle("rogue", TOM, 2018, "Nissan", "Rogue")),
    ("vehicles", _OUTBACK),
    ("vehicles", _SIENNA),
    ("vehicles", _KONA),
    ("vehicles", _vehicle("golf", ANN, 2020, "Volkswagen", "Golf")),
    ("invoices", _invoice("1040", MARIA, "2026-01-20", "2026-02-20", 12050)),
    ("invoices", _invoice("1042", MARIA, "2026-03-02", "2026-03-30", 38620)),
    ("invoices", _invoice("1001", MARIA, "2025-06-01", "2025-07-01", 5000)),
    ("invoices", _invoice("2001", PEDRO, "2026-03-01", "2026-04-01", 8000)),
    ("invoices", _invoice("3001", TOM, "2026-03-01", None, 2500)),
    ("invoices", _invoice("4001", SAM, "2026-03-01", None, 99900)),
    (
        "invoices",
        _invoice(
            "5001",
            ROSA,
            "2026-02-26",
            "2026-03-26",
            25000,
            vehicle_id="outback",
            lines=(InvoiceLine(description="Spark plugs, set of 4", kind="part", amount=25000),),
        ),
    ),
    (
        "invoices",
        _invoice(
            "5002",
            ROSA,
            "2026-03-09",
            "2026-03-23",
            18050,
            vehicle_id="sienna",
            pay_url="https://pay.example/5002",
            lines=(
                InvoiceLine(description="Battery replacement", kind="part", amount=15050),
                InvoiceLine(description="Labor", kind="labor", amount=3000),
            ),
        ),
    ),
    ("invoices", _invoice("6001", LENA, "2026-03-01", None, 7700, vehicle_id="kona")),
    ("payments", _payment("p5", ROSA, "5001", 25000, paid_on="2026-03-02", method="check", reference="no. 881")),
    ("payments", _payment("p6", ROSA, None, -2000, paid_on="2026-03-06")),
    ("payments", _payment("p7", ROSA, None, 6000, paid_on="2025-11-10", method="cash")),
    ("payments", _payment("p8", ROSA, None, 4500, paid_on="2025-04-10", method="cash")),
    ("payments", _payment("p9", LENA, "6001", 3300)),
    (
        "inspections",
        _inspection(
            "n1",
            _OUTBACK,
            "2026-03-06",
            InspectionItem(name="Front brakes", result="good"),
            InspectionItem(name="Rear brakes", result="urgent", note="1 mm left."),
            InspectionItem(name="Tires", result="soon", note="4/32 in. left"),
            InspectionItem(name="Battery", result="good"),
            InspectionItem(name="Belts and hoses", result="good"),
        ),
    ),
    ("inspections", _inspection("n0", _OUTBACK, "2025-03-06", InspectionItem(name="Wipers", result="soon"))),
    (
        "inspections",
        _inspection(
            "n2", _SIENNA, "2026-03-05", InspectionItem(name="Lights", result="good", pictures=(_PHOTO,)), started=True
        ),
    ),
    ("inspections", _inspection("n3", _KONA, "2026-03-05", InspectionItem(name="Lights", result="urgent"))),
    ("service_records", _service("s1", _OUTBACK, "oil_change", "2026-01-15", 58000)),
    ("service_records", _service("s2", _OUTBACK, "tires", "2026-01-15", 58000)),
    ("service_records", _service("s3", _OUTBACK, "oil_change", "2025-07-10", 52000)),
    ("service_records", _service("s4", _SIENNA, "oil_change", "2025-12-01")),
    ("service_records", _service("s5", _KONA, "oil_change", "2026-02-02", 9000)),
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


_VISITS = (
    ("vera1", VERA, "forester", "oil_change", "2026-03-13T10:00:00-05:00"),
    ("vera2", VERA, "forester", "brakes", "2026-03-17T14:00:00-05:00"),
    ("otto1", OTTO, "tacoma", "tires", "2026-03-16T08:00:00-05:00"),
)


@remembered
async def move_in(store: Storage) -> None:
    """Everybody and everything is there; Thursday at 9:00 both bays are taken."""
    await store.shops.put(SHOP)
    for client in (*_CLIENTS, *ESTIMATE_CLIENTS):
        await store.clients.put(client)
    for name, record in (*_RECORDS, *ESTIMATE_RECORDS):
        await getattr(store, name).put(record)
    for number in range(2):
        await store.visits.reserve(SHOP, _taken("2026-03-12T09:00:00-05:00", f"taken{number}"), NOW)
    for key, client_id, vehicle_id, service, starts_at in _VISITS:
        request = BookingRequest(
            services=(service,),
            starts_at=datetime.fromisoformat(starts_at),
            booking_key=key,
            source="portal",
            client_id=client_id,
            vehicle_id=vehicle_id,
        )
        await store.visits.reserve(SHOP, request, NOW)


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
