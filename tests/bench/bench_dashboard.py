"""How long a client's first pages take the server: 20 and 5,000 invoices, in a shop of 1,000 and of 100,000 clients.

`make bench-portal` prints medians of interleaved requests, their ratios, and the plan of every query that a dashboard
asks. Time is the server's: from the request's arrival in the application to its answer. Both clients have the same
cars, visits and open work; what differs is their history.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pymongo import monitoring

from config.process import spare_the_collector
from storage.clients import Client
from storage.codec import Document, to_document
from storage.estimates import Estimate
from storage.inspections import Inspection
from storage.invoices import Invoice, InvoiceLine
from storage.mongo import Database, connect, in_chunks
from storage.payments import Payment
from storage.reminders import Reminder
from storage.sessions import client_cookie
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visit import Visit
from storage.work_orders import WorkOrder
from tests.heard import HeardFinds
from tests.portal_cast import GARLAND, NOW, portal_app

SHOPS = {"1,000 clients": 1_000, "100,000 clients": 100_000}
HISTORIES = {"few": 20, "many": 5_000}
ROUNDS = 41
BAR = 1.3
TODAY = NOW.date()
PAGES = {"dashboard": "", "invoices, first page": "invoices", "invoices, page 100": "invoices?page=100"}
LINES = (
    InvoiceLine(description="Front brake pads, ceramic", kind="part", amount=11_490, service="brakes"),
    InvoiceLine(description="Labor, front brakes", kind="labor", amount=22_500, service="brakes"),
    InvoiceLine(description="Sales tax", kind="tax", amount=980),
)


HEARD = HeardFinds()
monitoring.register(HEARD)  # before anybody connects


def file_of(client_id: str, invoices: int, *, busy: bool) -> Iterator[tuple[str, Any]]:
    """A client and their records, each with the collection it belongs to."""
    common: dict[str, Any] = {"shop": "garland", "client_id": client_id}
    yield "clients", Client(id=client_id, shop="garland", external_id=client_id, name=f"Client {client_id}")
    for n in range(3 if busy else 1):
        vehicle = f"{client_id}-v{n}"
        car = Vehicle(id=vehicle, external_id=vehicle, year=2015 + n, make="Honda", model="Civic", **common)
        yield "vehicles", replace(car, mileage=60_000, mileage_on=TODAY, miles_per_year=12_000)
        yield (
            "reminders",
            Reminder(
                id=f"{vehicle}-r",
                external_id="r",
                vehicle_id=vehicle,
                service="tires",
                status="due",
                due_on=TODAY,
                **common,
            ),
        )
    vehicle = f"{client_id}-v0"
    for n in range(invoices):
        number, day = f"{client_id}-{n}", TODAY - timedelta(days=n * 3000 // max(invoices, 20))
        bill = Invoice(id=number, external_id=number, number=number, issued_on=day, total=34_970, lines=LINES, **common)
        yield "invoices", replace(bill, vehicle_id=vehicle, due_on=day + timedelta(days=14))
        if n % 40:
            yield (
                "payments",
                Payment(
                    id=f"{number}-p",
                    external_id=number,
                    paid_on=day,
                    amount=34_970,
                    method="card",
                    invoice_id=number,
                    **common,
                ),
            )
    if busy:
        yield from in_the_shop(client_id, vehicle, common)


def in_the_shop(client_id: str, vehicle: str, common: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is being done for a client, and what comes next."""
    yield (
        "estimates",
        Estimate(
            id=f"{client_id}-e",
            external_id="e",
            number="E-1",
            issued_on=TODAY,
            total=45_000,
            status="waiting",
            vehicle_id=vehicle,
            **common,
        ),
    )
    yield (
        "inspections",
        Inspection(
            id=f"{client_id}-i", external_id="i", vehicle_id=vehicle, inspected_on=TODAY, status="done", **common
        ),
    )
    yield (
        "work_orders",
        WorkOrder(
            id=f"{client_id}-w", external_id="w", number="W-1", vehicle_id=vehicle, status="in_progress", **common
        ),
    )
    at = datetime(2026, 12, 1, 15, tzinfo=UTC)
    visit = Visit(
        id=f"{client_id}-a", starts_at=at, minutes=60, status="confirmed", source="import", vehicle_id=vehicle, **common
    )
    yield "visits", replace(visit, external_id=f"{client_id}-a")


async def fill(database: Database, clients: int) -> Storage:
    """A shop of so many clients, `few` and `many` among them."""
    store = Storage(database)
    await store.prepare()
    await store.shops.put(GARLAND)
    waiting: dict[str, list[Document]] = {}

    async def put(name: str, record: Any) -> None:
        document = to_document(record)
        if name == "visits":
            document["external_key"] = document["external_id"]
        waiting.setdefault(name, []).append(document)
        if len(waiting[name]) >= 2000:
            await database[name].insert_many(waiting.pop(name), ordered=False)

    for n in range(clients):
        for name, record in file_of(f"c{n}", 1, busy=n % 10 == 0):
            await put(name, record)
    for client_id, invoices in HISTORIES.items():
        for name, record in file_of(client_id, invoices, busy=True):
            await put(name, record)
    for name, documents in waiting.items():
        for chunk in in_chunks(documents, 2000):
            await database[name].insert_many(chunk, ordered=False)
    return store


