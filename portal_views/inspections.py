"""The inspections of the client's vehicles with what each found in short, by vehicle and year, a page at a time."""

from collections.abc import Collection

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicle_options, vehicles_of
from portal_views.list_query import read_query
from portal_views.paging import list_choices, look, one_of, page_of
from portal_views.texts import texts_for

_FOUND = ("urgent", "soon")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list."""
    vehicles = await vehicles_of(asked)
    choices: dict[str, Collection[str]] = {"vehicle": vehicles, "result": _FOUND, "sort": ("newest", "oldest")}
    query = read_query(asked.request, choices, years=True)
    looked = await look(asked, asked.context.store.inspections, query, lambda inspection: inspection.inspected_on)
    found = [
        inspection
        for inspection in looked.items
        if query["vehicle"] in ("", inspection.vehicle_id)
        and (not query["result"] or any(item.result == query["result"] for item in inspection.items))
    ]
    t = texts_for(asked.language)
    own = [one_of(asked, "result", t("inspections.found"), [(name, t(f"inspection.result.{name}")) for name in _FOUND])]
    if len(vehicles) > 1:
        own.append(one_of(asked, "vehicle", t("invoices.vehicle"), vehicle_options(list(vehicles.values()))))
    return asked.page(
        "inspections.html",
        current="inspections",
        choices=list_choices(asked, looked.years, *own),
        looked=looked,
        paged=page_of(found, query.page),
        query=query,
        vehicles=vehicles,
    )
