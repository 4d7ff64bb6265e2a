"""The bell of an open page in a real browser: it rings without a reload, from the server and from the chat."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESK, Scene, find_violations
from tests.cast import MARIA, RAY, SHOP
from tests.e2e.running import Door
from tests.e2e.test_change_requests import REQUEST
from tests.e2e.test_client_bell import told

pytestmark = pytest.mark.browser


async def test_an_open_pages_bell_rings_without_a_reload(scene: Scene) -> None:
    page = await scene.client(DESK)
    faults: list[str] = []
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    bell = page.get_by_role("link", name="Notifications")
    said = page.locator("header [aria-live]")

    await page.goto(f"{scene.url}/s/{SHOP.slug}/portal/chat")
    frame = page.frame_locator("iframe")
    await expect(frame.locator("#hours")).to_contain_text("Open")  # the first sync is answered
    await expect(bell.locator(".count")).to_be_hidden()
    await scene.running.hub.ring(told())
    await expect(bell).to_have_accessible_name("Notifications, 1 new")  # by the chat: 20 s go by before the page asks
    await expect(said).to_have_text("")  # the chat has said it
    line = frame.get_by_role("link", name="Your car is ready")
    await expect(line).to_be_visible()
    assert await find_violations(page) == []

    await page.clock.install()
    await line.click()
    await page.wait_for_url("**/portal/work-orders/wo1")
    door = Door(scene.running)
    ray = await door.staff(RAY.id)
    await scene.running.store.change_requests.append(REQUEST)
    assert (await ray.ask("decide_change", {"id": REQUEST.id, "accept": True}))["ok"]
    await door.close()
    await expect(bell).to_have_accessible_name("Notifications, 1 new")
    await page.clock.run_for(21_000)  # no chat is open: the page asks
    await expect(bell).to_have_accessible_name("Notifications, 2 new")
    await expect(bell.locator(".count")).to_have_text("2")
    await expect(said).to_have_text("Notifications, 2 new")
    assert await find_violations(page) == []

    await bell.click()
    await expect(page.get_by_text("Your car is ready")).to_be_visible()
    await expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    assert await scene.running.store.notifications.count_unseen(SHOP.slug, MARIA.id) == 0
    assert not faults
