"""One's own account: where one is signed in, what acts in one's name, the password, the second factor."""

import asyncio

from aiohttp import web

from portal_views.browsers import browser_name
from portal_views.staff_access import StaffRequest
from portal_views.staff_password import SHORTEST_PASSWORD, end_sessions, password_problem
from portal_views.staff_second_step import note_set_up, qr_of
from storage.attempts import TooManyAttempts

ACCOUNT = "/staff/account"
_LONGEST = 200


async def show(asked: StaffRequest, *, problem: str = "", status: int = 200) -> web.StreamResponse:
    """`GET`: all of it."""
    store, me = asked.context.store, asked.staff
    sessions, tokens, is_on, left, settings = await asyncio.gather(
        store.sessions.list_for_staff(me.shop, me.id),
        store.api_tokens.list_for_staff(me.shop, me.id),
        store.second_factors.is_on(me.shop, me.id),
        store.second_factors.recovery_codes_left(me.shop, me.id),
        store.settings.get(me.shop),
    )
    return asked.page(
        "staff_account.html",
        status=status,
        sessions=sessions,
        current=asked.session.id,
        tokens=tokens,
        second_factor=is_on,
        codes_left=left,
        required=settings.second_factor_required,
        problem=problem,
        shortest=SHORTEST_PASSWORD,
        browser=browser_name,
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `act` says what is to be done."""
    form = await asked.request.post()
    given = {name: str(form.get(name, ""))[:_LONGEST] for name in ("act", "session", "old", "password", "again")}
    store, me = asked.context.store, asked.staff
    match given["act"]:
        case "end":
            if any(one.id == given["session"] for one in await store.sessions.list_for_staff(me.shop, me.id)):
                await store.sessions.end_by_id(me.shop, given["session"])
                await asked.context.live.session_ended(me.shop, given["session"])
            return asked.go(ACCOUNT, "ended")
        case "end_others":
            await end_sessions(asked.context, me.shop, me.id, but=asked.session.id)
            return asked.go(ACCOUNT, "ended")
        case "password":
            return await _set_password(asked, given["old"], given["password"], given["again"])
        case "second_factor_off":
            return await _switch_off(asked, given["old"])
        case _:
            raise web.HTTPBadRequest


async def show_second_factor(asked: StaffRequest, *, problem: str = "") -> web.StreamResponse:
    """`GET /staff/account/second-factor`: the code to scan. Counts for nothing until it is confirmed."""
    store, me = asked.context.store, asked.staff
    if await store.second_factors.is_on(me.shop, me.id):
        return asked.go(ACCOUNT)
    begun = await store.second_factors.begin(me.shop, me.id, me.email, asked.shop.name)
    values = {"qr": qr_of(begun.uri), "secret": begun.secret, "problem": problem}
    return asked.page("staff_second_factor.html", status=422 if problem else 200, **values)


async def submit_second_factor(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: a first right code switches it on; the recovery codes are shown this once."""
    store, me = asked.context.store, asked.staff
    if await store.second_factors.is_on(me.shop, me.id):
        return asked.go(ACCOUNT)
    code = str((await asked.request.post()).get("code", ""))[:20]
    codes = await store.second_factors.confirm(me.shop, me.id, code)
    if codes is None:
        return await show_second_factor(asked, problem="wrong")
    await note_set_up(asked.context, me, asked.address)
    return asked.page("staff_recovery.html", codes=codes, next=ACCOUNT)


async def _set_password(asked: StaffRequest, old: str, password: str, again: str) -> web.StreamResponse:
    if not await _is_me(asked, old):
        return await show(asked, problem="old", status=422)
    problem = password_problem(password, again)
    if problem:
        return await show(asked, problem=problem, status=422)
    me = asked.staff
    await asked.context.store.staff.set_password(me.shop, me.id, password)
    await end_sessions(asked.context, me.shop, me.id, but=asked.session.id)
    await asked.note("sign_in.password_set", details={"by": "account"})
    return asked.go(ACCOUNT, "password")


async def _switch_off(asked: StaffRequest, password: str) -> web.StreamResponse:
    store, me = asked.context.store, asked.staff
    if (await store.settings.get(me.shop)).second_factor_required:
        return await show(asked, problem="required", status=409)
    if not await _is_me(asked, password):
        return await show(asked, problem="old_off", status=422)
    await store.second_factors.switch_off(me.shop, me.id)
    await asked.note("people.second_factor_off", me.name)
    return asked.go(ACCOUNT, "second_factor_off")


async def _is_me(asked: StaffRequest, password: str) -> bool:
    """Whether this is the password of who is signed in: a browser left alone changes nothing."""
    store, me = asked.context.store, asked.staff
    try:
        await store.attempts.claim(me.shop, "password_known", me.email, asked.session.id)
    except TooManyAttempts:
        return False
    right = any(one.id == me.id for one in await store.staff.verify(me.email, password, me.shop))
    if right:
        await store.attempts.forgive(me.shop, "password_known", me.email, asked.session.id)
    return right
