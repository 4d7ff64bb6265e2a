"""What the widget offers around the thread: waiting, being reached, the mail of a chat, the rating, both languages."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from storage.store import Storage
from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.cast import MARIA, RAY, SHOP, move_in
from tests.e2e.running import Door, Person, serving

pytestmark = pytest.mark.browser

# Inherited colours change one level of the page a frame: every property has a transition, if only of a moment.
_SOME_FRAMES = "(async () => { for (let at = 0; at < 12; at += 1) await new Promise(requestAnimationFrame); })()"


@pytest.fixture
async def ray(scene: Scene) -> AsyncIterator[Person]:
    """Ray at the inbox, over his own socket."""
    door = Door(scene.running)
    yield await door.staff(RAY.id)
    await door.close()


async def open_chat(scene: Scene, page: Page) -> None:
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await expect(page.locator("#starters .chip").first).to_be_visible()


async def ask_for_a_person(page: Page, text: str = "I want to talk to a person") -> None:
    await page.locator("#text").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.locator("#banner")).to_be_visible()


async def resolve(ray: Person) -> None:
    """Ray answers whoever waits, and is done."""
    [waiting, *_] = (await ray.ask("inbox", {"view": "waiting"}))["conversations"]
    await ray.say("It is your battery.", conversation=waiting["id"])
    await ray.ask("resolve", {"conversation": waiting["id"]})


async def test_the_line_moves_before_the_clients_eyes_and_a_visitor_leaves_a_number(scene: Scene, ray: Person) -> None:
    before, page = await scene.visitor(PHONE), await scene.visitor(PHONE)
    for one in (before, page):
        await open_chat(scene, one)
        await ask_for_a_person(one)
    banner = page.locator("#banner-text")
    await expect(banner).to_have_text("One person is ahead of you.")
    await expect(page.locator(".by-bot .bubble").last).to_contain_text("One person is ahead of you")
    await page.get_by_role("button", name="Leaving?").press("Enter")
    field = page.get_by_label("Where can we reach you if you leave?")
    await expect(field).to_be_focused()
    await field.fill("nothing")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Please type a phone number or an e-mail address.")
    await field.fill("512 555 0177")
    await field.press("Enter")
    await expect(page.locator("#reach-told")).to_contain_text("You may leave")
    await expect(page.get_by_role("button", name="Change")).to_be_focused()
    first = (await ray.ask("inbox", {"view": "waiting"}))["conversations"][-1]
    await ray.ask("take", {"conversation": first["id"]})
    await expect(banner).to_contain_text("You are next")
    await page.reload()
    await expect(banner).to_contain_text("You are next")
    await expect(page.locator("#reach-told")).to_contain_text("0177")

    [mine] = (await ray.ask("inbox", {"view": "waiting"}))["conversations"]
    stored = await scene.running.store.conversations.find(SHOP.slug, mine["id"])
    assert stored is not None
    assert stored.visitor is not None
    token = await scene.running.store.visitors.invite(SHOP.slug, stored.visitor)
    elsewhere = await scene.visitor(DESK)
    await elsewhere.goto(f"{scene.url}/widget/{SHOP.slug}#v={token}")  # the link of the text, on another machine
    await expect(elsewhere.locator(".mine .bubble")).to_have_text(["I want to talk to a person"])
    assert token not in elsewhere.url
    await elsewhere.reload()
    await expect(elsewhere.locator(".mine .bubble")).to_have_text(["I want to talk to a person"])


async def test_a_chat_is_rated_by_keyboard_with_a_word_to_it_and_a_new_one_begins(scene: Scene, ray: Person) -> None:
    page = await scene.visitor(DESK)
    await open_chat(scene, page)
    await ask_for_a_person(page)
    await resolve(ray)
    stars = page.get_by_role("group", name="How was this chat?")
    await expect(stars).to_be_visible()
    await expect(page.locator("#text")).to_be_focused()  # nothing takes the focus away by itself
    await stars.get_by_role("radio", name="1 of 5").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Anything to add?")).to_be_focused()
    await page.keyboard.type("Friendly")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="the shop reads this")).to_be_visible()
    rated = await ray.hear("message", lambda one: one["act"] == "rated" and one["rating"]["comment"] == "Friendly")
    assert rated["rating"]["score"] == 4
    assert [one["rating"]["score"] for one in map(dict, ray.heard("message")) if one["act"] == "rated"] == [4, 4]
    await page.reload()
    await expect(page.locator("#finished")).to_be_visible()
    await expect(page.locator("#rating")).to_be_hidden()  # it is not asked twice
    await page.get_by_role("button", name="Start a new one").press("Enter")
    await page.keyboard.type("One more thing: where are you?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#finished")).to_be_hidden()
    await expect(page.locator(".by-bot .bubble").last).to_contain_text("Elm")


async def test_the_chat_is_mailed_and_speaks_the_other_language_from_then_on(scene: Scene) -> None:
    page = await scene.visitor(PHONE)
    await open_chat(scene, page)
    more = page.get_by_role("button", name="More")
    await more.click()
    await expect(page.get_by_role("button", name="E-mail this chat")).to_be_hidden()  # nothing was said
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await page.locator("#text").fill("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-bot .bubble")).to_be_visible()
    await more.click()
    await page.get_by_role("button", name="E-mail this chat").click()
    field = page.get_by_label("Your e-mail address")
    await field.fill("me")
    await field.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Please type an e-mail address.")).to_be_visible()
    await field.fill("me@mail.example")
    await field.press("Enter")
    await expect(page.locator("#care-note")).to_have_text("Sent to me@mail.example.")
    [row] = await scene.running.store.database["outbox"].find({"purpose": "transcript"}).to_list(None)
    assert "hello" in row["text"]
    await more.click()
    await page.get_by_role("button", name="Español").click()
    await expect(page.get_by_label("Escriba un mensaje")).to_be_visible()
    await expect(page.locator(".by-bot .role")).to_have_text("asistente")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await expect(page.get_by_label("Escriba un mensaje")).to_be_visible()


async def test_a_client_is_mailed_at_the_address_on_file_without_being_asked(scene: Scene) -> None:
    page = await scene.client(DESK)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await page.locator("#text").fill("What do I owe?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-bot .bubble")).to_contain_text("286.20")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("button", name="E-mail this chat").click()
    await expect(page.locator("#care-note")).to_have_text("Sent to ma•••@mail.example.")
    [row] = await scene.running.store.database["outbox"].find({"purpose": "transcript"}).to_list(None)
    assert row["to"] == MARIA.email


@pytest.mark.parametrize(("size", "language"), [(PHONE, "en-US"), (DESK, "es-MX")])
async def test_axe_finds_nothing_in_any_state(scene: Scene, ray: Person, size: dict[str, int], language: str) -> None:
    page = await scene.visitor(size, language)
    found: dict[str, list[str]] = {}

    async def look(state: str) -> None:
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            await page.evaluate(_SOME_FRAMES)
            found[f"{state} {scheme}"] = await find_violations(page)
        for width in (320, size["width"]):
            await page.set_viewport_size({"width": width, "height": size["height"]})
            assert await page.evaluate("document.documentElement.scrollWidth") == width, state

    await open_chat(scene, page)
    await look("welcome")
    await page.locator("#menu-open").click()
    await look("menu")
    await page.keyboard.press("Escape")
    await ask_for_a_person(page)
    await page.locator("#reach-open").click()
    await page.keyboard.type("nothing")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reach [role=alert]")).not_to_be_empty()
    await look("waiting")
    await resolve(ray)
    await expect(page.locator("#rating")).to_be_visible()
    await look("rating")
    await page.locator(".stars label").nth(4).click()
    await expect(page.locator("#rate-comment")).to_be_visible()
    await look("rated")
    await page.context.set_offline(True)
    await expect(page.locator("#banner")).to_be_visible()
    await look("offline")
    assert len(found) == 12
    assert {state: faults for state, faults in found.items() if faults} == {}


async def test_a_closed_shop_says_so_before_anything_is_asked(store: Storage, data_dir: Path, browser: Browser) -> None:
    await move_in(store)
    await store.shops.put(replace(SHOP, origins=()))
    async with serving(store, data_dir, now=datetime.fromisoformat("2026-03-11T12:10:00-05:00")) as running:
        scene = Scene(running, browser, "", [])
        page = await scene.visitor(PHONE)
        await open_chat(scene, page)
        await expect(page.locator("#welcome-closed")).to_contain_text("On a break until 1:00 PM.")
        await expect(page.locator("#hours")).to_contain_text("Closed")
        assert await find_violations(page) == []
        await ask_for_a_person(page)
        await expect(page.locator("#banner-text")).to_contain_text("On a break until 1:00 PM. A person will write here")
        for context in scene.contexts:
            await context.close()
