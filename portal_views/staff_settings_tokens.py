"""API tokens: what programs of the shop sign in to the inbox with, as a person. Made, listed and revoked by owners.

A token is shown on the page that answers the press which made it, this once.
"""

import re
import secrets
from datetime import timedelta
from typing import Final

from aiohttp import web

from config.clock import utc_now
from portal_views.staff_access import StaffRequest
from storage.api_tokens import LONGEST_TOKEN_LABEL, token_details
from storage.staff import Staff

TOKENS: Final = "/staff/settings/tokens"
_PRESS: Final = re.compile(r"[0-9a-f]{32}")
_LIFETIMES: Final = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365), "never": None}
_USUAL: Final = "90"


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`; with `?revoke=` the token that is to be revoked is asked about first."""
    return await _page(asked, ask=asked.request.query.get("revoke", ""))


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `act` is `make` or `revoke`."""
    form = {name: str(value)[:200] for name, value in (await asked.request.post()).items()}
    match form.get("act"):
        case "make":
            return await _make(asked, form)
        case "revoke":
            return await _revoke(asked, form.get("id", ""))
        case _:
            raise web.HTTPBadRequest


async def _make(asked: StaffRequest, form: dict[str, str]) -> web.StreamResponse:
    store, slug = asked.context.store, asked.shop.slug
    press, lifetime = form.get("press", ""), form.get("lifetime", "")
    if not _PRESS.fullmatch(press) or lifetime not in _LIFETIMES:
        raise web.HTTPBadRequest
    given = {"label": " ".join(form.get("label", "").split()), "person": form.get("person", ""), "lifetime": lifetime}
    if not given["label"] or len(given["label"]) > LONGEST_TOKEN_LABEL:
        return await _page(asked, problem="label", given=given)
    person = await store.staff.find(slug, given["person"])
    if person is None or not person.active:
        return await _page(asked, problem="person", given=given)
    made = await store.api_tokens.make(
        slug, person.id, given["label"], created_by=asked.staff.id, lifetime=_LIFETIMES[lifetime], press=press
    )
    if made is None:
        return await _page(asked, problem="again")
    token, text = made
    await asked.note("people.token_made", token.label, token_details(token, person.name))
    return await _page(asked, made=text)


async def _revoke(asked: StaffRequest, token_id: str) -> web.StreamResponse:
    """What it is connected by ends at once here, and within a quarter of a minute in other processes."""
    store, slug = asked.context.store, asked.shop.slug
    token = await store.api_tokens.revoke(slug, token_id)
    if token is not None:
        await asked.context.live.token_ended(slug, token.id)
        person = await store.staff.find(slug, token.staff_id)
        await asked.note("people.token_revoked", token.label, token_details(token, person.name if person else ""))
    return asked.go(TOKENS, "token_revoked")


def _usual(me: Staff) -> dict[str, str]:
    return {"label": "", "person": me.id, "lifetime": _USUAL}


async def _page(
    asked: StaffRequest,
    *,
    ask: str = "",
    made: str = "",
    problem: str = "",
    given: dict[str, str] | None = None,
) -> web.Response:
    store, slug, now = asked.context.store, asked.shop.slug, utc_now()
    people = {one.id: one for one in await store.staff.list(slug)}
    tokens = await store.api_tokens.list(slug)
    return asked.page(
        "staff_settings_tokens.html",
        status={"": 200, "again": 409}.get(problem, 422),
        asked_about=next((token for token in tokens if token.id == ask), None),
        given=given or _usual(asked.staff),
        lifetimes=_LIFETIMES,
        longest=LONGEST_TOKEN_LABEL,
        made=made,
        names={one.id: one.name for one in people.values()},
        people=sorted((one for one in people.values() if one.active), key=lambda one: one.name.casefold()),
        press=secrets.token_hex(16),
        problem=problem,
        tokens=[(token, token.counts(now)) for token in tokens],
    )
