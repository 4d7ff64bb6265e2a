"""`/staff/clients/{client}/portal`: a client's way in, in the hands of staff.

Preview it, make a login key, send or copy a link, switch access, choose sections, see who looked and what was sent, end
sessions and links. Looking changes nothing; what a press makes is shown on the page that answers it, this once.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias, cast, get_args

from aiohttp import web

from config.clock import utc_now
from portal_views.browsers import browser_name
from portal_views.preview import portal_page_url
from portal_views.staff_access import StaffRequest
from portal_views.staff_clients import client_of
from portal_views.staff_invite import Invitation, Way, hindrances, invite
from storage.clients import Client, sections_for
from storage.shops import SECTIONS

Form: TypeAlias = Mapping[str, str]

_PRESS: Final = re.compile(r"[0-9a-f]{32}")
_LINKS: Final = 30
_WAYS: Final[tuple[Way, ...]] = get_args(Way)


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`; with `?ask=` what is to be confirmed first: `key`, or a way to send one."""
    wanted = asked.request.query.get("ask", "")
    return await _page(asked, await client_of(asked), ask=wanted if wanted == "key" else "")


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `act` says what is to be done."""
    client = await client_of(asked)
    form = {name: str(value)[:200] for name, value in (await asked.request.post()).items()}
    act = form.get("act", "")
    if act in ("key", *_WAYS):
        return await _make(asked, client, act, form)
    if act not in _ACTS:
        raise web.HTTPBadRequest
    done = await _ACTS[act](asked, client, form)
    return asked.go(portal_page_url(client.id), done)


async def _make(asked: StaffRequest, client: Client, act: str, form: Form) -> web.StreamResponse:
    """A key, or an invitation. A new key ends the one before, so it is asked once more."""
    press, with_key = form.get("press", ""), form.get("with_key") == "yes"
    if not _PRESS.fullmatch(press):
        raise web.HTTPBadRequest
    if act in await hindrances(asked, client) or not client.portal.enabled:
        return await _page(asked, client, status=409, problem="cannot")
    if (act == "key" or with_key) and form.get("sure") != "yes":
        return await _page(asked, client, ask=act)
    if act == "key":
        key = await asked.context.store.keys.issue_once(asked.shop.slug, client.id, press, asked.staff.id)
        if key is not None:
            await asked.note("access.key_made", client.name)
        made = Invitation(url=None, key=key)
    else:
        made = await invite(asked, client, cast(Way, act), press, with_key=with_key)
    again = made.key is None and made.url is None
    return await _page(asked, client, made=made, way=act, problem="again" if again else "")


async def _switch_off(asked: StaffRequest, client: Client, _: Form) -> str:
    """What is open ends at once, with what it is open on."""
    store, slug = asked.context.store, asked.shop.slug
    if client.portal.enabled:
        await store.clients.set_portal(slug, client.id, replace(client.portal, enabled=False))
        await asked.note("access.switched_off", client.name)
    await _end_sessions(asked, client)
    await store.access.close(slug, client.id)
    await asked.context.live.access_ended(slug, client.id)
    return "access_off"


async def _switch_on(asked: StaffRequest, client: Client, _: Form) -> str:
    if not client.portal.enabled:
        await asked.context.store.clients.set_portal(asked.shop.slug, client.id, replace(client.portal, enabled=True))
        await asked.note("access.switched_on", client.name)
    return "access_on"


async def _choose_sections(asked: StaffRequest, client: Client, form: Form) -> str:
    """Per section shown, not shown, or (no word) as the shop has it."""
    chosen: dict[str, bool] = {
        section: form[section] == "yes" for section in SECTIONS if form.get(section) in ("yes", "no")
    }
    if chosen != dict(client.portal.sections):
        await asked.context.store.clients.set_portal(
            asked.shop.slug, client.id, replace(client.portal, sections=chosen)
        )
        details = {section: "shown" if shown else "hidden" for section, shown in chosen.items()}
        await asked.note("access.sections", client.name, details)
    return "saved"


async def _revoke_link(asked: StaffRequest, client: Client, form: Form) -> str:
    links, slug = asked.context.store.links, asked.shop.slug
    wanted = form.get("id", "")
    if any(link.id == wanted for link in await links.list_for_client(slug, client.id)) and await links.revoke(
        slug, wanted
    ):
        await asked.note("access.link_revoked", client.name)
    return "link_revoked"


async def _end_session(asked: StaffRequest, client: Client, form: Form) -> str:
    await _end_sessions(asked, client, form.get("id", ""))
    return "ended"


async def _end_all(asked: StaffRequest, client: Client, _: Form) -> str:
    await _end_sessions(asked, client)
    return "signed_out"


async def _end_sessions(asked: StaffRequest, client: Client, only: str | None = None) -> None:
    store, slug = asked.context.store, asked.shop.slug
    ended = [one for one in await store.sessions.list_for_client(slug, client.id) if only in (None, one.id)]
    for session in ended:
        await store.sessions.end_by_id(slug, session.id)
        await asked.context.live.session_ended(slug, session.id)
    if ended:
        await asked.note("access.signed_out", client.name, {"count": str(len(ended))})


_ACTS: Final[Mapping[str, Callable[[StaffRequest, Client, Form], Awaitable[str]]]] = {
    "off": _switch_off,
    "on": _switch_on,
    "sections": _choose_sections,
    "revoke_link": _revoke_link,
    "end_session": _end_session,
    "end_all": _end_all,
}


async def _page(
    asked: StaffRequest,
    client: Client,
    *,
    ask: str = "",
    made: Invitation | None = None,
    way: str = "",
    problem: str = "",
    status: int = 200,
) -> web.Response:
    store, slug = asked.context.store, asked.shop.slug
    key, links, sessions, looks, people, hindered = await asyncio.gather(
        store.keys.find(slug, client.id),
        store.links.list_for_client(slug, client.id),
        store.sessions.list_for_client(slug, client.id),
        store.looks.list_for_client(slug, client.id),
        store.staff.list(slug),
        hindrances(asked, client),
    )
    now = utc_now()
    shown = sections_for(asked.shop, replace(client, portal=replace(client.portal, enabled=True)))
    return asked.page(
        "staff_client_portal.html",
        status=status,
        ask=ask,
        browser=browser_name,
        by=next((one.name for one in people if key is not None and one.id == key.issued_by), ""),
        client=client,
        hindered=hindered,
        key=key,
        links=[(link, link.live(now)) for link in reversed(links)][:_LINKS],
        looks=looks,
        made=made,
        may_open_portal=True,
        press=secrets.token_hex(16),
        preview_url=f"{portal_page_url(client.id)}/preview/",
        problem=problem,
        sections=[
            (section, client.portal.sections.get(section), asked.shop.sections.get(section, True), shown[section])
            for section in SECTIONS
        ],
        sessions=sessions,
        tab="portal",
        way=way,
    )
