"""A shift in the inbox with the keyboard alone."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Scene, find_violations
from tests.browser.test_inbox_list import EVA, open_inbox, seed, write_as_maria

pytestmark = pytest.mark.browser


async def test_a_whole_shift_by_keyboard_alone(scene: Scene) -> None:
    await seed(scene, 8, ("bot", "resolved"))
    await scene.running.store.staff.put(EVA)
    await write_as_maria(scene, "I want to talk to a person")
    page = await open_inbox(scene)
    await open_inbox(scene, EVA)
    status, rows, focused = page.locator("#pane-status"), page.locator("#conversations li"), page.locator(":focus")

    async def press(*keys: str) -> None:
        for key in keys:
            await page.keyboard.press(key)

    await expect(rows).to_have_count(1)
    await press("g", "a")
    await expect(rows).to_have_count(9)
    await press("Tab")
    await expect(focused).to_have_text("To the conversations")
    await press("Enter", "ArrowDown", "ArrowDown", "ArrowUp")
    await expect(page.locator("#conversations .selected :focus")).to_contain_text("Maria Lopez")
    await press("g", "w")
    await expect(rows).to_have_count(1)
    await press("j", "Enter")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("be there at three, eagle")  # letters that mean something elsewhere
    await expect(status).to_contain_text("Waiting for a person")
    await press("Enter")
    await expect(status).to_contain_text("Open with you")
    await press("Escape", "n")
    await page.keyboard.type("she has the blue car")
    await press("Enter")
    await expect(page.locator(".by-note .bubble")).to_have_text("she has the blue car")

    await press("Escape", "l")
    await page.keyboard.type("fleet")
    await press("Enter")
    await expect(page.locator("#head-tags")).to_contain_text("Fleet")
    await press("Escape")
    await expect(page.locator("#head-labels")).to_be_focused()
    await press("a", "e", "Enter")
    await expect(status).to_contain_text("Open with Eva Stone")
    await press("t")
    await expect(status).to_contain_text("Open with you")
    await press("h", "Enter")
    await expect(status).to_contain_text("Snoozed")
    await press("z")
    await expect(status).to_contain_text("Open with you")
    await press("b")
    await expect(status).to_contain_text("With the bot")
    await press("e")
    await expect(status).to_contain_text("Resolved")
    await press("z")
    await expect(status).to_contain_text("With the bot")
    await press("e")
    await expect(status).to_contain_text("Resolved")
    await press("u")
    await expect(status).to_contain_text("Open with you")

    await press("?")
    await expect(page.locator("#keys-on")).to_be_focused()
    assert await find_violations(page) == []
    await press("Space", "Escape", "e", "j", "Control+k")
    await expect(page.locator("#search")).to_be_focused()
    await expect(status).to_contain_text("Open with you")
    await press("Shift+Tab", "Enter")
    await expect(page.locator("#side-menu a").first).to_be_visible()
    assert await find_violations(page) == []
    while await focused.get_attribute("id") != "keys-open":
        await press("Tab")
    await press("Enter")
    await expect(page.locator("#keys-on")).to_be_focused()
    await press("Space", "Escape", "Escape", "Escape")
    await expect(page.locator("#pane")).to_be_hidden()
    await press("g", "m")
    await expect(page.get_by_role("button", name="Mine 1")).to_have_attribute("aria-pressed", "true")
