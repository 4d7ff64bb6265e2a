"""Shop files in: what is taken, what is refused and why, and that a second time changes nothing."""

import json
from datetime import UTC, date, datetime

import pytest

from storage.importing.importer import import_files
from storage.importing.sources import NothingToDo
from storage.store import Storage
from tests.unit.storage.importing.conftest import (
    CLIENT,
    ESTIMATE,
    INVOICE,
    SHOP,
    VEHICLE,
    VISIT,
    WHOLE,
    Take,
    refusals,
)


async def test_a_whole_file_is_taken(take: Take, store: Storage):
    account = await take(*WHOLE)
    assert (account.exit_status, account.total("created")) == (0, len(WHOLE))
    shop = await store.shops.get("garage")
    assert (shop.phone, shop.sms_number, shop.email) == ("+15125550100", "+15125550101", "desk@garage.example")
    assert (shop.bays, shop.address.country, shop.services[0].price_from) == (("Bay 1", "Bay 2"), "US", 5950)
    client = (await store.clients.find_by_phone("garage", "+15125550142"))[0]
    assert client.name == "Ana Ruiz"
    owed = await store.accounts.for_client(shop, client.id, date(2026, 3, 11))
    assert owed.balance_due == 38620
    visit = (await store.visits.list_for_client("garage", client.id))[0]
    assert (visit.starts_at, visit.minutes) == (datetime(2026, 3, 16, 14, tzinfo=UTC), 45)


async def test_a_second_time_says_unchanged_and_writes_nothing(take: Take, database):
    await take(*WHOLE)
    before = {name: await database[name].find({}).to_list(None) for name in ("clients", "invoices", "visits", "shops")}
    account = await take(*WHOLE)
    assert (account.total("unchanged"), account.total("created"), account.total("changed")) == (len(WHOLE), 0, 0)
    assert before == {name: await database[name].find({}).to_list(None) for name in before}


async def test_the_same_content_written_otherwise_is_unchanged(take: Take):
    await take(*WHOLE)
    account = await take(
        SHOP, {**CLIENT, "phones": ["+1 (512) 555-0142"], "name": "Ana Ruiz"}, {**INVOICE, "total": 386.2}
    )
    assert (account.total("unchanged"), account.exit_status) == (3, 0)


async def test_a_record_seen_again_is_updated_and_never_copied(take: Take, store: Storage):
    await take(*WHOLE)
    account = await take(SHOP, {**CLIENT, "name": "Ana María Ruiz"})
    assert account.counts["client"]["changed"] == 1
    assert [client.name for client in await store.clients.list("garage")] == ["Ana María Ruiz"]


async def test_the_same_id_twice_in_a_file_is_one_record_and_the_later_wins(take: Take, store: Storage):
    account = await take(SHOP, CLIENT, {**CLIENT, "name": "Later"}, {**CLIENT, "name": "Later"})
    assert dict(account.counts["client"]) == {"created": 1, "changed": 1, "unchanged": 1}
    assert [client.name for client in await store.clients.list("garage")] == ["Later"]


async def test_a_line_may_refer_to_one_that_stands_later(take: Take):
    account = await take(VISIT, INVOICE, VEHICLE, CLIENT, SHOP)
    assert account.refusals == []


async def test_a_line_may_refer_to_a_record_of_an_earlier_import(take: Take):
    await take(SHOP, CLIENT, VEHICLE)
    assert (await take(INVOICE, shop="garage")).refusals == []


