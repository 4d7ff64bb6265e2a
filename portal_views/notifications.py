"""What the client was told, the newest first. Looked at by the client, what is new has been seen."""

from aiohttp import web

from config.clock import utc_now
from portal_views.access import ShopRequest
from portal_views.list_query import read_query
from portal_views.urls import scope_url
from storage.account_lists import PAGE_SIZE
from storage.notifications import Notification

_ICONS = {
    "estimate_waiting": "estimates",
    "work_order_moved": "work_orders",
    "car_ready": "done",
    "service_due": "vehicles",
    "change_decided": "profile",
}
_LAST_PAGE = 1000


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show a page of them, marked as they were before this."""
    page = min(read_query(asked.request, {}).page, _LAST_PAGE)
    told = asked.context.store.notifications
    found = await told.list_for_client(
        asked.shop.slug, asked.known_client.id, limit=PAGE_SIZE + 1, skip=(page - 1) * PAGE_SIZE
    )
    if page == 1 and found and _is_looked_at(asked):
        await told.mark_seen(asked.shop.slug, asked.known_client.id, utc_now(), found[0].at)
    return asked.page(
        "notifications.html",
        current="notifications",
        told=[(one, _icon(one), scope_url(asked.shop, one.scope, asked.home)) for one in found[:PAGE_SIZE]],
        page=page,
        has_more=len(found) > PAGE_SIZE,
        unseen=0 if page == 1 else asked.unseen,
    )


def _is_looked_at(asked: ShopRequest) -> bool:
    """A browser that fetches a page ahead has shown it to nobody, and a preview not to the client."""
    headers = asked.request.headers
    ahead = headers.get("Sec-Purpose", "") + headers.get("Purpose", "") + headers.get("X-Moz", "")
    return asked.preview is None and asked.request.method == "GET" and "prefetch" not in ahead.lower()


def _icon(one: Notification) -> str:
    return _ICONS.get(one.kind) or ("invoices" if one.kind.startswith("invoice") else "visits")
