"""What a client sets on the own page at once: where they stay signed in, what they want to hear, their language."""

import asyncio

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.profile import to_profile
from portal_views.texts import LANGUAGES
from storage.activity import Actor
from storage.consents import PURPOSES


async def submit_sessions(asked: ShopRequest) -> web.StreamResponse:
    """End one session, or all others. Their sockets go at once."""
    form = await asked.request.post()
    sessions = asked.context.store.sessions
    own = {one.id for one in await sessions.list_for_client(asked.shop.slug, asked.known_client.id)}
    others = own - {asked.identity.session_id}
    wanted = others if form.get("act") == "end_others" else others & {str(form.get("session", ""))}
    await asyncio.gather(*(_end(asked, session_id) for session_id in wanted))
    if wanted:
        await _note(asked, "sign_in.ended", {"count": str(len(wanted)), "by": "client"})
    raise to_profile(asked, "ended")


async def submit_consent(asked: ShopRequest) -> web.StreamResponse:
    """Agree to hear something, or no longer. Said twice it is the same; a STOP by text stays what it is."""
    form = await asked.request.post()
    purpose = next((one for one in PURPOSES if one == form.get("purpose")), None)
    wanted = {"yes": True, "no": False}.get(str(form.get("wanted", "")))
    if purpose is None or wanted is None:
        raise web.HTTPBadRequest
    consents, shop, client = asked.context.store.consents, asked.shop.slug, asked.known_client
    if await consents.allows(shop, client, purpose) is not wanted:
        say = consents.grant if wanted else consents.withdraw
        await say(shop, client.id, purpose, asked.now, "portal")
        await _note(asked, "consent.given" if wanted else "consent.withdrawn", {"purpose": purpose})
    raise to_profile(asked, "consent")


async def submit_language(asked: ShopRequest) -> web.StreamResponse:
    """The language of the pages, the chat and what is sent."""
    wanted = (await asked.request.post()).get("language")
    language = next((one for one in LANGUAGES if one == wanted), None)
    if language is None:
        raise web.HTTPBadRequest
    await asked.context.store.clients.set_language(asked.shop.slug, asked.known_client.id, language)
    raise web.HTTPSeeOther(f"{asked.urls['profile']}?done=language&lang={language}")


async def _end(asked: ShopRequest, session_id: str) -> None:
    await asked.context.store.sessions.end_by_id(asked.shop.slug, session_id)
    await asked.context.live.session_ended(asked.shop.slug, session_id)


async def _note(asked: ShopRequest, action: str, details: dict[str, str]) -> None:
    client = asked.known_client
    actor = Actor(kind="client", id=client.id, name=client.name)
    activity = asked.context.store.activity
    await activity.append(asked.shop.slug, actor, action, client.name, details, address=asked.address)