class Timed:
    """One shop's portal, and how long each request took it, in milliseconds."""

    def __init__(self, store: Storage) -> None:
        self.store = store
        self.took: list[float] = []
        app = portal_app(store)
        app.middlewares.insert(0, self._time)
        self.client = TestClient(TestServer(app))
        self.cookies: dict[str, str] = {}

    async def open(self) -> None:
        await self.client.start_server()
        for client_id in HISTORIES:
            token = await self.store.sessions.open("garland", client_id=client_id)
            self.cookies[client_id] = f"{client_cookie('garland')}={token}"

    async def get(self, client_id: str, page: str) -> float:
        headers = {"Cookie": self.cookies[client_id]}
        async with self.client.get(f"/s/garland/portal/{page}", headers=headers) as response:
            assert response.status == 200, page
            await response.read()
        return self.took[-1]

    @web.middleware
    async def _time(self, request: web.Request, handler: Any) -> web.StreamResponse:
        began = time.perf_counter()
        answer: web.StreamResponse = await handler(request)
        self.took.append((time.perf_counter() - began) * 1000)
        return answer


async def plans(database: Database, shop: Timed) -> list[str]:
    """What the dashboard of the client with most invoices asks, and how each is answered."""
    HEARD.finds.clear()
    await shop.get("many", "")
    found = HEARD.finds.copy()
    lines = []
    for find in found:
        asked: Document = {name: find[name] for name in ("find", "filter", "sort", "limit") if name in find}
        told = await database.command({"explain": asked, "verbosity": "executionStats"})
        examined = told.get("executionStats", {}).get("totalDocsExamined", "?")
        took = []
        for _ in range(9):
            began = time.perf_counter()
            await database.command(asked)
            took.append((time.perf_counter() - began) * 1000)
        lines.append(
            f"  {find['find']:18} by {', '.join(find['filter']):34} {stage_of(told['queryPlanner']['winningPlan']):40} "
            f"examined {examined:<8} {statistics.median(took):5.2f} ms"
        )
    return lines


def stage_of(plan: Document) -> str:
    """`SORT < FETCH < IXSCAN by_client_day`."""
    name = f"{plan['stage']} {plan['indexName']}" if "indexName" in plan else str(plan["stage"])
    return f"{name} < {stage_of(plan['inputStage'])}" if "inputStage" in plan else name


async def measure(shops: dict[str, Timed]) -> dict[tuple[str, str, str], float]:
    """Medians by page, shop and client, everything by turns so that what else the machine does hits all alike."""
    taken: dict[tuple[str, str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for page, path in PAGES.items():
            for size, shop in shops.items():
                for client_id in HISTORIES:
                    taken.setdefault((page, size, client_id), []).append(await shop.get(client_id, path))
    return {key: statistics.median(values) for key, values in taken.items()}


async def whole(uri: str) -> float:
    """Fill both, print the figures, and say how much the dashboard grows at most."""
    shops: dict[str, Timed] = {}
    databases = [connect(uri, f"dashboard_{clients}") for clients in SHOPS.values()]
    for (size, clients), database in zip(SHOPS.items(), databases, strict=True):
        shops[size] = Timed(await fill(database, clients))
        await shops[size].open()
    spare_the_collector()
    for size, shop in shops.items():
        cold = {client_id: await shop.get(client_id, "") for client_id in HISTORIES}
        print(
            f"\n{size}: the first look, which makes the summary: few {cold['few']:.0f} ms, many {cold['many']:.0f} ms"
        )
    medians = await measure(shops)
    worst = 0.0
    for page in PAGES:
        cells = {(size, client_id): medians[page, size, client_id] for size in SHOPS for client_id in HISTORIES}
        least = cells["1,000 clients", "few"]
        for (size, client_id), median in cells.items():
            invoices = HISTORIES[client_id]
            print(f"{page:22} {size:16} {invoices:5,} invoices  {median:6.2f} ms  {median / least:5.2f} times")
        if page == "dashboard":
            worst = max(cells.values()) / least
    print("\nThe queries of the dashboard with 5,000 invoices in the shop of 100,000 clients:")
    print("\n".join(await plans(databases[-1], shops["100,000 clients"])))
    for shop, database in zip(shops.values(), databases, strict=True):
        await shop.client.close()
        await database.drop()
        database.close()
    return worst


def test_a_dashboard_does_not_grow_with_history_or_shop(mongodb_uri: str) -> None:
    assert asyncio.run(whole(mongodb_uri)) <= BAR