async def test_what_hangs_on_a_refused_line_is_refused_too_and_the_rest_is_kept(take: Take, store: Storage):
    account = await take(SHOP, {**CLIENT, "phones": ["12"]}, VEHICLE, INVOICE, {**CLIENT, "external_id": "c2"})
    assert refusals(account) == [(2, "client", "phones.0"), (3, "vehicle", "client"), (4, "invoice", "client")]
    assert account.exit_status == 2
    assert [client.external_id for client in await store.clients.list("garage")] == ["c2"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({**CLIENT, "surname": "Ruiz"}, "surname"),
        ({**CLIENT, "phones": ["512 555 0142 x9"]}, "phones.0"),
        ({**CLIENT, "email": "ana at home"}, "email"),
        ({**CLIENT, "language": "fr"}, "language"),
        ({**CLIENT, "name": "  "}, "name"),
        ({**CLIENT, "name": "A\x00na"}, "name"),
        ({**CLIENT, "name": "\ud800"}, "name"),
        ({**CLIENT, "external_id": ""}, "external_id"),
        ({**CLIENT, "portal": {"enabled": True, "sections": {"secrets": True}}}, "portal.sections.secrets"),
        ({**VEHICLE, "mileage": -1}, "mileage"),
        ({**VEHICLE, "mileage": 10**30}, "mileage"),
        ({**VEHICLE, "year": True}, "year"),
        ({**VEHICLE, "client": "c9"}, "client"),
        ({**INVOICE, "total": "386.205"}, "total"),
        ({**INVOICE, "total": "1e3"}, "total"),
        ({**INVOICE, "total": "3,86"}, "total"),
        ({**INVOICE, "total": "99999999999.00"}, "total"),
        ({**INVOICE, "total": None}, "total"),
        ({**INVOICE, "issued_on": "2026-02-30"}, "issued_on"),
        ({**INVOICE, "issued_on": "2026-3-1"}, "issued_on"),
        ({**INVOICE, "issued_on": 1767225600}, "issued_on"),
        ({**INVOICE, "pay_url": "javascript:alert(1)"}, "pay_url"),
        ({**INVOICE, "status": "paid"}, "status"),
        ({**INVOICE, "balance": "1.00"}, "balance"),
        ({**VISIT, "starts_at": "2026-03-16"}, "starts_at"),
        ({**VISIT, "starts_at": "2026-03-16T25:00:00Z"}, "starts_at"),
        ({**VISIT, "pitline_id": "000000000000000000000000"}, "pitline_id"),
        ({**VISIT, "type": "appointment"}, "type"),
        ({"external_id": "x"}, "type"),
    ],
)
async def test_a_wrong_field_is_refused_by_name_and_nothing_else_is(take: Take, line, field):
    account = await take(SHOP, CLIENT, VEHICLE, line)
    assert [(refusal.line, refusal.field) for refusal in account.refusals] == [(4, field)]
    assert account.refusals[0].reason


@pytest.mark.parametrize("text", ["nope", "[]", "3", '{"a": NaN}', '{"a":1,"a":2}', "[" * 5000, '{"type":"client"'])
async def test_a_line_that_is_no_record_is_refused_as_a_whole(take: Take, text):
    account = await take(SHOP, text, CLIENT)
    assert (account.refusals[0].line, account.total("created")) == (2, 2)


async def test_a_foreign_photo_is_refused_and_a_path_is_taken(take: Take):
    inspection = {
        "type": "inspection",
        "external_id": "n1",
        "client": "c1",
        "vehicle": "v1",
        "inspected_on": "2026-03-01",
        "status": "done",
    }
    bad = ["https://evil.example/x.png", "//evil.example/x.png", "data:image/png;base64,AA", "../x.png", "/etc/passwd"]
    lines = [
        {**inspection, "external_id": str(number), "items": [{"name": "Tires", "result": "good", "photos": [photo]}]}
        for number, photo in enumerate([*bad, "photos/tires.jpg"])
    ]
    account = await take(SHOP, CLIENT, VEHICLE, *lines)
    assert [refusal.field for refusal in account.refusals] == ["items.0.photos.0"] * len(bad)
    assert account.counts["inspection"]["created"] == 1


