"""The client's card over a real socket: what is owed, what waits, how they are reached; quick for a client of years."""

import time
from dataclasses import replace
from datetime import date, timedelta

from config.clock import utc_now
from storage.codec import to_document
from storage.estimates import Estimate, EstimateLine
from storage.reminders import Reminder
from tests.cast import CIVIC, INVOICE, MARIA, PAYMENT, RAY
from tests.e2e.running import Door

COUNT = 500


async def test_the_card_says_what_is_unpaid_waiting_due_and_how_to_reach_them(door: Door) -> None:
    store = door.running.store
    line = EstimateLine(id="l1", description="Timing belt", kind="labor", amount=42000)
    await store.estimates.put(
        Estimate(
            id="e1", shop="garage", external_id="E1", number="E-9", client_id=MARIA.id, issued_on=date(2026, 3, 9),
            total=42000, status="waiting", vehicle_id=CIVIC.id, lines=(line,),
        )
    )  # fmt: skip
    await store.reminders.put(
        Reminder(
            id="r1", shop="garage", external_id="R1", client_id=MARIA.id, vehicle_id=CIVIC.id, service="oil_change",
            status="due", due_on=date(2026, 3, 1),
        )
    )  # fmt: skip
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = (await maria.ask("sync"))["conversation"]["id"]
    await ray.ask("resolve", {"conversation": conversation})
    opened = await ray.ask("open", {"conversation": conversation})
    card = opened["client"]
    assert [(one["number"], one["balance_text"], one["due_on"]) for one in card["invoices"]] == [
        ("1042", "$286.20", "2026-03-30")
    ]
    assert [(one["number"], one["total_text"], one["since"]) for one in card["estimates"]] == [
        ("E-9", "$420.00", "2026-03-09")
    ]
    assert [(one["title"], one["state"]) for one in card["reminders"]] == [("Oil change", "overdue")]
    assert card["portal"]["enabled"]
    assert card["portal"]["signed_in_at"]
    assert opened["channels"] == [
        {"channel": "web"},
        {"channel": "sms", "to": "+15125550101", "stopped": False},
        {"channel": "email", "to": "maria@mail.example"},
    ]

    await store.consents.stop("garage", "+15125550101", utc_now(), "sms:SM1")
    asked = await ray.ask("card", {"conversation": conversation})
    assert asked["channels"][1]["stopped"]


async def test_a_client_with_five_hundred_invoices_opens_quickly(door: Door) -> None:
    store = door.running.store
    invoices, payments = [], []
    for at in range(COUNT):
        day = date(2026, 3, 1) - timedelta(days=at)
        invoices.append(
            replace(INVOICE, id=f"old{at}", external_id=f"O{at}", number=f"O-{at}", issued_on=day, due_on=day)
        )
        payments.append(
            replace(PAYMENT, id=f"paid{at}", external_id=f"Q{at}", invoice_id=f"old{at}", amount=INVOICE.total)
        )
    await store.invoices.insert_documents([to_document(one) for one in invoices])
    await store.payments.insert_documents([to_document(one) for one in payments])
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = (await maria.ask("sync"))["conversation"]["id"]
    took = []
    for _ in range(5):
        begin = time.perf_counter()
        opened = await ray.ask("open", {"conversation": conversation})
        took.append(time.perf_counter() - begin)
    print(f"\nopen with {COUNT} invoices: {sorted(took)[2] * 1000:.0f} ms")
    assert opened["client"]["balance_text"] == "$286.20"
    assert sorted(took)[2] < 1.0
