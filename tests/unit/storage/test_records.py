"""Estimates, consent, reminders, staff and sections: the rules of each."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage.clients import Client, Consent, Portal, sections_for
from storage.estimates import Estimate, EstimateLine, merge_import
from storage.records import NotFound
from storage.reminders import Reminder, due_service, due_services
from storage.shops import Shop, SmsNumberTaken
from storage.store import Storage
from storage.vehicles import Vehicle

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
TODAY = date(2026, 3, 11)
ANA = Client(id="c1", shop="garage", external_id="c1", name="Ana Ruiz", phones=("+15125550142",))


def estimate(**changes) -> Estimate:
    lines = (
        EstimateLine(id="1", description="Pads", kind="part", amount=9000),
        EstimateLine(id="2", description="Labor", kind="labor", amount=14000),
    )
    given = {"lines": lines, "status": "waiting", **changes}
    return Estimate(
        id="e1", shop="garage", external_id="e1", number="E-1", client_id="c1", issued_on=TODAY, total=23000, **given
    )


async def test_an_estimate_is_decided_line_by_line_and_its_status_follows(store: Storage):
    await store.estimates.put(estimate())
    partly = await store.estimates.decide("garage", "e1", {"1": "approved"}, NOW)
    assert partly.status == "partly"
    whole = await store.estimates.decide("garage", "e1", {"2": "approved"}, NOW)
    assert whole.status == "approved"
    assert await store.estimates.get("garage", "e1") == whole


async def test_the_same_decision_again_changes_nothing(store: Storage):
    await store.estimates.put(estimate())
    first = await store.estimates.decide("garage", "e1", {"1": "declined", "2": "declined"}, NOW)
    later = NOW + timedelta(hours=1)
    assert await store.estimates.decide("garage", "e1", {"1": "declined"}, later) == first
    assert first.status == "declined"


async def test_a_line_that_is_not_there_cannot_be_decided(store: Storage):
    await store.estimates.put(estimate())
    with pytest.raises(NotFound):
        await store.estimates.decide("garage", "e1", {"9": "approved"}, NOW)


def test_the_clients_decision_holds_and_the_import_stands_beside_it():
    mine = estimate()
    decided = replace(mine, lines=(replace(mine.lines[0], decision="approved", decided_at=NOW), mine.lines[1]))
    imported = replace(mine, lines=(replace(mine.lines[0], decision="declined"), mine.lines[1]), status="declined")
    merged = merge_import(decided, imported)
    assert (merged.lines[0].decision, merged.lines[0].conflict, merged.status) == ("approved", "declined", "partly")
    assert merged.in_conflict


def test_a_waiting_estimate_expires_with_its_date():
    assert estimate(valid_until=date(2026, 3, 10)).state_on(TODAY) == "expired"
    assert estimate(valid_until=TODAY).state_on(TODAY) == "waiting"


async def test_stop_holds_until_start(store: Storage):
    phone = "+15125550142"
    assert not await store.consents.is_stopped("garage", phone)
    await store.consents.stop("garage", phone, NOW, "sms")
    assert await store.consents.is_stopped("garage", phone)
    assert not await store.consents.is_stopped("other", phone)
    await store.consents.start("garage", phone, NOW, "sms")
    assert not await store.consents.is_stopped("garage", phone)
    record = await store.consents.find("garage", phone)
    assert record is not None
    assert [act.act for act in record.history] == ["stop", "start"]


async def test_no_notice_without_consent_on_file(store: Storage):
    consenting = replace(ANA, consent=Consent(service=True))
    assert not await store.consents.allows("garage", ANA, "service")
    assert await store.consents.allows("garage", consenting, "service")
    assert not await store.consents.allows("garage", consenting, "marketing")
    await store.consents.withdraw("garage", ANA.id, "service", NOW, "portal")
    assert not await store.consents.allows("garage", consenting, "service")
    await store.consents.grant("garage", ANA.id, "service", NOW, "portal")
    assert await store.consents.allows("garage", consenting, "service")
    assert await store.consents.allows("garage", ANA, "service")  # said here, it needs no word on file


def vehicle(**changes) -> Vehicle:
    given = {"mileage": 60000, "mileage_on": TODAY, "miles_per_year": 12000, **changes}
    return Vehicle(id="v", shop="s", external_id="v", client_id="c1", year=2019, make="Honda", model="Civic", **given)


def reminder(**changes) -> Reminder:
    return Reminder(
        id="r", shop="s", external_id="r", client_id="c1", vehicle_id="v", service="oil", status="due", **changes
    )


def test_a_service_due_by_mileage_gets_a_day():
    due = due_service(reminder(due_mileage=61000), vehicle(), TODAY)
    assert (due.on, due.estimated, due.state) == (TODAY + timedelta(days=30), True, "soon")


def test_the_earlier_of_date_and_mileage_counts():
    due = due_service(reminder(due_mileage=66000, due_on=date(2026, 3, 1)), vehicle(), TODAY)
    assert (due.on, due.estimated, due.state) == (date(2026, 3, 1), False, "overdue")


def test_without_miles_a_year_the_day_is_unknown_and_stands_last():
    unknown = replace(reminder(due_mileage=61000), id="a")
    known = replace(reminder(due_on=date(2027, 1, 1)), id="b")
    done = replace(reminder(due_on=TODAY), id="d", status="done")
    due = due_services([unknown, known, done], [vehicle(miles_per_year=None)], TODAY)
    assert [(item.reminder.id, item.state) for item in due] == [("b", "later"), ("a", "unknown")]


def test_a_client_sees_their_sections_else_the_shops_else_all(garage: Shop):
    shop = replace(garage, sections={"payments": False, "visits": False})
    shown = sections_for(shop, replace(ANA, portal=Portal(sections={"visits": True, "invoices": False})))
    assert (shown["payments"], shown["visits"], shown["invoices"], shown["vehicles"]) == (False, True, False, True)
    assert not any(sections_for(shop, replace(ANA, portal=Portal(enabled=False))).values())


async def test_a_list_by_name_is_walked_in_pages_of_any_size_without_gap_or_repeat(store: Storage):
    names = ["A", "Al", "Al Bo", "Al Bo", "Al Bo", "Alboran Smith", "Alboran Smythe", "B", "Z", "[x]", "ana", "{", "~"]
    names += ["Ána", "Ñu", "\uac00", "\ud7ff\ud7ff", "\uffff", "\U0001f697", "Al Bo\ud7ff", "Maria Lopez", "1st Garage"]
    for number, name in enumerate(names):
        await store.clients.put(replace(ANA, id=f"n{number:02}", external_id=f"n{number}", name=name))
    wanted = sorted((name.encode(), f"n{number:02}") for number, name in enumerate(names))
    for size in (1, 3, 50):
        seen: list[Client] = []
        while page := await store.clients.list_named("garage", (seen[-1].name, seen[-1].id) if seen else None, size):
            seen += page
        assert [(one.name.encode(), one.id) for one in seen] == wanted


async def test_two_clients_may_share_a_phone(store: Storage):
    both = [replace(ANA, id=one, external_id=one, name=one) for one in ("Tom", "Ellen")]
    for client in both:
        await store.clients.put(client)
    assert [client.name for client in await store.clients.find_by_phone("garage", ANA.phones[0])] == ["Ellen", "Tom"]
    assert await store.clients.find_by_phone("other", ANA.phones[0]) == []


async def test_an_sms_number_belongs_to_one_shop(store: Storage, garage: Shop):
    await store.shops.put(replace(garage, sms_number="+15125550199"))
    with pytest.raises(SmsNumberTaken):
        await store.shops.put(replace(garage, slug="other", sms_number="+15125550199"))
    found = await store.shops.find_by_sms_number("+15125550199")
    assert found is not None
    assert found.slug == "garage"


async def test_a_password_is_checked_and_never_kept(store: Storage, database):
    made = await store.staff.add("garage", "Olga@garage.example", "Olga", "owner", "open sesame")
    assert [staff.id for staff in await store.staff.verify("olga@garage.example", "open sesame")] == [made.id]
    assert await store.staff.verify("olga@garage.example", "close sesame") == []
    assert await store.staff.verify("nobody@garage.example", "open sesame") == []
    assert "open sesame" not in str(await database["staff"].find_one({}))
    again = await store.staff.add("garage", "olga@garage.example", "Olga B.", "owner", "new words")
    assert again.id == made.id


TAXED = (
    EstimateLine(id="1", description="Pads", kind="part", amount=9000),
    EstimateLine(id="2", description="Labor", kind="labor", amount=14000),
    EstimateLine(id="3", description="Tax", kind="tax", amount=800),
    EstimateLine(id="4", description="Discount", kind="discount", amount=-500),
)


def test_all_of_the_work_comes_to_the_estimates_own_total_and_a_part_to_its_lines():
    taxed = replace(estimate(lines=TAXED), total=23300)
    assert [line.id for line in taxed.work] == ["1", "2"]
    assert taxed.sum_of(["1", "2"]) == 23300
    assert taxed.sum_of(["1"]) == 9000
    assert taxed.sum_of([]) == 0


def test_the_most_that_an_approval_can_come_to_counts_tax_and_what_is_approved_already():
    taxed = replace(estimate(lines=TAXED), total=23300)
    assert taxed.most_for(["1"]) == 9800
    approved = replace(taxed, lines=(replace(TAXED[0], decision="approved"), *TAXED[1:]), status="partly")
    assert approved.most_for(["2"]) == 23300


@pytest.mark.parametrize(
    ("changes", "open_ids"),
    [
        ({}, ["1", "2"]),
        ({"valid_until": TODAY}, ["1", "2"]),
        ({"valid_until": TODAY - timedelta(days=1)}, []),
        ({"status": "approved"}, []),
        ({"status": "expired"}, []),
        ({"lines": (replace(TAXED[0], decision="approved"), TAXED[1]), "status": "partly"}, ["2"]),
        ({"lines": (replace(TAXED[0], decision="call_me"), TAXED[1])}, ["1", "2"]),
    ],
)
def test_only_what_is_undecided_and_still_good_may_be_decided(changes, open_ids):
    assert [line.id for line in estimate(**changes).open_on(TODAY)] == open_ids


async def test_an_estimate_knows_what_the_client_decided_on_it_already(store: Storage):
    await store.estimates.put(estimate())
    after = await store.estimates.decide("garage", "e1", {"1": "approved"}, NOW)
    assert after.holds({"1": "approved"})
    assert not after.holds({"1": "declined"})
    assert not after.holds({"1": "approved", "2": "approved"})
    imported = estimate(lines=(replace(TAXED[0], decision="approved"),))
    assert not imported.holds({"1": "approved"})  # the shop's word, not the client's


def test_the_mark_of_an_estimate_is_of_its_lines_and_prices_alone():
    before = estimate()
    assert replace(before, status="declined").content_mark == before.content_mark
    dearer = (replace(before.lines[0], amount=9100), before.lines[1])
    assert replace(before, lines=dearer).content_mark != before.content_mark


async def test_reminders_in_parts_leave_no_client_out_however_many_there_are(store: Storage):
    clients = ["", "maria", *(f"{number:04x}" for number in range(0, 65536, 60))]
    await store.reminders.insert_documents(
        [
            {
                "_id": f"r{client}-{number}",
                "shop": shop,
                "external_id": f"r{client}-{number}",
                "client_id": client,
                "vehicle_id": "v1",
                "service": "brakes",
                "status": status,
                "due_on": due_on,
            }
            for client in clients
            for number, (shop, status, due_on) in enumerate(
                [("mine", "due", "2026-03-12"), ("mine", "done", "2026-03-12"), ("mine", "due", "2026-09-01")]
            )
        ]
        + [
            {
                "_id": f"many{number}",
                "shop": "mine",
                "external_id": f"many{number}",
                "client_id": f"80{number:02x}",
                "vehicle_id": "v1",
                "service": "brakes",
                "status": "due",
                "due_mileage": 60_000,
            }
            for number in range(256)
        ]
    )
    found = [
        (clients, one)
        async for clients, part in store.reminders.open_in_parts("mine", date(2026, 3, 20))
        for one in part
    ]
    assert len(found) == len({one.id for _, one in found}) == len(clients) + 256
    assert all(begin <= one.client_id < end for (begin, end), one in found)
