"""The open conversation in a real browser: a long thread, canned replies, mentions, the bot's draft, a cut line."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from config.clock import utc_now
from storage.canned_replies import CannedReply
from storage.conversations import Conversation, applied, new_conversation
from storage.messages import Author, AuthorKind, Entry, State
from storage.staff import Staff
from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.cast import MARIA, RAY, SHOP
from tests.entries import entry_of

pytestmark = pytest.mark.browser

COUNT = 5000
WITH_RAY = State(status="open", assignee=RAY.id)
MINA = Staff(id="mina", shop="garage", external_id="S2", email="mina@garage.example", name="Mina Park", role="owner")
_WATCH = """() => {
  const scroll = document.getElementById("thread-scroll");
  window.frames = []; window.most = 0; window.jumps = [];
  let before = performance.now(), seen = null;
  const look = (now) => {
    window.frames.push(now - before); before = now;
    window.most = Math.max(window.most, document.querySelectorAll("#thread > li").length);
    if (seen && seen.element.isConnected && window.isStill) {
      const moved = seen.element.getBoundingClientRect().top - seen.top;
      if (Math.abs(moved) > 1) window.jumps.push(moved);
    }
    const view = scroll.getBoundingClientRect();
    const rows = [...document.querySelectorAll("#thread > .row")];
    const row = rows.find((one) => one.getBoundingClientRect().top > view.top + 100);
    seen = row && { element: row, top: row.getBoundingClientRect().top };
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""

_READ_NOW = """() => {
  const view = document.getElementById("thread-scroll").getBoundingClientRect();
  const isSeen = ({ top, bottom }) => top > view.top && bottom < view.bottom;
  const row = [...document.querySelectorAll("#thread > .row")].find((one) => isSeen(one.getBoundingClientRect()));
  return row && Number(row.querySelector(".bubble").textContent.match(/^Message ([0-9]+)/)[1]);
}"""
_BEFORE_THE_GAP = """(count) => {
  const scroll = document.getElementById("thread-scroll");
  scroll.scrollTop = (count - 100) * 58 + 500;
  window.before = scroll.scrollTop;
  requestAnimationFrame(() => requestAnimationFrame(() => (window.isStill = true)));
}"""
_IT_CAME = "() => document.getElementById('thread-scroll').scrollTop > window.before + 500"


async def until(page: Page, expression: str) -> None:
    """Waits until it is so. The browser's own way evaluates a string in the page, which our pages do not allow."""
    async with asyncio.timeout(10):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)


async def begun(scene: Scene) -> Conversation:
    """Maria's conversation, in which nothing has been said."""
    made = new_conversation(SHOP.slug, f"client:{MARIA.id}", title=MARIA.name, client_id=MARIA.id)
    await scene.running.store.conversations.add(made)
    return made


async def keep(scene: Scene, conversation: Conversation, entries: Sequence[Entry]) -> None:
    """Store them, and the conversation after them."""
    store = scene.running.store
    for at in range(0, len(entries), 1000):
        assert await store.messages.append(entries[at : at + 1000]) is None
    for entry in entries:
        conversation = applied(conversation, entry)
    await store.conversations.project_many([conversation])


async def seed(scene: Scene, count: int = COUNT, *, unread: int = 0) -> str:
    """Maria's conversation, open with Ray, with a long past; its id."""
    conversation = await begun(scene)
    kinds: tuple[AuthorKind, ...] = ("client", "staff", "client", "bot")
    names = {"client": MARIA.name, "staff": RAY.name, "bot": SHOP.name}
    ids = {"staff": RAY.id, "client": MARIA.id}
    begin = utc_now() - timedelta(minutes=3 * count)
    entries = []
    for seq in range(1, count + 1):
        kind = "client" if seq > count - unread else kinds[seq % 4]
        text = f"Message {seq}. " + "The car makes a noise when it is cold. " * (seq * 7 % 5)
        author = Author(kind=kind, name=names[kind], id=ids.get(kind))
        entries.append(
            entry_of(conversation, seq, begin + timedelta(minutes=3 * seq), author, text=text, state=WITH_RAY)
        )
    await keep(scene, conversation, entries)
    return conversation.id


async def opened(scene: Scene, place: str, size: dict[str, int] = DESK) -> Page:
    page = await scene.staff(size)
    page.on("pageerror", lambda error: print("PAGE ERROR", error))
    await page.goto(f"{scene.url}/staff/#{place}")
    await expect(page.locator("#thread .bubble").first).to_be_visible()
    return page


async def test_five_thousand_messages_scroll_and_any_is_found(scene: Scene) -> None:
    conversation = await seed(scene, unread=3)
    page = await opened(scene, conversation)
    await expect(page.locator("#thread .bubble").last).to_contain_text(f"Message {COUNT}.")
    await expect(page.locator(".new-mark")).to_have_count(1)
    await page.evaluate("document.getElementById('thread-scroll').scrollTop = 58000")  # where nothing is here yet
    await until(page, _READ_NOW)
    assert abs(await page.evaluate(_READ_NOW) - 1000) < 25
    await page.locator("#thread-below").click()
    await expect(page.locator("#thread .bubble").last).to_contain_text(f"Message {COUNT}.")
    await page.evaluate(_WATCH)
    await page.locator("#thread-scroll").hover()
    for _ in range(60):
        await page.mouse.wheel(0, -900)
        await page.evaluate("new Promise(requestAnimationFrame)")
    await expect(page.locator("#thread-below")).to_be_visible()
    top = await page.evaluate("document.getElementById('thread-scroll').scrollTop")
    frames = sorted(await page.evaluate("window.frames"))
    most = await page.evaluate("window.most")
    p95 = frames[int(len(frames) * 0.95)]
    print(
        f"\n{len(frames)} frames: median {frames[len(frames) // 2]:.1f} ms, p95 {p95:.1f} ms, worst {frames[-1]:.1f} ms"
    )
    print(f"most rows in the page {most}; scrolled to {top:.0f}")
    assert most < 150
    assert frames[len(frames) // 2] < 34
    await page.locator("#thread-below").click()
    await expect(page.locator("#thread .bubble").last).to_contain_text(f"Message {COUNT}.")
    await page.locator("#thread-scroll").press("Home")
    await expect(page.locator("#thread .bubble").first).to_contain_text("Message 1.")
    jump = await opened(scene, f"{conversation}/2345")
    await expect(jump.locator(".row.found")).to_contain_text("Message 2345.")
    await expect(jump.locator(".row.found")).to_be_in_viewport()
    assert await jump.locator("#thread > li").count() < 150


async def test_canned_replies_notes_and_a_cut_line_by_keyboard(scene: Scene) -> None:
    store = scene.running.store
    await store.staff.put(MINA)
    for shortcut, title, text in (
        ("hours", "Opening hours", "Hi {client.first_name}, we are open {shop.hours}."),
        ("ready", "The car is ready", "Hi {client.first_name}, your {vehicle} is ready. See you {visit}."),
    ):
        await store.canned_replies.put(
            CannedReply(id=shortcut, shop=SHOP.slug, shortcut=shortcut, title=title, text={"en": text})
        )
    conversation = await seed(scene, 8)
    page = await opened(scene, conversation)
    field = page.locator("#text")
    await field.focus()
    await page.keyboard.type("/rea")
    await expect(page.locator("#picker [role=option]")).to_have_count(1)
    assert await find_violations(page) == []
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Backspace")
    await expect(page.locator("#picker [role=option]")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("Hi Maria, your 2019 Honda Civic is ready. See you . ")
    await expect(page.locator("#reply-told")).to_contain_text("visit")
    await field.fill("Hi Maria, your Civic is ready.")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .bubble").last).to_have_text("Hi Maria, your Civic is ready.")

    await page.get_by_role("button", name="Note", exact=True).click()
    await page.keyboard.type("@mi")
    await page.keyboard.press("Tab")
    await page.keyboard.type("please call her")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-note .mention")).to_have_text("@Mina Park")
    await expect(page.locator(".by-note .tick")).to_have_count(0)  # it is stored
    entries = await store.messages.after(SHOP.slug, conversation, 0, 50)
    assert entries[-1].mentions == ("mina",)

    await page.context.set_offline(True)
    await page.evaluate("window.dispatchEvent(new Event('offline'))")
    await field.fill("said while the line was cut")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .bubble").last).to_have_text("said while the line was cut")
    await page.context.set_offline(False)
    await expect(page.locator(".mine .tick").last).to_have_attribute("title", "Sent", timeout=30_000)
    assert await find_violations(page) == []


async def test_the_bots_draft_is_sent_edited_and_goes_when_it_is_stale(scene: Scene) -> None:
    conversation = await seed(scene, 4)
    client = await scene.client()
    await client.goto(f"{scene.url}/widget/{SHOP.slug}?in=portal")
    page = await opened(scene, conversation)
    await client.locator("textarea").fill("what do I owe?")
    await client.locator("textarea").press("Enter")
    await expect(page.locator("#suggestion")).to_be_visible()
    await expect(page.locator("#suggestion-text")).to_contain_text("$286.20")
    assert await find_violations(page) == []
    await page.locator("#suggestion-send").click()
    await expect(client.locator(".by-staff .bubble").last).to_contain_text("$286.20")
    await expect(page.locator("#suggestion")).to_be_hidden()
    await client.locator("textarea").fill("when are you open?")
    await client.locator("textarea").press("Enter")
    await expect(page.locator("#suggestion")).to_be_visible()
    await page.locator("#suggestion-edit").click()
    await expect(page.locator("#suggestion")).to_be_hidden()
    await page.keyboard.type(" See you!")
    await page.keyboard.press("Enter")
    await expect(client.locator(".by-staff .bubble").last).to_contain_text("See you!")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_theme_that_was_chosen_holds_against_the_system(scene: Scene, theme: str) -> None:
    conversation = await seed(scene, 12, unread=2)
    other = "light" if theme == "dark" else "dark"
    for size in (DESK, PHONE):
        page = await scene.staff(size)
        await page.emulate_media(color_scheme="light" if other == "light" else "dark", reduced_motion="reduce")
        await page.add_init_script(f"localStorage.setItem('pitline:theme', '{theme}')")
        await page.goto(f"{scene.url}/staff/#{conversation}")
        await expect(page.locator("#thread .bubble").last).to_be_visible()
        assert await page.evaluate("document.documentElement.dataset.theme") == theme
        await expect(page.locator("body")).to_have_css(
            "background-color", "rgb(17, 23, 26)" if theme == "dark" else "rgb(244, 243, 239)"
        )
        assert await find_violations(page) == []


async def test_what_is_read_stays_where_it_is_when_older_messages_come(scene: Scene) -> None:
    page = await opened(scene, await seed(scene))
    await expect(page.locator("#thread .bubble").last).to_contain_text(f"Message {COUNT}.")
    await page.evaluate(_WATCH)
    await page.evaluate(_BEFORE_THE_GAP, COUNT)
    await until(page, _IT_CAME)
    assert await page.evaluate("window.jumps") == []


async def test_whoever_works_far_from_the_shop_reads_the_shops_times(scene: Scene) -> None:
    conversation = await begun(scene)
    said = datetime(2025, 3, 11, 15, 5, tzinfo=UTC)
    maria, ray = (Author(kind="client", name=MARIA.name, id=MARIA.id), Author(kind="staff", name=RAY.name, id=RAY.id))
    wakes = datetime(2025, 3, 12, 13, 0, tzinfo=UTC)
    asleep = State(status="snoozed", assignee=RAY.id, until=wakes)
    snoozed = {"kind": "act", "act": "snoozed", "text": wakes.isoformat(), "state": asleep}
    question = entry_of(conversation, 1, said, maria, text="Is it done?", state=WITH_RAY)
    await keep(scene, conversation, [question, entry_of(conversation, 2, said, ray, **snoozed)])
    page = await scene.staff(zone="Asia/Tokyo")  # where it was five past midnight, on the 12th
    await page.goto(f"{scene.url}/staff/")
    await expect(page.get_by_role("navigation", name="Views")).to_contain_text("1")
    await page.keyboard.press("g")
    await page.keyboard.press("a")
    row = page.locator("#conversations li")
    await expect(row).to_contain_text("Mar 11, 25")
    await row.locator("button").click()
    await expect(page.locator("#thread time").first).to_have_text("10:05 AM")
    await expect(page.locator("#thread")).to_contain_text("Tuesday, March 11, 2025")
    await expect(page.locator("#thread")).to_contain_text("until Wed, Mar 12, 8:00 AM")
