"""The inbox's list and a conversation's head in a real browser: search, labels, snooze, people, 10,000 rows."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from chat.search_feed import SearchFeed
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
TABLET = {"width": 820, "height": 1100}
SCROLL = """async () => {
  const scroller = document.getElementById('side-scroll');
  const list = document.getElementById('conversations');
  const last = () => list.querySelector('li:last-child');
  const frames = [];
  let most = 0;
  let began = performance.now();
  for (let still = 0; still < 400 && frames.length < 4000; still += 1) {
    const before = scroller.scrollTop;
    scroller.scrollTop += 8000;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - began);
    began = now;
    most = Math.max(most, list.children.length);
    if (scroller.scrollTop > before) still = 0;
    if (last().ariaPosInSet === last().ariaSetSize) break;
  }
  const count = frames.length;
  frames.sort((a, b) => a - b);
  const at = (part) => Math.round(10 * frames[Math.floor(part * (count - 1))]) / 10;
  return { frames: count, median: at(0.5), p95: at(0.95), worst: at(1), most, place: Number(last().ariaPosInSet) };
}"""
WATCH = """() => {
  window.made = 0;
  new MutationObserver((changes) => { for (const one of changes) window.made += one.addedNodes.length; })
    .observe(document.getElementById('conversations'), { childList: true });
}"""


async def seed(scene: Scene, count: int, statuses: Sequence[Status] = STATUSES) -> None:
    """So many conversations, straight into the store."""
    store = scene.running.store
    for name, color in (("Fleet", "blue"), ("Parts ordered", "orange")):
        await store.labels.put(new_label(SHOP.slug, name, color))  # type: ignore[arg-type]
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    documents = []
    for number in range(count):
        one = new_conversation(SHOP.slug, f"phone:+1512555{number:04d}", title=f"Caller {number:05d}")
        status = statuses[number % len(statuses)]
        assignee = RAY.id if status == "open" else None
        labels = ("Fleet",) * (number % 5 == 0)
        at = begin + timedelta(seconds=number)
        one = replace(
            one, last_seq=1, client_last_seq=1, last_at=at, last_text=f"message {number}", last_author="client"
        )
        one = replace(one, unread=number % 3, phone=f"+1512555{number:04d}", channel="sms" if number % 2 else "web")
        one = replace(one, state=State(status=status, assignee=assignee, labels=labels))
        documents.append(to_document(one))
    for first in range(0, count, 1000):
        await store.database["conversations"].insert_many(documents[first : first + 1000])


async def open_inbox(scene: Scene, staff: Staff = RAY, size: dict[str, int] = DESK) -> Page:
    token = await scene.running.store.sessions.open(SHOP.slug, staff_id=staff.id)
    page = await scene._page(size, {STAFF_COOKIE: token})
    await page.goto(f"{scene.url}/staff/")
    await expect(page.locator("#conversations li").first).to_be_visible()
    return page


async def write_as_maria(scene: Scene, *texts: str) -> Page:
    """Maria, in the portal's chat."""
    page = await scene.client()
    await page.goto(f"{scene.url}/widget/{SHOP.slug}?in=portal")
    for number, text in enumerate(texts, start=1):
        await page.locator("#text").fill(text)
        await page.locator("#text").press("Enter")
        await expect(page.locator(".by-bot .bubble")).to_have_count(number)
    return page


@pytest.mark.timeout(180)  # on a busy machine
async def test_ten_thousand_conversations_scroll_to_the_end_with_few_rows_on_the_page(scene: Scene) -> None:
    await seed(scene, 10_000)
    page = await open_inbox(scene)
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    names = page.locator("#conversations li .item-name")
    await expect(names.first).to_have_text("Caller 09999")
    times = await page.evaluate(SCROLL)
    print("\nscrolling through 10,000 conversations, ms a frame:", json.dumps(times))
    assert times["place"] == 10_000
    assert times["most"] < 100
    await expect(names.last).to_have_text("Caller 00000")
    assert await find_violations(page) == []

    await page.locator("#side-scroll").evaluate("one => { one.scrollTop = 0 }")
    await page.get_by_role("button", name="Caller 09998").focus()
    for key in ("End", "Home", "PageDown", "ArrowDown", "j"):
        await page.keyboard.press(key)
    selected = page.locator("#conversations li.selected")
    await expect(selected).to_be_in_viewport()
    await expect(selected.locator("button")).to_be_focused()
    assert int(await selected.get_attribute("aria-posinset") or 0) > 5
    await page.evaluate(WATCH)
    await write_as_maria(scene, "hello")
    await page.keyboard.press("Home")
    await expect(names.first).to_have_text("Maria Lopez")
    assert await page.evaluate("window.made") < 40  # rows near the two places, of ten thousand


