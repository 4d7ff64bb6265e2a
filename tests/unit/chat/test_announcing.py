"""Clients are told once, by one way, at a decent hour, and of nothing that is over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from chat.announcement_words import LANGUAGES, Words, as_mail, as_text, texts
from chat.announcing import Announcer
from chat.channels.sms_text import segments
from chat.day_ahead import DayAhead
from chat.hub import Hub
from config.clock import BusinessClock, utc_now
from storage.announcements import Announcement, asked_for, planned
from storage.clients import Consent, Portal
from storage.estimates import Estimate, EstimateLine
from storage.messages import Entry
from storage.mongo import DatabaseUnavailable
from storage.outbox import OutboxRow
from storage.payments import Payment
from storage.record_changes import invoice_dates, visit_state
from storage.reminders import Reminder
from storage.shop_settings import ShopSettings, TellingSettings
from storage.store import Storage
from storage.sweeps import Sweeps
from storage.visit import Visit
from storage.work_orders import StatusMoment, WorkOrder
from tests.cast import CIVIC, INVOICE, MARIA, NOW, RAY, SHOP, TOM, WORK_ORDER, move_in

FAR = datetime(2100, 1, 1, tzinfo=UTC)
AGREED = Consent(service=True, reminders=True)
NIGHT = datetime.fromisoformat("2026-03-11T22:30:00-05:00")
VISIT = Visit(
    id="visit1",
    shop=SHOP.slug,
    client_id=MARIA.id,
    services=("brakes",),
    starts_at=datetime(2026, 3, 12, 15, 0, tzinfo=UTC),
    minutes=60,
    status="confirmed",
    source="chat",
    created_at=utc_now() - timedelta(days=3),
)
ESTIMATE = Estimate(
    id="est1",
    shop=SHOP.slug,
    external_id="E1",
    number="E-9",
    client_id=MARIA.id,
    vehicle_id=CIVIC.id,
    issued_on=NOW.date(),
    total=90000,
    status="waiting",
    lines=(EstimateLine(id="l1", description="Pads", kind="part", amount=90000),),
)


class Silent:
    """Nobody is connected."""

    def __getattr__(self, name: str) -> Any:
        async def nothing(*args: object, **named: object) -> None:
            del args, named

        return nothing


@dataclass
class Desk:
    """A hub with nobody connected, and who tells clients on it."""

    store: Storage
    hub: Hub

    def announcer(self, now: datetime = NOW) -> Announcer:
        return Announcer(self.hub, BusinessClock(now), "https://pitline.example", lambda: None)

    async def tell(self, *announcements: Announcement, now: datetime = NOW) -> None:
        await self.store.announcements.plan_many(announcements)
        await self.announcer(now).tell_due(FAR)

    async def rows(self, to: str = MARIA.phones[0]) -> list[OutboxRow]:
        return await self.store.outbox.list_to(SHOP.slug, to, datetime(2020, 1, 1, tzinfo=UTC))

    async def bell(self, client: str = MARIA.id) -> list[str]:
        found = await self.store.notifications.list_for_client(SHOP.slug, client)
        return [one.kind for one in reversed(found)]

    async def acts(self) -> list[Entry]:
        conversation = await self.store.conversations.find_by_key(SHOP.slug, f"client:{MARIA.id}")
        if conversation is None:
            return []
        return await self.store.messages.after(SHOP.slug, conversation.id, 0, 100)

    async def state(self, announcement: Announcement) -> tuple[str, str]:
        found = await self.store.announcements.find(SHOP.slug, announcement.id)
        assert found is not None
        return found.state, found.outcome


def new_hub(store: Storage) -> Hub:
    return Hub(store=store, assistant=cast(Any, None), clock=BusinessClock(NOW), channels={}, live=cast(Any, Silent()))


@pytest.fixture
async def desk(store: Storage) -> AsyncIterator[Desk]:
    await move_in(store)
    await store.clients.put(replace(MARIA, consent=AGREED))
    hub = new_hub(store)
    await hub.start()
    yield Desk(store, hub)
    await hub.close()


def ready(was: str = "in_progress", key: str = "1") -> Announcement:
    return planned(SHOP.slug, MARIA.id, "work_order", WORK_ORDER.id, utc_now(), key=key, was=was)


async def test_a_ready_car_is_told_by_one_text_under_the_bell_and_in_the_thread(desk: Desk):
    await desk.tell(ready())
    (row,) = await desk.rows()
    assert row.text.startswith(
        "Garage on Elm: your Honda Civic is ready to be picked up. https://pitline.example/s/garage/k/"
    )
    assert segments(row.text) == 1
    (act,) = await desk.acts()
    assert (act.act, act.channel, act.text) == ("told", "sms", "Your Honda Civic is ready to be picked up.")
    assert (row.conversation, row.message_id) == (act.conversation, act.id)
    assert await desk.bell() == ["car_ready"]
    assert await desk.rows(MARIA.email or "") == []
    assert await desk.state(ready()) == ("told", "sms")


async def test_several_moves_within_minutes_are_told_as_the_last(desk: Desk):
    await desk.tell(ready("received", "1"), ready("diagnosing", "2"), ready("in_progress", "3"))
    assert len(await desk.rows()) == 1
    assert await desk.bell() == ["car_ready"]


async def test_one_that_is_back_where_it_was_is_not_told(desk: Desk):
    await desk.tell(ready("ready"))
    assert (await desk.bell(), await desk.state(ready("ready"))) == ([], ("dropped", "over"))


async def test_without_consent_it_is_under_the_bell_alone(desk: Desk):
    await desk.store.clients.put(replace(MARIA, consent=Consent(marketing=True)))
    await desk.tell(ready())
    assert (await desk.rows(), await desk.rows(MARIA.email or ""), await desk.acts()) == ([], [], [])
    assert await desk.bell() == ["car_ready"]
    assert await desk.state(ready()) == ("told", "bell")


async def test_reminders_and_service_are_agreed_to_apart(desk: Desk):
    await desk.store.clients.put(replace(MARIA, consent=Consent(service=True)))
    await desk.store.visits.insert(VISIT)
    await desk.tell(planned(SHOP.slug, MARIA.id, "visit_tomorrow", VISIT.id, utc_now()))
    assert await desk.rows() == []
    await desk.tell(ready())
    assert [row.purpose for row in await desk.rows()] == ["car_ready"]


async def test_after_a_stop_it_is_a_mail_and_after_a_withdrawal_nothing(desk: Desk):
    await desk.store.consents.stop(SHOP.slug, MARIA.phones[0], utc_now(), "sms:1")
    await desk.tell(ready())
    (mail,) = await desk.rows(MARIA.email or "")
    assert mail.subject == "Garage on Elm: Your car is ready"
    assert "you agreed" in mail.text
    assert await desk.rows() == []
    await desk.store.consents.withdraw(SHOP.slug, MARIA.id, "service", utc_now(), "portal")
    again = asked_for(SHOP.slug, MARIA.id, "work_order", WORK_ORDER.id, utc_now(), by=RAY.id)
    await desk.tell(again)
    assert (len(await desk.rows(MARIA.email or "")), await desk.state(again)) == (1, ("told", "bell"))


async def test_at_night_the_bell_rings_and_the_text_waits_until_the_morning(desk: Desk):
    await desk.tell(ready(), now=NIGHT)
    assert (await desk.bell(), await desk.rows()) == (["car_ready"], [])
    (held,) = await desk.store.announcements.list_due(FAR)
    assert timedelta(hours=9) < held.due_at - utc_now() < timedelta(hours=10)
    await desk.announcer(NIGHT + timedelta(hours=10)).tell_due(FAR)
    assert len(await desk.rows()) == 1
    assert await desk.bell() == ["car_ready"]


async def test_a_text_that_is_late_in_leaving_waits_too_and_what_is_over_never_leaves(desk: Desk):
    await desk.tell(ready())
    (row,) = await desk.rows()
    assert await desk.announcer().may_leave(row) is None
    held = await desk.announcer(NIGHT).may_leave(row)
    assert isinstance(held, datetime)
    await desk.store.consents.withdraw(SHOP.slug, MARIA.id, "service", utc_now(), "portal")
    assert await desk.announcer().may_leave(row) == "no_consent"
    moment = StatusMoment(status="delivered", at=NOW)
    await desk.store.work_orders.put(replace(WORK_ORDER, status="delivered", history=(moment,)))
    assert await desk.announcer().may_leave(row) == "settled"


async def test_told_by_two_workers_at_once_it_is_told_once(desk: Desk):
    await desk.store.announcements.plan(ready())
    (one,) = await desk.store.announcements.list_due(FAR)
    await desk.announcer().tell_due(FAR)
    await desk.store.database["announcements"].update_one({"_id": one.id}, {"$set": {"state": "planned"}})
    await desk.announcer().tell_due(FAR)  # as if the first had died before it said that it was done
    assert (len(await desk.rows()), len(await desk.acts()), await desk.bell()) == (1, 1, ["car_ready"])


async def test_two_processes_at_the_same_moment_tell_it_once(desk: Desk):
    other = Desk(desk.store, new_hub(desk.store))
    await other.hub.start()
    due = [replace(ready(was, was), due_at=utc_now()) for was in ("received", "diagnosing", "in_progress")]
    await desk.store.announcements.plan_many(due)
    found = await desk.store.announcements.list_due(utc_now())
    # As things are due now, not at any time: what is taken up is due again a minute later.
    taken = await asyncio.gather(*(one.announcer().tell_due() for one in (desk, other, desk, other)))
    assert sum(taken) == len(found) == 3
    assert (len(await desk.rows()), len(await desk.acts()), await desk.bell()) == (1, 1, ["car_ready"])
    await other.hub.close()


@pytest.mark.parametrize("dies_at", ["notifications", "outbox", "links"])
async def test_whoever_goes_on_after_a_crash_does_what_is_left(
    desk: Desk, dies_at: str, monkeypatch: pytest.MonkeyPatch
):
    part = getattr(desk.store, dies_at)
    name = {"notifications": "append", "outbox": "add", "links": "mint"}[dies_at]

    async def dies(*given: object) -> None:
        raise DatabaseUnavailable(str(given))

    with monkeypatch.context() as patch:
        patch.setattr(part, name, dies)
        await desk.store.announcements.plan(ready())
        with pytest.raises(DatabaseUnavailable):
            await desk.announcer().tell_due(FAR)
    assert await desk.rows() == []
    await desk.announcer().tell_due(FAR)
    assert (len(await desk.rows()), len(await desk.acts()), await desk.bell()) == (1, 1, ["car_ready"])


async def test_a_work_order_that_needs_an_answer_leads_to_its_estimate_and_both_are_one(desk: Desk):
    await desk.store.estimates.put(ESTIMATE)
    moment = StatusMoment(status="waiting_approval", at=NOW)
    await desk.store.work_orders.put(replace(WORK_ORDER, status="waiting_approval", history=(moment,)))
    await desk.tell(ready(), planned(SHOP.slug, MARIA.id, "estimate", ESTIMATE.id, utc_now()))
    (row,) = await desk.rows()
    assert "the estimate for your Honda Civic waits for your answer" in row.text
    (link,) = await desk.store.links.list_for_client(SHOP.slug, MARIA.id)
    assert (link.scope.page, link.scope.record_id) == ("estimate", ESTIMATE.id)
    await desk.store.estimates.decide(SHOP.slug, ESTIMATE.id, {"l1": "approved"}, NOW)
    assert await desk.announcer().may_leave(row) == "settled"


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (replace(VISIT, status="requested"), VISIT, "visit_confirmed"),
        (VISIT, replace(VISIT, starts_at=VISIT.starts_at + timedelta(days=1)), "visit_moved"),
        (VISIT, replace(VISIT, status="cancelled"), "visit_cancelled"),
        (VISIT, VISIT, None),
        (VISIT, replace(VISIT, status="cancelled", starts_at=VISIT.starts_at - timedelta(days=2)), None),
    ],
)
async def test_what_the_shop_did_with_a_visit(desk: Desk, was: Visit, now: Visit, kind: str | None):
    await desk.store.visits.insert(now)
    await desk.tell(planned(SHOP.slug, MARIA.id, "visit", VISIT.id, utc_now(), was=visit_state(was)))
    assert await desk.bell() == ([kind] if kind else [])
    assert [row.purpose for row in await desk.rows()] == ([kind] if kind else [])


async def test_a_client_is_not_told_of_what_they_did_themselves_meanwhile(desk: Desk):
    asked = replace(VISIT, status="requested")
    gone = replace(VISIT, status="cancelled", changed_by="client")
    await desk.store.visits.insert(gone)
    await desk.tell(planned(SHOP.slug, MARIA.id, "visit", VISIT.id, utc_now(), was=visit_state(asked)))
    assert await desk.bell() == []
    assert await desk.rows() == []


async def test_why_the_shop_cancelled_is_told(desk: Desk):
    gone = replace(VISIT, status="cancelled", changed_by="staff", cancel_reason="the lift {is} broken.")
    await desk.store.visits.insert(gone)
    await desk.tell(planned(SHOP.slug, MARIA.id, "visit", VISIT.id, utc_now(), was=visit_state(VISIT)))
    (row,) = await desk.rows()
    assert "we had to cancel your visit on Thu Mar 12 at 10:00 AM: the lift {is} broken. http" in row.text


async def test_tomorrows_visits_are_told_the_day_before_and_not_those_booked_just_now(desk: Desk):
    await desk.store.visits.insert(VISIT)
    await desk.store.visits.insert(replace(VISIT, id="new", created_at=utc_now()))
    await desk.store.visits.insert(replace(VISIT, id="far", starts_at=VISIT.starts_at + timedelta(days=1)))
    await desk.store.visits.insert(replace(VISIT, id="off", status="cancelled"))
    for _ in range(2):
        await DayAhead(desk.store, BusinessClock(NOW)).plan()
        await desk.announcer().tell_due(FAR)
    (row,) = await desk.rows()
    assert "we expect you on Thu Mar 12 at 10:00 AM. To change it, just answer." in row.text
    assert segments(row.text) == 1
    assert row.best_before is not None
    assert timedelta(hours=23) < row.best_before - utc_now() < timedelta(hours=24)
    await desk.store.visits.set_status(SHOP.slug, VISIT.id, "cancelled")
    assert await desk.announcer().may_leave(row) == "settled"


async def test_five_services_due_are_one_text_and_what_is_overdue_or_far_is_none(desk: Desk):
    await desk.store.vehicles.put(replace(CIVIC, mileage=10_000, mileage_on=date(2026, 3, 1), miles_per_year=36_500))
    for number, (due_on, miles) in enumerate(
        [
            (date(2026, 3, 12), None),
            (date(2026, 3, 18), None),
            (None, 11_200),  # twelve days from March 1: in two days
            (None, 11_500),
            (date(2026, 3, 14), 90_000),
            (date(2026, 3, 10), None),  # overdue when we first see it
            (date(2026, 3, 19), None),
            (None, 12_000),
        ]
    ):
        reminder = Reminder(
            id=f"r{number}",
            shop=SHOP.slug,
            external_id=f"R{number}",
            client_id=MARIA.id,
            vehicle_id=CIVIC.id,
            service="brakes" if number % 2 else "oil_change",
            status="due",
            due_on=due_on,
            due_mileage=miles,
        )
        await desk.store.reminders.put(reminder)
    await not_the_first_day(desk.store)
    for _ in range(2):
        await DayAhead(desk.store, BusinessClock(NOW)).plan()
        await desk.announcer(NIGHT).tell_due(FAR)
    await desk.announcer(NIGHT + timedelta(hours=10)).tell_due(FAR)
    (row,) = await desk.rows()
    assert "5 services are due soon: oil change and brake inspection." in row.text
    assert await desk.bell() == ["service_due"]
    assert await desk.store.announcements.list_due(FAR) == []


async def not_the_first_day(store: Storage) -> None:
    """The shop's services were gone through before."""
    await Sweeps(store.database).move_mark(NOW - timedelta(days=2), f"services:{SHOP.slug}:first")


