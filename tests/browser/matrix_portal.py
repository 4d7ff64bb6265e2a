"""Every page of the portal in every way it is looked at: phone and desk, light and dark, English and Spanish; and
without JavaScript. Not in the suite, which takes a sample of these (`test_portal.py`): `make matrix`, some minutes.
"""

from itertools import product
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser

from storage.store import Storage
from tests.browser.portal_pages import CHECK, PORTAL, PUBLIC, SIZES, opened, served, sign_in, violations

pytestmark = pytest.mark.browser

PRIVATE = (*(f"/s/garland/portal/{name}" for name in PORTAL), CHECK)


@pytest.fixture
async def server(store: Storage, aiohttp_server: Any) -> TestServer:
    return await served(store, aiohttp_server)


@pytest.mark.parametrize(("size", "scheme", "language"), [*product(SIZES, ["light", "dark"], ["en", "es"])])
async def test_no_page_has_a_fault_that_axe_finds_or_is_too_wide(
    browser: Browser, server: TestServer, store: Storage, *, size: str, scheme: str, language: str
) -> None:
    options = {"viewport": SIZES[size], "color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True}
    faults, seen = [], 0
    async with opened(browser, server, **options) as page:
        await page.goto(f"/s/garland/?lang={language}")
        for path in (*PUBLIC, *PRIVATE):
            if path == PRIVATE[0]:
                await page.goto("/s/garland/login?lang=en")
                await sign_in(page, store)
                await page.goto(f"{path}?lang={language}")
            await page.goto(path)
            if "garland" in path:  # the others speak the browser's language
                assert await page.get_attribute("html", "lang") == language, path
            faults += await violations(page)
            if await page.evaluate("document.documentElement.scrollWidth") > SIZES[size]["width"]:
                faults.append(f"{path} is too wide")
            seen += 1
    print(f"\n  {size}, {scheme}, {language}: {seen} pages, {len(faults)} faults")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_page_says_all_it_has_without_javascript(
    browser: Browser, server: TestServer, store: Storage, language: str
) -> None:
    async with opened(browser, server, viewport=SIZES["phone"], java_script_enabled=False) as page:
        await page.goto("/s/garland/login")
        await page.locator("input[name=key]").fill(await store.keys.issue("garland", "dana"))
        await page.locator("form:has(input[name=key]) button").click()
        await page.goto(f"{PRIVATE[0]}?lang={language}")
        for path in (*PUBLIC, *PRIVATE):
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status in (200, 404, 410), path  # a shop that is not, a link that is gone
            assert await page.locator("h1").first.is_visible(), path
            said = await page.locator("main").inner_text()
            assert len(said) > 20, path
