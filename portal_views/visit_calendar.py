"""A visit as a calendar file, for who may see the visit."""

from aiohttp import hdrs, web

from portal_views.access import ShopRequest
from portal_views.client_records import own_visit, shown_vehicle
from portal_views.formats import formats_for
from portal_views.texts import texts_for
from storage.calendar_file import CONTENT_TYPE, CalendarWords, calendar_file
from storage.visit import Visit


async def show(asked: ShopRequest) -> web.StreamResponse:
    """The client's own visit."""
    visit = await own_visit(asked)
    vehicle = await shown_vehicle(asked, visit.vehicle_id)
    return calendar_response(asked, visit, car=vehicle.title if vehicle is not None else "")


def calendar_response(asked: ShopRequest, visit: Visit, *, car: str = "") -> web.Response:
    """The file, in the reader's language. Shown rather than saved, where a phone can show it."""
    shop, texts = asked.shop, texts_for(asked.language)
    services = ", ".join(shop.service_title(code, asked.language) for code in visit.services)
    lines = [services, car, texts("visit.calendar_change", phone=formats_for(shop, texts).phone(shop.phone))]
    url = f"{asked.context.settings.public_url}{asked.urls['visits']}/{visit.id}" if visit.client_id else None
    words = CalendarWords(
        title=texts("visit.calendar_title", what=services, shop=shop.name) if services else shop.name,
        description="\n".join(line for line in lines if line),
        url=url,
    )
    return web.Response(
        body=calendar_file(shop, visit, words),
        content_type=CONTENT_TYPE,
        charset="utf-8",
        headers={hdrs.CONTENT_DISPOSITION: 'inline; filename="visit.ics"', hdrs.CACHE_CONTROL: "no-store"},
    )
