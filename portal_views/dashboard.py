"""The client's first page: what is owed, what is being done, what comes next, and what it came to so far.

Each thing on it is one short question to the database, however long the client's history is: the account's summary, the
newest of a kind, what waits or is open by an index.
"""

import asyncio
from datetime import date

from aiohttp import web

from portal_views import report_pictures
from portal_views.access import ShopRequest
from portal_views.client_records import due_of, vehicles_of
from portal_views.vehicles import by_vehicle, most_urgent
from storage.account_summary import AccountSummary
from storage.accounts import day_of
from storage.estimates import Estimate
from storage.inspections import Inspection
from storage.visit import Visit
from storage.work_orders import WorkOrder

_SHOWN = 4  # of each kind; the rest is a press away
_VEHICLES_SHOWN = 6
_MONTHS = 12


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the dashboard, without the sections that are switched off."""
    today = day_of(asked.shop, asked.now)
    account, vehicles, visits, orders, estimates, inspections = await asyncio.gather(
        _account(asked),
        vehicles_of(asked),
        _visits(asked),
        _orders(asked),
        _estimates(asked, today),
        _inspections(asked, today),
    )
    due = await due_of(asked, list(vehicles.values())) if asked.sections["vehicles"] else []
    months = _months(account, today) if account is not None and asked.sections["invoices"] else []
    return asked.page(
        "dashboard.html",
        current="dashboard",
        account=account,
        chart=report_pictures.columns(months),
        cars=most_urgent(list(vehicles.values()), by_vehicle(due))[:_VEHICLES_SHOWN],
        due=due[:_SHOWN],
        due_in_all=len(due),
        estimates=estimates,
        inspections=inspections,
        months=months,
        orders=orders,
        pay_url=asked.shop.pay_link,
        shown=_SHOWN,
        today=today,
        vehicles=vehicles if asked.sections["vehicles"] else {},
        visits=visits,
    )


async def _account(asked: ShopRequest) -> AccountSummary | None:
    if not (asked.sections["invoices"] or asked.sections["payments"]):
        return None
    return await asked.context.store.account_summaries.of(asked.shop.slug, asked.known_client.id)


async def _visits(asked: ShopRequest) -> list[Visit]:
    if not asked.sections["visits"]:
        return []
    return await asked.context.store.visits.list_upcoming(asked.shop.slug, asked.known_client.id, asked.now)


async def _orders(asked: ShopRequest) -> list[WorkOrder]:
    if not asked.sections["work_orders"]:
        return []
    return await asked.context.store.work_orders.list_open(asked.shop.slug, asked.known_client.id)


async def _estimates(asked: ShopRequest, today: date) -> list[Estimate]:
    if not asked.sections["estimates"]:
        return []
    return await asked.context.store.estimates.list_waiting(asked.shop.slug, asked.known_client.id, today)


async def _inspections(asked: ShopRequest, today: date) -> list[Inspection]:
    if not asked.sections["inspections"]:
        return []
    store = asked.context.store
    return await store.inspections.newest_of(asked.shop.slug, asked.known_client.id, today, _SHOWN)


def _months(account: AccountSummary, today: date) -> list[tuple[date, int]]:
    """What was invoiced in each of the last twelve months, by its first day, oldest first; none where nothing was."""
    last = today.year * 12 + today.month - 1
    days = [date(month // 12, month % 12 + 1, 1) for month in range(last - _MONTHS + 1, last + 1)]
    found = [(day, account.invoiced_by_month.get(f"{day:%Y-%m}", 0)) for day in days]
    return found if any(cents for _, cents in found) else []
