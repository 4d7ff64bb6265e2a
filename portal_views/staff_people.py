"""Who works here: invite, change the role, let go, take back, end sessions, take a lost second factor off."""

import asyncio
from typing import cast, get_args

from aiohttp import web

from portal_views.signing_in import CONTACT_LIMIT
from portal_views.staff_access import StaffRequest
from portal_views.staff_password import end_sessions, send_link
from storage.api_tokens import token_details
from storage.staff import Role, Staff, StaffEmailTaken
from storage.staff_rights import ROLES

PEOPLE = "/staff/settings/people"
_LONGEST_NAME = 80


class NoOwnerLeft(Exception):
    """Nobody would be owner of the shop any more."""


async def show(
    asked: StaffRequest, *, problem: str = "", name: str = "", email: str = "", role: str = "advisor"
) -> web.StreamResponse:
    """`GET`: everybody, who left last."""
    store, slug = asked.context.store, asked.shop.slug
    people = sorted(await store.staff.list(slug), key=lambda one: (not one.active, one.name.casefold()))
    factors = await asyncio.gather(*(store.second_factors.is_on(slug, one.id) for one in people))
    sessions = await asyncio.gather(*(store.sessions.list_for_staff(slug, one.id) for one in people))
    return asked.page(
        "staff_people.html",
        status=422 if problem else 200,
        people=[
            {"person": one, "second_factor": factor, "sessions": len(open_now)}
            for one, factor, open_now in zip(people, factors, sessions, strict=True)
        ],
        roles=ROLES,
        problem=problem,
        given={"name": name, "email": email, "role": role},
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `act` says what is to be done, with whom `id`."""
    form = await asked.request.post()
    act, person_id = str(form.get("act", ""))[:40], str(form.get("id", ""))[:64]
    if act == "invite":
        name, email = str(form.get("name", ""))[:_LONGEST_NAME], str(form.get("email", ""))[:CONTACT_LIMIT]
        return await _invite(asked, " ".join(name.split()), email.strip(), str(form.get("role", "")))
    person = await asked.context.store.staff.find(asked.shop.slug, person_id)
    if person is None:
        raise web.HTTPNotFound
    role = str(form.get("role", ""))
    if _leaves_no_owner(await asked.context.store.staff.list(asked.shop.slug), person, act, role):
        return await show(asked, problem="last_owner")
    try:
        done = await _do(asked, person, act, role)
    except NoOwnerLeft:
        return await show(asked, problem="last_owner")
    await asked.context.live.shop_changed(asked.shop.slug)
    return asked.go(PEOPLE, done)


async def _invite(asked: StaffRequest, name: str, email: str, role: str) -> web.StreamResponse:
    given = {"name": name, "email": email, "role": role}
    if not name:
        return await show(asked, problem="name", **given)
    if "@" not in email[1:-1] or any(letter.isspace() for letter in email):
        return await show(asked, problem="email", **given)
    if role not in get_args(Role):
        return await show(asked, problem="role", **given)
    try:
        person = await asked.context.store.staff.invite(asked.shop.slug, email, name, cast(Role, role))
    except StaffEmailTaken:
        return await show(asked, problem="taken", **given)
    await send_link(asked.context, person, "invitation")
    await asked.note("people.added", person.name, {"role": role, "address": person.email})
    await asked.context.live.shop_changed(asked.shop.slug)
    return asked.go(PEOPLE, "invited")


async def _do(asked: StaffRequest, person: Staff, act: str, role: str) -> str:
    store, slug = asked.context.store, asked.shop.slug
    match act:
        case "invite_again":
            await send_link(asked.context, person, "invitation")
            return "invited"
        case "role" if role in get_args(Role):
            await store.staff.set_role(slug, person.id, cast(Role, role))
            await _keep_an_owner(asked, person)
            await end_sessions(asked.context, slug, person.id, but=asked.session.id)  # what is open has the old role
            await asked.note("people.role_changed", person.name, {"from": person.role, "to": role})
            return "role"
        case "let_go":
            await _let_go(asked, person)
            return "let_go"
        case "take_back":
            await store.staff.set_active(slug, person.id, active=True)
            await asked.note("people.added", person.name, {"role": person.role, "again": "yes"})
            return "taken_back"
        case "end_sessions":
            await end_sessions(asked.context, slug, person.id, but=asked.session.id)
            await asked.note("people.signed_out", person.name)
            return "signed_out"
        case "second_factor_off":
            await store.second_factors.switch_off(slug, person.id)
            await asked.note("people.second_factor_off", person.name)
            return "second_factor_off"
        case _:
            raise web.HTTPBadRequest


async def _let_go(asked: StaffRequest, person: Staff) -> None:
    """They come in no more, from this moment; what they had is anybody's again."""
    store, slug = asked.context.store, asked.shop.slug
    await store.staff.set_active(slug, person.id, active=False)
    await _keep_an_owner(asked, person)
    await store.staff_links.end_all(slug, person.id)
    await end_sessions(asked.context, slug, person.id)
    for token in await store.api_tokens.revoke_all_for_staff(slug, person.id):
        await asked.context.live.token_ended(slug, token.id)
        await asked.note("people.token_revoked", token.label, token_details(token, person.name))
    await asked.context.live.person_left(slug, person.id)
    await asked.note("people.removed", person.name, {"role": person.role})


async def _keep_an_owner(asked: StaffRequest, before: Staff) -> None:
    """Owners may take it from each other at once: then each finds nobody left here, and puts back what they took."""
    people = asked.context.store.staff
    if any(one.role == "owner" and one.active for one in await people.list(before.shop)):
        return
    await people.set_role(before.shop, before.id, before.role)
    await people.set_active(before.shop, before.id, active=before.active)
    raise NoOwnerLeft


def _leaves_no_owner(people: list[Staff], person: Staff, act: str, role: str) -> bool:
    """Whether nobody could be owner any more afterwards."""
    if person.role != "owner" or not (act == "let_go" or (act == "role" and role != "owner")):
        return False
    return not any(one.role == "owner" and one.active and one.id != person.id for one in people)
