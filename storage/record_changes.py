"""Which changes of a record lead to an announcement. Pure.

Only a change of status of a record that was known already, whose own moment lies within the last day: an import tells
nobody by surprise, and what is new to us is silent. What is said of it is decided when it is told; here it is only
written down that there may be something to say, and a moment later, so that several changes of one minute are one.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.announcements import Announcement, planned
from storage.estimates import Estimate
from storage.invoices import Invoice
from storage.visit import Visit
from storage.work_orders import WorkOrder

FRESH = timedelta(hours=24)
SETTLES_IN = timedelta(minutes=3)
_NOON = 12  # when what falls due on a day is looked at; the hours for telling hold it back or not


def visit_state(visit: Visit) -> str:
    """What a client was told of a visit: its status, and when it is."""
    return f"{visit.status} {visit.starts_at.isoformat()}"


def visit_change(before: Visit, after: Visit, now: datetime) -> Announcement | None:
    """The shop confirmed, moved or cancelled a visit."""
    moved = before.active and after.active and before.starts_at != after.starts_at
    decided = before.status != after.status and after.status in ("confirmed", "cancelled")
    if after.client_id is None or not (moved or decided) or after.updated_at <= now - FRESH:
        return None
    key = f"{before.updated_at.isoformat()}"
    return planned(after.shop, after.client_id, "visit", after.id, now + SETTLES_IN, key=key, was=visit_state(before))


def work_order_change(before: WorkOrder, after: WorkOrder, now: datetime) -> Announcement | None:
    """A work order moved on."""
    fresh = after.moved_at is not None and after.moved_at > now - FRESH
    if before.status == after.status or not fresh:
        return None
    key = f"{before.status} {before.moved_at.isoformat() if before.moved_at else ''}"
    return planned(after.shop, after.client_id, "work_order", after.id, now + SETTLES_IN, key=key, was=before.status)


def estimate_change(before: Estimate, after: Estimate, zone: ZoneInfo, now: datetime) -> Announcement | None:
    """An estimate waits (again) for the client, made today or yesterday."""
    fresh = after.issued_on >= (now - FRESH).astimezone(zone).date()
    if before.status == "waiting" or after.status != "waiting" or not fresh:
        return None
    key = f"{before.status} {after.issued_on.isoformat()} {after.content_mark}"
    return planned(after.shop, after.client_id, "estimate", after.id, now + SETTLES_IN, key=key, was=before.status)


def invoice_dates(invoice: Invoice, zone: ZoneInfo, days_before: int, now: datetime) -> list[Announcement]:
    """An open invoice that is yet to fall due: it is looked at some days before, and when it is overdue. One that is
    nearer than that already is new to us: only what is yet to come is told.
    """
    if invoice.status != "open" or invoice.due_on is None or invoice.due_on < now.astimezone(zone).date():
        return []
    day = invoice.due_on.isoformat()
    before = _on(invoice.due_on - timedelta(days=days_before), zone)
    after = _on(invoice.due_on + timedelta(days=1), zone)
    who = (invoice.shop, invoice.client_id)
    dates = [planned(*who, "invoice_overdue", invoice.id, after, key=day, was=day)]
    if before > now:
        dates.insert(0, planned(*who, "invoice_due", invoice.id, before, key=day, was=day))
    return dates


def _on(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, _NOON, tzinfo=zone)
