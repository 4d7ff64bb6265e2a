"""The client's visits: those to come, then those before."""

from datetime import datetime

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_of
from storage.visit import Visit

_PAST_SHOWN = 20


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the visits."""
    found = await asked.context.store.visits.list_for_client(asked.shop.slug, asked.known_client.id)
    visits = sorted(found, key=lambda visit: visit.starts_at)
    upcoming = [visit for visit in visits if _to_come(visit, asked.now)]
    past = [visit for visit in reversed(visits) if not _to_come(visit, asked.now)]
    vehicles = await vehicles_of(asked) if asked.sections["vehicles"] else {}
    return asked.page("visits.html", current="visits", upcoming=upcoming, past=past[:_PAST_SHOWN], vehicles=vehicles)


def _to_come(visit: Visit, now: datetime) -> bool:
    return visit.active and visit.ends_at >= now
