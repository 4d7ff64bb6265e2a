"""What the portal's pages of a fleet take: 300 vehicles, 5,000 invoices, 3,000 work orders, 1,500 reminders.

`make bench-fleet` prints for each page the server's time (median), its bytes as they travel by gzip, and the longest
time for which it kept the loop from everybody else; the first look, which makes the account's summary, apart.
"""

import asyncio
import gzip
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from config.process import spare_the_collector
from storage.account_marks import SUMMARIES
from storage.account_sheets import SHEETS
from storage.clients import Client
from storage.codec import to_document
from storage.inspections import Inspection
from storage.invoices import Invoice, InvoiceLine
from storage.mongo import connect
from storage.payments import Payment
from storage.reminders import Reminder
from storage.service_records import ServiceRecord
from storage.sessions import client_cookie
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visit import Visit
from storage.work_orders import StatusMoment, WorkOrder
from tests.bench.bench_dashboard import Timed
from tests.portal_cast import GARLAND, NOW, SERVICES

VEHICLES, INVOICES, ORDERS, REMINDERS, VISITS, INSPECTIONS = 300, 5_000, 3_000, 1_500, 1_200, 900
IN_THE_SHOP = 40
ROUNDS = 9
BAR_BYTES = 60_000
BAR_HELD = 50.0  # milliseconds, once the summary is made
TODAY = NOW.date()
MAKES = (("Ford", "Transit"), ("Chevrolet", "Express 2500"), ("Ram", "ProMaster"), ("Mercedes-Benz", "Sprinter"))
PAGES = {
    "dashboard": "",
    "vehicles": "vehicles",
    "vehicles, by plate": "vehicles?named=FL+12",
    "one vehicle": "vehicles/fleet-v7",
    "work orders": "work-orders",
    "work orders, page 5": "work-orders?page=5",
    "work orders of a year": "work-orders?year=2024",
    "work orders of a vehicle": "work-orders?vehicle=fleet-v7",
    "work orders by number": "work-orders?number=W-1024",
    "visits": "visits",
    "reports, 12 months": "reports",
    "reports, all": "reports?period=all",
    "reports, all, CSV": "reports.csv?period=all",
    "invoices": "invoices",
    "invoices of a vehicle": "invoices?vehicle=fleet-v7",
    "payments": "payments",
    "inspections": "inspections",
    "book": "../book",
    "profile": "profile",
    "change of details": "profile/change",
}
LINES = (
    InvoiceLine(description="Front brake pads, ceramic", kind="part", amount=11_490, service="brakes"),
    InvoiceLine(description="Labor, front brakes", kind="labor", amount=22_500, service="brakes"),
    InvoiceLine(description="Sales tax", kind="tax", amount=980),
)
_LOOK = 0.001  # seconds
COMMON: dict[str, Any] = {"shop": "garland", "client_id": "fleet"}


@dataclass
class Held:
    """The longest time between two turns of the loop, in milliseconds."""

    longest: float = 0.0
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    async def _watch(self) -> None:
        before = time.perf_counter()
        while True:
            await asyncio.sleep(_LOOK)  # not zero: one that never rests takes its half from every thread
            now = time.perf_counter()
            self.longest, before = max(self.longest, (now - before - _LOOK) * 1000), now

    async def __aenter__(self) -> Self:
        self.task = asyncio.create_task(self._watch())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait([self.task])


def vehicle_id(n: int) -> str:
    return f"fleet-v{n % VEHICLES}"


def the_fleet() -> Iterator[tuple[str, Any]]:
    """The client and all they have, each with the collection it belongs to."""
    yield "clients", Client(id="fleet", shop="garland", external_id="fleet", name="Baker Deliveries")
    for n in range(VEHICLES):
        make, model = MAKES[n % len(MAKES)]
        yield (
            "vehicles",
            Vehicle(
                id=vehicle_id(n),
                external_id=f"v{n}",
                year=2012 + n % 13,
                make=make,
                model=model,
                plate=f"FL {1000 + n}",
                vin=f"1FTBW2CM6HKA{10_000 + n}",
                mileage=60_000 + 100 * n,
                mileage_on=TODAY,
                miles_per_year=12_000 + n,
                **COMMON,
            ),
        )
    yield from of_money()
    yield from of_work()


