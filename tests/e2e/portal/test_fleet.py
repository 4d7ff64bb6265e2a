"""A fleet's pages: what is many is found, comes a page at a time, and the most urgent comes first."""

import csv
import gzip
import io
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from storage.clients import Client
from storage.codec import to_document
from storage.reminders import Reminder
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visit import Visit
from storage.work_orders import StatusMoment, WorkOrder
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import NOW, RAYS_CAR, invoice
from tests.valid_html import html_faults

PORTAL = "/s/garland/portal/"
VEHICLES, ORDERS, IN_SHOP, TODAY = 60, 200, 9, NOW.date()
OWN: dict[str, Any] = {"shop": "garland", "client_id": "fleet"}


def car(n: int) -> Vehicle:
    what: dict[str, Any] = {
        "year": 2015 + n % 10,
        "make": "Ford" if n % 2 else "Ram",
        "model": "Transit" if n % 2 else "ProMaster",
    }
    vin = f"1FTBW2CM6HKA{70_000 + n}"
    return Vehicle(id=f"v{n}", external_id=f"v{n}", plate=f"FL {1000 + n}", vin=vin, **what, **OWN)


def order(n: int) -> WorkOrder:
    """The first few are in the shop; one in ten of the others was cancelled; each is five days older than the last."""
    status: Any = "in_progress" if n < IN_SHOP else "cancelled" if n % 10 == 0 else "delivered"
    moved = StatusMoment(status=status, at=NOW - timedelta(days=5 * n))
    number: dict[str, Any] = {"external_id": f"w{n}", "number": f"W-{5000 - n}"}
    return WorkOrder(id=f"w{n}", vehicle_id=f"v{n % VEHICLES}", status=status, history=(moved,), **number, **OWN)


def reminder(n: int) -> Reminder:
    """Five for each vehicle; those of vehicle 41 are the most overdue."""
    due_on = TODAY - timedelta(days=90) if n % VEHICLES == 41 else TODAY + timedelta(days=n - 3)
    own: dict[str, Any] = {"external_id": f"r{n}", "vehicle_id": f"v{n % VEHICLES}", "service": "oil_change"}
    return Reminder(id=f"r{n}", status="due", due_on=due_on, **own, **OWN)


def visit(n: int) -> Visit:
    at = datetime(2026, 11, 25, 15, tzinfo=UTC) + timedelta(hours=n)
    return Visit(id=f"a{n}", starts_at=at, minutes=30, status="confirmed", source="import", vehicle_id=f"v{n}", **OWN)


async def move_in(store: Storage) -> None:
    await store.clients.put(Client(id="fleet", shop="garland", external_id="fleet", name="Baker Deliveries"))
    bills = [
        replace(invoice(f"F-{n}", 100 + n, TODAY - timedelta(days=n)), client_id="fleet", vehicle_id=f"v{n}")
        for n in range(VEHICLES)
    ]
    await store.vehicles.insert_documents([to_document(car(n)) for n in range(VEHICLES)])
    await store.work_orders.insert_documents([to_document(order(n)) for n in range(ORDERS)])
    await store.reminders.insert_documents([to_document(reminder(n)) for n in range(5 * VEHICLES)])
    await store.invoices.insert_documents([to_document(bill) for bill in bills])
    await store.visits.insert_new([(visit(n), {}) for n in range(30)])


@pytest.fixture
async def fleet(store: Storage, sign_in: Callable[[str], Awaitable[Browser]]) -> Browser:
    """The fleet's browser, signed in."""
    await move_in(store)
    return await sign_in("fleet")


async def text_of(browser: Browser, path: str, language: str = "en") -> str:
    response = await browser.get(f"{PORTAL}{path}", headers={"Accept-Language": language})
    assert response.status == 200, path
    return await response.text()


def ids_of(kind: str, text: str) -> list[str]:
    """The records of this kind to which the page's content leads, in its order."""
    return list(dict.fromkeys(re.findall(rf'href="{PORTAL}{kind}/([^"?#]+)"', text)))


async def orders_on(browser: Browser, query: str = "") -> list[str]:
    return ids_of("work-orders", await text_of(browser, f"work-orders?{query}"))


async def test_all_that_is_in_the_shop_comes_before_a_page_of_what_is_over(fleet) -> None:
    text = await text_of(fleet, "work-orders")
    assert ids_of("work-orders", text) == [f"w{n}" for n in range(IN_SHOP + 25)]
    assert text.index("In the shop now") < text.index("w8") < text.index(">Earlier<") < text.index("w9")
    assert "Page 1 of 8" in text
    assert await orders_on(fleet, "page=8") == [f"w{n}" for n in range(184, 200)]


