"""Moving a visit: the same openings as for a booking, read-back, one press. Taken meanwhile: the nearest ones."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.booking_form import moment_text, read_day, read_moment
from portal_views.booking_times import NEAREST, offer_week
from portal_views.client_records import own_visit, shown_vehicle
from portal_views.visit import tell_staff, to_visit, visit_page, visit_url
from portal_views.visit_times import find_hindrance, is_movable, openings_for
from storage.openings import NotBookable, Opening
from storage.visit import Visit
from storage.visits import OpeningTaken, VisitChanged, VisitConflict


async def show(asked: ShopRequest) -> web.StreamResponse:
    """The free times; with a time in the address, from when to when it is moved, as a question."""
    visit = await own_visit(asked)
    if not is_movable(visit, asked.now):
        raise to_visit(asked, visit)
    wanted = read_moment(asked.request.query.get("at", ""))
    if wanted is None:
        return await _times_page(asked, visit)
    problem = await find_hindrance(asked.context.store, asked.shop, visit, wanted, asked.now)
    return await (_times_page(asked, visit, problem=problem) if problem else _check_page(asked, visit, wanted))


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """Move it, once however often it is pressed."""
    visit, fields = await own_visit(asked), await asked.request.post()
    wanted, told = (read_moment(str(fields.get(name, ""))) for name in ("at", "told"))
    if wanted is None or told is None:
        return await _times_page(asked, visit) if is_movable(visit, asked.now) else await visit_page(asked, visit)
    store = asked.context.store
    problem = await find_hindrance(store, asked.shop, visit, wanted, asked.now) if visit.starts_at != wanted else ""
    if problem:
        return await _times_page(asked, visit, problem=problem)
    try:
        visit = await store.visits.move(asked.shop, visit.id, wanted, asked.now, told)
    except OpeningTaken:
        return await _taken_page(asked, visit, wanted)
    except NotBookable as refusal:
        if refusal.field == "visit":
            return await visit_page(asked, visit, problem="visit.not_moved", status=409)
        return await _times_page(asked, visit, problem="book.not_bookable")
    except (VisitChanged, VisitConflict):
        return await visit_page(asked, await own_visit(asked), problem="visit.changed", status=409)
    await tell_staff(asked, visit, "moved")
    raise to_visit(asked, visit, "moved")


async def _times_page(asked: ShopRequest, visit: Visit, *, problem: str = "") -> web.Response:
    return await _page(asked, visit, problem=problem, status=422 if problem else 200)


async def _taken_page(asked: ShopRequest, visit: Visit, wanted: datetime) -> web.Response:
    nearest = await openings_for(asked.context.store, visit).nearest(
        asked.shop, wanted, visit.minutes, asked.now, limit=NEAREST
    )
    return await _page(asked, visit, problem="book.taken", status=409, nearest=nearest, day=wanted)


async def _page(
    asked: ShopRequest,
    visit: Visit,
    *,
    problem: str,
    status: int,
    nearest: Sequence[Opening] = (),
    day: datetime | None = None,
) -> web.Response:
    wanted = read_day(asked.request.query.get("day", "")) or (day or visit.starts_at).astimezone(asked.shop.zone).date()
    week = await offer_week(openings_for(asked.context.store, visit), asked.shop, visit.minutes, wanted, asked.now)
    move_url = f"{visit_url(asked, visit)}/move"
    return asked.page(
        "visit_move.html",
        status=status,
        current="visits",
        visit=visit,
        week=week,
        nearest=nearest,
        problem=problem,
        day_url=lambda shown: f"{move_url}?{urlencode({'day': shown.isoformat()})}",
        time_url=lambda moment: f"{move_url}?{urlencode({'at': moment_text(moment)})}",
    )


async def _check_page(asked: ShopRequest, visit: Visit, wanted: datetime) -> web.Response:
    return asked.page(
        "visit_move_check.html",
        current="visits",
        visit=visit,
        wanted=wanted,
        vehicle=await shown_vehicle(asked, visit.vehicle_id),
        sure=asked.shop.booking.confirm == "auto",
    )
