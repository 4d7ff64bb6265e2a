"""The client's visits: those to come, then those before, by year and status, a page at a time."""

from datetime import date, datetime
from typing import get_args

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import shown_vehicles
from portal_views.list_query import read_query
from portal_views.paging import list_choices, look, one_of, page_of
from portal_views.texts import texts_for
from storage.visit import Visit, VisitStatus

_TO_COME = "upcoming"  # beside the statuses
_SHOWN = 12  # of those to come, above the others; all of them a page at a time


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the visits."""
    statuses = (_TO_COME, *get_args(VisitStatus))
    query = read_query(asked.request, {"status": statuses, "sort": ("newest", "oldest")}, years=True)

    def day(visit: Visit) -> date:
        return visit.starts_at.astimezone(asked.shop.zone).date()

    looked = await look(asked, asked.context.store.visits, query, day)
    upcoming = sorted(
        (visit for visit in looked.items if _to_come(visit, asked.now)), key=lambda visit: visit.starts_at
    )
    past = [visit for visit in looked.items if not _to_come(visit, asked.now) and query["status"] in ("", visit.status)]
    alone = query["status"] == _TO_COME
    paged = page_of(upcoming if alone else past, query.page)
    above = [] if query.narrowed else upcoming[:_SHOWN]
    t = texts_for(asked.language)
    named = [(status, t(f"visits.status.{status}")) for status in ("done", "cancelled", "no_show")]
    named.insert(0, (_TO_COME, t("visits.upcoming")))
    choices = list_choices(asked, looked.years, one_of(asked, "status", t("invoices.status"), named))
    return asked.page(
        "visits.html",
        current="visits",
        choices=choices[:-1] if alone else choices,  # what is to come has one order: soonest first
        more=len(upcoming) - len(above),
        paged=paged,
        query=query,
        upcoming=above,
        vehicles=await shown_vehicles(asked),
    )


def _to_come(visit: Visit, now: datetime) -> bool:
    return visit.active and visit.ends_at >= now