async def test_work_orders_are_found_by_state_year_vehicle_and_number(fleet) -> None:
    for query, found in (
        ("vehicle=v3", ["w3", "w63", "w123", "w183"]),
        ("vehicle=v3&sort=oldest", ["w3", "w183", "w123", "w63"]),
        ("vehicle=v3&year=2025", ["w123"]),
        ("vehicle=v3&state=open", ["w3"]),
        ("vehicle=v10&state=cancelled", ["w10", "w70", "w130", "w190"]),
        ("state=cancelled&year=2024", [f"w{n}" for n in range(140, 200, 10)]),
        ("state=open&page=1", [f"w{n}" for n in range(IN_SHOP)]),
        ("number=w+4801", ["w199"]),
        ("number=W-481&sort=oldest", [f"w{n}" for n in range(190, 180, -1)]),
        ("number=W-481&state=cancelled", ["w190"]),
        ("number=nowhere", []),
    ):
        assert await orders_on(fleet, query) == found, query


async def test_work_orders_are_filtered_in_the_readers_language(fleet) -> None:
    text = await text_of(fleet, "work-orders?vehicle=v3", "es")
    for said in ("Ahora en el taller", "Anteriores", "4 encontrados", "FL 1003, 2018 Ford Transit"):
        assert said in text, said


async def test_a_work_order_that_is_over_is_of_the_year_that_it_was_where_the_shop_is(fleet, store) -> None:
    late = datetime(2023, 1, 1, 4, tzinfo=UTC)  # ten in the evening of the year before, in Austin
    moved = StatusMoment(status="delivered", at=late)
    await store.work_orders.put(replace(order(199), id="late", external_id="late", history=(moved,)))
    assert await orders_on(fleet, "year=2022") == ["late"]
    assert await orders_on(fleet, "year=2023&sort=oldest&page=1") == []


async def test_a_work_order_that_is_delivered_moves_from_the_shop_to_those_that_are_over(fleet, store) -> None:
    done = StatusMoment(status="delivered", at=NOW)
    await store.work_orders.put(replace(order(0), status="delivered", history=(*order(0).history, done)))
    assert (await orders_on(fleet))[:IN_SHOP] == [*(f"w{n}" for n in range(1, IN_SHOP)), "w0"]
    assert "w0" not in await orders_on(fleet, "state=open")


async def test_of_more_than_fit_in_the_shop_the_others_are_a_press_away(fleet, store) -> None:
    more = [replace(order(n % IN_SHOP), id=f"x{n}", external_id=f"x{n}", number=f"X-{n}") for n in range(70)]
    await store.work_orders.insert_documents([to_document(one) for one in more])
    text = await text_of(fleet, "work-orders")
    assert '<a href="?state=open">and 19 more</a>' in text
    seen = [one for page in range(1, 5) for one in await orders_on(fleet, f"state=open&page={page}")]
    assert len(seen) == len(set(seen)) == 79


async def test_a_vehicle_is_found_by_plate_vin_and_name(fleet) -> None:
    for typed, found in (
        ("fl 1041", ["v41"]),
        ("FL-1041", ["v41"]),
        ("70041", ["v41"]),
        ("2016 ford transit", ["v1", "v11", "v21", "v31", "v41", "v51"]),
        ("transit 1041", ["v41"]),
        ("nowhere", []),
    ):
        text = await text_of(fleet, f"vehicles?named={typed.replace(' ', '+')}")
        assert sorted(ids_of("vehicles", text)) == sorted(found), typed


async def test_vehicles_come_a_page_at_a_time_each_with_the_first_of_what_is_due(fleet) -> None:
    text = await text_of(fleet, "vehicles")
    assert "Page 1 of 3" in text
    assert len(ids_of("vehicles", text)) == 24
    assert text.count("Oil change") == 48
    assert text.count(">and 3 more<") == 24


async def test_the_vehicle_that_waits_longest_is_the_first_where_that_is_asked(fleet) -> None:
    assert ids_of("vehicles", await text_of(fleet, "vehicles?sort=due"))[:3] == ["v41", "v0", "v1"]
    overdue = ids_of("vehicles", await text_of(fleet, "vehicles?due=overdue&sort=due"))
    assert overdue == ["v41", "v0", "v1", "v2"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("and 296 more", "and 5 more", "and 26 more", "and 54 more", "(60)")),
        ("es", ("y 296 más", "y 5 más", "y 26 más", "y 54 más", "(60)")),
    ],
)
async def test_the_dashboard_shows_the_most_urgent_and_says_how_many_more_there_are(fleet, language, said) -> None:
    text = await text_of(fleet, "", language)
    for words in said:
        assert words in text, words
    due = text[text.index('id="reminders"') :]
    assert due.count("2016 Ford Transit, FL 1041") == 4  # all of vehicle 41, which has waited for three months
    assert ids_of("vehicles", text)[0] == "v41"
    assert (len(ids_of("vehicles", text)), len(ids_of("work-orders", text)), len(ids_of("visits", text))) == (6, 4, 4)