async def test_an_invoice_that_does_not_add_up_is_taken_and_flagged(take: Take, store: Storage):
    account = await take(SHOP, CLIENT, VEHICLE, {**INVOICE, "total": "400.00"})
    assert (account.exit_status, len(account.flags)) == (0, 1)
    assert [invoice.adds_up for invoice in await store.invoices.list("garage")] == [False]


async def test_a_payment_on_another_clients_invoice_is_refused(take: Take):
    payment = {
        "type": "payment",
        "external_id": "p1",
        "client": "c2",
        "invoice": "i1",
        "paid_on": "2026-03-02",
        "amount": "-5.00",
        "method": "cash",
    }
    account = await take(SHOP, CLIENT, VEHICLE, INVOICE, payment, {**CLIENT, "external_id": "c2"})
    assert refusals(account) == [(5, "payment", "invoice")]


async def test_a_moment_without_an_offset_is_in_the_shops_zone(take: Take, store: Storage):
    summer = {**VISIT, "external_id": "a2", "starts_at": "2026-07-01T09:00"}
    given = {**VISIT, "external_id": "a3", "starts_at": "2026-07-01T09:00:00.5+02:00"}
    await take(SHOP, CLIENT, summer, given)
    starts = {visit.external_id: visit.starts_at for visit in await store.visits.list("garage")}
    assert starts == {
        "a2": datetime(2026, 7, 1, 14, tzinfo=UTC),
        "a3": datetime(2026, 7, 1, 7, 0, 0, 500000, tzinfo=UTC),
    }


async def test_a_trial_run_writes_nothing_and_counts_the_same(take: Take, store: Storage):
    trial = await take(*WHOLE, dry_run=True)
    assert await store.shops.list() == []
    assert await store.clients.count("garage") == 0
    assert trial.counts == (await take(*WHOLE)).counts


async def test_all_or_nothing_writes_nothing_when_one_is_refused(take: Take, store: Storage):
    account = await take(*WHOLE, {**CLIENT, "surname": "x"}, all_or_nothing=True)
    assert (account.written, account.exit_status) == (False, 2)
    assert await store.shops.list() == []
    assert await store.visits.count("garage") == 0


async def test_a_file_without_a_shop_line_needs_a_shop_that_exists(take: Take):
    with pytest.raises(NothingToDo, match="--shop"):
        await take(CLIENT)
    with pytest.raises(NothingToDo, match="no shop 'garage'"):
        await take(CLIENT, shop="garage")


async def test_a_shop_line_that_is_wrong_stops_the_import_unless_the_shop_is_known(take: Take, store: Storage):
    wrong = {**SHOP, "timezone": "Mars/Olympus"}
    with pytest.raises(NothingToDo, match="timezone"):
        await take(wrong, CLIENT)
    await take(SHOP)
    account = await take(wrong, CLIENT)
    assert refusals(account) == [(1, "shop", "timezone")]
    assert await store.clients.count("garage") == 1


async def test_an_sms_number_is_one_shops_only(take: Take):
    await take(SHOP)
    with pytest.raises(NothingToDo, match="sms_number"):
        await take({**SHOP, "slug": "other"})


async def test_a_file_for_another_shop_than_the_one_named_is_refused(take: Take):
    await take(SHOP)
    with pytest.raises(NothingToDo, match="slug"):
        await take({**SHOP, "slug": "other", "sms_number": None}, shop="garage")


async def test_files_beside_each_other_are_one_import(store: Storage, tmp_path):
    clients, shop = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    clients.write_text(json.dumps(VEHICLE) + "\n" + json.dumps(INVOICE), encoding="utf-8")
    shop.write_bytes(b"\xef\xbb\xbf" + json.dumps(SHOP).encode() + b"\r\n\r\n" + json.dumps(CLIENT).encode())
    account = await import_files(store, [clients, shop])
    assert (account.refusals, account.total("created")) == ([], 4)


