"""The client's invoices: by state, year, vehicle and number, in the order that is asked for, a page at a time."""

from collections.abc import Sequence
from typing import Any, get_args

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of
from portal_views.list_query import Choice, read_query
from portal_views.texts import Texts, texts_for
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
        choices=_choices(texts_for(asked.language), paged.years, list(vehicles.values())),
        paged=paged,
        pay_url=asked.shop.pay_link,
        query=query,
        today=today,
        vehicles=vehicles,
    )


def _choices(t: Texts, years: Sequence[int], vehicles: Sequence[Vehicle]) -> list[Choice]:
    everything = ("", t("lists.every"))
    states = tuple((state, t(f"invoices.standing.{state}")) for state in get_args(Standing))
    orders = tuple((order, t(f"lists.sort.{order}")) for order in get_args(Order))
    found = [Choice(name="state", label=t("invoices.status"), options=(everything, *states))]
    if len(years) > 1:
        found.append(Choice(name="year", label=t("lists.year"), options=(everything, *year_options(years))))
    if len(vehicles) > 1:
        named = tuple((vehicle.id, vehicle.name_with_plate) for vehicle in vehicles)
        found.append(Choice(name="vehicle", label=t("invoices.vehicle"), options=(everything, *named)))
    return [*found, Choice(name="sort", label=t("lists.order"), options=orders)]


def year_options(years: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """Years to choose from."""
    return tuple((str(year), str(year)) for year in years)
