"""The client's work orders: all that is in the shop now; then what is over, a page at a time, by state, year, vehicle
and number.
"""

from collections.abc import Collection, Sequence
from datetime import date

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicle_options, vehicles_of
from portal_views.list_query import Choice, ListQuery, read_query
from portal_views.paging import NEWEST, Looked, list_choices, look, one_of, page_of, years_of
from portal_views.texts import texts_for
from storage.account_lists import has_number
from storage.accounts import day_of
from storage.vehicles import Vehicle
from storage.work_orders import WorkOrder

_STATES = ("open", "delivered", "cancelled")
_IN_THE_SHOP = 60  # shown together; of more, the others a page at a time


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show what is in the shop, and one page of what is over."""
    vehicles = await vehicles_of(asked)
    choices: dict[str, Collection[str]] = {"state": _STATES, "vehicle": vehicles, "sort": ("newest", "oldest")}
    query = read_query(asked.request, choices, years=True, text="number")
    now, looked = await _looked(asked, query)
    now = [order for order in now if _fits(asked, query, order)]
    over = [order for order in looked.items if _fits(asked, query, order)]
    alone = query["state"] == "open"
    paged = page_of(now if alone else over, query.page)
    return asked.page(
        "work_orders.html",
        current="work_orders",
        choices=_choices(asked, looked.years, list(vehicles.values())),
        now=now[:_IN_THE_SHOP] if paged.page == 1 and not alone else [],
        more=max(0, len(now) - _IN_THE_SHOP),
        found=len(now) if alone else len(now) + len(over),
        paged=paged,
        query=query,
        vehicles=vehicles,
    )


async def _looked(asked: ShopRequest, query: ListQuery) -> tuple[list[WorkOrder], Looked[WorkOrder]]:
    """What is in the shop, and what is over, as far as it is looked at: of a vehicle all, of a number what has it."""
    orders, key = asked.context.store.work_orders, (asked.shop.slug, asked.known_client.id)

    def day(order: WorkOrder) -> date | None:
        return _day(asked, order)

    if not (query["vehicle"] or query["number"]):
        return await orders.list_open(*key), await look(asked, orders, query, day)
    if query["vehicle"]:
        found = await orders.list_for_vehicle(*key, query["vehicle"])
    else:
        found = await orders.list_numbered(*key, lambda number: has_number(query["number"], number), NEWEST)
    over = [order for order in found if order.finished]
    years = years_of(map(day, over), day_of(asked.shop, asked.now))
    items = over[::-1] if query["sort"] == "oldest" else over
    return [order for order in found if not order.finished], Looked(items=items, years=years)


def _fits(asked: ShopRequest, query: ListQuery, order: WorkOrder) -> bool:
    day = _day(asked, order)
    return (
        query["state"] in ("", order.status if order.finished else "open")
        and query["vehicle"] in ("", order.vehicle_id)
        and (query.year is None or (day is not None and day.year == query.year))
        and has_number(query["number"], order.number)
    )


def _day(asked: ShopRequest, order: WorkOrder) -> date | None:
    """The day on which it moved last, where that is known."""
    return day_of(asked.shop, order.moved_at) if order.moved_at is not None else None


def _choices(asked: ShopRequest, years: Sequence[int], vehicles: Sequence[Vehicle]) -> list[Choice]:
    t = texts_for(asked.language)
    own = [
        one_of(asked, "state", t("invoices.status"), [(state, t(f"work_orders.state.{state}")) for state in _STATES])
    ]
    if len(vehicles) > 1:
        own.append(one_of(asked, "vehicle", t("invoices.vehicle"), vehicle_options(vehicles)))
    return list_choices(asked, years, *own)
