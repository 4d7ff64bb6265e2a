"""The inbox in a real browser: a hand-off comes in, a person takes it, answers and gives it back."""

import pytest
from playwright.async_api import Page, expect

from storage.change_requests import ChangeRequest
from tests.browser.conftest import PHONE, Scene, find_violations
from tests.cast import MARIA, NOW, SHOP

pytestmark = pytest.mark.browser


async def ask_for_a_person(scene: Scene) -> Page:
    """Maria asks for a person in the portal's chat."""
    page = await scene.client()
    await page.goto(f"{scene.url}/widget/{SHOP.slug}?in=portal")
    await write(page, "I want to talk to a person")
    await expect(page.locator(".by-bot .bubble")).to_have_count(1)
    return page


async def write(page: Page, text: str) -> None:
    await page.locator("textarea").fill(text)
    await page.locator("textarea").press("Enter")


async def test_without_a_session_one_is_sent_to_sign_in_and_comes_back(scene: Scene) -> None:
    page = await scene.visitor()
    await page.goto(f"{scene.url}/staff/")
    assert page.url == f"{scene.url}/staff/login?next=/staff/"


async def test_a_hand_off_appears_by_itself_and_a_reply_takes_it(scene: Scene) -> None:
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    await expect(staff.get_by_text("Nobody is waiting")).to_be_visible()
    client = await ask_for_a_person(scene)
    row = staff.locator("#conversations button")
    await expect(row).to_contain_text("Maria Lopez")
    await row.click()
    await expect(staff.locator("#card")).to_contain_text("$286.20")
    await expect(staff.locator("#gist")).to_contain_text("Maria")
    await write(staff, "Hello Maria, Ray here")
    await expect(client.locator(".by-staff .bubble")).to_have_text("Hello Maria, Ray here")
    await expect(staff.locator("#pane-status")).to_contain_text("Open with you")
    await expect(staff.locator(".mine .foot")).to_have_text("Seen")


async def test_a_note_never_reaches_the_client(scene: Scene) -> None:
    client = await ask_for_a_person(scene)
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    await staff.locator("#conversations button").click()
    await staff.get_by_role("button", name="Note").click()
    await write(staff, "She is upset")
    await expect(staff.locator(".by-note .bubble")).to_have_text("She is upset")
    await write(staff, "I am here")
    await expect(client.locator(".by-staff .bubble")).to_have_text("I am here")
    await expect(client.get_by_text("She is upset")).to_have_count(0)
    await client.reload()
    await expect(client.locator(".by-staff .bubble")).to_have_text("I am here")
    await expect(client.get_by_text("She is upset")).to_have_count(0)


async def test_by_keyboard_alone(scene: Scene) -> None:
    await ask_for_a_person(scene)
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    await expect(staff.locator("#conversations button")).to_be_visible()
    await staff.keyboard.press("j")
    await staff.keyboard.press("Enter")
    await expect(staff.locator("#pane-title")).to_have_text("Maria Lopez")
    await staff.keyboard.press("Escape")
    await staff.keyboard.press("t")
    await expect(staff.locator("#pane-status")).to_contain_text("Open with you")
    await staff.keyboard.press("b")
    await expect(staff.locator("#pane-status")).to_contain_text("With the bot")
    await staff.keyboard.press("e")
    await expect(staff.locator("#pane-status")).to_contain_text("Resolved")
    await staff.keyboard.press("?")
    await expect(staff.get_by_role("dialog")).to_be_visible()


async def test_both_see_the_other_type(scene: Scene) -> None:
    client = await ask_for_a_person(scene)
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    await staff.locator("#conversations button").click()
    await client.locator("textarea").press_sequentially("wait")
    await expect(staff.locator("#thread-typing")).to_contain_text("Maria Lopez is typing")
    await staff.locator("#text").press_sequentially("yes")
    await expect(client.locator("#typing")).to_contain_text("Ray Ortiz is typing")


async def test_a_draft_waits_where_it_was_written(scene: Scene) -> None:
    await ask_for_a_person(scene)
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    await staff.locator("#conversations button").click()
    await staff.locator("#text").fill("not yet")
    await staff.reload()
    await expect(staff.locator("#text")).to_have_value("not yet")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_on_a_phone_one_pane_at_a_time_and_axe_finds_nothing(scene: Scene, scheme: str) -> None:
    await ask_for_a_person(scene)
    staff = await scene.staff(PHONE)
    await staff.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    await staff.goto(f"{scene.url}/staff/")
    row = staff.locator("#conversations button")
    await expect(row).to_be_visible()
    assert await find_violations(staff) == []
    await row.click()
    await expect(row).to_be_hidden()
    await expect(staff.locator(".bubble").first).to_be_visible()
    assert await find_violations(staff) == []
    assert await staff.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await staff.get_by_role("button", name="Client’s card").click()
    await expect(staff.locator("#card")).to_contain_text("2019 Honda Civic")
    await staff.get_by_role("button", name="Close the card").click()
    await staff.get_by_role("button", name="Back to the list").click()
    await expect(row).to_be_visible()


async def test_axe_finds_nothing_on_a_desk(scene: Scene) -> None:
    await ask_for_a_person(scene)
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    assert await find_violations(staff) == []
    await staff.locator("#conversations button").click()
    await expect(staff.locator("#card")).to_contain_text("Civic")
    later = staff.get_by_role("link", name="Send later")
    await expect(later).to_have_attribute("href", f"/staff/clients/{MARIA.id}/tell?own=later")
    assert await find_violations(staff) == []
    await staff.locator("#mode-note").click()
    await expect(later).to_be_hidden()
    await staff.locator("#side-menu summary").click()
    await expect(staff.locator("#side-menu").get_by_role("link", name="Visits")).to_be_visible()


async def test_a_change_request_is_accepted_on_the_card_and_the_client_is_told(scene: Scene) -> None:
    client = await ask_for_a_person(scene)
    await scene.running.store.change_requests.append(
        ChangeRequest(
            id="r1",
            shop=SHOP.slug,
            client_id=MARIA.id,
            field="email",
            old=MARIA.email,
            new="m.lopez@mail.example",
            conversation="c",
            message_id="m",
            at=NOW,
        )
    )
    staff = await scene.staff()
    await staff.goto(f"{scene.url}/staff/")
    await staff.locator("#conversations button").click()
    await expect(staff.locator("#card .change")).to_contain_text("maria@mail.example → m.lopez@mail.example")
    assert await find_violations(staff) == []
    await staff.get_by_role("button", name="Accept: E-mail, m.lopez@mail.example").click()
    await expect(staff.locator("#card .change")).to_have_count(0)
    await expect(staff.locator("#card .facts")).to_contain_text("m.lopez@mail.example")
    told = "Done: Garage on Elm has your new e-mail, m.lopez@mail.example."
    await expect(client.get_by_text(told, exact=True)).to_be_visible()
