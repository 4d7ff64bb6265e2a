"""What staff are shown to copy is copied by a button, or marked where the browser lets no page copy."""

import pytest
from playwright.async_api import Browser, expect

from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from storage.store import Storage
from tests.browser.portal_pages import SIZES, opened, violations
from tests.portal_cast import fill, portal_app

pytestmark = pytest.mark.browser


async def test_a_login_key_and_a_link_are_copied_by_the_keyboard(
    browser: Browser, store: Storage, aiohttp_server
) -> None:
    await fill(store)
    await store.staff.put(
        Staff(id="olga", shop="garland", external_id="o", email="olga@mail.example", name="Olga", role="advisor")
    )
    token = await store.sessions.open("garland", staff_id="olga")
    server = await aiohttp_server(portal_app(store))
    async with opened(
        browser, server, viewport=SIZES["phone"], permissions=["clipboard-read", "clipboard-write"], bypass_csp=True
    ) as page:
        await page.context.add_cookies([{"name": STAFF_COOKIE, "value": token, "url": str(server.make_url("/"))}])
        await page.goto("/staff/clients/dana/portal")
        await page.get_by_label("With a new login key beside it").check()
        await page.get_by_role("button", name="Make a link to copy").click()
        await page.get_by_role("button", name="Make the key and a link").click()
        for button, label in (("Copy Login key", "Login key, shown"), ("Copy the link", "Link, shown this once")):
            await page.get_by_role("button", name=button).press("Enter")
            await expect(page.locator(".copy [role=status]").filter(has_text="Copied.").last).to_be_visible()
            shown = await page.get_by_label(label).input_value()
            assert shown
            assert await page.evaluate("navigator.clipboard.readText()") == shown
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]
        await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')); }")
        await page.get_by_role("button", name="Copy Login key").click()
        await expect(page.get_by_text("It is selected.")).to_be_visible()
        assert await page.evaluate("document.activeElement.id") == "new-key"
