"""`/staff/visits/{id}`: one visit in the hands of staff: confirm it, cancel it. Moving it is in `staff_visit_move`.

Each form says with `told` when the visit was said to be: what the client changed meanwhile is shown, and nothing is
done. A press that comes twice is once: one write decides, and what follows from it has an id of its own.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl

from aiohttp import web

from config.clock import utc_now
from portal_views.booking_form import moment_text, read_moment
from portal_views.staff_access import StaffRequest
from portal_views.staff_visits import VISITS, people_of, read_agenda
from portal_views.visit_times import is_movable
from storage.record_changes import visit_change
from storage.staff_rights import may
from storage.visit import Visit
from storage.visits import Hand, NotBookable, VisitChanged, VisitConflict

Act: TypeAlias = Literal["confirmed", "moved", "cancelled"]

_LONGEST_REASON: Final = 100


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    return await visit_page(asked, await visit_of(asked))


async def to_visit(asked: StaffRequest) -> web.StreamResponse:
    """`GET` of what only a press does: who signed in on the way to it presses again."""
    return asked.go(visit_url(await visit_of(asked)))


async def submit_confirm(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: confirm it."""
    visit, form = await visit_of(asked), await asked.request.post()
    told = read_moment(str(form.get("told", "")))
    try:
        if told is None:
            raise VisitChanged("nobody was told when it is")
        visit = await asked.context.store.visits.confirm(
            asked.shop, visit.id, asked.context.clock.now(), told, staff_hand(asked)
        )
    except NotBookable:
        return await visit_page(asked, visit, problem="begun", status=409)
    except VisitConflict:
        return await changed_page(asked)
    if visit.changed_by != "staff":
        return await changed_page(asked)
    await note_change(asked, visit, "confirmed", {"when": visit.starts_at.isoformat()})
    if "back" not in form:
        return asked.go(visit_url(visit), _done("confirmed", visit))
    back = dict(parse_qsl(str(form["back"])[:200]))
    return asked.go(read_agenda(asked, back).address, _done("confirmed", visit))


async def show_cancel(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: whether it is to be cancelled, and why."""
    visit = await visit_of(asked)
    if not visit.active:
        return asked.go(visit_url(visit))
    people = await people_of(asked, [visit])
    return asked.page("staff_visit_cancel.html", visit=visit, people=people, longest=_LONGEST_REASON)


async def submit_cancel(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: cancel it."""
    visit, form = await visit_of(asked), await asked.request.post()
    told = read_moment(str(form.get("told", "")))
    reason = " ".join(str(form.get("reason", "")).split())[:_LONGEST_REASON].strip()
    try:
        if told is None:
            raise VisitChanged("nobody was told when it is")
        visit = await asked.context.store.visits.cancel_for_shop(asked.shop, visit.id, told, staff_hand(asked), reason)
    except VisitConflict:
        return await changed_page(asked)
    if visit.changed_by != "staff":
        return await changed_page(asked)
    details = {"when": visit.starts_at.isoformat(), "reason": visit.cancel_reason}
    await note_change(asked, visit, "cancelled", {name: value for name, value in details.items() if value})
    return asked.go(visit_url(visit), _done("cancelled", visit))


async def visit_of(asked: StaffRequest) -> Visit:
    """The visit that the address names. Raises 404, for another shop's too."""
    visit = await asked.context.store.visits.find(asked.shop.slug, asked.request.match_info["id"])
    if visit is None:
        raise web.HTTPNotFound
    return visit


async def visit_page(asked: StaffRequest, visit: Visit, *, problem: str = "", status: int = 200) -> web.Response:
    """The visit's page, with what went wrong before it."""
    now = asked.context.clock.now()
    return asked.page(
        "staff_visit.html",
        status=status,
        visit=visit,
        people=await people_of(asked, [visit]),
        may_change=may(asked.staff.role, "change_visits"),
        problem=problem,
        to_come=is_movable(visit, now),
        told=moment_text(visit.starts_at),
    )


async def changed_page(asked: StaffRequest) -> web.Response:
    """How it stands now, and that nothing was done."""
    return await visit_page(asked, await visit_of(asked), problem="changed", status=409)


def staff_hand(asked: StaffRequest) -> Hand:
    """Staff change it: the client is to be told, which is planned before it is written."""

    async def announce(before: Visit, after: Visit) -> None:
        change = visit_change(before, after, utc_now())
        if change is not None:
            await asked.context.store.announcements.plan(change)

    return Hand(by="staff", announce=announce)


async def note_change(asked: StaffRequest, visit: Visit, act: Act, details: Mapping[str, str]) -> None:
    """Who did it goes into the activity log, once for each change."""
    people = await people_of(asked, [visit])
    client = people.clients.get(visit.client_id or "")
    name = client.name if client is not None else visit.contact.name if visit.contact is not None else None
    await asked.note(f"visit.{act}", name, details, ref=f"visit:{visit.id}:{visit.sequence}")


def visit_url(visit: Visit) -> str:
    """The visit's page."""
    return f"{VISITS}/{visit.id}"


def _done(act: Act, visit: Visit) -> str:
    """What the next page says; who is on no file is told by nobody but staff."""
    return f"visit_{act}" if visit.client_id is not None else f"visit_{act}_call"
