"""`/staff/visits`: who comes when. A week by days, today first, and above it what waits for the shop's word.

The address says all: `from` the first day, `status`, `page` within the week; `view=waiting` lists all that waits.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, TypeAlias, get_args
from urllib.parse import urlencode

from aiohttp import web

from portal_views.booking_form import read_day
from portal_views.paging import Paged, page_of
from portal_views.report_period import midnight
from portal_views.staff_access import StaffRequest
from storage.account_lists import PAGE_SIZE
from storage.account_lists import page_of as nearest_page
from storage.accounts import day_of
from storage.clients import Client
from storage.staff_rights import may
from storage.vehicles import Vehicle
from storage.visit import Visit, VisitStatus

VISITS: Final = "/staff/visits"
_STATUSES: Final[tuple[VisitStatus, ...]] = get_args(VisitStatus)
_DAYS: Final = 7
_WAITING_SHOWN: Final = 5  # above the week; all of them have a list of their own
_FARTHEST: Final = timedelta(days=20 * 366)

Query: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What the address asks for; what cannot be counts as not asked."""

    first: date
    today: date
    status: VisitStatus | None = None
    page: int = 1
    waiting: bool = False

    @property
    def last(self) -> date:
        """The last day shown."""
        return self.first + timedelta(days=_DAYS - 1)

    @property
    def address(self) -> str:
        """The address of this very list."""
        return self.link(self.first, self.page)

    def link(self, first: date, page: int = 1) -> str:
        """The address of the same from that day on, or of another page of it."""
        fields = {
            "view": "waiting" if self.waiting else "",
            "from": "" if first == self.today or self.waiting else first.isoformat(),
            "status": self.status or "",
            "page": str(page) if page > 1 else "",
        }
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{VISITS}?{query}" if query else VISITS

    def earlier(self) -> str:
        """The week before."""
        return self.link(self.first - timedelta(days=_DAYS))

    def later(self) -> str:
        """The week after."""
        return self.link(self.first + timedelta(days=_DAYS))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Whose visits these are, and with what, by id."""

    clients: Mapping[str, Client]
    vehicles: Mapping[str, Vehicle]


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    agenda, now = read_agenda(asked, asked.request.query), asked.context.clock.now()
    visits, slug = asked.context.store.visits, asked.shop.slug
    count = await visits.count_waiting(slug, now)
    if agenda.waiting:
        page, pages = nearest_page(agenda.page, count)
        waiting = await visits.list_waiting(slug, now, (page - 1) * PAGE_SIZE, PAGE_SIZE)
        return await _page(asked, agenda, waiting, Paged(items=(), page=page, pages=pages, count=count), count)
    begin, end = midnight(agenda.first, asked.shop.zone), midnight(agenda.last + timedelta(days=1), asked.shop.zone)
    waiting, found = await asyncio.gather(
        visits.list_waiting(slug, now, 0, _WAITING_SHOWN), visits.list_starting(slug, begin, end, agenda.status)
    )
    return await _page(asked, agenda, waiting, page_of(found, agenda.page), count)


def read_agenda(asked: StaffRequest, query: Query) -> Agenda:
    """What this query asks for."""
    today = day_of(asked.shop, asked.context.clock.now())
    first = read_day(query.get("from", "")) or today
    status, page = query.get("status", ""), query.get("page", "")
    return Agenda(
        first=min(max(first, today - _FARTHEST), today + _FARTHEST),
        today=today,
        status=status if status in _STATUSES else None,
        page=max(1, int(page)) if page.isascii() and page.isdecimal() and len(page) <= 6 else 1,
        waiting=query.get("view") == "waiting",
    )


async def people_of(asked: StaffRequest, visits: Iterable[Visit]) -> People:
    """The clients and vehicles of these visits."""
    store, slug, shown = asked.context.store, asked.shop.slug, list(visits)
    clients, vehicles = await asyncio.gather(
        store.clients.find_many(slug, [one.client_id for one in shown if one.client_id]),
        store.vehicles.find_many(slug, [one.vehicle_id for one in shown if one.vehicle_id]),
    )
    return People(clients=clients, vehicles=vehicles)


async def _page(
    asked: StaffRequest, agenda: Agenda, waiting: list[Visit], paged: Paged[Visit], count: int
) -> web.Response:
    zone = asked.shop.zone
    days = groupby(paged.items, lambda visit: visit.starts_at.astimezone(zone).date())
    return asked.page(
        "staff_visits.html",
        agenda=agenda,
        back=agenda.address.partition("?")[2],
        count=count,
        days=[(day, list(visits)) for day, visits in days],
        may_change=may(asked.staff.role, "change_visits"),
        now=asked.context.clock.now(),
        paged=paged,
        people=await people_of(asked, [*waiting, *paged.items]),
        statuses=_STATUSES,
        waiting=waiting,
    )
