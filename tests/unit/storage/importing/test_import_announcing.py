"""What an import leads clients to be told of: nothing that is a surprise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from config.clock import utc_now
from storage.announcements import Announcement
from storage.ids import record_id
from storage.store import Storage
from tests.unit.storage.importing.conftest import CLIENT, ESTIMATE, INVOICE, SHOP, VEHICLE, VISIT, WHOLE, Take

FAR = datetime(2100, 1, 1, tzinfo=UTC)
ORDER: dict[str, Any] = {
    "type": "work_order",
    "external_id": "w1",
    "number": "W-1",
    "client": "c1",
    "vehicle": "v1",
    "status": "received",
}
SOON = {**VISIT, "starts_at": (utc_now() + timedelta(days=3)).isoformat()}


async def told(store: Storage) -> list[Announcement]:
    return await store.announcements.list_due(FAR, 1000)


async def test_a_first_import_and_what_is_new_to_us_are_silent(store: Storage, take: Take):
    ready = {**ORDER, "history": [{"status": "ready", "at": utc_now().isoformat()}], "status": "ready"}
    await take(*WHOLE, ready)
    await take(SHOP, {**ORDER, "external_id": "w2", "number": "W-2"}, {**SOON, "external_id": "a2"})
    assert await told(store) == []


async def test_a_status_that_changed_is_told_of_once_however_often_the_file_comes(store: Storage, take: Take):
    await take(SHOP, CLIENT, VEHICLE, ORDER, SOON, {**ESTIMATE, "status": "expired"})
    changed = [
        {**ORDER, "status": "ready"},
        {**SOON, "starts_at": (utc_now() + timedelta(days=4)).isoformat()},
        {**ESTIMATE, "issued_on": utc_now().date().isoformat()},
    ]
    await take(SHOP, *changed)
    await take(SHOP, *changed)
    found = await told(store)
    assert sorted(one.about for one in found) == ["estimate", "visit", "work_order"]
    assert {one.client_id for one in found} == {record_id("garage", "client", "c1")}
    assert {one.was.split()[0] for one in found} == {"expired", "confirmed", "received"}


async def test_a_status_that_changed_last_week_is_no_news(store: Storage, take: Take):
    week_ago = (utc_now() - timedelta(days=7)).isoformat()
    await take(SHOP, CLIENT, VEHICLE, ORDER)
    await take(SHOP, {**ORDER, "status": "ready", "history": [{"status": "ready", "at": week_ago}]})
    assert await told(store) == []


async def test_a_trial_run_plans_nothing(store: Storage, take: Take):
    await take(SHOP, CLIENT, VEHICLE, ORDER)
    await take(SHOP, {**ORDER, "status": "ready"}, dry_run=True)
    assert await told(store) == []


async def test_an_invoice_that_will_fall_due_is_looked_at_then_and_an_old_one_never(store: Storage, take: Take):
    due_on = (utc_now() + timedelta(days=20)).date().isoformat()
    await take(SHOP, CLIENT, VEHICLE, {**INVOICE, "due_on": due_on}, {**INVOICE, "external_id": "i2", "number": "2"})
    assert [(one.about, one.was) for one in await told(store)] == [("invoice_due", due_on), ("invoice_overdue", due_on)]


async def test_five_hundred_changes_in_one_night_are_one_row_each(store: Storage, take: Take):
    orders = [{**ORDER, "external_id": f"w{number}", "number": f"W-{number}"} for number in range(500)]
    await take(SHOP, CLIENT, VEHICLE, *orders)
    await take(SHOP, *({**one, "status": "in_progress"} for one in orders))
    assert len(await told(store)) == 500
