"""The client's reports: what was spent, by month, vehicle, kind and service, in a period; and as CSV."""

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from storage.clients import Portal
from storage.invoices import InvoiceLine, InvoiceStatus
from storage.proof import LinkScope
from tests.portal_cast import CIVIC, INVOICES

PAGE = "/s/garland/portal/reports"


async def plain(browser, path: str = PAGE) -> str:
    response = await browser.get(path)
    assert response.status == 200
    return " ".join(re.sub(r"<[^>]+>", " ", await response.text()).split())


async def rows(browser, query: str = "") -> list[dict[str, str]]:
    response = await browser.get(f"{PAGE}.csv{query}")
    assert (response.status, response.content_type) == (200, "text/csv")
    assert response.headers["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig"))))


async def test_what_was_spent_is_told_by_month_vehicle_kind_and_service(store, sign_in) -> None:
    lines = (
        InvoiceLine(description="Oil change", kind="labor", service="oil_change", amount=6000),
        InvoiceLine(description="Oil", kind="part", service="oil_change", amount=3000),
        InvoiceLine(description="Discount", kind="discount", amount=-1000),
    )
    await store.invoices.put(replace(INVOICES[0], total=8000, lines=lines))  # 2026-10-20, the Civic
    text = await plain(await sign_in("dana"))
    # 80.00 in October, 69.00 in November (the truck), 189.00 in June (the Civic)
    for said in (
        *("In all $338.00", "On average a month $28.17", "Most in a month $189.00 Jun 2026"),
        *("Oct 2026: $80.00", "Nov 2026 $69.00", "Dec 2025: $0.00"),
        *("2019 Honda Civic KLM 4821 $269.00 80 %", "$69.00 20 %"),
        *("Labor $60.00", "Parts $30.00", "Discounts -$10.00", "Not itemised $258.00", "Oil change $90.00"),
    ):
        assert said in text, said


@pytest.mark.parametrize(
    ("period", "total", "current"),
    [
        ("", "$600.20", "Last 12 months"),
        ("?period=12", "$600.20", "Last 12 months"),
        ("?period=year", "$600.20", "This year"),
        ("?period=all", "$700.20", "All"),
        ("?period=2025", "$100.00", "2025"),
        ("?period=2024", "Nothing was invoiced in this period.", ""),
        ("?period=99999999999", "$600.20", "Last 12 months"),
        ("?period=\u0662\u0660\u0662\u0665", "$600.20", "Last 12 months"),
    ],
)
async def test_a_period_is_chosen_and_what_cannot_be_is_the_last_twelve_months(
    store, sign_in, period, total, current
) -> None:
    old = replace(INVOICES[0], id="old", external_id="old", number="9", issued_on=date(2025, 11, 30), total=10000)
    await store.invoices.put(replace(old, lines=()))
    browser = await sign_in("dana")
    markup = await (await browser.get(f"{PAGE}{period}")).text()
    assert total in await plain(browser, f"{PAGE}{period}")
    assert re.findall(r'aria-current="true">([^<]+)', markup) == ([current] if current else [])


async def test_a_long_time_is_drawn_by_the_year(store, sign_in) -> None:
    old = replace(INVOICES[0], id="old", external_id="old", number="9", issued_on=date(2011, 3, 5), total=10000)
    await store.invoices.put(replace(old, lines=()))
    text = await plain(await sign_in("dana"), f"{PAGE}?period=all")
    for said in ("By year", "2011: $100.00", "2012: $0.00", "2026: $600.20", "On average a year $43.76"):
        assert said in text, said


async def test_the_table_is_exact_and_runs_no_formula(store, sign_in) -> None:
    await store.vehicles.put(replace(CIVIC, make="=cmd()", plate="+1"))
    found = await rows(await sign_in("dana"), "?period=all")
    assert sum(round(float(row["Amount"]) * 100) for row in found) == 60020
    assert {row["Currency"] for row in found} == {"USD"}
    [discount] = [row for row in found if row["Kind"] == "Discounts"]
    assert (discount["Month"], discount["Vehicle"], discount["Plate"]) == ("2026-10", "2019 =cmd() Civic", "'+1")
    assert discount["Amount"] == "-20.00"


async def test_it_is_said_in_the_readers_language(sign_in) -> None:
    browser = await sign_in("dana")
    text = await plain(browser, f"{PAGE}?lang=es")
    for said in ("Informes", "Mano de obra", "Últimos 12 meses", "Por vehículo"):
        assert said in text, said
    assert "Tipo" in (await rows(browser))[0]


async def test_void_and_drafts_and_other_clients_count_for_nothing(store, sign_in) -> None:
    unseen: tuple[InvoiceStatus, ...] = ("void", "draft")
    for number, status in enumerate(unseen):
        more = replace(INVOICES[0], id=f"m{number}", external_id=f"m{number}", number=f"m{number}", status=status)
        await store.invoices.put(more)
    assert "In all $600.20" in await plain(await sign_in("dana"), f"{PAGE}?period=all")


async def test_more_vehicles_than_one_reads_are_one_line(store, sign_in) -> None:
    for number in range(30):
        vehicle = replace(CIVIC, id=f"f{number}", external_id=f"f{number}", plate=f"F-{number}")
        await store.vehicles.put(vehicle)
        more = replace(INVOICES[0], id=f"m{number}", external_id=f"m{number}", number=f"m{number}", total=100 + number)
        await store.invoices.put(replace(more, lines=(), vehicle_id=vehicle.id))
    text = await plain(await sign_in("dana"))
    assert "17 others" in text
    assert len(await rows(await sign_in("dana"))) >= 30


async def test_a_client_with_nothing_reads_a_friendly_page(sign_in) -> None:
    assert "Nothing to add up yet" in await plain(await sign_in("noel"))


async def test_it_is_in_the_menu_and_goes_with_the_invoices(store, sign_in) -> None:
    browser = await sign_in("dana")
    assert f'href="{PAGE}"' in await (await browser.get("/s/garland/portal/")).text()
    await store.clients.set_portal("garland", "dana", Portal(sections={"invoices": False}))
    assert [(await browser.get(path)).status for path in (PAGE, f"{PAGE}.csv")] == [404, 404]
    assert f'href="{PAGE}"' not in await (await browser.get("/s/garland/portal/")).text()


async def test_strangers_and_links_for_something_else_come_to_the_login(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", LinkScope(page="invoices"), "reply")
    await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    for path in (PAGE, f"{PAGE}.csv"):
        assert (await visitor.get(path, allow_redirects=False)).status == 303
