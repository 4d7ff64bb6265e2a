"""The portal in a real browser: accessible, light, readable at every size, and usable without JavaScript."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, expect

from portal_views.client_pages import CLIENT_PAGES
from storage.proof import LinkScope
from storage.store import Storage
from tests.browser.portal_pages import CHECK, PORTAL, PUBLIC, SAMPLE, SIZES, opened, served, sign_in, violations

pytestmark = pytest.mark.browser


@pytest.fixture
async def server(store: Storage, aiohttp_server: Any) -> TestServer:
    return await served(store, aiohttp_server)


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
async def test_no_page_has_a_fault_that_axe_finds_or_is_too_wide(
    browser: Browser, server: TestServer, store: Storage, size: str, scheme: str
) -> None:
    async with opened(
        browser, server, viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", bypass_csp=True
    ) as page:
        faults = []
        for path in PUBLIC:
            await page.goto(path)
            if size == "phone" or path in SAMPLE:
                faults += await violations(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
        await sign_in(page, store)
        for path in (*(f"/s/garland/portal/{name}" for name in PORTAL), CHECK, "/s/garland/portal/?lang=es"):
            await page.goto(path)
            if size == "phone" or path in SAMPLE:
                faults += await violations(page)
            assert await page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"], path
    assert not faults


async def test_every_page_is_light_and_asks_nobody_else(browser: Browser, server: TestServer, store: Storage) -> None:
    token = await store.links.mint("garland", "dana", LinkScope(page="invoices"), "reply")
    portal = [f"/s/garland/portal/{name}" for name in PORTAL if name != "chat"]
    async with opened(browser, server) as page:
        hosts: set[str] = set()
        sizes: list[int] = []
        page.on("response", lambda response: hosts.add(urlsplit(response.url).netloc))
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        for path in [*PUBLIC, f"/s/garland/k/{token}", *portal]:
            if path == portal[0]:
                await sign_in(page, store)
            sizes.clear()
            await page.goto(path)
            assert len(sizes) >= 5, path  # the page, two style sheets, the script, the icons
            assert sum(sizes) < 60_000, path
        assert hosts == {f"{server.host}:{server.port}"}


async def test_a_visit_is_booked_without_javascript(browser: Browser, server: TestServer, store: Storage) -> None:
    async with opened(browser, server, viewport=SIZES["phone"], java_script_enabled=False) as page:
        await page.goto("/s/garland/")
        await page.get_by_role("link", name="Book a visit").click()
        await page.get_by_label("Oil change").check()
        await page.get_by_role("button", name="Next").click()
        await page.get_by_role("link", name="Wed 25 Nov").click()
        await page.get_by_role("link", name="9:30 AM", exact=True).click()
        await page.get_by_label("Your name").fill("Guest Person")
        await page.get_by_label("Mobile phone").fill("512 555 0188")
        await page.get_by_role("button", name="Next").click()
        await page.get_by_role("button", name="Ask for this visit").click()
        await expect(page.locator("h1")).to_contain_text("We have your request")


async def test_an_estimate_is_decided_line_by_line_without_javascript(
    browser: Browser, server: TestServer, store: Storage
) -> None:
    async with opened(browser, server, viewport=SIZES["phone"], java_script_enabled=False) as page:
        await sign_in(page, store)
        await page.goto("/s/garland/portal/estimates")
        await page.get_by_role("link", name="Estimate E-501").click()
        await page.get_by_role("group", name="Front brake pads").get_by_label("Approve").check()
        await page.get_by_role("group", name="Wiper blades").get_by_label("Decline").check()
        await page.get_by_role("button", name="Next").click()
        await expect(page.get_by_text("Nothing is decided yet.")).to_be_visible()
        await page.get_by_role("button", name="Yes, tell the shop").click()
        await expect(page.get_by_role("status")).to_have_text("Thank you. The shop has your answer.")
    estimate = await store.estimates.get("garland", "est1")
    assert [line.decision for line in estimate.lines] == ["approved", None, "declined", None]


async def test_the_check_of_an_estimate_has_no_fault_that_axe_finds(
    browser: Browser, server: TestServer, store: Storage
) -> None:
    async with opened(browser, server, viewport=SIZES["phone"], bypass_csp=True) as page:
        await sign_in(page, store)
        await page.goto("/s/garland/portal/estimates/est1")
        await page.get_by_role("group", name="Front rotors").get_by_label("Call me first").check()
        await page.get_by_role("group", name="Front brake pads").get_by_label("Approve").check()
        await page.get_by_role("button", name="Next").click()
        await page.get_by_role("button", name="Yes, tell the shop").wait_for()
        faults = await violations(page)
        await page.get_by_role("button", name="Yes, tell the shop").click()
        await page.get_by_role("status").wait_for()
        assert [*faults, *await violations(page)] == []


async def test_the_portal_is_used_without_javascript(browser: Browser, server: TestServer, store: Storage) -> None:
    async with opened(browser, server, java_script_enabled=False) as page:
        await sign_in(page, store)
        await page.get_by_role("navigation", name="Sections").get_by_role("link", name="Invoices").click()
        await page.get_by_role("link", name="1038").click()
        await expect(page.get_by_text("Front brake pads")).to_be_visible()
        await expect(page.get_by_role("button", name="Print")).to_be_hidden()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(str(server.make_url("/s/garland/")))


async def test_the_first_tab_skips_to_the_content(browser: Browser, server: TestServer) -> None:
    async with opened(browser, server) as page:
        await page.goto("/s/garland/")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content", exact=True)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#content")).to_be_focused()


async def test_an_invoice_prints_as_one_sheet_in_ink(browser: Browser, server: TestServer, store: Storage) -> None:
    async with opened(browser, server, color_scheme="dark") as page:
        await sign_in(page, store)
        await page.goto("/s/garland/portal/invoices/inv1038")
        await page.emulate_media(media="print")
        for hidden in (".top", ".menu", ".thumbs", ".foot", ".actions"):
            assert not await page.locator(hidden).first.is_visible(), hidden
        assert await page.locator(".letterhead").is_visible()
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert (await page.pdf()).count(b"/Type /Page\n") <= 1


def test_every_page_of_the_portals_table_is_looked_at_here() -> None:
    paths = [page.path for page in CLIENT_PAGES if page.show is not None]
    files = re.compile(r"\.(pdf|ics|csv|json)$|/photos/")
    seen = [path.partition("?")[0] for path in PORTAL]
    for path in (path for path in paths if not files.search(path)):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        assert any(re.fullmatch(pattern, one) for one in seen), path
