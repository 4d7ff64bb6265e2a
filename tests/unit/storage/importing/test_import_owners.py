"""Who owns what: the table of records.md, row by row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.clock import utc_now
from storage.clients import Client, Held, Portal
from storage.estimates import Estimate
from storage.shops import Address
from storage.store import Storage
from tests.unit.storage.importing.conftest import CLIENT, ESTIMATE, SHOP, VEHICLE, VISIT, Take

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)


async def only_client(store: Storage) -> Client:
    (client,) = await store.clients.list("garage")
    return client


async def only_estimate(store: Storage) -> Estimate:
    (estimate,) = await store.estimates.list("garage")
    return estimate


async def test_a_stop_holds_against_every_import(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    await store.consents.stop("garage", "+15125550142", NOW, "sms")
    await take(SHOP, {**CLIENT, "consent": {"service": True, "reminders": True, "marketing": True}})
    assert await store.consents.is_stopped("garage", "+15125550142")


async def test_a_withdrawal_holds_against_every_import(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    await store.consents.withdraw("garage", (await only_client(store)).id, "service", NOW, "portal")
    await take(SHOP, {**CLIENT, "consent": {"service": True}})
    assert not await store.consents.allows("garage", await only_client(store), "service")


async def test_the_import_decides_about_the_portal_until_staff_does(take: Take, store: Storage):
    await take(SHOP, {**CLIENT, "portal": {"enabled": False}})
    client = await only_client(store)
    assert not client.portal.enabled
    await store.clients.set_portal("garage", client.id, Portal(enabled=True, sections={"payments": False}))
    await take(SHOP, {**CLIENT, "name": "Ana B.", "portal": {"enabled": False}})
    after = await only_client(store)
    assert (after.name, after.portal.enabled, after.portal.sections) == ("Ana B.", True, {"payments": False})


async def test_an_accepted_change_holds_until_the_import_carries_it(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    client = await only_client(store)
    held = (Held(field="email", until=utc_now() + timedelta(days=30)),)
    await store.clients.put(replace(client, email="new@ana.example", held=held))
    await take(SHOP, {**CLIENT, "email": "old@ana.example", "note": "x"})
    assert (await only_client(store)).email == "new@ana.example"
    again = await take(SHOP, {**CLIENT, "email": "old@ana.example", "note": "x"})
    assert again.counts["client"]["unchanged"] == 1
    await take(SHOP, {**CLIENT, "email": "new@ana.example"})
    assert (await only_client(store)).held == ()
    await take(SHOP, {**CLIENT, "email": "newer@ana.example"})
    assert (await only_client(store)).email == "newer@ana.example"


async def test_an_address_in_one_line_is_carried_by_the_same_in_its_parts(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    client = await only_client(store)
    held = (Held(field="address", until=utc_now() + timedelta(days=30)),)
    await store.clients.put(replace(client, address=Address(street="9 Elm St, Austin, TX 78701"), held=held))
    await take(SHOP, {**CLIENT, "address": {"street": "1 Old Rd", "city": "Austin"}})
    assert (await only_client(store)).address == Address(street="9 Elm St, Austin, TX 78701")
    parts = {"street": "9 Elm St", "city": "Austin", "region": "TX", "postal_code": "78701"}
    await take(SHOP, {**CLIENT, "address": parts})
    after = await only_client(store)
    assert (after.held, after.address is not None and after.address.city) == ((), "Austin")


async def test_an_accepted_change_holds_no_longer_than_its_time(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    client = await only_client(store)
    held = (Held(field="email", until=utc_now() - timedelta(seconds=1)),)
    await store.clients.put(replace(client, email="new@ana.example", held=held))
    await take(SHOP, {**CLIENT, "email": "old@ana.example"})
    assert (await only_client(store)).email == "old@ana.example"


async def test_the_clients_decision_on_an_estimate_holds_and_the_conflict_is_kept(take: Take, store: Storage):
    await take(SHOP, CLIENT, ESTIMATE)
    estimate = await only_estimate(store)
    await store.estimates.decide("garage", estimate.id, {"1": "approved"}, NOW)
    line = {**ESTIMATE["lines"][0], "decision": "declined"}
    await take(SHOP, {**ESTIMATE, "lines": [line], "status": "declined"})
    after = await only_estimate(store)
    assert (after.lines[0].decision, after.lines[0].conflict, after.status) == ("approved", "declined", "approved")
    assert after.in_conflict


async def test_without_the_clients_word_the_shops_software_decides(take: Take, store: Storage):
    await take(SHOP, CLIENT, ESTIMATE)
    line = {**ESTIMATE["lines"][0], "decision": "declined"}
    await take(SHOP, {**ESTIMATE, "lines": [line], "status": "declined"})
    after = await only_estimate(store)
    assert (after.lines[0].decision, after.status, after.in_conflict) == ("declined", "declined", False)


async def test_a_visit_booked_here_is_claimed_and_never_a_second_one(take: Take, store: Storage):
    await take(SHOP, CLIENT, VISIT)
    (booked,) = await store.visits.list("garage")
    booked_here = replace(
        booked, id="abcdefabcdefabcdefabcdef", external_id=None, bay=None, holds_bay=False, quarters=()
    )
    await store.visits.insert(booked_here)
    claim = {**VISIT, "external_id": "a9", "pitline_id": booked_here.id}
    account = await take(SHOP, claim)
    assert account.refusals == []
    assert {visit.external_id for visit in await store.visits.list("garage")} == {"a1", "a9"}
    assert await store.visits.count("garage") == 2
    assert (await take(SHOP, claim)).counts["visit"]["unchanged"] == 1


async def test_a_work_order_without_a_history_keeps_its_own(take: Take, store: Storage):
    order = {
        "type": "work_order",
        "external_id": "w1",
        "number": "W-1",
        "client": "c1",
        "vehicle": "v1",
        "status": "received",
    }
    await take(SHOP, CLIENT, VEHICLE, {**order, "history": [{"status": "received", "at": "2026-03-10T08:00:00"}]})
    await take(SHOP, {**order, "status": "ready"})
    (after,) = await store.work_orders.list("garage")
    assert [moment.status for moment in after.history] == ["received", "ready"]


async def test_a_reminder_done_here_stays_done_when_the_same_file_comes_again(take: Take, store: Storage):
    line = {"type": "reminder", "external_id": "m1", "client": "c1", "vehicle": "v1", "service": "oil", "status": "due"}
    await take(SHOP, CLIENT, VEHICLE, line)
    (reminder,) = await store.reminders.list("garage")
    await store.reminders.set_status("garage", reminder.id, "done")
    await take(SHOP, line)
    assert (await store.reminders.get("garage", reminder.id)).status == "done"


async def test_a_change_accepted_here_holds_against_the_very_line_that_came_before(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    client, until = await only_client(store), utc_now() + timedelta(days=30)
    await store.clients.set_held(client, "phones", ("+15125550188",), until)
    await store.clients.set_held(await only_client(store), "email", "new@ana.example", until)
    await take(SHOP, CLIENT)
    after = await only_client(store)
    assert (after.phones, after.email, len(after.held)) == (("+15125550188",), "new@ana.example", 2)


async def test_when_its_time_is_over_the_same_line_wins_again(take: Take, store: Storage):
    await take(SHOP, CLIENT)
    before = await only_client(store)
    await store.clients.set_held(before, "name", "Somebody Else", utc_now() - timedelta(seconds=1))
    await take(SHOP, CLIENT)
    assert await only_client(store) == before
    again = await take(SHOP, CLIENT)
    assert again.counts["client"]["unchanged"] == 1


async def test_a_plate_that_was_changed_here_holds_until_the_import_carries_it(take: Take, store: Storage):
    await take(SHOP, CLIENT, VEHICLE)
    (vehicle,) = await store.vehicles.list("garage")
    await store.vehicles.set_plate(vehicle, "NEW123", utc_now() + timedelta(days=30))
    await take(SHOP, CLIENT, {**VEHICLE, "color": "red"})
    (held,) = await store.vehicles.list("garage")
    assert (held.plate, held.color, len(held.held)) == ("NEW123", "red", 1)
    await take(SHOP, CLIENT, {**VEHICLE, "plate": "NEW123"})
    (carried,) = await store.vehicles.list("garage")
    assert (carried.plate, carried.held) == ("NEW123", ())
    await take(SHOP, CLIENT, {**VEHICLE, "plate": "OLD999"})
    (later,) = await store.vehicles.list("garage")
    assert later.plate == "OLD999"