async def test_shops_do_not_share_what_has_the_same_external_id(take: Take, store: Storage):
    await take(*WHOLE)
    await take({**SHOP, "slug": "other", "sms_number": None}, {**CLIENT, "name": "Someone else"})
    assert [client.name for client in await store.clients.list("garage")] == ["Ana Ruiz"]
    assert [client.name for client in await store.clients.list("other")] == ["Someone else"]


async def test_a_staff_member_keeps_their_password_and_one_made_by_hand_is_taken_over(take: Take, store: Storage):
    by_hand = await store.staff.add("garage", "olga@garage.example", "Olga", "owner", "open sesame")
    line = {"type": "staff", "external_id": "s1", "email": "Olga@garage.example", "name": "Olga B.", "role": "advisor"}
    account = await take(SHOP, line)
    assert account.refusals == []
    (known,) = await store.staff.verify("olga@garage.example", "open sesame")
    assert (known.id, known.external_id, known.name) == (by_hand.id, "s1", "Olga B.")
    assert (await take(SHOP, line)).counts["staff"]["unchanged"] == 1


async def test_who_was_let_go_here_does_not_come_back_with_a_file_nor_does_an_old_role(take: Take, store: Storage):
    line = {"type": "staff", "external_id": "s1", "email": "o@garage.example", "name": "Olga", "role": "owner"}
    await take(SHOP, line)
    (olga,) = await store.staff.list("garage")
    assert (await take(SHOP, {**line, "role": "technician"})).counts["staff"]["changed"] == 1
    assert (await store.staff.get("garage", olga.id)).role == "technician"  # nobody has set it here
    await store.staff.set_role("garage", olga.id, "advisor")
    await store.staff.set_active("garage", olga.id, active=False)
    await take(SHOP, {**line, "name": "Olga Brandt"})
    after = await store.staff.get("garage", olga.id)
    assert (after.name, after.role, after.active) == ("Olga Brandt", "advisor", False)


async def test_two_staff_with_one_address_are_refused(take: Take):
    line = {"type": "staff", "external_id": "s1", "email": "o@garage.example", "name": "Olga", "role": "owner"}
    assert refusals(await take(SHOP, line, {**line, "external_id": "s2"})) == [(3, "staff", "email")]


async def test_estimates_and_visits_come_back_as_they_were_written(take: Take, store: Storage):
    await take(SHOP, CLIENT, ESTIMATE, {**VISIT, "note": "Noise", "minutes": 60})
    (estimate,) = await store.estimates.list("garage")
    assert (estimate.total, estimate.lines[0].id, estimate.status) == (1000, "1", "waiting")
    (visit,) = await store.visits.list("garage")
    assert (visit.note, visit.minutes, visit.source) == ("Noise", 60, "import")


async def test_what_is_empty_is_called_so(take: Take):
    account = await take(SHOP, CLIENT | {"name": "  "})
    assert [(refusal.field, refusal.reason) for refusal in account.refusals] == [("name", "is empty")]


async def test_the_limit_of_approvals_by_text_is_the_shops_to_set(take: Take, store: Storage):
    await take(SHOP)
    assert (await store.shops.get(SHOP["slug"])).approval_limit == 50_000
    await take({**SHOP, "approval_limit": "1250.50"})
    assert (await store.shops.get(SHOP["slug"])).approval_limit == 125_050
    account = await take({**SHOP, "approval_limit": -1})
    assert "approval_limit" in repr(account)


async def test_an_import_leaves_the_accounts_it_changed_made_and_no_writing_open(take: Take, store: Storage):
    account = {"type": "payment", "external_id": "p1", "client": "c1", "invoice": "i1", "paid_on": "2026-03-02"}
    await take(*WHOLE, {**account, "amount": "86.20", "method": "card"})
    kept = await store.database["account_summaries"].find_one({})
    assert kept is not None
    assert (kept["writings"], kept["summary"]["open"]) == ([], [{"invoices": 1, "cents": 30000}])
    assert await store.database["account_writings"].count_documents({}) == 0
