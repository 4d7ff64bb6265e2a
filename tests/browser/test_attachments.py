"""A photo from the client's phone to the inbox, and a PDF back, in a real browser."""

import re

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.cast import SHOP
from tests.sample_files import PDF, photo

pytestmark = pytest.mark.browser


async def choose(page: Page, name: str, kind: str, content: bytes) -> None:
    payload: FilePayload = {"name": name, "mimeType": kind, "buffer": content}
    await page.set_input_files("#attach-input", payload)


async def loaded_width(page: Page, selector: str) -> int:
    await expect(page.locator(selector).first).to_be_visible()
    await expect(page.locator(selector).first).not_to_have_js_property("naturalWidth", 0)
    return int(await page.evaluate(f"document.querySelector('{selector}').naturalWidth"))


async def look_at_the_picture(page: Page) -> None:
    """Over the page, by keyboard, at its neighbour, and back to where one was."""
    link = page.locator("#thread a.picture")
    await link.first.focus()
    await page.keyboard.press("Enter")
    box = page.get_by_role("dialog", name="Pictures")
    await expect(box.get_by_role("img", name="Picture fender.jpg")).to_be_visible()
    assert await loaded_width(page, ".lightbox-picture") == 1500
    await expect(box.locator(".lightbox-told")).to_contain_text("1 of 2")
    assert await find_violations(page) == []
    await page.keyboard.press("ArrowRight")
    await expect(box.locator(".lightbox-told")).to_contain_text("2 of 2bumper.jpgMaria Lopez")
    told = page.locator("#thread li", has=page.locator("a.picture")).locator("time").first
    sent = await told.inner_text()  # by the shop's clock
    await expect(box.locator(".lightbox-from")).to_contain_text(sent.strip())
    await page.keyboard.press("ArrowRight")  # there is none
    async with page.expect_download() as saved:
        await box.get_by_role("link", name="Download").click()
    assert (await saved.value).suggested_filename == "bumper.jpg"
    await page.keyboard.press("Escape")
    await expect(box).to_be_hidden()
    await expect(link.first).to_be_focused()
    await expect(page.locator("#pane-title")).to_have_text("Maria Lopez")  # Escape closed nothing else


async def test_a_client_sends_a_photo_and_staff_send_a_pdf_back(scene: Scene) -> None:
    maria, ray = await scene.client(PHONE), await scene.staff(DESK, zone="Asia/Tokyo")
    faults: list[str] = []
    for page in (maria, ray):
        page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
    await maria.goto(f"{scene.url}/widget/{SHOP.slug}?in=portal")
    await expect(maria.locator("#starters .chip").first).to_be_visible()
    await choose(maria, "clip.mp4", "video/mp4", b"film")
    await expect(maria.locator(".composer .problem.bad")).to_contain_text("clip.mp4 cannot be sent")
    await choose(maria, "fender.jpg", "image/jpeg", photo(1500, 500))
    await choose(maria, "bumper.jpg", "image/jpeg", photo(1200, 800))
    await expect(maria.locator(".tray-item")).to_contain_text(["fender.jpg", "bumper.jpg"])
    await expect(maria.locator(".composer .problem.bad")).to_be_empty()
    assert await find_violations(maria) == []
    await maria.get_by_role("button", name="Send").click()
    await expect(maria.get_by_role("link", name="Picture bumper.jpg, opens in full size")).to_be_visible()
    await expect(maria.locator(".by-bot .bubble")).to_contain_text("passing it on to the shop")
    assert await loaded_width(maria, ".picture img") == 480
    assert await find_violations(maria) == []
    await maria.locator("a.picture").first.click()
    await expect(maria.get_by_role("dialog", name="Pictures")).to_contain_text("1 of 2")
    await maria.get_by_role("button", name="Close", exact=True).last.click()
    await expect(maria.locator("a.picture").first).to_be_focused()

    await ray.goto(f"{scene.url}/staff/")
    await ray.locator("#conversations").get_by_text("Maria Lopez").first.click()
    assert await loaded_width(ray, "#thread .picture img") == 480
    await look_at_the_picture(ray)
    await ray.get_by_label("Message", exact=True).fill("the estimate")
    await choose(ray, "estimate 12.pdf", "application/pdf", PDF)
    await choose(ray, "wrong one.jpg", "image/jpeg", photo(300, 200))
    await expect(ray.locator(".tray-item.is-ready")).to_have_count(2)
    await ray.reload()
    await expect(ray.locator(".tray-item.is-ready")).to_have_count(2)
    await expect(ray.locator(".tray-item").nth(1).locator("img")).to_be_visible()
    assert await find_violations(ray) == []
    await ray.get_by_role("button", name="Leave out wrong one.jpg").click()
    await expect(ray.locator(".tray-item")).to_contain_text(["estimate 12.pdf"])
    await ray.get_by_role("button", name="Send", exact=True).click()
    await expect(ray.locator("#thread .file-chip")).to_contain_text("estimate 12.pdf")
    assert await find_violations(ray) == []

    async with maria.expect_download() as saved:
        await maria.get_by_role("link", name="estimate 12.pdf").click()
    assert (await saved.value).suggested_filename == "estimate 12.pdf"
    assert (await (await saved.value).path()).read_bytes() == PDF
    await expect(maria.locator("#announcer")).to_contain_text("the estimate")
    assert faults == []


async def test_a_photo_that_is_not_sent_yet_outlives_a_reload(scene: Scene) -> None:
    page = await scene.client(PHONE)
    await page.goto(f"{scene.url}/widget/{SHOP.slug}")
    await expect(page.locator("#starters .chip").first).to_be_visible()
    await page.route(re.compile(r"/uploads\?"), lambda route: route.abort())
    await choose(page, "brakes.jpg", "image/jpeg", photo(900, 600))
    await expect(page.locator(".tray-item")).to_be_visible()
    await page.get_by_label("Write a message").fill("look at this")
    await page.keyboard.press("Enter")
    await expect(page.locator(".unsent-file progress")).to_be_visible()
    await page.get_by_label("Write a message").fill("hello")
    await page.keyboard.press("Enter")
    await expect(page.locator(".by-bot .bubble")).to_have_count(1)  # it did not wait for the photo
    await page.unroute_all()
    await page.reload()
    await expect(page.get_by_role("link", name="Picture brakes.jpg, opens in full size")).to_be_visible()
    await expect(page.locator(".unsent-file")).to_have_count(0)
    await expect(page.locator(".mine .bubble")).to_have_text(["hello", "look at this"])
