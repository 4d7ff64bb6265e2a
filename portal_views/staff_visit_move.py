"""`/staff/visits/{id}/move`: the times that clients are offered too, read-back, one press.

What staff move is confirmed with that. Taken meanwhile: the nearest openings.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from portal_views.booking_form import moment_text, read_day, read_moment
from portal_views.booking_times import NEAREST, offer_week
from portal_views.staff_access import StaffRequest
from portal_views.staff_visit import changed_page, note_change, staff_hand, visit_of, visit_page, visit_url
from portal_views.staff_visits import people_of
from portal_views.visit_times import find_hindrance, is_movable, openings_for
from storage.openings import NotBookable, Opening
from storage.visit import Visit
from storage.visits import OpeningTaken, VisitConflict


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: the free times; with a time in the address, from when to when it is moved, as a question."""
    visit, now = await visit_of(asked), asked.context.clock.now()
    if not is_movable(visit, now):
        return asked.go(visit_url(visit))
    wanted = read_moment(asked.request.query.get("at", ""))
    if wanted is None:
        return await _times_page(asked, visit)
    problem = await find_hindrance(asked.context.store, asked.shop, visit, wanted, now)
    if problem:
        return await _times_page(asked, visit, problem=problem, status=422)
    people = await people_of(asked, [visit])
    return asked.page("staff_visit_move_check.html", visit=visit, wanted=wanted, people=people)


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: move it, once however often it is pressed."""
    visit, form = await visit_of(asked), await asked.request.post()
    store, now = asked.context.store, asked.context.clock.now()
    wanted, told = (read_moment(str(form.get(name, ""))) for name in ("at", "told"))
    if wanted is None or told is None:
        return asked.go(f"{visit_url(visit)}/move")
    problem = await find_hindrance(store, asked.shop, visit, wanted, now) if visit.starts_at != wanted else ""
    if problem and visit.starts_at == told:
        return await _times_page(asked, visit, problem=problem, status=422)
    try:
        visit = await store.visits.move(asked.shop, visit.id, wanted, now, told, staff_hand(asked))
    except OpeningTaken:
        nearest = await openings_for(store, visit).nearest(asked.shop, wanted, visit.minutes, now, limit=NEAREST)
        return await _times_page(asked, visit, problem="book.taken", status=409, nearest=nearest, day=wanted)
    except NotBookable as refusal:
        if refusal.field == "visit":
            return await visit_page(asked, await visit_of(asked), problem="begun", status=409)
        return await _times_page(asked, visit, problem="book.not_bookable", status=422)
    except VisitConflict:
        return await changed_page(asked)
    if visit.changed_by != "staff":
        return await changed_page(asked)
    await note_change(asked, visit, "moved", {"from": told.isoformat(), "to": visit.starts_at.isoformat()})
    return asked.go(visit_url(visit), "visit_moved" if visit.client_id is not None else "visit_moved_call")


async def _times_page(
    asked: StaffRequest,
    visit: Visit,
    *,
    problem: str = "",
    status: int = 200,
    nearest: Sequence[Opening] = (),
    day: datetime | None = None,
) -> web.Response:
    shop, move_url = asked.shop, f"{visit_url(visit)}/move"
    wanted = read_day(asked.request.query.get("day", "")) or (day or visit.starts_at).astimezone(shop.zone).date()
    openings = openings_for(asked.context.store, visit)
    week = await offer_week(openings, shop, visit.minutes, wanted, asked.context.clock.now())
    return asked.page(
        "staff_visit_move.html",
        status=status,
        visit=visit,
        people=await people_of(asked, [visit]),
        problem=problem,
        nearest=nearest,
        week=week,
        day_url=lambda shown: f"{move_url}?{urlencode({'day': shown.isoformat()})}",
        time_url=lambda moment: f"{move_url}?{urlencode({'at': moment_text(moment)})}",
    )
