"""One inspection: what was found, the urgent things first."""

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import own_record, vehicles_named
from storage.inspections import SEVERITY, Picture
from storage.pictures import THUMBNAIL_SIDE


def small_size(picture: Picture) -> tuple[int, int]:
    """Width and height of its small picture: what is written on the page so that nothing moves when it comes."""
    scale = min(1.0, THUMBNAIL_SIDE / max(picture.width, picture.height))
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the inspection. Another client's or another shop's is not there."""
    inspection = await own_record(asked, asked.context.store.inspections)
    found = {result: [item for item in inspection.items if item.result == result] for result in SEVERITY}
    return asked.page(
        "inspection.html",
        current="inspections",
        inspection=inspection,
        found={result: items for result, items in found.items() if items},
        small=small_size,
        vehicle=(await vehicles_named(asked, [inspection.vehicle_id])).get(inspection.vehicle_id),
    )
