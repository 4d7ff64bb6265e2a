"""Notifications in a real browser: the bell, the settings, and what the service worker makes of a push.

Headless Chromium reaches no push service, so subscribing is stood in for, and pushes are handed to the real service
worker by the browser's own debugging protocol.
"""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import BrowserContext, CDPSession, Page, expect

from chat.hub import Outbound
from storage.conversations import Conversation
from storage.messages import Author
from storage.push_subscriptions import PushSubscription
from tests.browser.conftest import DESK, PHONE, Scene, find_violations
from tests.browser.test_inbox import ask_for_a_person
from tests.cast import RAY
from tests.e2e.fake_push import Device

pytestmark = pytest.mark.browser

# The browser's own subscription, as far as the page sees it.
_SUBSCRIBE = """(subscription) => {
  const unsubscribe = async () => ((made.gone = true), true);
  const made = { endpoint: subscription.endpoint, options: {}, toJSON: () => subscription, unsubscribe };
  PushManager.prototype.subscribe = async (options) => ((window.asked = options), (made.gone = false), made);
  PushManager.prototype.getSubscription = async () => (made.gone === false ? made : null);
  Notification.requestPermission = async () => "granted";
}"""

# A click on a notification, as the browser tells the service worker. It has no window to bring forward here.
_CLICK = """async (tag) => {
  const [notification] = await self.registration.getNotifications({ tag });
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


async def open_inbox(scene: Scene, page: Page) -> None:
    await page.goto(f"{scene.url}/staff/")
    await expect(page.locator("#bell")).to_be_visible()


async def workers_of(page: Page) -> tuple[CDPSession, str]:
    """The debugging session and the registration of the inbox's service worker."""
    session = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_updated(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if not found.done() and one["scopeURL"].endswith("/staff/"):
                found.set_result(one["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", on_updated)
    await session.send("ServiceWorker.enable")
    async with asyncio.timeout(10):
        return session, await found


async def deliver(scene: Scene, session: CDPSession, registration: str, **shown: Any) -> None:
    data = json.dumps({"kind": "message", "at": "2026-03-11T15:30:00.000Z", **shown})
    await session.send(
        "ServiceWorker.deliverPushMessage", {"origin": scene.url, "registrationId": registration, "data": data}
    )


async def shown_on(page: Page) -> list[list[str]]:
    found: list[list[str]] = await page.evaluate(
        "async () => (await (await navigator.serviceWorker.getRegistration('/staff/')).getNotifications())"
        ".map((one) => [one.title, one.body, one.tag])"
    )
    return found


async def wait_for_shown(page: Page, wanted: list[list[str]]) -> None:
    async with asyncio.timeout(10):
        while await shown_on(page) != wanted:
            await asyncio.sleep(0.05)


async def waiting(scene: Scene) -> Conversation:
    """The one conversation that waits for a person."""
    await scene.running.hub.projector.drain()
    (found,) = await scene.running.store.conversations.list_by_status("garage", "waiting", 5)
    return found


async def allow(context: BrowserContext, scene: Scene) -> None:
    await context.grant_permissions(["notifications"], origin=scene.url)


async def test_a_device_is_turned_on_tried_and_off_and_the_settings_are_kept(scene: Scene) -> None:
    store = scene.running.store
    page = await scene.staff()
    await allow(page.context, scene)
    await open_inbox(scene, page)
    await page.evaluate(_SUBSCRIBE, Device("ray", "https://push.example/ray").subscription)
    await page.locator("#side-menu summary").click()
    await page.locator("#notify-open").click()
    dialog = page.locator("#notify")
    await dialog.get_by_role("button", name="Turn on for this device").click()
    await expect(dialog.get_by_role("button", name="Turn off here")).to_be_visible()
    (device,) = await store.push_subscriptions.list("garage", RAY.id)
    assert device.endpoint == "https://push.example/ray"
    assert len(await page.evaluate("window.asked.applicationServerKey")) == 87
    other = Device("phone", "https://push.example/phone").subscription
    await store.push_subscriptions.put(
        PushSubscription(
            id="phone",
            shop="garage",
            staff_id=RAY.id,
            session_id=device.session_id,
            endpoint=other["endpoint"],
            p256dh=other["keys"]["p256dh"],
            auth=other["keys"]["auth"],
            agent="Mozilla/5.0 (Linux; Android 15) Chrome/142.0",
            expires_at=device.expires_at,
        )
    )
    await dialog.get_by_label("Conversations that nobody has").uncheck()
    await expect(dialog.get_by_text("Chrome on Android")).to_be_visible()
    await dialog.get_by_role("button", name="Until tomorrow").click()
    await expect(dialog.get_by_text("Your devices are silent until")).to_be_visible()
    settings = await store.notification_settings.get("garage", RAY.id)
    assert (settings.unassigned, settings.muted, settings.muted_until is not None) == (False, False, True)
    for scheme, size in (("light", DESK), ("dark", PHONE)):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.set_viewport_size({"width": size["width"], "height": size["height"]})
        assert await find_violations(page) == []
    await dialog.get_by_role("button", name="Remove Chrome on Android").click()
    await expect(dialog.get_by_text("Chrome on Android")).to_have_count(0)
    await dialog.get_by_role("button", name="Ring again").click()
    await dialog.get_by_role("button", name="Turn off here").click()
    await expect(dialog.get_by_role("button", name="Turn on for this device")).to_be_visible()
    assert await store.push_subscriptions.list("garage", RAY.id) == []


async def test_the_service_worker_shows_what_is_pushed_once_a_conversation_and_it_goes_when_read(scene: Scene) -> None:
    client = await ask_for_a_person(scene)
    conversation = await waiting(scene)
    page = await scene.staff()
    await allow(page.context, scene)
    await open_inbox(scene, page)
    await page.evaluate("navigator.serviceWorker.register('/staff/sw.js', {scope: '/staff/'})")
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    session, registration = await workers_of(page)
    for text in ("It makes a noise", "Hello?"):
        await deliver(
            scene,
            session,
            registration,
            title="Maria Lopez",
            text=text,
            tag=conversation.id,
            conversation=conversation.id,
        )
        await wait_for_shown(page, [["Maria Lopez", text, conversation.id]])
    await deliver(scene, session, registration, title="Garage on Elm", text="Works", tag="test", conversation="")
    async with asyncio.timeout(10):
        while len(await shown_on(page)) != 2:
            await asyncio.sleep(0.05)
    (worker,) = page.context.service_workers
    await worker.evaluate(_CLICK, conversation.id)
    await expect(page.locator("#pane-title")).to_have_text("Maria Lopez")
    await wait_for_shown(page, [["Garage on Elm", "Works", "test"]])
    await client.close()


async def test_a_mention_rings_the_bell_shows_itself_and_is_seen_when_opened(scene: Scene) -> None:
    await ask_for_a_person(scene)
    store, hub = scene.running.store, scene.running.hub
    conversation = await waiting(scene)
    page = await scene.staff()
    await open_inbox(scene, page)
    await expect(page.locator("#conversations button")).to_have_count(1)
    await hub.send(
        Outbound(
            shop=await store.shops.get("garage"),
            conversation=conversation,
            author=Author(kind="staff", name="Eva Stone", id="eva"),
            text="Can you call her?",
            private=True,
            mentions=(RAY.id,),
        )
    )
    toast = page.locator(".notice-toast")
    await expect(toast).to_contain_text("Eva Stone mentions you: Maria Lopez")
    await expect(page.locator("#bell-count")).to_have_text("1")
    assert await find_violations(page) == []
    await page.reload()
    await expect(page.locator("#bell-count")).to_have_text("1")
    await expect(toast).to_have_count(0)
    await page.get_by_role("button", name="Notifications, 1 new").click()
    assert await find_violations(page) == []
    await page.locator(".notice").click()
    await expect(page.locator("#pane-title")).to_have_text("Maria Lopez")
    await expect(page.locator("#bell-count")).to_be_hidden()
    async with asyncio.timeout(10):
        while (await store.notices.list("garage", RAY.id))[0].seen_at is None:
            await asyncio.sleep(0.05)


async def test_who_blocked_notifications_is_told_how_to_allow_them(scene: Scene) -> None:
    page = await scene.staff(PHONE)
    await page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' });")
    await open_inbox(scene, page)
    await page.locator("#side-menu summary").click()
    await page.locator("#notify-open").click()
    dialog = page.locator("#notify")
    await expect(dialog.get_by_text("This browser blocks notifications")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Turn on for this device")).to_have_count(0)
    manifest = await page.evaluate("fetch('/staff/manifest.webmanifest').then((answer) => answer.json())")
    assert (manifest["scope"], manifest["display"]) == ("/staff/", "standalone")
    for one in manifest["icons"]:
        answer = await page.request.get(f"{scene.url}{one['src']}")
        assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, one["type"])
