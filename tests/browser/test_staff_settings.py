"""The staff's settings in a real browser, by an owner: phone and desktop, light and dark, English and Spanish."""

import re

import pytest
from playwright.async_api import expect

from storage.canned_replies import CannedReply
from storage.labels import new_label
from storage.sessions import STAFF_COOKIE
from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.cast import MARIA, SHOP

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "/hours",
    "/replies",
    "/replies/new",
    "/labels",
    "/look",
    "/widget",
    "/portal",
    "/telling",
    "/people",
    "/security",
    "/tokens",
    "/understanding",
)
OTHERS = [
    "/staff/account",
    "/staff/account/second-factor",
    "/staff/visits",
    "/staff/clients",
    f"/staff/clients/{MARIA.id}",
    f"/staff/clients/{MARIA.id}/portal",
    f"/staff/clients/{MARIA.id}/tell",
]


@pytest.mark.parametrize(
    ("size", "scheme", "language"), [(PHONE, "dark", "es"), (DESK, "light", "en"), (PHONE, "light", "en")]
)
async def test_axe_finds_nothing_and_nothing_sticks_out(
    scene: Scene, size: dict[str, int], scheme: str, language: str
) -> None:
    store = scene.running.store
    olga = await store.staff.add(SHOP.slug, "olga@garage.example", "Olga Brandt", "owner", "correct horse battery")
    await store.labels.put(new_label(SHOP.slug, "Parts ordered", "orange"))
    await store.canned_replies.put(CannedReply(shop=SHOP.slug, shortcut="hi", title="Hello", text={"en": "Hi there"}))
    await store.api_tokens.make(SHOP.slug, olga.id, "The answering service of the evenings")
    page = await scene._page(size, {STAFF_COOKIE: await store.sessions.open(SHOP.slug, staff_id=olga.id)})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    for path in [f"/staff/settings{one}" for one in PAGES] + OTHERS:
        await page.goto(f"{scene.url}{path}?lang={language}")
        await expect(page.locator("h1")).to_be_visible()
        assert await find_violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        for current in await page.locator("nav [aria-current]").all():
            await expect(current).to_be_in_viewport(ratio=0.99)
    await page.goto(f"{scene.url}/staff/settings/hours?lang={language}")
    await page.locator("#mon").fill("from dawn")
    await page.get_by_role("button", name="Guardar" if language == "es" else "Save").click()
    await expect(page.locator("#mon-problem")).to_be_visible()
    await expect(page.locator("#mon")).to_have_value("from dawn")
    assert await find_violations(page) == []


async def test_a_token_is_made_copied_and_revoked_by_hand_and_by_keys(scene: Scene) -> None:
    store = scene.running.store
    olga = await store.staff.add(SHOP.slug, "olga@garage.example", "Olga Brandt", "owner", "correct horse battery")
    page = await scene._page(PHONE, {STAFF_COOKIE: await store.sessions.open(SHOP.slug, staff_id=olga.id)})
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(f"{scene.url}/staff/settings/tokens?lang=en")
    await page.get_by_label("What it is for").fill("Evening desk")
    await page.keyboard.press("Enter")
    field = page.get_by_label("Your token")
    await expect(field).to_have_value(re.compile(r"pitline_\w{34}"))
    assert await find_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    await page.get_by_role("button", name="Copy").press("Enter")
    await expect(page.get_by_text("Copied.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == await field.input_value()
    await page.evaluate("void (navigator.clipboard.writeText = async () => { throw new Error('not allowed'); })")
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_text("Press Ctrl+C")).to_be_visible()
    assert await page.evaluate("getSelection().toString()") == await field.input_value()
    await page.get_by_role("link", name="Revoke Evening desk").click()
    assert await find_violations(page) == []
    await page.get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.get_by_text("The token is revoked")).to_be_visible()
    await expect(page.get_by_text("No tokens yet")).to_be_visible()
    assert await store.api_tokens.list(SHOP.slug) == []