async def test_search_says_where_it_found_and_leads_there_by_keyboard(scene: Scene) -> None:
    await seed(scene, 40)
    await write_as_maria(scene, "my rear muffler rattles on the highway", "what are your hours?")
    await SearchFeed(scene.running.store).follow(patience=timedelta(0))
    await scene.running.hub.projector.drain()
    page = await open_inbox(scene)
    rows = page.locator("#conversations li")
    await page.keyboard.press("s")
    await page.keyboard.type("mufler")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("my rear muffler rattles")
    await expect(page.locator("#search-told")).to_have_text("1 conversation in all views")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("muffler")
    await expect(rows.locator("mark")).to_have_text("muffler")
    assert await find_violations(page) == []
    await page.keyboard.press("Enter")
    await expect(page.locator("#pane-title")).to_have_text("Maria Lopez")
    await expect(page).to_have_url(re.compile(r"/1$"))
    await page.keyboard.press("Control+k")
    await page.keyboard.type("caller 00007")
    await expect(rows.filter(has_text="Caller 00007")).to_have_count(1)
    await expect(rows).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(rows.locator("button")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#pane-title")).to_have_text("Caller 00007")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("nothing like it")
    await expect(page.locator("#list-empty")).to_contain_text("Nothing found")
    assert await find_violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Waiting 10")).to_have_attribute("aria-pressed", "true")


async def test_views_and_labels_narrow_the_list_and_the_counts_follow(scene: Scene) -> None:
    await seed(scene, 40)
    page = await open_inbox(scene)
    rows = page.locator("#conversations li")
    for key, name, count in (("w", "Waiting 10", 10), ("m", "Mine 10", 10), ("b", "Bot 10", 10), ("a", "All", 40)):
        await page.keyboard.press("g")
        await page.keyboard.press(key)
        await expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
        await expect(rows.first).to_have_attribute("aria-setsize", str(count))
    await page.get_by_label("Label", exact=True).select_option("Fleet")
    await expect(rows).to_have_count(8)
    await expect(rows.first.locator(".label-tag")).to_have_text("Fleet")
    await page.get_by_role("button", name="Snoozed").click()
    await expect(page.locator("#list-empty")).to_contain_text("Nothing here with the label “Fleet”")
    assert await find_violations(page) == []
    await page.get_by_role("button", name="Any label").click()
    await expect(page.locator("#list-empty")).to_contain_text("Nothing is asleep")
    await page.keyboard.press("g")
    await page.keyboard.press("m")
    await rows.nth(1).locator("button").click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await expect(page.get_by_role("button", name="Mine 9")).to_be_visible()
    await expect(page.locator("#toast")).to_contain_text("Resolved.")
    await page.keyboard.press("z")
    await expect(page.get_by_role("button", name="Mine 10")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
async def test_a_conversation_is_assigned_labelled_put_to_sleep_and_woken(
    scene: Scene, size: dict[str, int], scheme: str
) -> None:
    await seed(scene, 4)
    await scene.running.store.staff.put(EVA)
    eva = await open_inbox(scene, EVA, size)
    await eva.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    ray = await open_inbox(scene)
    row = ray.locator("#conversations li").first
    await row.locator("button").click()
    await eva.locator("#conversations button").first.click()
    await expect(eva.locator("#head-here")).to_contain_text("Ray is here too")
    await expect(row.locator(".here")).to_contain_text("Eva is looking")
    await eva.locator("#text").press_sequentially("One moment")
    await expect(row).to_contain_text("Eva Stone is typing")
    await eva.locator("#text").fill("")
    for one in (TABLET, size):
        await eva.set_viewport_size(one)  # type: ignore[arg-type]
        assert await eva.evaluate("document.documentElement.scrollWidth") <= one["width"]
        assert await find_violations(eva) == []

    await eva.get_by_role("button", name="Labels").click()
    await eva.keyboard.type("parts")
    await eva.keyboard.press("Enter")
    await expect(eva.locator("#head-tags")).to_contain_text("Parts ordered")
    await expect(eva.get_by_role("checkbox", name="Parts ordered")).to_be_checked()
    assert await find_violations(eva) == []
    await eva.keyboard.press("Escape")
    await expect(row).to_contain_text("Parts ordered")

    await eva.locator("#head-assign").click()
    assert await find_violations(eva) == []
    await eva.keyboard.type("r")
    await expect(eva.get_by_role("menuitemradio", name="Ray Ortiz online")).to_be_focused()
    await eva.keyboard.press("Enter")
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
    await expect(eva.locator("#pane-status")).to_contain_text("Open with Ray Ortiz")
