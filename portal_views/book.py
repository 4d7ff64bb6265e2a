"""The booking page: services and vehicle, a free time, who (if not signed in), read-back, one press, done.

Every step is a page of its own and works without JavaScript. Only the last POST writes; the form's own number makes it
book once however often it is sent.
"""

from typing import Any

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.booking_form import BookingForm, Fields, moment_text, read_form
from portal_views.booking_times import NEAREST, offer_week
from portal_views.client_records import FEW_VEHICLES, vehicle_options, vehicles_of
from portal_views.urls import shop_url
from portal_views.visit import tell_staff
from portal_views.visit_calendar import calendar_response
from storage.attempts import TooManyAttempts
from storage.openings import NotBookable, Openings, minutes_for
from storage.proof import may_see
from storage.vehicles import Vehicle
from storage.visit import Visit, booked_id, find_clash
from storage.visits import BookingRequest, Contact, OpeningTaken

_KEY_PREFIX = "page:"  # our keys are never a message's, whatever a form says


async def show(asked: ShopRequest) -> web.StreamResponse:
    """The step that the address asks for, as far as what it holds allows."""
    query = asked.request.query
    form, vehicles = await _read(asked, query)
    if query.get("step") in (None, "services") and form.starts_at is None:
        return _services_page(asked, form, vehicles)
    if not form.services:
        return _services_page(asked, form, vehicles, problem="book.services_missing")
    if form.starts_at is None:
        return await _times_page(asked, form)
    return _you_page(asked, form, {}) if asked.client is None else _check_page(asked, form, vehicles)


async def submit_details(asked: ShopRequest) -> web.StreamResponse:
    """Read back what will be booked; ask again for what is missing. Writes nothing."""
    form, vehicles = await _read(asked, await asked.request.post())
    if not form.services:
        return _services_page(asked, form, vehicles, problem="book.services_missing")
    if form.starts_at is None:
        return await _times_page(asked, form)
    problems = form.problems(asked.shop) if asked.client is None else {}
    return _you_page(asked, form, problems) if problems else _check_page(asked, form, vehicles)


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """Book. Sent twice it books once; an opening taken meanwhile leads to the nearest ones."""
    form, vehicles = await _read(asked, await asked.request.post())
    known = asked.client is not None or not form.problems(asked.shop)
    if form.starts_at is None or not form.services or not form.key or not known:
        return await submit_details(asked)
    if await _clashes(asked, form):
        return await _times_page(asked, form, problem="book.clash")
    try:
        visit = await _reserve(asked, form)
    except TooManyAttempts:
        return asked.page("book_stop.html", status=429, current="book", text="book.too_many")
    except OpeningTaken:
        return await _taken_page(asked, form)
    except NotBookable as refusal:
        if refusal.field == "services":
            return _services_page(asked, form, vehicles, problem="book.too_long")
        return await _times_page(asked, form, problem="book.not_bookable")
    await tell_staff(asked, visit, "booked")
    raise web.HTTPSeeOther(f"{_book_url(asked)}/done/{form.key}")


async def show_done(asked: ShopRequest) -> web.StreamResponse:
    """What was booked under this number."""
    return asked.page("book_done.html", current="book", visit=await _booked(asked))


async def show_calendar(asked: ShopRequest) -> web.StreamResponse:
    """The same as a calendar file."""
    return calendar_response(asked, await _booked(asked))


async def _booked(asked: ShopRequest) -> Visit:
    """What was booked under the number in the address, for who booked it. Raises 404."""
    key = _KEY_PREFIX + asked.request.match_info["key"]
    visit = await asked.context.store.visits.find_by_key(asked.shop.slug, key)
    if visit is None or (visit.client_id is not None and visit.client_id != asked.identity.client_id):
        raise web.HTTPNotFound
    return visit


async def _clashes(asked: ShopRequest, form: BookingForm) -> bool:
    """Whether the client's car has a visit at that time already, other than the one that this form made."""
    if asked.client is None or form.vehicle_id is None or form.starts_at is None:
        return False
    own = booked_id(asked.shop.slug, _KEY_PREFIX + form.key)
    upcoming = await asked.context.store.visits.list_upcoming(asked.shop.slug, asked.client.id, asked.now)
    try:
        minutes = minutes_for(asked.shop, form.services)
    except NotBookable:
        return False
    return find_clash(upcoming, form.vehicle_id, form.starts_at, minutes, own) is not None


