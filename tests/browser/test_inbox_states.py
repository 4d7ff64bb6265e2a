"""What the inbox looks like when things are not as usual: not delivered, stopped, a note, news that were missed."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from chat.handoff import Event
from chat.hub import Inbound, Outbound
from chat.pushes import SocketPushes
from chat.rating import rate
from config.clock import utc_now
from storage.conversations import Conversation
from storage.messages import Author, Delivery, Rating
from storage.notices import Notice
from storage.proof import Identity, Proof
from tests.browser.conftest import DESK, Scene, find_violations
from tests.cast import MARIA, RAY, SHOP

pytestmark = pytest.mark.browser

PHONE_NUMBER = MARIA.phones[0]
BY_RAY = Author(kind="staff", name=RAY.name, id=RAY.id)
BY_MARIA = Author(kind="client", name=MARIA.name, id=MARIA.id)


async def texted(scene: Scene, text: str, ref: str) -> Conversation:
    """Maria texts; her conversation after the bot's answer."""
    hub, shop = scene.running.hub, await scene.running.store.shops.get(SHOP.slug)
    identity = Identity(proof=Proof.PHONE, client_id=MARIA.id, phone=PHONE_NUMBER)
    conversation = await hub.conversation_for(shop, identity)
    await hub.receive(
        Inbound(shop=shop, conversation=conversation, identity=identity, channel="sms", ref=ref, text=text)
    )
    await hub.settled(conversation.id)
    return await hub.directory.get(SHOP.slug, conversation.id)


async def long_ago(scene: Scene) -> Conversation:
    """One conversation that ended well and was rated; then one that Ray has, whose answer the carrier did not take."""
    hub, shop = scene.running.hub, await scene.running.store.shops.get(SHOP.slug)
    resolved = await hub.act(await texted(scene, "I want to talk to a person", "SM1"), Event.RESOLVE, BY_RAY)
    await rate(hub, resolved, BY_MARIA, Rating(score=4, comment="quick"))
    taken = await hub.act(await texted(scene, "are you there?", "SM2"), Event.TAKE, BY_RAY)
    sent = await hub.send(Outbound(shop=shop, conversation=taken, author=BY_RAY, text="Your car is ready", ref="A1"))
    failed = Delivery(state="failed", error="twilio_30007")
    await hub.record_delivery(SHOP.slug, taken.id, sent.entry.id, failed)
    await hub.projector.drain()
    return taken


async def dotted(page: Page) -> bool:
    return bool(await page.evaluate("document.getElementById('favicon').href.startsWith('data:')"))


async def test_what_did_not_arrive_is_sent_again_and_stop_is_obeyed(scene: Scene) -> None:
    taken = await long_ago(scene)
    page = await scene.staff(DESK)
    await page.goto(f"{scene.url}/staff/#{taken.id}")
    failed = page.locator("#thread .foot.bad")
    await expect(failed).to_contain_text("Not delivered: the carrier took it for spam")
    assert await find_violations(page) == []
    await failed.get_by_role("button", name="Send again").click()
    await expect(page.locator("#thread .mine .bubble", has_text="Your car is ready")).to_have_count(2)

    past = page.locator("#card details", has_text="Past conversations")
    await expect(past).to_contain_text("resolved by Ray Ortiz · rated 4 of 5")
    await past.get_by_role("button", name="Show").click()
    await expect(page.locator(".row.found")).to_contain_text("I want to talk to a person")
    await expect(page.locator("#thread .line", has_text="rated the chat 4 of 5: “quick”")).to_be_attached()
    await page.locator("#card summary", has_text="Vehicles").click()

    await page.get_by_role("button", name="Note").click()
    await expect(page.locator("#reply")).to_have_class("reply is-note")
    assert await find_violations(page) == []

    await scene.running.store.consents.stop(SHOP.slug, PHONE_NUMBER, utc_now(), "sms")
    await page.reload()
    await expect(page.locator("#reply-problem")).to_contain_text("They texted STOP")
    await expect(page.locator("#card details", has_text="Vehicles")).not_to_have_attribute(
        "open", ""
    )  # it stays folded
    await page.locator("#text").fill("one more text")
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_have_value("one more text")  # nothing went, nothing is lost
    assert await find_violations(page) == []


async def test_the_tab_tells_of_what_is_unread_and_missed_news_are_asked_for(scene: Scene) -> None:
    page = await scene.staff(DESK)
    await page.goto(f"{scene.url}/staff/")
    await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    assert not await dotted(page)
    conversation = await texted(scene, "I want to talk to a person", "SM1")
    await expect(page).to_have_title("(1) Inbox · Garage on Elm")
    assert await dotted(page)
    await page.locator("#conversations button").click()
    await expect(page).to_have_title("Inbox · Garage on Elm")
    assert not await dotted(page)

    now = utc_now()
    told = Notice(
        id="n1",
        shop=SHOP.slug,
        staff_id=RAY.id,
        kind="mention",
        conversation=conversation.id,
        title="Mina called you",
        text="look at this",
        at=now,
        expires_at=now + timedelta(days=1),
    )
    await expect(page.locator("#bell-count")).to_be_hidden()
    await scene.running.store.notices.append(told)  # its push was lost between two processes
    live = scene.running.hub._live
    assert isinstance(live, SocketPushes)
    await live._staff.tell_missed()
    await expect(page.locator("#bell-count")).to_have_text("1")
