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


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the visits."""
    query = read_query(asked.request, {"status": get_args(VisitStatus), "sort": ("newest", "oldest")}, years=True)

    def day(visit: Visit) -> date:
        return visit.starts_at.astimezone(asked.shop.zone).date()

    looked = await look(asked, asked.context.store.visits, query, day)
    upcoming = sorted(
        (visit for visit in looked.items if _to_come(visit, asked.now)), key=lambda visit: visit.starts_at
    )
    past = [visit for visit in looked.items if not _to_come(visit, asked.now) and query["status"] in ("", visit.status)]
    t = texts_for(asked.language)
    named = [(status, t(f"visits.status.{status}")) for status in ("done", "cancelled", "no_show")]
    return asked.page(
        "visits.html",
        current="visits",
        choices=list_choices(asked, looked.years, one_of(asked, "status", t("invoices.status"), named)),
        paged=page_of(past, query.page),
        query=query,
        upcoming=upcoming if not query.narrowed else [],
        vehicles=await shown_vehicles(asked),
    )


def _to_come(visit: Visit, now: datetime) -> bool:
    return visit.active and visit.ends_at >= now
