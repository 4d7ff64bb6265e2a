"""Reports, Client chats and the activity log in a browser: accessible at every size and in both lights, and usable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from storage.sessions import STAFF_COOKIE
from storage.store import Storage
from tests.browser.conftest import DESK, PHONE, find_violations
from tests.cast import move_in
from tests.e2e.staff.conftest import OWNER
from tests.e2e.staff.test_logs import marias, note_all
from tests.e2e.staff.test_reports import fill
from tests.portal_cast import portal_app

pytestmark = pytest.mark.browser
Look: TypeAlias = tuple[Any, Any, str]  # the window, light or dark, the language


@pytest.fixture
async def server(store: Storage, aiohttp_server: Any) -> TestServer:
    await move_in(store)
    await store.staff.put(OWNER)
    server: TestServer = await aiohttp_server(portal_app(store))
    return server


@asynccontextmanager
async def opened(browser: Browser, server: TestServer, store: Storage, **options: Any) -> AsyncIterator[Page]:
    """Olga's page; the test fails on any error that the browser reports."""
    origin = str(server.make_url("/"))
    context = await browser.new_context(base_url=origin, reduced_motion="reduce", **options)
    token = await store.sessions.open("garage", staff_id=OWNER.id)
    await context.add_cookies([{"name": STAFF_COOKIE, "value": token, "url": origin}])
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
    try:
        yield page
        assert not faults
    finally:
        await context.close()


async def check(page: Page, path: str) -> list[str]:
    """What is wrong with the page as it stands."""
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    too_wide = [f"{path}: too wide"] if width[0] > width[1] else []
    return [f"{path}: {fault}" for fault in await find_violations(page)] + too_wide


@pytest.mark.parametrize("look", [(PHONE, "dark", "es"), (DESK, "light", "en")], ids=["phone", "desk"])
async def test_reports_are_pictures_with_the_numbers_beside_them(
    browser: Browser, server: TestServer, store: Storage, look: Look
) -> None:
    size, scheme, language = look
    await fill(store)
    async with opened(browser, server, store, viewport=size, color_scheme=scheme, bypass_csp=True) as page:
        await page.goto(f"/staff/reports?days=30&lang={language}")
        for details in await page.locator("details").all():
            await details.locator("summary").click()
        assert await check(page, "reports") == []
        columns = await page.locator(".column").count()
        assert columns == 30
        drawn = await page.locator(".bar-people").first.bounding_box()
        assert drawn is not None
        assert drawn["height"] > 2
        assert await page.get_by_role("img").count() >= 3  # each with a name: axe has looked
        named = await page.locator("svg[role=img]").evaluate_all(
            "all => all.map((one) => one.getAttribute('aria-label'))"
        )
        assert all(len(name) > 20 for name in named)
    async with opened(browser, server, store, viewport=size) as page:
        await page.goto("/staff/reports?lang=en")
        await page.get_by_label("From").fill("2026-01-01")
        await page.get_by_label("To", exact=True).fill("2026-01-10")
        await page.get_by_role("button", name="Show").click()
        await page.get_by_text("Jan 1, 2026 to Jan 10, 2026").wait_for()
        await page.get_by_role("link", name="Last 7 days").click()
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="by day", exact=True).click()
        text = (await (await begun.value).path()).read_text()
        assert len(text.splitlines()) == 8


@pytest.mark.parametrize("look", [(PHONE, "light", "en"), (DESK, "dark", "es")], ids=["phone", "desk"])
async def test_chats_and_the_activity_log_are_found_read_and_taken_along(
    browser: Browser, server: TestServer, store: Storage, tmp_path: Path, look: Look
) -> None:
    size, scheme, language = look
    chat = await marias(store)
    await note_all(store)
    async with opened(browser, server, store, viewport=size, color_scheme=scheme, bypass_csp=True) as page:
        faults = []
        for path in (
            "/staff/logs/chats",
            f"/staff/logs/chats/{chat.id}",
            "/staff/logs",
            "/staff/logs/chats?status=open",
        ):
            await page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            for details in await page.locator("details:not([open])").all():
                await details.locator("summary").click()
            faults += await check(page, path)
        assert faults == []
    async with opened(browser, server, store, viewport=size, color_scheme=scheme) as page:
        await page.goto("/staff/logs?lang=en")
        await page.get_by_role("link", name="Client chats", exact=True).click()
        await page.get_by_role("searchbox").fill("maria")
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Maria Lopez").click()
        await page.get_by_text("she is a friend of Tom").wait_for()
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Save as a page").click()
        file = tmp_path / "chat.html"
        await (await begun.value).save_as(file)
    async with opened(browser, server, store, viewport=size, color_scheme=scheme, offline=True) as page:
        await page.goto(file.as_uri())
        await page.get_by_text("she is a friend of Tom").wait_for()
        assert await check(page, "file") == []
        bubble = page.locator(".said.client").first
        assert await bubble.evaluate("one => getComputedStyle(one).backgroundColor") not in ("", "rgba(0, 0, 0, 0)")
