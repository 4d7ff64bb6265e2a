"""The client's estimates, by how they stand, year and number, a page at a time."""

from typing import get_args

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_named
from portal_views.list_query import read_query
from portal_views.paging import list_choices, look, one_of, page_of
from portal_views.texts import texts_for
from storage.account_lists import has_number
from storage.accounts import day_of
from storage.estimates import EstimateStatus

_ORDERS = ("newest", "oldest")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list."""
    states, today = get_args(EstimateStatus), day_of(asked.shop, asked.now)
    query = read_query(asked.request, {"state": states, "sort": _ORDERS}, years=True, text="number")
    looked = await look(asked, asked.context.store.estimates, query, lambda estimate: estimate.issued_on)
    found = [
        estimate
        for estimate in looked.items
        if (not query["state"] or estimate.state_on(today) == query["state"])
        and has_number(query["number"], estimate.number)
    ]
    paged = page_of(found, query.page)
    t = texts_for(asked.language)
    named = [(state, t(f"estimates.state.{state}")) for state in states]
    return asked.page(
        "estimates.html",
        current="estimates",
        choices=list_choices(asked, looked.years, one_of(asked, "state", t("invoices.status"), named)),
        paged=paged,
        query=query,
        looked=looked,
        today=today,
        vehicles=await vehicles_named(asked, [estimate.vehicle_id for estimate in paged.items]),
    )
