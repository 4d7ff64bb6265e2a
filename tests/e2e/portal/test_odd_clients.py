"""Clients whose records are empty, partial or odd: every page of theirs is walked, by its links, and is friendly."""

import gzip
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from storage.clients import Client
from storage.codec import to_document
from storage.inspections import Inspection, InspectionItem
from storage.invoices import InvoiceLine
from storage.payments import Payment
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.portal_cast import ESTIMATE, INSPECTIONS, LINES, ORDER, RAYS_CAR, invoice

PORTAL = "/s/garland/portal/"
PAGES = ("invoices", "estimates", "payments", "visits", "vehicles", "inspections", "work-orders", "profile")
LIST_PAGES = ("invoices", "estimates", "payments", "inspections", "work-orders", "vehicles", "visits")
ODD_QUERIES = (
    "page=0&year=abc&state=nonsense&sort=drop+table&vehicle=civic&method=gold",
    "page=99999999999999999999&year=-1&number=%00%F0%9F%9A%97",
    "page=999999&year=0000&number=%FF%FE&named=%F0%9F%9A%97",
    "page=%D9%A3&year=%D9%A2%D9%A0%D9%A2%D9%A6&state=paid&state=void",
    "number=" + "9" * 500,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    """An odd client: what they are called and have, and words that stand on a page of theirs."""

    id: str
    name: str = "Jo Odd"
    phones: tuple[str, ...] = ("+15125550170",)
    email: str | None = None
    invoices: tuple[dict[str, Any], ...] = ()
    payments: tuple[dict[str, Any], ...] = ()
    vehicles: int = 0
    more: tuple[Any, ...] = ()
    expected: dict[str, str] = field(default_factory=dict)


def car(client_id: str, number: int) -> Vehicle:
    return replace(RAYS_CAR, id=f"{client_id}-v{number}", external_id=f"{client_id}v{number}", client_id=client_id)


LONG = tuple(
    InvoiceLine(description=f"Part {n}: gasket, cover № {n * 7919}", kind="part", quantity="2", unit_price=n, amount=n)
    for n in range(1000)
)
DAY = date(2026, 11, 1)
ODD = (
    Odd(
        id="nothing",
        phones=(),
        expected={"": "Nothing to pay", "invoices": "No invoices yet", "payments": "No payments yet"},
    ),
    Odd(
        id="no_car_no_mail",
        invoices=({"number": "7", "total": 5000, "lines": LINES},),
        expected={"invoices": "$50.00", "profile": "none on file"},
    ),
    Odd(
        id="refunded",
        invoices=({"number": "7", "total": 10_000},),
        payments=(
            {"amount": 15_000, "invoice_id": "refunded-0", "reference": "<b>8</b>"},
            {"amount": -4_000, "invoice_id": "refunded-0"},
            {"amount": 2_500},
            {"amount": 300, "invoice_id": "is-gone"},
        ),
        expected={"": "$38.00 credit", "payments": "Refund"},
    ),
    Odd(
        id="sums_that_do_not_add_up",
        invoices=(
            {"number": "7", "total": 10_000, "lines": LINES},
            {"number": "8", "total": 0},
            {"number": "9", "total": -2_500, "due_on": DAY},
            {"number": "10", "total": 7_000, "status": "void", "lines": LINES},
            {"number": "11", "total": 7_000, "status": "draft"},
        ),
        expected={"": "$100.00", "invoices": "-$25.00"},
    ),
    Odd(id="only_drafts", invoices=({"number": "7", "total": 100, "status": "draft"},), expected={"": "No invoices"}),
    Odd(
        id="arabic",
        name="محمد الأحمد",
        vehicles=1,
        invoices=({"number": "فاتورة-٧", "total": 10_000, "vehicle_id": "arabic-v0"},),
        more=(replace(ORDER, id="arabic-w", client_id="arabic", vehicle_id="gone", note="جاهزة", history=()),),
        expected={"": "\u2068محمد\u2069", "invoices": 'dir="auto">فاتورة-٧</a>', "work-orders": '<p dir="auto">جاهزة'},
    ),
    Odd(
        id="chinese",
        name="李小龙",
        more=(replace(ESTIMATE, id="chinese-e", client_id="chinese", vehicle_id=None, valid_until=None, lines=()),),
        expected={"": "Hello, 李小龙", "estimates": "E-501"},
    ),
    Odd(
        id="markup",
        name="<script>alert(1)</script> \u202eevil & \"Sons\" 'n' {{ 7 * 7 }}",
        invoices=({"number": "</a><i>7", "total": 1, "issued_on": date(1970, 1, 1), "due_on": date(9999, 12, 31)},),
        expected={"": "&lt;script&gt;", "invoices": "&lt;/a&gt;&lt;i&gt;7"},
    ),
    Odd(id="long_name", name="Aadjm" * 60, email=f"{'a' * 60}@{'b' * 60}.example", expected={"profile": "Aadjm"}),
    Odd(
        id="thousand_lines",
        invoices=({"number": "7", "total": 499_500, "lines": LONG},),
        expected={"invoices/thousand_lines-0": "Part 999"},
    ),
    Odd(
        id="others_car",
        invoices=({"number": "7", "total": 100, "vehicle_id": "civic"},),
        more=(replace(INSPECTIONS[0], id="others_car-i", client_id="others_car", items=()),),
        expected={"invoices": "$1.00"},
    ),
    Odd(
        id="fleet",
        vehicles=200,
        invoices=tuple(
            {"number": f"F-{n}", "total": 100 + n, "vehicle_id": f"fleet-v{n % 200}", "issued_on": DAY - timedelta(n)}
            for n in range(260)
        ),
        expected={"": "(200)", "invoices": "Page 1 of 11", "vehicles": "Page 1 of 9"},
    ),
)


async def move_in(store: Storage, odd: Odd) -> None:
    """Store what the client has."""
    client = Client(
        id=odd.id, shop="garland", external_id=odd.id, name=odd.name, phones=odd.phones, email=odd.email, note="secret"
    )
    await store.clients.put(client)
    invoices = [
        replace(invoice(one["number"], one["total"], DAY), id=f"{odd.id}-{n}", client_id=odd.id, **one)
        for n, one in enumerate(odd.invoices)
    ]
    payments = [
        Payment(
            id=f"{odd.id}-p{n}", external_id="p", shop="garland", client_id=odd.id, paid_on=DAY, method="card", **one
        )
        for n, one in enumerate(odd.payments)
    ]
    await store.invoices.insert_documents([to_document(one) for one in invoices])
    await store.payments.insert_documents([to_document(one) for one in payments])
    await store.vehicles.insert_documents([to_document(car(odd.id, n)) for n in range(odd.vehicles)])
    homes = {type(ORDER): store.work_orders, type(ESTIMATE): store.estimates, Inspection: store.inspections}
    for record in odd.more:
        await homes[type(record)].put(record)  # type: ignore[attr-defined]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.id)
async def test_every_page_of_an_odd_client_is_there_and_light(store, sign_in, odd) -> None:
    await move_in(store, odd)
    browser = await sign_in(odd.id)
    waiting = [PORTAL, *(PORTAL + page for page in PAGES)]
    seen: dict[str, str] = {}
    while waiting and len(seen) < 60:
        path = waiting.pop(0)
        response = await browser.get(path)
        assert response.status == 200, path
        if response.content_type != "text/html":
            continue
        text = await response.text()
        seen[path] = text
        assert "secret" not in text, path
        assert not re.search(r">\s*(None|nan|undefined)\s*<", text), path
        assert len(gzip.compress(text.encode(), 6)) < 30_000, path
        found = re.findall(r'href="(/s/garland/portal/[^"?#]*)(?:\?page=\d+)?"', text)
        waiting += [link for link in dict.fromkeys(found) if link not in seen and link not in waiting]
    for page, words in odd.expected.items():
        assert words in seen[PORTAL + page], page


@pytest.mark.parametrize("page", LIST_PAGES)
@pytest.mark.parametrize("client", ["nothing", "fleet"])
async def test_a_list_takes_whatever_its_address_says(store, sign_in, client, page) -> None:
    await move_in(store, next(odd for odd in ODD if odd.id == client))
    browser = await sign_in(client)
    for query in ODD_QUERIES:
        response = await browser.get(f"{PORTAL}{page}?{query}")
        assert response.status == 200, query
        assert "Traceback" not in await response.text()


async def test_invoices_are_found_by_state_year_vehicle_and_number(store, sign_in) -> None:
    await move_in(store, next(odd for odd in ODD if odd.id == "fleet"))
    browser = await sign_in("fleet")

    async def numbers(query: str) -> list[str]:
        text = await (await browser.get(f"{PORTAL}invoices?{query}")).text()
        return re.findall(r'dir="auto">(F-\d+)</a>', text)

    assert (await numbers(""))[:2] == ["F-0", "F-1"]
    assert (await numbers("sort=oldest"))[0] == "F-259"
    assert await numbers("vehicle=fleet-v3") == ["F-3", "F-203"]
    assert await numbers("number=f+25") == ["F-25", *(f"F-{n}" for n in range(250, 260))]
    assert await numbers("state=paid") == []
    assert len(await numbers("state=unpaid&year=2026&page=2")) == 25
    text = await (await browser.get(f"{PORTAL}invoices?state=unpaid&page=2")).text()
    assert 'href="?state=unpaid&amp;page=3"' in text
    assert "260 found" in text


async def test_a_filter_that_nothing_passes_says_so_and_leads_back(store, sign_in) -> None:
    browser = await sign_in("dana")
    text = await (await browser.get(f"{PORTAL}invoices?number=nowhere")).text()
    assert "Nothing fits" in text
    assert f'href="{PORTAL}invoices">Show all' in text


async def test_payments_are_found_by_type_and_by_the_number_of_their_invoice(store, sign_in) -> None:
    browser = await sign_in("dana")
    by_type = await (await browser.get(f"{PORTAL}payments?method=cash")).text()
    assert ("Jun 2, 2026" in by_type, "Oct 21, 2026" in by_type) == (True, False)
    by_number = await (await browser.get(f"{PORTAL}payments?number=1038")).text()
    assert ("Jun 2, 2026" in by_number, "Oct 21, 2026" in by_number) == (False, True)


async def test_inspections_are_found_by_what_was_found(store, sign_in) -> None:
    item = InspectionItem(name="Belt", result="urgent")
    for n in range(9):
        await store.inspections.put(replace(INSPECTIONS[0], id=f"more{n}", inspected_on=date(2025, 1, 1 + n), items=()))
    await store.inspections.put(replace(INSPECTIONS[0], id="found", inspected_on=date(2024, 5, 5), items=(item,)))
    browser = await sign_in("dana")
    text = await (await browser.get(f"{PORTAL}inspections?result=urgent&year=2024")).text()
    assert "May 5, 2024" in text
    assert "Oct 20, 2026" not in text
    assert '<option value="2025">' in text


async def test_visits_that_are_over_come_a_page_at_a_time_and_by_year(store, sign_in) -> None:
    for n in range(40):
        at = datetime(2026, 10, 1, 15, tzinfo=UTC) - timedelta(days=20 * n)
        status: Any = "cancelled" if n == 39 else "done"
        visit = Visit(
            id=f"past{n}", shop="garland", client_id="dana", starts_at=at, minutes=30, status=status, source="import"
        )
        await store.visits.put(visit)
    browser = await sign_in("dana")

    async def past(query: str) -> list[str]:
        text = await (await browser.get(f"{PORTAL}visits?{query}")).text()
        return re.findall(r'href="/s/garland/portal/visits/(past\d+)"', text)

    first, second = await past(""), await past("page=2")
    assert first + second == [f"past{n}" for n in range(40)]
    assert len(first) == 25
    assert (await past("year=2024"))[-1] == "past39"
    assert await past("status=cancelled") == ["past39"]
    assert "Coming up" in await (await browser.get(f"{PORTAL}visits?page=2")).text()


async def test_the_dashboard_shows_what_waits_and_draws_the_months_with_their_table(sign_in) -> None:
    browser = await sign_in("dana")
    text = await (await browser.get(PORTAL)).text()
    assert "Waiting for your answer" in text
    assert "Estimate E-501" in text
    assert "E-480" not in text
    assert "1 urgent" in text
    assert 'aria-label="What was invoiced in each of the last twelve months; most in Oct 2026, $342.20"' in text
    assert '<th scope="row">Jun 2026</th><td class="num">$189.00</td>' in text


@pytest.mark.parametrize(
    ("section", "gone"),
    [
        ("invoices", ("To pay", "Invoiced per month", "Latest invoices", "$600.20")),
        ("payments", ("Paid in all", "$289.00")),
        ("estimates", ("Waiting for your answer",)),
        ("inspections", ("1 urgent",)),
        ("work_orders", ("Water pump",)),
        ("vehicles", ("Your vehicles", "Service due", "Civic")),
        ("visits", ("Next visits",)),
    ],
)
async def test_the_dashboard_leaves_out_what_is_switched_off(store, sign_in, section, gone) -> None:
    shop = await store.shops.get("garland")
    browser = await sign_in("dana")
    before = await (await browser.get(PORTAL)).text()
    await store.shops.put(replace(shop, sections={section: False}))
    after = await (await browser.get(PORTAL)).text()
    for words in gone:
        assert (words in before, words in after) == (True, False), words
