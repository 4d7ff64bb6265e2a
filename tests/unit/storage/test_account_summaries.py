"""What is kept of an account is what its records say: after any writes, in any order, with crashes in between."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from config.clock import utc_now
from storage.account_sheets import SHEETS
from storage.account_summaries import AccountSummaries
from storage.account_summary import summarize
from storage.codec import to_document
from storage.invoices import Invoice, InvoiceLine, Invoices
from storage.mongo import connect
from storage.payments import Payment
from storage.store import Storage

SHOP = "garage"
CLIENTS = ("ana", "ben")
TODAY = date(2026, 3, 11)

days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
amounts = st.integers(-20_000, 80_000)
lines = st.lists(
    st.builds(
        InvoiceLine,
        description=st.just("x"),
        kind=st.sampled_from(["labor", "part", "fee", "tax", "discount"]),
        amount=amounts,
        service=st.sampled_from([None, "brakes"]),
    ),
    max_size=3,
).map(tuple)
invoices = st.builds(
    Invoice,
    id=st.sampled_from(["i1", "i2", "i3", "i4"]),
    shop=st.just(SHOP),
    external_id=st.just("x"),
    number=st.sampled_from(["1", "2"]),
    client_id=st.sampled_from(CLIENTS),
    issued_on=days,
    total=amounts,
    due_on=st.none() | days,
    vehicle_id=st.sampled_from([None, "v1", "v2"]),
    status=st.sampled_from(["open", "open", "open", "void", "draft"]),
    lines=lines,
)
payments = st.builds(
    Payment,
    id=st.sampled_from(["p1", "p2", "p3", "p4"]),
    shop=st.just(SHOP),
    external_id=st.just("x"),
    client_id=st.sampled_from(CLIENTS),
    paid_on=days,
    amount=amounts,
    method=st.sampled_from(["cash", "card"]),
    invoice_id=st.sampled_from([None, "i1", "i2", "i3", "gone"]),
)
batches = st.lists(invoices | payments, max_size=4, unique_by=lambda record: record.id)
steps = st.lists(
    st.tuples(st.sampled_from(["import", "put"]), batches, st.sampled_from(["whole", "mark", "records"]), st.booleans())
    | st.tuples(st.just("delete"), st.sampled_from(["i1", "i2", "p1", "p2"]))
    | st.tuples(st.just("read"), st.sampled_from(CLIENTS))
    | st.tuples(st.just("later")),
    max_size=8,
)


class Crash(Exception):
    """The process that writes is gone."""


async def check(store: Storage, client_id: str) -> None:
    """What is handed out is what the records say, in every way of asking."""
    account = await store.accounts.for_client(_shop(), client_id, TODAY)
    summary, rows = summarize(account)
    for _ in range(2):
        assert await store.account_summaries.of(SHOP, client_id) == summary
    assert summary.balance_due == account.balance_due
    assert summary.unpaid == len(account.unpaid)
    assert summary.overdue_on(TODAY) == account.overdue_due
    _, sheets = await store.account_summaries.invoices(SHOP, client_id)
    shown = [row for sheet in sheets for row in sheet.rows]
    assert tuple(shown) == rows.invoices
    assert [row.state_on(TODAY) for row in reversed(shown)] == [view.state for view in account.invoices]
    _, paid = await store.account_summaries.payments(SHOP, client_id)
    assert tuple(row for sheet in paid for row in sheet.rows) == rows.payments
    spending = await store.account_summaries.spending(SHOP, client_id)
    assert sum(row.cents for row in spending) == account.total_invoiced


async def write(store: Storage, how: str, records: list[Invoice | Payment], ends: str, *, watched: bool) -> None:
    """Write the records, or die: after marking, or after the records are written; somebody may look in between."""
    async with store.account_marks.writing() as writing:
        if ends == "mark":
            await writing.mark({(SHOP, record.client_id) for record in records})
            raise Crash
        for record in records:
            repository: Any = store.invoices if isinstance(record, Invoice) else store.payments
            if watched:
                await store.account_summaries.of(SHOP, record.client_id)
            if how == "put" or await repository.find(SHOP, record.id) is not None:
                await repository.put(record)
            else:
                await repository.insert_documents([to_document(record)])
            if watched:
                await check(store, record.client_id)
        if ends == "records":
            raise Crash


async def give_up(store: Storage) -> None:
    """So much time passes that a writing which renews nothing is taken for dead."""
    await store.database["account_writings"].update_many({}, {"$set": {"renewed_at": utc_now() - timedelta(hours=1)}})


async def take(store: Storage, step: tuple[Any, ...]) -> None:
    match step:
        case (("import" | "put") as how, records, ends, watched):
            try:
                await write(store, how, records, ends, watched=watched)
            except Crash:
                for client_id in CLIENTS:
                    await check(store, client_id)
        case ("delete", record_id):
            repository: Any = store.invoices if record_id[0] == "i" else store.payments
            known = await repository.find(SHOP, record_id)
            if known is not None:
                async with store.account_marks.writing() as writing:
                    await writing.mark([(SHOP, known.client_id)])
                    await store.database[repository.name].delete_one({"_id": record_id})
        case ("read", client_id):
            await check(store, client_id)
        case ("later",):
            await give_up(store)


@settings(max_examples=20, deadline=None)
@given(steps)
def test_it_always_is_what_the_records_say(databases, history):
    async def live() -> None:
        async with fresh(databases.uri()) as store:
            for step in history:
                await take(store, step)
            for moment in ("now", "later"):
                if moment == "later":
                    await give_up(store)
                for client_id in CLIENTS:
                    await check(store, client_id)
            assert [
                one async for one in store.database["account_summaries"].find({"writings.0": {"$exists": True}})
            ] == []

    asyncio.run(live())


async def test_a_summary_is_kept_and_the_records_are_not_read_again(store):
    reads: list[str] = []
    summaries = watched_summaries(store, lambda client_id: noted(reads, client_id))
    await store.invoices.put(invoice("1"))
    assert (await summaries.of(SHOP, "ana")).total_invoiced == 100
    assert (await summaries.of(SHOP, "ana")).total_invoiced == 100
    await store.payments.put(payment("1", 40))
    assert (await summaries.of(SHOP, "ana")).balance_due == 60
    assert reads == ["ana", "ana"]


async def test_what_was_read_before_a_write_is_not_kept_after_it(store):
    async def slip_in(client_id: str) -> None:
        if await store.invoices.find(SHOP, "2") is None:
            await store.invoices.put(invoice("2", client_id=client_id))

    await store.invoices.put(invoice("1"))
    late = watched_summaries(store, slip_in)
    assert (await late.of(SHOP, "ana")).total_invoiced == 100
    assert (await store.account_summaries.of(SHOP, "ana")).total_invoiced == 200


async def test_while_records_are_written_nothing_is_kept_and_what_is_said_is_right(store):
    await store.invoices.put(invoice("1"))
    async with store.account_marks.writing() as writing:
        await writing.mark([(SHOP, "ana")])
        assert (await store.account_summaries.of(SHOP, "ana")).total_invoiced == 100
        await store.invoices.put(invoice("2"))
        assert (await store.account_summaries.of(SHOP, "ana")).total_invoiced == 200
    assert (await store.account_summaries.of(SHOP, "ana")).total_invoiced == 200


async def test_an_invoice_that_becomes_another_clients_changes_both_accounts(store):
    await store.invoices.put(invoice("1"))
    assert (await store.account_summaries.of(SHOP, "ana")).invoices == 1
    await store.invoices.replace_documents([to_document(invoice("1", client_id="ben"))])
    assert (await store.account_summaries.of(SHOP, "ana")).invoices == 0
    assert (await store.account_summaries.of(SHOP, "ben")).invoices == 1


async def test_another_version_of_the_rules_makes_it_anew(store):
    await store.invoices.put(invoice("1"))
    await store.account_summaries.of(SHOP, "ana")
    changed = {"$set": {"version": 0, "summary.total_invoiced": 5}}
    await store.database["account_summaries"].update_one({"_id": f"{SHOP}:ana"}, changed)
    assert (await store.account_summaries.of(SHOP, "ana")).total_invoiced == 100


async def test_sheets_that_are_gone_are_made_again_and_those_that_nothing_names_are_thrown_away(store):
    await store.invoices.insert_documents([to_document(invoice(f"{number:04}")) for number in range(225)])
    _, sheets = await store.account_summaries.invoices(SHOP, "ana")
    assert [sheet.note.rows for sheet in sheets] == [100, 100, 25]
    await store.database[SHEETS].delete_one({"_id": sheets[1].note.id})
    _, again = await store.account_summaries.invoices(SHOP, "ana")
    assert again == sheets
    await store.invoices.put(invoice("9999"))
    _, after = await store.account_summaries.invoices(SHOP, "ana")
    assert after[:2] == sheets[:2]
    names = {document["_id"] async for document in store.database[SHEETS].find({})}
    assert names == {sheet.note.id for sheet in after}


async def test_only_the_sheets_that_are_asked_for_are_opened(store):
    old = [to_document(invoice(f"{number:04}", issued_on=date(2020, 1, 1))) for number in range(100)]
    await store.invoices.insert_documents([*old, to_document(invoice("new"))])
    summary, newest = await store.account_summaries.invoices(SHOP, "ana", lambda notes: notes[-1:])
    assert (summary.invoices, [row.number for sheet in newest for row in sheet.rows]) == (101, ["new"])
    spent = await store.account_summaries.spending(SHOP, "ana", since=date(2026, 1, 1))
    assert [(row.month, row.kind, row.cents) for row in spent] == [("2026-03", "other", 100)]


async def test_spending_says_the_service_and_puts_what_lines_leave_open_under_other(store):
    told = (
        InvoiceLine(description="Pads", kind="part", amount=6000, service="brakes"),
        InvoiceLine(description="Work", kind="labor", amount=3000),
    )
    await store.invoices.put(invoice("1", total=10_000, lines=told, vehicle_id="v1"))
    await store.invoices.put(invoice("2", total=7_000, lines=told, status="void"))
    spent = await store.account_summaries.spending(SHOP, "ana")
    assert [(row.vehicle_id, row.kind, row.service, row.cents) for row in spent] == [
        ("v1", "labor", None, 3000),
        ("v1", "other", None, 1000),
        ("v1", "part", "brakes", 6000),
    ]


def invoice(number: str, client_id: str = "ana", **fields: Any) -> Invoice:
    base = Invoice(
        id=number,
        shop=SHOP,
        external_id=number,
        number=number,
        client_id=client_id,
        issued_on=date(2026, 3, 1),
        total=100,
    )
    return replace(base, **fields)


def payment(number: str, amount: int) -> Payment:
    return Payment(
        id=f"p{number}",
        shop=SHOP,
        external_id=number,
        client_id="ana",
        paid_on=date(2026, 3, 2),
        amount=amount,
        method="card",
        invoice_id=number,
    )


async def noted(reads: list[str], client_id: str) -> None:
    reads.append(client_id)


def watched_summaries(store: Storage, seen: Callable[[str], Awaitable[None]]) -> AccountSummaries:
    """Summaries over invoices that somebody hears of when they have been read."""

    class Watched(Invoices):
        async def list_for_client(self, shop: str, client_id: str) -> list[Invoice]:
            found = await super().list_for_client(shop, client_id)
            await seen(client_id)
            return found

    return AccountSummaries(store.database, Watched(store.database), store.payments)


@asynccontextmanager
async def fresh(uri: str) -> AsyncIterator[Storage]:
    """Every repository on an empty database."""
    database = connect(uri, f"test_{uuid.uuid4().hex}")
    try:
        store = Storage(database)
        await store.prepare()
        yield store
        await database.drop()
    finally:
        database.close()


def _shop() -> Any:
    class Named:
        slug = SHOP

    return Named()
