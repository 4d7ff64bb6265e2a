"""What is said of an announcement, from the records as they stand: None where there is nothing to say (any more).

Asked when it is told, and once more when the text or mail is about to leave: a "visit tomorrow" is worth nothing once
the visit was cancelled, a "car ready" once it was picked up, an estimate once it was decided. Everything has a `cause`
that names what happened, so that whoever tells it, and however often, tells it once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from bot.answers import uncapital
from chat.announcement_words import LANGUAGES, Words, say, wording_of
from storage.announcements import About, Announcement
from storage.consents import Purpose
from storage.estimates import Estimate
from storage.notifications import NotificationKind
from storage.proof import LinkScope
from storage.record_changes import visit_state
from storage.reminders import Reminder
from storage.shops import Language, Section, Shop
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visit import Visit
from storage.work_orders import WorkOrderStatus

_MOVES: Final[frozenset[WorkOrderStatus]] = frozenset(
    {"received", "diagnosing", "waiting_approval", "waiting_parts", "in_progress"}
)
_REMINDERS: Final[frozenset[NotificationKind]] = frozenset(
    {"visit_tomorrow", "service_due", "invoice_due", "invoice_overdue"}
)
_A_DAY, _DAYS = timedelta(days=1), timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is to be said: `scope` is the page it leads to, in this section; `best_before` is of the business clock."""

    kind: NotificationKind
    cause: str
    scope: LinkScope
    section: Section
    words: Words
    best_before: datetime

    @property
    def purpose(self) -> Purpose:
        """What the client must have agreed to: what is about work in hand is service, what falls due a reminder."""
        return "reminders" if self.kind in _REMINDERS else "service"


@dataclass(frozen=True, slots=True)
class Asked:
    """An announcement, and what it is looked at with. `others` are those that are told together with it."""

    store: Storage
    shop: Shop
    announcement: Announcement
    now: datetime  # the business clock
    others: tuple[Announcement, ...] = ()


async def find_saying(asked: Asked) -> Saying | None:
    """What is to be said, or None."""
    saying = await _FINDERS[asked.announcement.about](asked)
    if saying is None or saying.best_before <= asked.now:
        return None
    if asked.announcement.by is None:
        return saying
    return replace(saying, cause=f"{saying.cause}:{asked.announcement.id}")  # by hand, as often as they want it


async def _visit(asked: Asked) -> Saying | None:
    one = asked.announcement
    visit = await asked.store.visits.find(one.shop, one.record)
    if visit is None or visit.client_id != one.client_id or visit_state(visit) == one.was:
        return None
    if visit.changed_by == "client":  # since then, by their own hand: they know
        return None
    status, _, started = one.was.partition(" ")
    kind: NotificationKind
    if visit.status == "cancelled":
        kind = "visit_cancelled"
    elif visit.active and started != visit.starts_at.isoformat() and started:
        kind = "visit_moved"
    elif visit.status == "confirmed" and status != "confirmed":
        kind = "visit_confirmed"
    else:
        return None
    key = "visit_cancelled_because" if kind == "visit_cancelled" and visit.cancel_reason else kind
    return _of_visit(asked.shop, visit, kind, visit.updated_at.isoformat(), key)


async def _visit_tomorrow(asked: Asked) -> Saying | None:
    one = asked.announcement
    visit = await asked.store.visits.find(one.shop, one.record)
    if visit is None or visit.client_id != one.client_id or not visit.active:
        return None
    starts = visit.starts_at.isoformat()
    return _of_visit(asked.shop, visit, "visit_tomorrow", starts) if one.was in ("", starts) else None


def _of_visit(shop: Shop, visit: Visit, kind: NotificationKind, moment: str, key: str = "") -> Saying:
    values = {
        one: {"when": wording_of(shop, one).moment(visit.starts_at), "reason": visit.cancel_reason.rstrip(" .")}
        for one in LANGUAGES
    }
    return Saying(
        kind=kind,
        cause=f"{kind}:{visit.id}:{moment}",
        scope=LinkScope(page="visit", record_id=visit.id),
        section="visits",
        words=Words(key or kind, values),
        best_before=visit.starts_at,
    )


async def _estimate(asked: Asked) -> Saying | None:
    one = asked.announcement
    estimate = await asked.store.estimates.find(one.shop, one.record)
    if estimate is None or estimate.client_id != one.client_id:
        return None
    return await _of_estimate(asked, estimate)


async def _of_estimate(asked: Asked, estimate: Estimate) -> Saying | None:
    today = asked.now.astimezone(asked.shop.zone).date()
    if not estimate.open_on(today):
        return None
    last = estimate.valid_until or today + _DAYS
    return Saying(
        kind="estimate_waiting",
        cause=f"estimate:{estimate.id}:{estimate.content_mark}",
        scope=LinkScope(page="estimate", record_id=estimate.id),
        section="estimates",
        words=Words("estimate_waiting", await _cars(asked, estimate.vehicle_id)),
        best_before=datetime.combine(last + _A_DAY, time(), asked.shop.zone),
    )