async def _reserve(asked: ShopRequest, form: BookingForm) -> Visit:
    store, shop, client = asked.context.store, asked.shop, asked.client
    phone = form.parse_phone(shop)
    if client is None and phone is not None:
        before = await store.visits.find_by_key(shop.slug, _KEY_PREFIX + form.key)
        if before is None:
            await store.attempts.claim(shop.slug, "booking", phone, asked.address)
    assert form.starts_at is not None
    request = BookingRequest(
        services=form.services,
        starts_at=form.starts_at,
        booking_key=_KEY_PREFIX + form.key,
        source="page" if client is None else "portal",
        client_id=client.id if client else None,
        vehicle_id=form.vehicle_id,
        contact=Contact(name=form.name, phone=phone) if client is None and phone is not None else None,
        note="\n".join(part for part in (form.vehicle_text, form.note) if part),
    )
    return await store.visits.reserve(shop, request, asked.now)


async def _read(asked: ShopRequest, fields: Fields) -> tuple[BookingForm, dict[str, Vehicle]]:
    vehicles = await vehicles_of(asked) if asked.full or may_see(asked.identity, "book") else {}
    return read_form(fields, asked.shop, vehicles), vehicles


def _services_page(
    asked: ShopRequest, form: BookingForm, vehicles: dict[str, Vehicle], *, problem: str = ""
) -> web.Response:
    status = 422 if problem else 200
    options = vehicle_options(list(vehicles.values())) if len(vehicles) > FEW_VEHICLES else []
    values: dict[str, Any] = {"form": form, "vehicles": vehicles, "options": options, "problem": problem}
    return _page(asked, "book_services.html", 1, status=status, **values)


async def _times_page(asked: ShopRequest, form: BookingForm, *, problem: str = "") -> web.Response:
    try:
        minutes = minutes_for(asked.shop, form.services)
    except NotBookable:
        return _services_page(asked, form, {}, problem="book.too_long")
    week = await offer_week(Openings(asked.context.store.visits), asked.shop, minutes, form.day, asked.now)
    return _page(
        asked,
        "book_times.html",
        2,
        status=422 if problem else 200,
        form=form,
        week=week,
        minutes=minutes,
        problem=problem,
        day_url=lambda day: _book_url(asked) + form.query(step="time", day=day.isoformat()),
        time_url=lambda moment: _book_url(asked) + form.query(step="check", at=moment_text(moment)),
    )


def _you_page(asked: ShopRequest, form: BookingForm, problems: dict[str, str]) -> web.Response:
    return _page(asked, "book_you.html", 3, status=422 if problems else 200, form=form, problems=problems)


def _check_page(asked: ShopRequest, form: BookingForm, vehicles: dict[str, Vehicle]) -> web.Response:
    try:
        minutes = minutes_for(asked.shop, form.services)
    except NotBookable:
        return _services_page(asked, form, vehicles, problem="book.too_long")
    step = 4 if asked.client is None else 3
    sure = asked.client is not None and asked.shop.booking.confirm == "auto"
    vehicle = vehicles.get(form.vehicle_id or "")
    return _page(asked, "book_check.html", step, form=form.with_key(), minutes=minutes, sure=sure, vehicle=vehicle)


async def _taken_page(asked: ShopRequest, form: BookingForm) -> web.Response:
    assert form.starts_at is not None
    openings = Openings(asked.context.store.visits)
    minutes = minutes_for(asked.shop, form.services)
    nearest = await openings.nearest(asked.shop, form.starts_at, minutes, asked.now, limit=NEAREST)
    return _page(asked, "book_taken.html", 2, status=409, form=form, nearest=nearest)


def _page(asked: ShopRequest, template: str, step: int, *, status: int = 200, **values: Any) -> web.Response:
    steps = ("services", "time", "you", "check") if asked.client is None else ("services", "time", "check")
    return asked.page(
        template,
        status=status,
        current="book",
        step=step,
        steps=steps,
        book_url=_book_url(asked),
        **values,
    )


def _book_url(asked: ShopRequest) -> str:
    return f"{shop_url(asked.shop)}book"
