"""One visit: when, what, where; and calling it off: asked first, then one press. Moving it is in `visit_move`."""

from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.booking_form import moment_text, read_moment
from portal_views.client_records import own_visit, shown_vehicle
from portal_views.visit_times import is_movable
from storage.news import VisitAct, visit_changed
from storage.shops import Shop
from storage.visit import Visit
from storage.visits import NotBookable, VisitChanged, VisitConflict, check_cancellable

_DONE = ("moved", "cancelled")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the visit. Another client's or another shop's is not there."""
    return await visit_page(asked, await own_visit(asked))


async def show_cancel(asked: ShopRequest) -> web.StreamResponse:
    """Ask whether it is to be cancelled; where it cannot be, its page says why."""
    visit = await own_visit(asked)
    if why_not_cancelled(asked.shop, visit, asked.now) or not visit.active:
        raise to_visit(asked, visit)
    vehicle = await shown_vehicle(asked, visit.vehicle_id)
    return asked.page(
        "visit_cancel.html", current="visits", visit=visit, told=moment_text(visit.starts_at), vehicle=vehicle
    )


async def submit_cancel(asked: ShopRequest) -> web.StreamResponse:
    """Cancel it, once however often it is pressed. What the shop moved meanwhile is shown, and nothing is cancelled."""
    visit, store = await own_visit(asked), asked.context.store
    told = read_moment(str((await asked.request.post()).get("told", "")))
    try:
        if told is None:
            raise VisitChanged("nobody was told when it is")
        visit = await store.visits.call_off(asked.shop, visit.id, asked.now, told)
    except NotBookable:
        return await visit_page(asked, visit, problem="visit.not_cancelled", status=409)
    except VisitConflict:
        return await visit_page(asked, await own_visit(asked), problem="visit.changed", status=409)
    await tell_staff(asked, visit, "cancelled")
    raise to_visit(asked, visit, "cancelled")


async def visit_page(asked: ShopRequest, visit: Visit, *, problem: str = "", status: int = 200) -> web.Response:
    """The visit's page, with what went wrong or was done before it."""
    done = asked.request.query.get("done", "")
    fits = visit.active if done == "moved" else visit.status == "cancelled"
    return asked.page(
        "visit.html",
        status=status,
        current="visits",
        visit=visit,
        vehicle=await shown_vehicle(asked, visit.vehicle_id),
        done=done if done in _DONE and fits else "",
        problem=problem,
        can_move=is_movable(visit, asked.now),
        why_not=why_not_cancelled(asked.shop, visit, asked.now),
        again=_again(visit),
    )


def why_not_cancelled(shop: Shop, visit: Visit, now: datetime) -> str:
    """Why a client may not cancel it (any more): a reason as `NotBookable` has them, empty where they may."""
    try:
        check_cancellable(shop, visit, now)
    except NotBookable as refusal:
        return refusal.reason
    return ""


async def tell_staff(asked: ShopRequest, visit: Visit, act: VisitAct) -> None:
    """Staff hear of it; done again, they hear nothing new."""
    await asked.context.store.news.add(visit_changed(visit, act, place="portal"))
    asked.context.live.news_added()


def visit_url(asked: ShopRequest, visit: Visit) -> str:
    """The visit's page."""
    return f"{asked.urls['visits']}/{visit.id}"


def to_visit(asked: ShopRequest, visit: Visit, done: str = "") -> web.HTTPSeeOther:
    """To its page, which says what was done; a reload of it sends nothing."""
    return web.HTTPSeeOther(visit_url(asked, visit) + (f"?done={done}" if done else ""))


def _again(visit: Visit) -> str:
    """The booking page's query for the same once more."""
    fields = [("service", code) for code in visit.services]
    return urlencode([*fields, ("vehicle", visit.vehicle_id or ""), ("step", "time" if fields else "services")])
