"""Asking for a change of the own details: one form, each change a request that staff accept or decline."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import FEW_VEHICLES, shown_vehicles
from portal_views.details_form import DetailField, details_form, is_taken_back, read_details_form
from portal_views.profile import list_waiting, to_profile
from storage.change_requests import ChangeRequest, change_request_id
from storage.news import change_asked

_LONGEST_KEY = 32
_PLATE = "plate:"  # before a vehicle's id, in the name of its field


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the form."""
    fields, left_out = await _form(asked, (asked.request.query.get("vehicle", ""),))
    return _page(asked, fields, left_out, uuid.uuid4().hex)


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """Write down what is wished; the same form sent again asks for nothing again. A fault in one field keeps all."""
    typed = await asked.request.post()
    plates = [name.removeprefix(_PLATE) for name in typed if name.startswith(_PLATE)]
    form, left_out = await _form(asked, plates)
    fields = read_details_form(form, typed, asked.shop)
    key = str(typed.get("key", ""))[:_LONGEST_KEY] or uuid.uuid4().hex
    if any(field.problem for field in fields):
        return _page(asked, fields, left_out, key, status=422)
    changed = [await _ask_for(asked, field, key) for field in fields if field.new is not None or is_taken_back(field)]
    if any(changed):
        asked.context.live.news_added()
    raise to_profile(asked, "asked" if any(changed) else "withdrawn" if changed else "nothing")


async def submit_withdrawal(asked: ShopRequest) -> web.StreamResponse:
    """Take back what waits; one that was decided meanwhile is shown as it is."""
    request_id = str((await asked.request.post()).get("request", ""))
    requests, client = asked.context.store.change_requests, asked.known_client
    await requests.withdraw(asked.shop.slug, client.id, request_id, asked.now)
    raise to_profile(asked, "withdrawn")


async def _ask_for(asked: ShopRequest, field: DetailField, key: str) -> bool:
    """Write the wish down for staff, or withdraw the one that waits. Whether staff have something to do."""
    store, shop, client = asked.context.store, asked.shop, asked.known_client
    if is_taken_back(field) and field.waiting is not None:
        await store.change_requests.withdraw(shop.slug, client.id, field.waiting.id, asked.now)
        return False
    assert field.new is not None
    request = ChangeRequest(
        id=change_request_id(shop.slug, f"{client.id}:{key}", field.name),
        shop=shop.slug,
        client_id=client.id,
        field=field.detail,
        vehicle_id=field.vehicle.id if field.vehicle is not None else None,
        old=field.old,
        new=field.new,
        message_id=key,
        at=asked.now,
    )
    await store.change_requests.append(request)
    await store.news.add(change_asked(shop.slug, client.id, request.id, place="portal"))
    return True


async def _form(asked: ShopRequest, plates: Collection[str]) -> tuple[list[DetailField], int]:
    """The form, and how many vehicles it leaves out: of a fleet it has the plates of these, and of those for which a
    wish waits.
    """
    vehicles, waiting = await shown_vehicles(asked), await list_waiting(asked)
    shown = list(vehicles.values())
    if len(shown) > FEW_VEHICLES:
        wished = {*plates, *(one.vehicle_id for one in waiting)}
        shown = [vehicle for vehicle in shown if vehicle.id in wished]
    return details_form(asked.known_client, shown, waiting, asked.shop), len(vehicles) - len(shown)


def _page(
    asked: ShopRequest, fields: Sequence[DetailField], left_out: int, key: str, *, status: int = 200
) -> web.Response:
    values: dict[str, Any] = {"fields": fields, "key": key, "left_out": left_out}
    return asked.page("profile_change.html", status=status, current="profile", **values)
