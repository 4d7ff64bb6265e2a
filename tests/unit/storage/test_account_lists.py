"""Pages of invoices and payments: the right rows in the right order, and no more opened than they need."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from storage.account_lists import InvoiceFilter, PaymentFilter, list_invoices, list_payments
from storage.account_sheets import SHEETS
from storage.codec import to_document
from storage.invoices import Invoice
from storage.payments import Payment
from storage.store import Storage

SHOP = "garage"
TODAY = date(2026, 3, 11)
FIRST = date(2024, 6, 1)


def invoice(number: int, **fields: Any) -> Invoice:
    base = Invoice(
        id=f"i{number}",
        shop=SHOP,
        external_id=str(number),
        number=f"INV-{number:04}",
        client_id="ana",
        issued_on=FIRST + timedelta(days=number),
        total=1000 + number,
        vehicle_id=f"v{number % 3}",
        due_on=FIRST + timedelta(days=number + 14),
    )
    return replace(base, **fields)


def payment(number: int, **fields: Any) -> Payment:
    base = Payment(
        id=f"p{number}",
        shop=SHOP,
        external_id=str(number),
        client_id="ana",
        paid_on=FIRST + timedelta(days=number),
        amount=1000 + number,
        method="card" if number % 2 else "cash",
        invoice_id=f"i{number}",
        reference=f"R{number:03}",
    )
    return replace(base, **fields)


@pytest.fixture
async def full(store: Storage) -> Storage:
    """450 invoices, one a day; all paid but every 50th, and one void."""
    invoices = [invoice(number) for number in range(449)] + [invoice(449, status="void")]
    await store.invoices.insert_documents([to_document(one) for one in invoices])
    await store.payments.insert_documents([to_document(payment(number)) for number in range(450) if number % 50])
    return store


async def page(store: Storage, page: int = 1, order: Any = "newest", **wanted: Any) -> Any:
    asked = InvoiceFilter(**wanted)
    return await list_invoices(store.account_summaries, SHOP, "ana", asked, order=order, page=page, today=TODAY)


def numbers(found: Any) -> list[int]:
    return [int(row.number[-4:]) for row in found.items]


@pytest.mark.parametrize(("wanted", "first"), [(1, 449), (2, 424), (10, 224), (18, 24)])
async def test_pages_come_newest_first_wherever_the_sheets_end(full: Storage, wanted: int, first: int) -> None:
    found = await page(full, wanted)
    assert (numbers(found), found.page, found.pages, found.count) == (
        list(range(first, first - 25, -1)),
        wanted,
        18,
        450,
    )


async def test_oldest_first_is_the_same_from_the_other_end(full: Storage) -> None:
    assert numbers(await page(full, 9, "oldest")) == list(range(200, 225))


async def test_a_page_that_is_not_there_is_the_nearest(full: Storage) -> None:
    assert ((await page(full, 999)).page, (await page(full, -4)).page, (await page(full, 0)).page) == (18, 1, 1)


async def test_a_page_opens_only_the_sheets_that_hold_it(full: Storage) -> None:
    _, sheets = await full.account_summaries.invoices(SHOP, "ana")
    await full.database[SHEETS].update_one({"_id": sheets[0].note.id}, {"$set": {"rows": "not to be read"}})
    assert numbers(await page(full, 1))[0] == 449
    with pytest.raises(ValueError, match="rows"):
        await page(full, 18)


async def test_filters(full: Storage) -> None:
    assert numbers(await page(full, standing="unpaid")) == [400, 350, 300, 250, 200, 150, 100, 50, 0]
    assert numbers(await page(full, standing="overdue", year=2024)) == [200, 150, 100, 50, 0]
    assert numbers(await page(full, standing="void")) == [449]
    assert (await page(full, standing="paid")).count == 440
    assert numbers(await page(full, vehicle_id="v1", year=2024))[:3] == [211, 208, 205]
    assert numbers(await page(full, number="#04 4")) == [*range(449, 439, -1), 44]
    assert numbers(await page(full, number="inv 0007")) == [7]
    assert (await page(full, number="zz")).items == []
    assert (await page(full)).years == (2025, 2024)


async def test_orders(full: Storage) -> None:
    assert numbers(await page(full, order="largest"))[:2] == [449, 448]
    assert numbers(await page(full, order="due"))[:3] == [0, 50, 100]


async def test_an_invoice_is_overdue_the_day_after(store: Storage) -> None:
    await store.invoices.put(invoice(1, due_on=TODAY))
    assert (await page(store, standing="overdue")).count == 0
    late = await list_invoices(
        store.account_summaries, SHOP, "ana", InvoiceFilter(standing="overdue"), today=TODAY + timedelta(days=1)
    )
    assert late.count == 1


async def test_payments_are_found_by_method_year_number_and_reference(full: Storage) -> None:
    async def found(order: Any = "newest", **wanted: Any) -> list[str]:
        listed = await list_payments(full.account_summaries, SHOP, "ana", PaymentFilter(**wanted), order=order)
        return [row.id for row in listed.items]

    assert (await found())[:2] == ["p449", "p448"]
    assert (await found(method="cash"))[:2] == ["p448", "p446"]
    assert (await found(year=2024))[0] == "p213"
    assert await found(number="INV-0123") == ["p123"]
    assert await found(number="r123") == ["p123"]
    assert (await found(order="largest"))[0] == "p449"


async def test_nothing_at_all_is_one_empty_page(store: Storage) -> None:
    found = await page(store, 3, standing="unpaid")
    assert (found.items, found.page, found.pages, found.count, found.years) == ([], 1, 1, 0, ())
