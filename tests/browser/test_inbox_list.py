"""The inbox's list and a conversation's head in a real browser: search, labels, snooze, people, 10,000 rows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from storage.codec import to_document
from storage.conversations import new_conversation
from storage.labels import new_label
from storage.messages import State, Status
from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.cast import RAY, SHOP

pytestmark = pytest.mark.browser

EVA = Staff(id="eva", shop="garage", external_id="S2", email="eva@garage.example", name="Eva Stone", role="owner")
STATUSES: tuple[Status, ...] = ("waiting", "open", "bot", "resolved")


async def seed(scene: Scene, count: int) -> None:
    """So many conversations, straight into the store."""
    store = scene.running.store
    for name, color in (("Fleet", "blue"), ("Parts ordered", "orange")):
        await store.labels.put(new_label(SHOP.slug, name, color))  # type: ignore[arg-type]
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    documents = []
    for number in range(count):
        one = new_conversation(SHOP.slug, f"phone:+1512555{number:04d}", title=f"Caller {number:05d}")
        status = "waiting" if number >= count // 10 else STATUSES[number % 4]
        state = State(
            status=status, assignee=RAY.id if status == "open" else None, labels=("Fleet",) * (number % 5 == 0)
        )
        at = begin + timedelta(seconds=number)
        one = replace(
            one, last_seq=1, client_last_seq=1, last_at=at, last_text=f"message {number}", last_author="client"
        )
        documents.append(to_document(replace(one, unread=number % 3, phone=f"+1512555{number:04d}", state=state)))
    for first in range(0, count, 1000):
        await store.database["conversations"].insert_many(documents[first : first + 1000])


async def open_inbox(scene: Scene, staff: Staff = RAY, size: dict[str, int] = DESK) -> Page:
    token = await scene.running.store.sessions.open(SHOP.slug, staff_id=staff.id)
    page = await scene._page(size, {STAFF_COOKIE: token})
    await page.goto(f"{scene.url}/staff/")
    await expect(page.locator("#conversations li").first).to_be_visible()
    return page


async def test_ten_thousand_conversations_scroll_with_few_rows_on_the_page(scene: Scene) -> None:
    await seed(scene, 10_000)
    page = await open_inbox(scene)
    await expect(page.locator("#conversations li .item-name").first).to_have_text("Caller 09999")
    times = await page.evaluate(
        """async () => {
          const scroller = document.getElementById('side-scroll');
          const frames = [];
          let last = performance.now();
          for (let step = 0; step < 240; step += 1) {
            scroller.scrollTop += 400;
            await new Promise(requestAnimationFrame);
            const now = performance.now();
            frames.push(now - last);
            last = now;
          }
          frames.sort((a, b) => a - b);
          const rows = document.querySelectorAll('#conversations li').length;
          const place = Number(document.querySelector('#conversations li:last-child').getAttribute('aria-posinset'));
          return { median: frames[120], worst: frames.at(-1), rows, place };
        }"""
    )
    print("\nscrolling through", times["place"], "rows, ms a frame:", json.dumps(times))
    assert times["rows"] < 100
    assert times["place"] >= 400
    await page.locator("#side-scroll").evaluate("one => { one.scrollTop = 0 }")
    await expect(page.locator("#conversations li .item-name").first).to_have_text("Caller 09999")
    await page.keyboard.press("j")
    for _ in range(30):
        await page.keyboard.press("j")
    selected = page.locator("#conversations li.selected")
    await expect(selected).to_be_in_viewport()
    await expect(selected).to_have_attribute("aria-posinset", "31")
    assert await find_violations(page) == []


async def test_search_labels_and_views_by_keyboard(scene: Scene) -> None:
    await seed(scene, 40)
    page = await open_inbox(scene)
    rows = page.locator("#conversations li")
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    await expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "true")
    await expect(rows.first).to_contain_text("Caller 00039")
    await page.keyboard.press("s")
    await page.keyboard.type("caller 00007")
    await expect(rows).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#pane-title")).to_have_text("Caller 00007")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("nothing like it")
    await expect(page.locator("#list-empty")).to_contain_text("Nothing found")
    assert await find_violations(page) == []
    await page.keyboard.press("Escape")
    await expect(rows.first).to_be_visible()
    await page.get_by_label("Label", exact=True).select_option("Fleet")
    await expect(rows).to_have_count(8)
    await expect(rows.first.locator(".label-tag")).to_have_text("Fleet")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
async def test_a_conversation_is_assigned_labelled_put_to_sleep_and_woken(
    scene: Scene, size: dict[str, int], scheme: str
) -> None:
    await seed(scene, 4)
    await scene.running.store.staff.put(EVA)
    eva = await open_inbox(scene, EVA, size)
    await eva.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    ray = await open_inbox(scene)
    await ray.locator("#conversations button").first.click()
    await eva.locator("#conversations button").first.click()
    await expect(eva.locator("#head-tags")).to_contain_text("Ray Ortiz is here too")
    await expect(ray.locator("#conversations li").first).to_contain_text("Eva here")

    await eva.get_by_role("button", name="Labels").click()
    await eva.get_by_role("checkbox", name="Parts ordered").check()
    await expect(eva.locator("#head-tags")).to_contain_text("Parts ordered")
    assert await find_violations(eva) == []
    await eva.keyboard.press("Escape")
    await expect(ray.locator("#conversations li").first).to_contain_text("Parts ordered")

    await eva.locator("#head-assign").click()
    assert await find_violations(eva) == []
    await eva.get_by_role("menuitemradio", name="Ray Ortiz online").click()
    await expect(eva.locator("#head-assign-name")).to_have_text("Ray Ortiz")
    await expect(ray.locator("#head-assign-name")).to_have_text("You")

    await eva.get_by_role("button", name="Snooze", exact=True).click()
    assert await find_violations(eva) == []
    await eva.get_by_role("button", name="In 2 hours").click()
    await expect(eva.locator("#pane-status")).to_contain_text("Snoozed")
    await expect(eva.locator("#toast")).to_contain_text("Asleep until")
    assert await find_violations(eva) == []
    await eva.get_by_role("button", name="Undo").click()
    await expect(eva.locator("#pane-status")).to_contain_text("Open with Ray Ortiz")
    await eva.get_by_role("button", name="Resolve", exact=True).click()
    await expect(eva.locator("#toast")).to_contain_text("Resolved.")
    await eva.get_by_role("button", name="Undo").click()
    await expect(eva.locator("#pane-status")).to_contain_text("Open with you")
