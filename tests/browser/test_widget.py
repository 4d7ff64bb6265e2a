"""The widget in a real browser: from a shop's own site, on a phone, over a line that comes and goes."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.cast import SHOP

pytestmark = pytest.mark.browser


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Write a message").fill(text)
    await page.keyboard.press("Enter")


async def test_a_foreign_site_opens_the_chat_and_gets_an_answer(scene: Scene) -> None:
    page = await scene.visitor(DESK)
    await page.goto(scene.site)
    button = page.get_by_role("button", name="Open chat")
    await button.click()
    frame = page.frame_locator("iframe")
    await frame.get_by_label("Write a message").fill("What are your opening hours?")
    await frame.get_by_label("Write a message").press("Enter")
    await expect(frame.locator(".by-bot .bubble").first).to_be_visible()
    await frame.get_by_label("Write a message").press("Escape")
    await expect(page.locator("iframe")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_a_site_that_is_not_the_shops_cannot_frame_the_chat(scene: Scene) -> None:
    await scene.running.store.shops.put(SHOP)
    page = await scene.visitor(DESK)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "frame-ancestors" in message.text else None)
    await page.goto(scene.site)
    await page.get_by_role("button", name="Open chat").click()
    await page.wait_for_timeout(300)
    assert refused


async def test_a_conversation_survives_a_reload_with_its_quick_replies(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await page.get_by_role("button", name="Book a visit").click()
    choice = page.locator("#list .choices.now .chip").first
    await expect(choice).to_be_visible()
    await page.reload()
    await expect(page.locator(".mine .bubble")).to_have_text(["Book a visit"])
    title = await choice.inner_text()
    await choice.click()
    await expect(page.locator(".mine .bubble")).to_have_text(["Book a visit", title])
    await expect(page.locator(".by-bot .bubble")).to_have_count(2)


async def test_what_is_written_offline_is_kept_over_a_reload_and_sent_once(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await write(page, "hello")
    await expect(page.locator(".by-bot .bubble")).to_have_count(1)
    await page.route("**/socket.io/**", lambda route: route.abort())
    await page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    await page.reload()
    await write(page, "What are your opening hours?")
    await expect(page.locator(".bubble.unsent")).to_have_text("What are your opening hours?")
    await page.unroute_all()
    fresh = await page.context.new_page()
    await page.close()
    await fresh.goto(f"{scene.url}/widget/{SHOP.slug}")
    await expect(fresh.locator(".mine .bubble")).to_have_text(["hello", "What are your opening hours?"])
    await expect(fresh.locator(".bubble.unsent")).to_have_count(0)
    await expect(fresh.locator(".by-bot .bubble")).to_have_count(2)


async def test_the_portals_client_is_known_and_answered_from_her_file(scene: Scene) -> None:
    page = await scene.client()
    await page.goto(f"{scene.url}/widget/{SHOP.slug}?in=portal")
    await write(page, "What do I owe?")
    await expect(page.locator(".by-bot .bubble")).to_contain_text("286.20")
    await expect(page.locator(".link-button")).to_have_attribute("target", "_top")
    await expect(page.get_by_role("button", name="Close chat")).to_be_hidden()


async def test_the_chat_speaks_spanish_where_the_browser_does(scene: Scene) -> None:
    page = await scene.visitor(PHONE, "es-MX")
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await expect(page.get_by_label("Escriba un mensaje")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "es")


async def test_only_the_new_message_is_read_out(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await write(page, "hello")
    await expect(page.locator("#announcer p")).to_have_count(1)
    assert await page.locator("[aria-live]").count() == 1


async def test_shift_enter_makes_a_line_and_a_text_too_long_stays(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    field = page.get_by_label("Write a message")
    await field.fill("a" * 4001)
    await field.press("Enter")
    await expect(field).to_have_value("a" * 4001)
    await expect(page.locator("[data-problem]")).to_contain_text("4001")
    await field.fill("one")
    await field.press("Shift+Enter")
    await page.keyboard.type("two")
    await field.press("Enter")
    await expect(page.locator(".mine .bubble")).to_have_text("one\ntwo")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_and_the_phone_does_not_scroll_sideways(scene: Scene, scheme: str) -> None:
    page = await scene.visitor(PHONE)
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await expect(page.locator("#starters .chip").first).to_be_visible()
    assert await find_violations(page) == []
    await page.get_by_role("button", name="Book a visit").click()
    await expect(page.locator("#list .choices.now .chip").first).to_be_visible()
    assert await find_violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_the_frame_is_light(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    sizes: list[int] = []

    async def weigh(request: object) -> None:
        sizes.append((await request.sizes())["responseBodySize"])  # type: ignore[attr-defined]

    page.on("requestfinished", weigh)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}", wait_until="networkidle")
    assert 10_000 < sum(sizes) < 60_000


async def test_the_portals_own_bubble_knows_the_client_and_goes_on_in_the_same_tab(scene: Scene) -> None:
    page = await scene.client(DESK)
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
    await page.goto(f"{scene.url}/s/{SHOP.slug}/portal/")
    await page.get_by_role("button", name="Open chat").click()
    frame = page.frame_locator("iframe")
    await frame.get_by_label("Write a message").fill("What do I owe?")
    await frame.get_by_label("Write a message").press("Enter")
    await expect(frame.locator(".by-bot .bubble")).to_contain_text("286.20")
    await frame.locator(".link-button").click()
    await page.wait_for_url("**/portal/invoices*")
    await expect(frame.locator(".by-bot .bubble")).to_contain_text("286.20")  # still open on the next page
    await page.get_by_role("button", name="Close chat").first.click()
    await page.reload()
    await expect(page.locator("iframe")).to_have_count(0)
    assert not faults


async def test_on_a_phone_the_portals_menu_has_the_chat_and_no_button_lies_over_the_page(scene: Scene) -> None:
    page = await scene.client(PHONE)
    await page.goto(f"{scene.url}/s/{SHOP.slug}/portal/")
    shortcuts = page.get_by_role("navigation", name="Shortcuts")
    await expect(shortcuts.get_by_role("link", name="Chat")).to_be_visible()
    await expect(page.locator("#pitline-chat button")).to_be_hidden()


async def test_a_link_to_the_chat_opens_it_over_the_page(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    await page.goto(f"{scene.url}/s/{SHOP.slug}/")
    link = page.get_by_role("link", name="Chat with us")
    await link.click()
    frame = page.frame_locator("iframe")
    await frame.get_by_role("button", name="Close chat").click()
    await expect(page.locator("iframe")).to_be_hidden()
    await expect(link).to_be_focused()
    assert page.url == f"{scene.url}/s/{SHOP.slug}/"


async def test_the_portals_page_of_the_chat_is_light_with_all_that_it_brings(scene: Scene) -> None:
    page = await scene.client(PHONE)
    sizes: list[int] = []

    async def weigh(request: object) -> None:
        found = await request.sizes()  # type: ignore[attr-defined]
        sizes.append(found["responseBodySize"] + found["responseHeadersSize"])

    page.on("requestfinished", weigh)
    await page.goto(f"{scene.url}/s/{SHOP.slug}/portal/chat", wait_until="networkidle")
    assert 20_000 < sum(sizes) < 60_000
