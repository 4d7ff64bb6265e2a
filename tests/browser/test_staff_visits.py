"""The visits page in a real browser: from the list to a confirmed visit by keyboard, on a phone, without script too."""

import pytest
from playwright.async_api import Browser, expect

from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from storage.store import Storage
from tests.browser.portal_pages import SIZES, opened, violations
from tests.e2e.staff.test_staff_visits import LATER, STRICT, book
from tests.portal_cast import fill, portal_app

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("script", "scheme"), [(False, "light"), (True, "dark")])
async def test_a_visit_is_confirmed_by_keyboard_and_axe_finds_nothing(
    browser: Browser, store: Storage, aiohttp_server, script: bool, scheme: str
) -> None:
    await fill(store)
    await store.shops.put(STRICT)
    visit, later = await book(store), await book(store, "later", LATER)
    await store.staff.put(
        Staff(id="olga", shop="garland", external_id="o", email="olga@mail.example", name="Olga", role="advisor")
    )
    server = await aiohttp_server(portal_app(store))
    options = {"viewport": SIZES["phone"], "color_scheme": scheme, "java_script_enabled": script, "bypass_csp": True}
    async with opened(browser, server, **options) as page:
        token, url = await store.sessions.open("garland", staff_id="olga"), str(server.make_url("/"))
        await page.context.add_cookies([{"name": STAFF_COOKIE, "value": token, "url": url}])
        await page.goto("/staff/visits")
        button = page.get_by_role("button", name="Confirm Ray Osei, Wednesday, November 25, 9:00 AM").first
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await button.evaluate("one => one === document.activeElement"):
                break
        await expect(button).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("It is confirmed. The client is told in a few minutes.")
        await expect(page.get_by_role("heading", name="1 visit waits to be confirmed")).to_be_visible()
        assert (await store.visits.get("garland", visit.id)).status == "confirmed"
        if script:
            one = f"/staff/visits/{later.id}"
            for path in ("", one, f"{one}/move", f"{one}/move?at=2026-12-02T16:30:00Z", f"{one}/cancel"):
                await page.goto(path or "/staff/visits")
                assert await violations(page) == []
                assert await page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]