async def test_what_is_near_on_a_shops_first_day_is_silent_and_what_comes_after_is_told(desk: Desk):
    reminder = Reminder(
        id="r1",
        shop=SHOP.slug,
        external_id="R1",
        client_id=MARIA.id,
        vehicle_id=CIVIC.id,
        service="brakes",
        status="due",
        due_on=date(2026, 3, 12),
    )
    await DayAhead(desk.store, BusinessClock(NOW - timedelta(days=1))).plan()  # nothing is there yet
    await desk.store.reminders.put(reminder)
    await desk.store.reminders.put(replace(reminder, id="r2", external_id="R2", due_on=date(2026, 3, 19)))
    await DayAhead(desk.store, BusinessClock(NOW)).plan()
    await desk.announcer().tell_due(FAR)
    assert await desk.bell() == []
    await DayAhead(desk.store, BusinessClock(NOW + timedelta(days=1))).plan()
    await desk.announcer().tell_due(FAR)
    assert await desk.bell() == ["service_due"]
    (row,) = await desk.rows()
    assert "brake inspection is due soon for your Honda Civic." in row.text


async def test_an_invoice_is_reminded_of_before_and_once_after_and_not_when_it_is_paid(desk: Desk):
    before, after = invoice_dates(INVOICE, SHOP.zone, 3, NOW)
    await desk.tell(before)
    (row,) = await desk.rows()
    assert "invoice 1042 is to be paid by Mon Mar 30." in row.text
    overdue = datetime(2026, 3, 31, 17, 0, tzinfo=UTC)
    await desk.tell(after, now=overdue)
    assert await desk.bell() == ["invoice_due", "invoice_overdue"]
    paid = Payment(
        id="p2",
        shop=SHOP.slug,
        external_id="P2",
        client_id=MARIA.id,
        invoice_id=INVOICE.id,
        paid_on=date(2026, 3, 31),
        amount=28620,
        method="card",
    )
    await desk.store.payments.put(paid)
    later = (await desk.rows())[-1]
    assert later.purpose == "invoice_overdue"
    assert await desk.announcer(overdue).may_leave(later) == "settled"


