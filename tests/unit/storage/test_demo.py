"""The demo shop: whole, fresh whenever it is loaded, and with something to show of everything."""

from datetime import date, timedelta

import pytest

from config.clock import utc_now
from storage.demo.load import DEMO_DAY, DEMO_FILE, load_demo
from storage.importing.importer import import_files
from storage.opening_hours import intervals
from storage.store import Storage


async def test_the_file_is_taken_as_it_is_without_a_refusal_or_a_flag(store: Storage):
    account = await import_files(store, [DEMO_FILE])
    assert (account.refusals, account.flags) == ([], [])
    assert account.counts["client"]["created"] >= 12
    assert account.counts["vehicle"]["created"] >= 20
    assert (await import_files(store, [DEMO_FILE])).total("changed") == 0


@pytest.mark.parametrize("today", [DEMO_DAY, date(2026, 11, 23), date(2027, 7, 4)])
async def test_it_is_fresh_whenever_it_is_loaded(store: Storage, today: date):
    summary = await load_demo(store, today)
    shop = summary.shop
    visits = await store.visits.list("demo")
    ahead = [visit for visit in visits if visit.active]
    assert len(ahead) >= 8
    for visit in ahead:
        day = visit.starts_at.astimezone(shop.zone).date()
        assert today < day <= today + timedelta(days=45)
        assert any(start <= visit.starts_at and visit.ends_at <= end for start, end in intervals(shop, day))
    invoices = await store.invoices.list("demo")
    assert max(invoice.issued_on for invoice in invoices) <= today
    assert max(invoice.issued_on for invoice in invoices) > today - timedelta(days=14)


async def test_it_has_something_to_show_of_everything(store: Storage):
    summary = await load_demo(store, DEMO_DAY)
    accounts = {
        client.name: await store.accounts.for_client(summary.shop, client.id, DEMO_DAY)
        for client in await store.clients.list("demo")
    }
    views = [view for account in accounts.values() for view in account.invoices]
    assert {view.state for view in views} == {"paid", "due", "overdue", "void"}
    assert all(view.adds_up for view in views)
    assert any(account.credit for account in accounts.values())
    assert any(payment.amount < 0 for payment in await store.payments.list("demo"))
    assert {estimate.status for estimate in await store.estimates.list("demo")} == {
        "waiting",
        "approved",
        "partly",
        "declined",
        "expired",
    }
    assert any(order.status == "ready" and order.history for order in await store.work_orders.list("demo"))
    shown = {known.client.name: known for known in summary.clients}
    shared = await store.clients.find_by_phone("demo", shown["Tom Becker"].phone)
    assert len(shared) == 2
    assert shown["Lucía Fuentes"].client.language == "es"
    assert accounts["Jordan Pike"].invoices == ()
    assert await store.vehicles.list_for_client("demo", shown["Jordan Pike"].client.id) == []


async def test_a_second_load_leaves_it_as_it_is(store: Storage):
    assert (await load_demo(store, DEMO_DAY)).created
    again = await load_demo(store, DEMO_DAY + timedelta(days=400))
    assert not again.created
    assert again.owner is not None


async def test_its_inbox_has_something_of_everything_and_who_is_to_be_tried_out_is_with_the_bot(store: Storage):
    summary = await load_demo(store, DEMO_DAY)
    statuses: dict[str, str] = {}
    entries = [entry async for entry in store.messages.stored_between(utc_now() - timedelta(days=60), utc_now())]
    assert len(entries) > 100
    for conversation in {entry.conversation for entry in entries}:
        log = [entry for entry in entries if entry.conversation == conversation]
        assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
        stored = await store.conversations.find("demo", conversation)
        assert stored is not None
        statuses[stored.client_id or "visitor"] = log[-1].state.status
    assert set(statuses.values()) == {"bot", "waiting", "open", "snoozed", "resolved"}
    assert {statuses[shown.client.id] for shown in summary.clients} == {"resolved"}
    assert len(await store.labels.list("demo")) == 4
    assert len(await store.canned_replies.list("demo")) == 4


async def test_its_inspections_have_pictures_that_are_drawn_then_and_there(store: Storage):
    await load_demo(store, DEMO_DAY)
    pictured = [one for one in await store.inspections.list("demo") if one.pictures]
    assert len(pictured) >= 4
    for picture in pictured[0].pictures.values():
        file = await store.files.find(picture.id)
        assert file is not None
        assert (file.state, file.has_thumbnail, file.width) == ("claimed", True, picture.width)
