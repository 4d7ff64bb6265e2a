"""Which changes lead to an announcement: none that is a surprise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.announcements import planned
from storage.estimates import Estimate, EstimateLine
from storage.invoices import Invoice
from storage.record_changes import estimate_change, invoice_dates, visit_change, work_order_change
from storage.store import Storage
from storage.visit import Visit
from storage.work_orders import StatusMoment, WorkOrder

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")
ORDER = WorkOrder(
    id="w1",
    shop="garage",
    external_id="W1",
    number="W-1",
    client_id="maria",
    vehicle_id="civic",
    status="received",
    history=(StatusMoment(status="received", at=NOW - timedelta(days=2)),),
)
VISIT = Visit(
    id="v1",
    shop="garage",
    client_id="maria",
    starts_at=NOW + timedelta(days=2),
    minutes=60,
    status="requested",
    source="portal",
    created_at=NOW - timedelta(days=1),
    updated_at=NOW - timedelta(days=1),
)
ESTIMATE = Estimate(
    id="e1",
    shop="garage",
    external_id="E1",
    number="E-1",
    client_id="maria",
    issued_on=NOW.date(),
    total=100,
    status="expired",
    lines=(EstimateLine(id="l1", description="Pads", kind="part", amount=100),),
)
INVOICE = Invoice(
    id="i1",
    shop="garage",
    external_id="I1",
    number="1042",
    client_id="maria",
    issued_on=NOW.date(),
    due_on=NOW.date() + timedelta(days=10),
    total=100,
)


def moved(status: str, at: datetime) -> WorkOrder:
    return replace(ORDER, status=status, history=(*ORDER.history, StatusMoment(status=status, at=at)))  # type: ignore[arg-type]


def test_a_work_order_that_moved_today_is_told_of_and_one_that_moved_last_week_is_not():
    told = work_order_change(ORDER, moved("ready", NOW - timedelta(hours=1)), NOW)
    assert told is not None
    assert (told.about, told.record, told.was) == ("work_order", "w1", "received")
    assert told.due_at > NOW
    assert work_order_change(ORDER, moved("ready", NOW - timedelta(hours=25)), NOW) is None
    assert work_order_change(ORDER, replace(ORDER, note="Keys are in the box"), NOW) is None


def test_the_same_change_is_planned_once_and_the_next_one_again():
    first = work_order_change(ORDER, moved("in_progress", NOW), NOW)
    again = work_order_change(ORDER, moved("in_progress", NOW), NOW + timedelta(minutes=1))
    next_one = work_order_change(moved("in_progress", NOW), moved("ready", NOW), NOW)
    assert first is not None
    assert again is not None
    assert next_one is not None
    assert first.id == again.id != next_one.id


def test_a_visit_is_told_of_when_the_shop_confirms_moves_or_cancels_it():
    seen = replace(VISIT, updated_at=NOW)
    assert visit_change(VISIT, replace(seen, status="confirmed"), NOW) is not None
    assert visit_change(VISIT, replace(seen, status="cancelled"), NOW) is not None
    assert visit_change(VISIT, replace(seen, starts_at=NOW + timedelta(days=3)), NOW) is not None
    assert visit_change(VISIT, replace(seen, note="Bring the key"), NOW) is None
    assert visit_change(VISIT, replace(seen, status="done"), NOW) is None
    long_ago = replace(VISIT, status="confirmed", updated_at=NOW - timedelta(days=2))
    assert visit_change(VISIT, long_ago, NOW) is None
    assert visit_change(VISIT, replace(seen, status="confirmed", client_id=None), NOW) is None


def test_an_estimate_is_told_of_when_it_waits_again_and_was_made_now():
    assert estimate_change(ESTIMATE, replace(ESTIMATE, status="waiting"), ZONE, NOW) is not None
    old = replace(ESTIMATE, status="waiting", issued_on=NOW.date() - timedelta(days=5))
    assert estimate_change(ESTIMATE, old, ZONE, NOW) is None
    assert estimate_change(old, replace(old, issued_on=NOW.date()), ZONE, NOW) is None


def test_an_invoice_is_looked_at_before_it_is_due_and_after_and_one_overdue_already_never():
    before, after = invoice_dates(INVOICE, ZONE, 3, NOW)
    assert before.due_at.astimezone(ZONE).date() == NOW.date() + timedelta(days=7)
    assert after.due_at.astimezone(ZONE).date() == NOW.date() + timedelta(days=11)
    (only_after,) = invoice_dates(replace(INVOICE, due_on=NOW.date() + timedelta(days=2)), ZONE, 3, NOW)
    assert only_after.about == "invoice_overdue"
    assert invoice_dates(replace(INVOICE, due_on=NOW.date() - timedelta(days=1)), ZONE, 3, NOW) == []
    assert invoice_dates(replace(INVOICE, status="draft"), ZONE, 3, NOW) == []
    assert invoice_dates(replace(INVOICE, due_on=None), ZONE, 3, NOW) == []


async def test_one_of_two_takes_up_an_announcement_and_what_is_cancelled_stays_so(store: Storage):
    one = planned("garage", "maria", "work_order", "w1", NOW, key="a")
    assert await store.announcements.plan(one)
    assert not await store.announcements.plan(replace(one, was="other"))
    await store.announcements.plan_many([one, planned("garage", "maria", "work_order", "w1", NOW, key="b")])
    assert len(await store.announcements.list_due(NOW)) == 2
    assert await store.announcements.put_off(one, NOW + timedelta(hours=1))
    assert not await store.announcements.put_off(one, NOW + timedelta(hours=1))
    assert not await store.announcements.cancel("garage", "tom", one.id)
    assert await store.announcements.cancel("garage", "maria", one.id)
    await store.announcements.close(one, "told", "sms")
    found = await store.announcements.find("garage", one.id)
    assert found is not None
    assert found.state == "cancelled"
    assert await store.announcements.find("rival", one.id) is None
    assert not await store.announcements.cancel("garage", "maria", one.id)