def of_money() -> Iterator[tuple[str, Any]]:
    """Invoices over eight years, nearly all paid."""
    for n in range(INVOICES):
        day = TODAY - timedelta(days=n * 3000 // INVOICES)
        common = {"id": f"fleet-{n}", "external_id": str(n), "issued_on": day, **COMMON}
        bill = Invoice(number=f"F-{n}", total=34_970, lines=LINES, vehicle_id=vehicle_id(n), due_on=day, **common)
        yield "invoices", bill
        if n % 40:
            paid = {"id": f"fleet-p{n}", "external_id": str(n), "paid_on": day, "amount": 34_970, **COMMON}
            yield "payments", Payment(method="card", invoice_id=f"fleet-{n}", **paid)


def of_work() -> Iterator[tuple[str, Any]]:
    """What was done, is being done and falls due."""
    for n in range(ORDERS):
        at = NOW - timedelta(days=n * 3000 // ORDERS, hours=n % 7)
        steps = (
            StatusMoment(status="received", at=at - timedelta(days=1)),
            StatusMoment(status="in_progress" if n < IN_THE_SHOP else "delivered", at=at),
        )
        order = WorkOrder(
            id=f"fleet-w{n}",
            external_id=f"w{n}",
            number=f"W-{10_000 - n}",
            vehicle_id=vehicle_id(n),
            status=steps[-1].status,
            history=steps,
            note="Front brakes and an oil change; the sliding door sticks.",
            **COMMON,
        )
        yield "work_orders", order
    for n in range(REMINDERS):
        due = TODAY + timedelta(days=n % 400 - 60)
        service = SERVICES[n % len(SERVICES)].code
        own = {"id": f"fleet-r{n}", "external_id": f"r{n}", "vehicle_id": vehicle_id(n), "service": service, **COMMON}
        yield "reminders", Reminder(status="due", due_on=due, due_mileage=90_000 if n % 3 else None, **own)
    for n in range(INSPECTIONS):
        own = {"id": f"fleet-i{n}", "external_id": f"i{n}", "vehicle_id": vehicle_id(n), **COMMON}
        yield "inspections", Inspection(inspected_on=TODAY - timedelta(days=n), status="done", **own)
        own |= {"id": f"fleet-s{n}", "service": "oil_change"}
        yield "service_records", ServiceRecord(done_on=TODAY - timedelta(days=n), **own)
    for n in range(VISITS):
        at = datetime(2026, 12, 10, 15, tzinfo=UTC) - timedelta(hours=17 * n)
        status: Any = "confirmed" if at > NOW else "done"
        own = {"id": f"fleet-a{n}", "external_id": f"a{n}", "vehicle_id": vehicle_id(n), **COMMON}
        yield "visits", Visit(starts_at=at, minutes=60, status=status, source="import", services=("tires",), **own)


async def fill(store: Storage) -> None:
    """Straight into the store, in bulk."""
    await store.prepare()
    await store.shops.put(GARLAND)
    waiting: dict[str, list[Any]] = {}
    for name, record in the_fleet():
        waiting.setdefault(name, []).append(to_document(record))
    for document in waiting["visits"]:
        document["external_key"] = document["external_id"]
    for name, documents in waiting.items():
        await getattr(store, name).insert_documents(documents)


async def page_of(shop: Timed, path: str) -> tuple[float, bytes]:
    headers = {"Cookie": shop.cookies["fleet"]}
    async with shop.client.get(f"/s/garland/portal/{path}", headers=headers) as response:
        assert response.status == 200, path
        body = await response.read()
    return shop.took[-1], body


async def measured(shop: Timed, path: str) -> tuple[float, int, int, float]:
    """Milliseconds, bytes packed and plain, and how long the loop was held at most (the median of the rounds)."""
    taken, held = [], []
    for _ in range(ROUNDS):
        async with Held() as watch:
            took, body = await page_of(shop, path)
        taken.append(took)
        held.append(watch.longest)
    return statistics.median(taken), len(gzip.compress(body, 6)), len(body), statistics.median(held)


async def whole(uri: str) -> tuple[int, float]:
    """Print the figures; the heaviest page, and the longest time for which the loop was held."""
    database = connect(uri, "fleet")
    store = Storage(database)
    await fill(store)
    shop = Timed(store)
    await shop.client.start_server()
    shop.cookies["fleet"] = f"{client_cookie('garland')}={await store.sessions.open('garland', client_id='fleet')}"
    spare_the_collector()
    await page_of(shop, "reports?period=all")  # what the process itself makes once: templates, readers of records
    for name in (SUMMARIES, SHEETS):
        await database[name].delete_many({})
    async with Held() as watch:
        took, _ = await page_of(shop, "reports?period=all")
    print(f"\nthe first look, which makes the summary: {took:.0f} ms, the loop held {watch.longest:.0f} ms at most\n")
    print("| page | server | packed | plain | loop held |\n|---|---|---|---|---|")
    heaviest, longest = 0, 0.0
    for name, path in PAGES.items():
        took, packed, plain, held = await measured(shop, path)
        print(f"| {name} | {took:.0f} ms | {packed / 1000:.1f} kB | {plain / 1000:.0f} kB | {held:.0f} ms |")
        heaviest = heaviest if name.endswith("CSV") else max(heaviest, packed)  # a download, not a page
        longest = max(longest, held)
    await shop.client.close()
    await database.drop()
    database.close()
    return heaviest, longest


def test_a_fleets_pages_are_light_and_hold_nobody_up(mongodb_uri: str) -> None:
    heaviest, longest = asyncio.run(whole(mongodb_uri))
    assert heaviest <= BAR_BYTES
    assert longest <= BAR_HELD
