"""Staff look at a client's portal as the client sees it: the same pages, nothing sent, no traces."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from portal_views.client_pages import CLIENT_PAGES, PORTAL, PREVIEW
from portal_views.preview import read_only
from storage.activity import ActivityQuery
from storage.clients import Portal
from storage.sessions import STAFF_COOKIE
from storage.staff import Role, Staff
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import DANA, Live, fill, portal_app

HOME = "/staff/clients/dana/portal/preview/"


@pytest.fixture
async def desk(store: Storage, live: Live) -> AsyncIterator[Browser]:
    """The browser of an owner of Garland."""
    await fill(store)
    server = TestServer(portal_app(store, live))
    browser: TestClient[web.Request, web.Application] = TestClient(server)
    await browser.start_server()
    await _sit_down(store, browser, "garland", "owner")
    yield browser
    await browser.close()


async def _sit_down(store: Storage, browser: Browser, shop: str, role: Role) -> None:
    name = f"{shop}-{role}"
    staff = Staff(id=name, shop=shop, external_id=name, email=f"{name}@mail.example", name="Olga", role=role)
    await store.staff.put(staff)
    token = await store.sessions.open(shop, staff_id=staff.id)
    browser.session.cookie_jar.update_cookies({STAFF_COOKIE: token}, browser.make_url("/"))


async def _read(browser: Browser, path: str) -> str:
    response = await browser.get(path, allow_redirects=False)
    assert response.status == 200, path
    return await response.text()


def _main(page: str) -> str:
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found
    return found[0]


def test_every_page_of_the_portal_has_its_preview(store: Storage):
    """A new page is covered by itself, or this fails."""
    routes = list(portal_app(store).router.routes())
    shown = {route.resource.canonical for route in routes if route.method == "GET" and route.resource is not None}
    portal = {path for path in shown if path.startswith(PORTAL + "/")}
    assert portal
    assert {path.replace(PORTAL, PREVIEW) for path in portal} <= shown


def test_no_preview_takes_anything(store: Storage):
    methods = {
        route.method
        for route in portal_app(store).router.routes()
        if route.resource is not None and route.resource.canonical.startswith(PREVIEW)
    }
    assert methods == {"GET", "HEAD"}


async def test_pages_are_what_the_client_sees(store: Storage, desk: Browser):
    async with TestClient(TestServer(portal_app(store))) as seen:
        token = await store.sessions.open("garland", client_id="dana")
        seen.session.cookie_jar.update_cookies({"pitline_garland": token}, seen.make_url("/"))
        for page in CLIENT_PAGES:
            # the profile lists sessions, and a preview has none; the chat is a frame
            if page.show is None or page.name in ("chat", "profile") or set(page.path) & set("{."):
                continue
            theirs = _main(await _read(seen, f"/s/garland/portal/{page.path}"))
            ours = _main(await _read(desk, HOME + page.path)).replace(HOME, "/s/garland/portal/")
            words = [re.sub(r"<[^>]+>", " ", text).split() for text in (theirs, ours)]
            assert words[0] == words[1], page.name


async def test_it_is_marked_and_leads_nowhere_else(desk: Browser):
    page = await _read(desk, HOME)
    assert "Preview of Dana Whitfield" in page
    assert 'href="/staff/clients/dana/portal"' in page
    assert "/widget.js" not in page
    assert "/bell" not in page  # nothing asks how many notifications are new
    for link in re.findall(r"<a\b[^>]*\bhref=\"([^\"]*)\"", page):
        assert link.startswith((HOME, "#", "?", "/staff/clients/dana/portal"))
    for form in re.findall(r"<form\b[^>]*>", page):
        assert "inert" in form


async def test_it_leaves_no_traces_as_the_client(store: Storage, desk: Browser):
    for _ in range(2):
        for page in CLIENT_PAGES:
            if page.show is not None and "{" not in page.path:
                await _read(desk, HOME + page.path)
    assert not await store.sessions.list_for_client("garland", "dana")
    assert not await store.links.list_for_client("garland", "dana")


async def test_staff_who_looked_are_in_the_activity_log_once(store: Storage, desk: Browser):
    await _read(desk, HOME)
    await _read(desk, HOME + "invoices")
    entries = (await store.activity.list("garland", ActivityQuery(), 10)).entries
    assert [(one.action, one.subject) for one in entries] == [("access.previewed", "Dana Whitfield")]


async def test_what_is_switched_off_is_not_there(store: Storage, desk: Browser):
    await store.clients.set_portal("garland", "dana", Portal(sections={"payments": False}))
    assert (await desk.get(HOME + "payments")).status == 404
    assert "/preview/payments" not in await _read(desk, HOME)


async def test_a_client_without_access_can_be_previewed_and_the_bar_says_so(store: Storage, desk: Browser):
    await store.clients.set_portal("garland", "dana", replace(DANA.portal, enabled=False))
    page = await _read(desk, HOME)
    assert "Access is switched off" in page
    assert HOME + "invoices" in page


@pytest.mark.parametrize(
    ("shop", "role", "status"), [("harbor", "owner", 404), ("garland", "technician", 403), ("garland", "advisor", 200)]
)
async def test_who_may_look(store: Storage, desk: Browser, shop: str, role: Role, status: int):
    await _sit_down(store, desk, shop, role)
    assert (await desk.get(HOME)).status == status


async def test_nobody_else_does(visitor: Browser):
    response = await visitor.get(HOME, allow_redirects=False)
    assert response.status == 303
    assert response.headers["Location"].startswith("/staff/login")


async def test_it_is_in_the_clients_language_and_the_bar_in_ours(desk: Browser):
    page = await _read(desk, "/staff/clients/ana/portal/preview/")
    assert '<html lang="es">' in page
    assert "read-only" in page
    assert '<html lang="en">' in await _read(desk, "/staff/clients/ana/portal/preview/?as=en")


def test_forms_that_only_look_for_something_live_on():
    assert read_only('<form method="get"><a href="/x" class="y">z</a></form>', "/home/") == (
        '<form method="get"><a role="link" aria-disabled="true" class="y">z</a></form>'
    )
