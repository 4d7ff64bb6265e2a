"""The client's invoices: by state, year, vehicle and number, in the order that is asked for, a page at a time."""

from collections.abc import Sequence
from typing import Any, get_args

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicle_options, vehicles_of
from portal_views.list_query import Choice, read_query
from portal_views.paging import one_of, order_choice, year_choice
from portal_views.texts import texts_for
from storage.account_lists import InvoiceFilter, Order, Standing, list_invoices
from storage.accounts import day_of
from storage.vehicles import Vehicle


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list."""
    vehicles = await vehicles_of(asked)
    choices = {"state": get_args(Standing), "vehicle": vehicles, "sort": get_args(Order)}
    query = read_query(asked.request, choices, years=True, text="number")
    values: Any = query  # what it holds are names of ours
    today = day_of(asked.shop, asked.now)
    paged = await list_invoices(
        asked.context.store.account_summaries,
        asked.shop.slug,
        asked.known_client.id,
        InvoiceFilter(
            standing=values["state"] or None,
            year=query.year,
            vehicle_id=values["vehicle"] or None,
            number=values["number"],
        ),
        order=values["sort"] or "newest",
        page=query.page,
        today=today,
    )
    return asked.page(
        "invoices.html",
        current="invoices",
        choices=_choices(asked, paged.years, list(vehicles.values())),
        paged=paged,
        pay_url=asked.shop.pay_link,
        query=query,
        today=today,
        vehicles=vehicles,
    )


def _choices(asked: ShopRequest, years: Sequence[int], vehicles: Sequence[Vehicle]) -> list[Choice]:
    t = texts_for(asked.language)
    states = [(state, t(f"invoices.standing.{state}")) for state in get_args(Standing)]
    found = [one_of(asked, "state", t("invoices.status"), states), *year_choice(asked, years)]
    if len(vehicles) > 1:
        found.append(one_of(asked, "vehicle", t("invoices.vehicle"), vehicle_options(vehicles)))
    return [*found, order_choice(asked, get_args(Order))]