async def test_what_the_shop_switched_off_is_not_told_and_its_hours_are_its_own(desk: Desk):
    telling = TellingSettings(off=("work_order_moved",), hours=("08:00", "23:00"))
    await desk.store.settings.put(ShopSettings(shop=SHOP.slug, telling=telling))
    moment = StatusMoment(status="in_progress", at=NOW)
    await desk.store.work_orders.put(replace(WORK_ORDER, status="in_progress", history=(moment,)))
    await desk.tell(ready("received"))
    assert (await desk.bell(), await desk.state(ready("received"))) == ([], ("dropped", "off"))
    await desk.store.work_orders.put(WORK_ORDER)
    await desk.tell(ready(key="2"), now=NIGHT)
    assert len(await desk.rows()) == 1


async def test_without_the_portal_there_is_a_phone_and_no_link_and_spanish_is_spoken(desk: Desk):
    await desk.store.clients.put(replace(MARIA, consent=AGREED, language="es", portal=Portal(enabled=False)))
    await desk.tell(ready())
    (row,) = await desk.rows()
    assert row.text == "Garage on Elm: su Honda Civic esta listo para recoger. Llamenos: (512) 555-0100"
    assert await desk.store.links.list_for_client(SHOP.slug, MARIA.id) == []


async def test_what_staff_ask_for_is_told_at_their_hour_and_again(desk: Desk):
    for _ in range(2):
        await desk.tell(asked_for(SHOP.slug, MARIA.id, "work_order", WORK_ORDER.id, utc_now(), by=RAY.id), now=NIGHT)
    assert len(await desk.rows()) == 2
    assert [act.text for act in await desk.acts()] == [
        "Your Honda Civic is ready to be picked up. (sent by Ray Ortiz)"
    ] * 2


