"""The portal in a real browser, for the tests of its pages: which there are, a page that reports, axe-core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from storage.store import Storage
from tests.browser.conftest import find_violations
from tests.portal_cast import VISIT_ID, fill, portal_app

SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}
TIMES = "/s/garland/book?step=time&service=oil_change"
YOU = "/s/garland/book?step=check&service=oil_change&at=2026-11-25T15:30:00Z"
PUBLIC = (
    "/",
    "/s/garland/",
    "/s/garland/login",
    "/s/garland/book",
    TIMES,
    YOU,
    "/s/none/",
    "/s/garland/k/gone",
    "/staff/login",
)
PORTAL = (
    "",
    "invoices",
    "invoices?state=overdue&number=10",
    "invoices/inv1038",
    "estimates",
    "estimates/est1",
    "payments",
    "visits",
    f"visits/{VISIT_ID}",
    f"visits/{VISIT_ID}/move",
    f"visits/{VISIT_ID}/move?at=2026-12-01T16:30:00Z",
    f"visits/{VISIT_ID}/cancel",
    "vehicles",
    "vehicles/civic",
    "inspections",
    "inspections/ins1",
    "inspections/ins2",
    "work-orders",
    "work-orders/wo1",
    "reports",
    "reports?period=all",
    "profile",
    "profile/change",
    "chat",
    "notifications",
    "help",
    "help/contact",
    "shop",
)
# What is built of every kind of piece: on a desk axe looks at these only, for the pieces are the same everywhere.
SAMPLE = ("/s/garland/", TIMES, YOU, "/s/garland/portal/", "/s/garland/portal/invoices/inv1038")
CHECK = "/s/garland/book?step=check&service=oil_change&vehicle=civic&at=2026-11-25T15:30:00Z"


async def served(store: Storage, aiohttp_server: Any) -> TestServer:
    """The portal with its cast, and a stand-in for the frame of the chat, which has tests of its own."""
    await fill(store)
    app = portal_app(store)

    async def frame(request: web.Request) -> web.Response:
        text = '<!doctype html><html lang="en"><title>Chat</title><main><h1>Chat</h1></main>'
        return web.Response(text=text, content_type="text/html")

    app.router.add_get("/widget/{slug}", frame)
    server: TestServer = await aiohttp_server(app)
    return server


@asynccontextmanager
async def opened(browser: Browser, server: TestServer, **options: Any) -> AsyncIterator[Page]:
    """A page in a context of its own that fails the test on any error the browser reports."""
    context = await browser.new_context(base_url=str(server.make_url("/")), locale="en-US", **options)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    try:
        yield page
        assert not faults
    finally:
        await context.close()


async def sign_in(page: Page, store: Storage, client: str = "dana") -> None:
    await page.goto("/s/garland/login")
    await page.get_by_label("Login key").fill(await store.keys.issue("garland", client))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/portal/")


async def violations(page: Page) -> list[str]:
    return [f"{page.url} {fault}" for fault in await find_violations(page)]