async def test_of_many_visits_to_come_the_next_are_shown_and_all_a_page_at_a_time(fleet) -> None:
    text = await text_of(fleet, "visits")
    assert ids_of("visits", text) == [f"a{n}" for n in range(12)]
    assert '<a href="?status=upcoming">and 18 more</a>' in text
    pages = [ids_of("visits", await text_of(fleet, f"visits?status=upcoming&page={page}")) for page in (1, 2)]
    assert [len(page) for page in pages] == [25, 5]
    assert [*pages[0], *pages[1]] == [f"a{n}" for n in range(30)]
    assert 'name="sort"' not in await text_of(fleet, "visits?status=upcoming")


@pytest.mark.parametrize("page", ["invoices?", "inspections?year=2020&", "work-orders?", "../book?"])
async def test_one_of_many_vehicles_is_chosen_by_its_plate(fleet, store, page) -> None:
    await store.vehicles.put(replace(RAYS_CAR, id="bare", external_id="bare", client_id="fleet"))
    text = await text_of(fleet, f"{page}vehicle=v7")
    choice = re.search(r'<select id="[a-z-]+" name="vehicle">(.*?)</select>', text, re.DOTALL)
    assert choice is not None
    words = re.findall(r'<option value="([^"]*)"( selected)?>([^<]+)', choice[1])
    assert [value for value, *_ in words] == ["", *(f"v{n}" for n in range(VEHICLES)), "bare"]
    assert [said for value, _, said in words if value in ("v0", "bare")] == [
        "FL 1000, 2015 Ram ProMaster",
        "2021 Kia Soul",
    ]
    assert [value for value, selected, _ in words if selected] == ["v7"]
    assert 'type="radio"' not in text


async def test_the_plate_of_one_of_many_is_changed_from_its_own_page(fleet, store) -> None:
    link = f'href="{PORTAL}profile/change?vehicle=v7"'
    assert link in await text_of(fleet, "vehicles/v7")
    assert 'name="plate:' not in await text_of(fleet, "profile/change")
    form = await text_of(fleet, "profile/change?vehicle=v7")
    assert re.findall(r'name="(plate:[^"]+)" value="([^"]*)"', form) == [("plate:v7", "FL 1007")]
    sent = await fleet.post(f"{PORTAL}profile/change", data={"plate:v7": "NEW 77", "key": "k"}, allow_redirects=False)
    assert sent.headers["Location"].endswith("?done=asked")
    [wish] = await store.change_requests.list_for_client("garland", "fleet")
    assert (wish.vehicle_id, wish.old, wish.new) == ("v7", "FL 1007", "NEW 77")
    assert 'name="plate:v7"' in await text_of(fleet, "profile/change")  # it can be taken back


async def test_the_plate_of_anothers_vehicle_is_not_changed(fleet, store) -> None:
    assert "KLM" not in await text_of(fleet, "profile/change?vehicle=civic")
    await fleet.post(f"{PORTAL}profile/change", data={"plate:civic": "NEW 77", "key": "k"}, allow_redirects=False)
    assert await store.change_requests.list_for_client("garland", "fleet") == []


async def test_reports_name_the_vehicles_that_cost_most_and_the_table_has_all(fleet) -> None:
    text = await text_of(fleet, "reports")
    assert len(ids_of("vehicles", text)) == 15
    assert "45 others" in text
    answer = await fleet.get(f"{PORTAL}reports.csv")
    table = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert {row["Plate"] for row in table} == {f"FL {1000 + n}" for n in range(VEHICLES)}


async def test_no_page_of_a_fleet_is_heavy_and_all_are_valid(fleet, tmp_path) -> None:
    names = ("", "vehicles", "vehicles/v41", "work-orders", "visits", "reports", "invoices", "profile", "../book")
    queries = ("work-orders?state=open", "visits?status=upcoming", "vehicles?named=none", "profile/change?vehicle=v7")
    pages = {page: await text_of(fleet, page) for page in (*names, *queries)}
    for page, text in pages.items():
        assert len(gzip.compress(text.encode(), 6)) < 12_000, page
    faults = await html_faults(pages, tmp_path)
    assert not faults, "\n".join(faults)


async def test_work_orders_stored_before_their_moment_was_noted_are_listed_after_a_start(fleet, store) -> None:
    collection = store.database["work_orders"]
    await collection.update_many({}, {"$unset": {"over_at": ""}})
    assert await orders_on(fleet, "year=2024") == []
    await collection.drop_index("by_client_over")
    await store.prepare()
    assert len(await orders_on(fleet, "year=2024")) == 25
    assert await store.work_orders.newest_of("garland", "fleet", date(2026, 11, 24), 1) == [order(IN_SHOP)]