async def test_what_staff_wrote_for_later_is_theirs_and_once(desk: Desk):
    later = asked_for(SHOP.slug, MARIA.id, "message", "", utc_now(), by=RAY.id, text="Your pads came in.")
    await desk.tell(later)
    (entry,) = await desk.acts()
    assert (entry.kind, entry.author.id, entry.text) == ("message", RAY.id, "Your pads came in.")
    await desk.store.database["announcements"].update_one({"_id": later.id}, {"$set": {"state": "planned"}})
    await desk.announcer().tell_due(FAR)
    assert len(await desk.acts()) == 1


async def test_a_change_that_could_not_be_told_for_days_is_no_news(desk: Desk):
    late = replace(ready(), planned_at=utc_now() - timedelta(days=3))
    await desk.tell(late)
    assert (await desk.bell(), await desk.state(late)) == ([], ("dropped", "late"))


async def test_who_has_no_number_and_no_address_has_the_bell(desk: Desk):
    await desk.store.clients.put(replace(TOM, phones=(), consent=AGREED))
    order: WorkOrder = replace(WORK_ORDER, id="wo2", client_id=TOM.id, vehicle_id="none")
    await desk.store.work_orders.put(order)
    await desk.tell(planned(SHOP.slug, TOM.id, "work_order", order.id, utc_now(), was="received"))
    assert await desk.bell(TOM.id) == ["car_ready"]


def test_every_text_is_there_in_both_languages_and_fits_one_segment():
    link = "https://pitline.example.com/s/garage/k/AbCdEfGhIjKl"
    sample = {
        "when": "mié 30 sept a las 14:30",
        "car": "Volkswagen Golf",
        "what": "oil change and brake inspection",
        "count": 2,
        "number": "INV-10425",
        "day": "Wed Sep 30",
        "reason": "the lift is broken",
    }
    keys = [key for key in texts() if f"{key}_title" in texts()]
    assert len(keys) == 16
    for key in keys:
        words = Words(key, dict.fromkeys(LANGUAGES, sample))
        for language in LANGUAGES:
            text = as_text(SHOP, words, language, link)
            assert segments(text) == 1, text
            assert as_mail(SHOP, words, language, link)[0]