async def _work_order(asked: Asked) -> Saying | None:
    one = asked.announcement
    order = await asked.store.work_orders.find(one.shop, one.record)
    if order is None or order.client_id != one.client_id or (one.was == order.status and one.by is None):
        return None
    if order.status == "waiting_approval":
        found = await asked.store.estimates.list_for_client(one.shop, one.client_id)
        today = asked.now.astimezone(asked.shop.zone).date()
        waiting = [each for each in found if each.vehicle_id == order.vehicle_id and each.open_on(today)]
        if len(waiting) == 1:
            return await _of_estimate(asked, waiting[0])
    is_ready = order.status == "ready"
    if not is_ready and order.status not in _MOVES:
        return None
    moment = order.moved_at.isoformat() if order.moved_at else ""
    return Saying(
        kind="car_ready" if is_ready else "work_order_moved",
        cause=f"work_order:{order.id}:{order.status}:{moment}",
        scope=LinkScope(page="work_order", record_id=order.id),
        section="work_orders",
        words=Words("car_ready" if is_ready else f"work_order_{order.status}", await _cars(asked, order.vehicle_id)),
        best_before=asked.now + (_DAYS if is_ready else _A_DAY),
    )


async def _service_due(asked: Asked) -> Saying | None:
    one = asked.announcement
    found = await asked.store.reminders.find_many(one.shop, [one.record, *(other.record for other in asked.others)])
    due = [each for each in found.values() if each.client_id == one.client_id and each.status == "due"]
    if not due:
        return None
    cars = sorted({reminder.vehicle_id for reminder in due})
    values: dict[Language, dict[str, Any]] = {}
    for language, car in (await _cars(asked, cars[0])).items():
        titles = [uncapital(title) for title in _titles(asked.shop, due, language)]
        values[language] = {**car, "what": wording_of(asked.shop, language).every(titles), "count": len(due)}
    single = len(cars) == 1
    return Saying(
        kind="service_due",
        cause=f"service_due:{one.id}",
        scope=LinkScope(page="vehicle", record_id=cars[0]) if single else LinkScope(page="vehicles"),
        section="vehicles",
        words=Words("service_due" if single and len(due) == 1 else "services_due", values),
        best_before=asked.now + 2 * _DAYS,
    )


def _titles(shop: Shop, due: list[Reminder], language: Language) -> list[str]:
    return list(dict.fromkeys(shop.service_title(reminder.service, language) for reminder in due))


async def _invoice(asked: Asked) -> Saying | None:
    one = asked.announcement
    view = await asked.store.accounts.find_invoice(asked.shop, one.client_id, one.record, asked.now)
    due_on = view.invoice.due_on if view is not None else None
    if view is None or due_on is None or view.balance <= 0 or view.state not in ("due", "overdue"):
        return None
    overdue = view.state == "overdue"
    if one.by is None and (one.was != due_on.isoformat() or overdue != (one.about == "invoice_overdue")):
        return None
    kind: NotificationKind = "invoice_overdue" if overdue else "invoice_due"
    last = asked.now.astimezone(asked.shop.zone).date() + _DAYS if overdue else due_on + _A_DAY
    number = view.invoice.number
    return Saying(
        kind=kind,
        cause=f"{kind}:{view.invoice.id}:{due_on.isoformat()}",
        scope=LinkScope(page="invoice", record_id=view.invoice.id),
        section="invoices",
        words=Words(
            kind, {each: {"number": number, "day": wording_of(asked.shop, each).day(due_on)} for each in LANGUAGES}
        ),
        best_before=datetime.combine(last, time(), asked.shop.zone),
    )


async def _message(asked: Asked) -> Saying | None:  # noqa: ARG001  # what staff wrote is sent as theirs
    return None


async def _cars(asked: Asked, vehicle_id: str | None) -> dict[Language, dict[str, str]]:
    """What to call a car: make and model."""
    vehicle = await asked.store.vehicles.find(asked.shop.slug, vehicle_id) if vehicle_id else None
    return {language: {"car": _car(vehicle, language)} for language in LANGUAGES}


def _car(vehicle: Vehicle | None, language: Language) -> str:
    return f"{vehicle.make} {vehicle.model}" if vehicle is not None else say(language, "car")


_FINDERS: Final[dict[About, Callable[[Asked], Awaitable[Saying | None]]]] = {
    "visit": _visit,
    "visit_tomorrow": _visit_tomorrow,
    "estimate": _estimate,
    "work_order": _work_order,
    "service_due": _service_due,
    "invoice_due": _invoice,
    "invoice_overdue": _invoice,
    "message": _message,
}
