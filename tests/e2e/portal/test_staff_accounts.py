"""Staff accounts over real HTTP: passwords by mail, the second factor, sessions, people, and nobody locked out."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from html import unescape

import pyotp
import pytest
from aiohttp import ClientResponse, web

from portal_views.context import PortalContext
from portal_views.routes import portal_routes
from portal_views.staff_routes import STAFF_PAGES
from storage.attempts import TooManyAttempts
from storage.staff import Role, Staff
from storage.staff_rights import RIGHTS, ROLES, may
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import Live

PASSWORD = "correct horse battery"
LOGIN, ACCOUNT, PEOPLE = "/staff/login", "/staff/account", "/staff/settings/people"

SignIn = Callable[..., Awaitable[Staff]]


@pytest.fixture
def staff_in(store: Storage, visitor: Browser) -> SignIn:
    """Makes somebody who works at Garland, and signs the browser in as them."""

    async def enter(role: Role = "owner", name: str = "Rosa") -> Staff:
        staff = await store.staff.add("garland", f"{name.lower()}@garland.example", name, role, PASSWORD)
        visitor.session.cookie_jar.update_cookies(
            {"pitline_staff": await store.sessions.open("garland", staff_id=staff.id)}
        )
        return staff

    return enter


async def post(browser: Browser, path: str, **fields: str) -> ClientResponse:
    return await browser.post(path, data=fields, allow_redirects=False)


async def mail_to(store: Storage, email: str) -> str:
    """The newest mail to this address."""
    rows = [row async for row in store.database["outbox"].find({"shop": "garland", "to": email})]
    return str(rows[-1]["text"])


def part(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]


def link_in(text: str) -> str:
    return part(r"(/staff/password/\S+)", text)


async def actions(store: Storage) -> list[str]:
    return [row["action"] async for row in store.database["activity"].find({"shop": "garland"}).sort("at", 1)]


async def test_a_forgotten_password_is_set_anew_by_a_link_that_counts_once(
    store: Storage, visitor: Browser, live: Live
) -> None:
    rosa = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", PASSWORD)
    old = await store.sessions.open("garland", staff_id=rosa.id)
    unknown = await post(visitor, "/staff/forgotten", email="nobody@garland.example")
    known = await post(visitor, "/staff/forgotten", email="Rosa@garland.example ")
    assert (unknown.status, unknown.headers["Location"]) == (known.status, known.headers["Location"])
    assert await store.database["outbox"].count_documents({}) == 1
    path = link_in(await mail_to(store, "rosa@garland.example"))
    for _ in range(2):  # a mail scanner opens it, twice
        page = await visitor.get(path)
        assert page.status == 200
        assert page.headers["Referrer-Policy"] == "no-referrer"
    short = await post(visitor, path, password="short", again="short")
    unlike = await post(visitor, path, password="long enough now", again="long enough, no")
    assert (short.status, unlike.status) == (422, 422)
    done = await post(visitor, path, password="a new long password", again="a new long password")
    assert done.headers["Location"] == "/staff/login?done=password"
    assert (await post(visitor, path, password="another long password", again="another long password")).status == 410
    assert await store.sessions.find(old) is None
    assert len(live.ended) == 1
    assert [one.id for one in await store.staff.verify("rosa@garland.example", "a new long password")] == [rosa.id]
    assert "sign_in.password_set" in await actions(store)


async def test_a_second_factor_is_set_up_asked_for_and_used_once(
    store: Storage, visitor: Browser, staff_in: SignIn
) -> None:
    rosa = await staff_in()
    page = await (await visitor.get(f"{ACCOUNT}/second-factor")).text()
    secret = part(r'class="mono">([A-Z2-7]{16,})<', page)
    assert 'src="data:image/svg+xml' in page
    assert (await post(visitor, f"{ACCOUNT}/second-factor", code="000000")).status == 422
    assert not await store.second_factors.is_on("garland", rosa.id)
    first = pyotp.TOTP(secret).now()
    shown = await (await post(visitor, f"{ACCOUNT}/second-factor", code=first)).text()
    recovery = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", shown)
    assert len(set(recovery)) == 10
    stored = await store.database["second_factors"].find_one({"_id": rosa.id})
    assert stored is not None
    assert secret not in str(stored)
    assert not any(code in str(stored) for code in recovery)

    visitor.session.cookie_jar.clear()
    asked = await post(visitor, LOGIN, email=rosa.email, password=PASSWORD)
    assert asked.status == 200
    assert "pitline_staff" not in asked.headers.get("Set-Cookie", "")
    ticket = unescape(part(r'name="ticket" value="([^"]+)"', await asked.text()))
    again = await post(visitor, f"{LOGIN}/code", ticket=ticket, code=first)
    assert again.status == 401  # the code that set it up was used
    forged = ticket[:-1] + ("1" if ticket.endswith("0") else "0")
    assert (await post(visitor, f"{LOGIN}/code", ticket=forged, code=recovery[0])).headers["Location"] == LOGIN
    right = await post(visitor, f"{LOGIN}/code", ticket=ticket, code=recovery[0].upper().replace("-", " "))
    assert "pitline_staff=" in str(right.headers.getall("Set-Cookie"))
    assert (await post(visitor, f"{LOGIN}/code", ticket=ticket, code=recovery[0])).status == 401
    log = await actions(store)
    assert {"people.second_factor_on", "sign_in.failed", "sign_in.done"} <= set(log)


async def test_a_shop_that_asks_for_it_has_everybody_set_one_up_when_they_sign_in(
    store: Storage, visitor: Browser, staff_in: SignIn
) -> None:
    rosa = await staff_in()
    refused = await post(visitor, "/staff/settings/security", required="yes")
    assert refused.status == 409  # oneself first
    settings = await store.settings.get("garland")
    await store.settings.put(replace(settings, second_factor_required=True))
    visitor.session.cookie_jar.clear()
    page = await (await post(visitor, LOGIN, email=rosa.email, password=PASSWORD)).text()
    ticket = unescape(part(r'name="ticket" value="([^"]+)"', page))
    secret = part(r'class="mono">([A-Z2-7]{16,})<', page)
    assert (await visitor.get(ACCOUNT, allow_redirects=False)).status == 303
    done = await post(visitor, f"{LOGIN}/set-up", ticket=ticket, code=pyotp.TOTP(secret).now())
    assert done.status == 200
    assert (await visitor.get(ACCOUNT, allow_redirects=False)).status == 200
    assert (await post(visitor, ACCOUNT, act="second_factor_off", old=PASSWORD)).status == 409


async def test_sessions_are_seen_and_ended_and_a_new_password_ends_the_others(
    store: Storage, visitor: Browser, staff_in: SignIn, live: Live
) -> None:
    rosa = await staff_in()
    phone = await store.sessions.open("garland", staff_id=rosa.id, agent="Mozilla/5.0 (iPhone) Safari/605")
    laptop = await store.sessions.open("garland", staff_id=rosa.id, agent="Mozilla/5.0 (X11; Linux) Firefox/140")
    page = await (await visitor.get(ACCOUNT)).text()
    assert "Safari · iPhone" in page
    assert "Firefox · Linux" in page
    found = await store.sessions.find(phone)
    assert found is not None
    await post(visitor, ACCOUNT, act="end", session=found.id)
    assert await store.sessions.find(phone) is None
    assert live.ended == [found.id]
    other = await store.staff.add("harbor", "ann@harbor.example", "Ann", "owner", PASSWORD)
    theirs = await store.sessions.find(await store.sessions.open("harbor", staff_id=other.id))
    assert theirs is not None
    await post(visitor, ACCOUNT, act="end", session=theirs.id)
    assert await store.sessions.find_by_id("harbor", theirs.id) is not None
    wrong = await post(visitor, ACCOUNT, act="password", old="no", password="a new long password", again="x")
    assert wrong.status == 422
    new = {"password": "a new long password", "again": "a new long password"}
    assert (await post(visitor, ACCOUNT, act="password", old=PASSWORD, **new)).status == 303
    assert await store.sessions.find(laptop) is None
    assert (await visitor.get(ACCOUNT, allow_redirects=False)).status == 200


async def test_people_are_invited_change_roles_and_leave(
    store: Storage, visitor: Browser, staff_in: SignIn, live: Live
) -> None:
    rosa = await staff_in()
    for fields in ({"name": "", "email": "x@y.example"}, {"name": "Bo", "email": "nonsense"}):
        refused = await post(visitor, PEOPLE, act="invite", role="advisor", **fields)
        assert refused.status == 422
    given = {"act": "invite", "name": "Bo  Vega", "email": "Bo@garland.example", "role": "technician"}
    assert (await post(visitor, PEOPLE, **given)).headers["Location"] == f"{PEOPLE}?done=invited"
    assert (await post(visitor, PEOPLE, **given)).status == 422  # their address is taken
    (bo,) = await store.staff.find_by_email("bo@garland.example")
    assert (bo.name, bo.role, bo.password_hash) == ("Bo Vega", "technician", None)
    path = link_in(await mail_to(store, "bo@garland.example"))
    await post(visitor, path, password="bo's long password", again="bo's long password")
    assert await store.staff.verify("bo@garland.example", "bo's long password")
    session = await store.sessions.open("garland", staff_id=bo.id)
    await post(visitor, PEOPLE, act="role", id=bo.id, role="advisor")
    assert (await store.staff.get("garland", bo.id)).role == "advisor"
    assert await store.sessions.find(session) is None
    await post(visitor, PEOPLE, act="let_go", id=bo.id)
    assert live.left == [bo.id]
    assert await store.staff.verify("bo@garland.example", "bo's long password") == []
    assert (await post(visitor, PEOPLE, act="let_go", id=rosa.id)).status == 422  # the last owner
    assert (await post(visitor, PEOPLE, act="role", id=rosa.id, role="advisor")).status == 422
    await post(visitor, PEOPLE, act="take_back", id=bo.id)
    assert await store.staff.verify("bo@garland.example", "bo's long password")
    assert {"people.added", "people.role_changed", "people.removed"} <= set(await actions(store))


async def test_owners_who_take_it_from_each_other_at_once_leave_one(
    store: Storage, visitor: Browser, staff_in: SignIn
) -> None:
    ann = await store.staff.add("garland", "ann@garland.example", "Ann", "owner", PASSWORD)
    rosa = await staff_in()
    away = ({"act": "role", "id": ann.id, "role": "advisor"}, {"act": "let_go", "id": rosa.id})
    await asyncio.gather(*(post(visitor, PEOPLE, **fields) for fields in away))
    assert any(one.role == "owner" and one.active for one in await store.staff.list("garland"))


async def test_a_thousand_guesses_get_nobody_in_and_lock_nobody_out(store: Storage, visitor: Browser) -> None:
    """At 10,000 it is `tests/bench/bench_guesses.py`."""
    rosa = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", PASSWORD)
    known = await post(visitor, LOGIN, email=rosa.email, password=PASSWORD)
    assert known.status == 303  # this browser is known from now on
    attempts, refused = store.attempts, 0
    for number in range(1000):
        try:
            await attempts.claim("", "password", rosa.email, f"198.51.{number % 40}.{number % 25}")
        except TooManyAttempts:
            refused += 1
    assert refused > 700
    await post(visitor, "/staff/sign-out")
    typo = await post(visitor, LOGIN, email=rosa.email, password="oops")
    assert typo.status == 401
    assert (await post(visitor, LOGIN, email=rosa.email, password=PASSWORD)).status == 303


def staff_paths() -> list[str]:
    """Every page of staff, from the route table: a new one is here by itself."""
    context = PortalContext.__new__(PortalContext)
    routes = [route for route in portal_routes(context) if isinstance(route, web.RouteDef)]
    open_to_all = ("/staff/login", "/staff/forgotten", "/staff/password/")
    return sorted(
        {
            route.path.replace("{id}", "new")
            for route in routes
            if route.method == "GET" and route.path.startswith("/staff") and not route.path.startswith(open_to_all)
        }
    )


async def test_every_page_of_staff_asks_who_one_is_and_what_one_may(
    store: Storage, visitor: Browser, staff_in: SignIn
) -> None:
    paths = [path for path in staff_paths() if "{" not in path]
    assert len(paths) >= 12
    assert set(paths) <= {path.replace("{id}", "new") for pages in STAFF_PAGES.values() for path in pages}
    for path in paths:
        nobody = await visitor.get(path, allow_redirects=False)
        assert (nobody.status, nobody.headers["Location"].split("?")[0]) == (303, LOGIN), path
    for role in ROLES:
        staff = await staff_in(role, role.title())
        statuses = {path: (await visitor.get(path, allow_redirects=False)).status for path in paths}
        for right, pages in STAFF_PAGES.items():
            for path, (_, submit) in pages.items():
                if path in statuses:
                    assert (statuses[path] == 403) != may(role, right), (role, path)
                if submit is not None and not may(role, right):
                    asked = path.replace("{id}", "new").replace("{client}", "dana")
                    assert (await post(visitor, asked)).status == 403, (role, path)
        assert statuses[ACCOUNT] == 200
        no_visit = {statuses.pop(path) for path in paths if path.startswith("/staff/visits/new")}
        assert no_visit <= {403, 404}
        assert set(statuses.values()) <= {200, 303, 403}, statuses
        await store.sessions.end_all_for_staff("garland", staff.id)


def test_owners_may_all_and_technicians_the_least() -> None:
    assert all(may("owner", right) for right in RIGHTS)
    for right in RIGHTS:
        assert may("advisor", right) >= may("technician", right)
    assert may("technician", "converse")
    assert not may("technician", "decide")
