"""A picture that came with a text, in a real browser: on its way, then there, without a reload."""

import pytest
from playwright.async_api import Page, expect

from chat.hub import Inbound
from storage.files import Claim, file_id
from storage.messages import Attachment, entry_id
from storage.pictures import check_file
from storage.proof import Identity, Proof
from tests.browser.conftest import DESK, PHONE, Scene
from tests.cast import MARIA, SHOP
from tests.sample_files import photo

pytestmark = pytest.mark.browser

FROM = f"sms:{MARIA.phones[0]}"


async def see_it_come(page: Page, thread: str) -> None:
    await expect(page.locator(f"{thread} .picture img")).to_be_visible()
    await expect(page.locator(f"{thread} .picture img").first).to_have_js_property("naturalWidth", 480)
    await expect(page.locator(f"{thread} .file-chip")).to_contain_text("Could not be fetched")


async def test_a_picture_appears_on_both_sides_as_soon_as_it_is_fetched(scene: Scene) -> None:
    hub, files = scene.running.hub, scene.running.store.files
    identity = Identity(proof=Proof.PHONE, client_id=MARIA.id, phone=MARIA.phones[0])
    shop = await scene.running.store.shops.get(SHOP.slug)
    conversation = await hub.conversation_for(shop, identity)
    good = Attachment(id=file_id(SHOP.slug, FROM, "1"), name="mms-1.jpg", type="image/jpeg", state="fetching")
    gone = Attachment(id=file_id(SHOP.slug, FROM, "2"), name="mms-2.jpg", type="image/jpeg", state="fetching")
    text = Inbound(
        shop=shop, conversation=conversation, identity=identity, channel="sms", ref="MM1", attachments=(good, gone)
    )
    entry = (await hub.receive(text)).entry
    await hub.settled(conversation.id)
    await hub.projector.drain()
    maria, ray = await scene.client(PHONE), await scene.staff(DESK)
    await maria.goto(f"{scene.url}/widget/{SHOP.slug}?in=portal")
    await ray.goto(f"{scene.url}/staff/#{conversation.id}")
    for page in (maria, ray):
        await expect(page.locator(".file-chip")).to_have_count(2)
        await expect(page.locator(".file-chip").first).to_contain_text("On its way")
    await files.add(SHOP.slug, FROM, "1", "mms-1.jpg", check_file(photo(1200, 800)))
    assert entry.id == entry_id(conversation.id, ref="MM1")
    claim = Claim(shop=SHOP.slug, uploaders=[FROM], conversation=conversation.id, entry=entry.id)
    [stored] = await files.claim([good.id], claim)
    for file in (stored, Attachment(id=gone.id, name=gone.name, type=gone.type, state="failed")):
        await hub.updating.record_attachment(SHOP.slug, conversation.id, entry.id, file)
    await see_it_come(maria, "main")
    await see_it_come(ray, "#thread")
