"""Notifications on staff's devices, against a push service that checks and answers as a real one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from config.clock import utc_now
from config.settings import Push
from server import Running
from storage.activity import ActivityQuery
from storage.estimates import Estimate, EstimateLine
from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from storage.store import Storage
from storage.visits import BookingRequest
from tests.cast import MARIA, NOW, RAY, SHOP, move_in
from tests.e2e.fake_push import Device, FakePush, Pushed
from tests.e2e.running import Door, Person, serving

EVA = Staff(id="eva", shop="garage", external_id="S2", email="eva@garage.example", name="Eva Stone", role="owner")
TIM = Staff(id="tim", shop="garage", external_id="S3", email="tim@garage.example", name="Tim Hale", role="technician")
ESTIMATE = Estimate(
    id="est7",
    shop="garage",
    external_id="E7",
    number="E-7",
    client_id=MARIA.id,
    issued_on=date(2026, 3, 10),
    total=42000,
    status="waiting",
    lines=(
        EstimateLine(id="pads", description="Front pads", kind="part", amount=18000),
        EstimateLine(id="rotors", description="Rotors", kind="part", amount=24000),
    ),
)


@dataclass
class Scene:
    running: Running
    door: Door
    fake: FakePush

    @property
    def store(self) -> Storage:
        return self.running.store

    async def http(self, staff: Staff, method: str, path: str, **more: Any) -> aiohttp.ClientResponse:
        cookie = await self.store.sessions.open(staff.shop, staff_id=staff.id)
        return await self.with_cookie(cookie, method, path, **more)

    async def with_cookie(self, cookie: str, method: str, path: str, **more: Any) -> aiohttp.ClientResponse:
        headers = {"Cookie": f"{STAFF_COOKIE}={cookie}", "User-Agent": "Firefox on Linux"}
        async with aiohttp.ClientSession() as http:
            url = f"{self.running.settings.public_url}{path}"
            async with http.request(method, url, headers=headers, **more) as response:
                await response.read()
                return response

    async def device(self, staff: Staff, name: str) -> Device:
        """A device on which they have allowed notifications."""
        device = self.fake.device(name)
        response = await self.http(staff, "POST", "/staff/push/subscriptions", json=device.subscription)
        assert response.status == 201
        return device


@asynccontextmanager
async def push_scene(
    store: Storage, data_dir: Path, fake: FakePush, after_seconds: float = 0.2
) -> AsyncIterator[Scene]:
    push = Push(after_seconds=after_seconds, timeout_seconds=1.0, also_to=(fake.origin,))
    async with serving(store, data_dir, push=push) as running:
        door = Door(running)
        ray = await door.staff(RAY.id)
        fake.public_key = (await ray.ask("shop"))["push"]["public_key"]
        try:
            yield Scene(running, door, fake)
        finally:
            await door.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakePush]:
    fake = FakePush()
    service = await fake.start()
    yield fake
    fake.release.set()
    await service.close()


@pytest.fixture
async def scene(store: Storage, data_dir: Path, fake: FakePush) -> AsyncIterator[Scene]:
    await move_in(store)
    for staff in (EVA, TIM):
        await store.staff.put(staff)
    async with push_scene(store, data_dir, fake) as made:
        yield made


async def waiting_conversation(maria: Person) -> str:
    """Maria asked for a person and waits."""
    await maria.answer_to(await maria.say("I want to talk to a person"))
    conversation: str = (await maria.ask("sync"))["conversation"]["id"]
    return conversation


def shown(pushed: list[Pushed]) -> list[tuple[str, str, str]]:
    return [(one.device, one.shown["title"], one.shown["text"]) for one in pushed]


async def test_what_nobody_reads_rings_where_it_should_and_a_read_or_muted_one_does_not(scene: Scene) -> None:
    for staff, name in ((RAY, "rays-phone"), (RAY, "rays-desk"), (EVA, "evas"), (TIM, "tims")):
        await scene.device(staff, name)
    maria = await scene.door.signed_in(MARIA.id)
    conversation = await waiting_conversation(maria)
    handed = await scene.fake.wait_for(3)
    assert {one[0] for one in shown(handed)} == {"rays-phone", "rays-desk", "evas"}  # a technician is not asked for it
    assert shown(handed)[0][1:] == ("Maria Lopez waits for a person", "I want to talk to a person")
    assert handed[0].shown["conversation"] == handed[0].shown["tag"] == conversation
    assert len({one.headers["Topic"] for one in handed}) == 1
    assert 80_000 < int(handed[0].headers["TTL"]) <= 86_400

    ray = await scene.door.staff(RAY.id)
    await ray.ask("take", {"conversation": conversation})
    eva = await scene.door.staff(EVA.id)
    muted = await eva.ask("set_notifications", {"mute": "hour"})
    assert muted["settings"]["muted"] is True
    assert muted["settings"]["muted_until"] is not None
    await maria.say("It is about\nmy brakes, and it is long")
    later = (await scene.fake.wait_for(5))[3:]
    assert {one[0] for one in shown(later)} == {"rays-phone", "rays-desk"}  # its assignee's alone
    assert shown(later)[0][1:] == ("Maria Lopez", "It is about")
    toast = await ray.hear("notification", lambda one: one["text"] == "It is about")
    assert (toast["kind"], toast["conversation"]) == ("message", conversation)

    seq = (await maria.say("read at once"))["seq"]
    await ray.ask("read", {"conversation": conversation, "seq": seq})
    await eva.ask(
        "message",
        {"ref": "a" * 32, "conversation": conversation, "text": "see", "private": True, "mentions": [TIM.id, EVA.id]},
    )
    called = (await scene.fake.wait_for(6))[5:]
    assert shown(called) == [("tims", "Eva Stone mentions you: Maria Lopez", "see")]
    assert eva.heard("notification") == []  # nobody is told of what they did themselves
    assert "read at once" not in str(scene.fake.pushed)


async def test_notices_stand_under_the_bell_until_they_are_seen(scene: Scene) -> None:
    await scene.device(EVA, "evas")
    maria = await scene.door.signed_in(MARIA.id)
    conversation = await waiting_conversation(maria)
    await scene.fake.wait_for(1)
    ray, eva = await scene.door.staff(RAY.id), await scene.door.staff(EVA.id)
    await ray.ask("assign", {"conversation": conversation, "staff": EVA.id})
    given = await eva.hear("notification", lambda one: one["kind"] == "assigned")
    assert given["title"] == "Ray Ortiz gave you Maria Lopez"
    assert (await ray.ask("notifications"))["notifications"] == []
    kept = (await eva.ask("notifications"))["notifications"]
    assert [(one["kind"], one["seen"], one["id"] == given["id"]) for one in kept] == [("assigned", False, True)]
    await eva.ask("seen_notifications", {"conversation": conversation})
    assert (await eva.ask("notifications"))["notifications"][0]["seen"] is True
    await ray.ask(
        "message", {"ref": "b" * 32, "conversation": conversation, "text": "x", "private": True, "mentions": [EVA.id]}
    )
    await scene.fake.wait_for(2)
    assert [one.shown["kind"] for one in scene.fake.pushed] == ["message", "mention"]  # what was seen did not ring


async def test_changes_and_decisions_are_told_with_a_line_and_a_hand_off(scene: Scene) -> None:
    await scene.store.estimates.put(ESTIMATE)
    eva, maria = await scene.door.staff(EVA.id), await scene.door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("my new email is m.lopez@mail.example"))
    await maria.answer_to(await maria.say("yes"))
    asked = await eva.hear("notification", lambda one: one["kind"] == "change_request")
    assert (asked["title"], asked["text"]) == ("Maria Lopez asks for a change", "New e-mail: m.lopez@mail.example")

    cookie = await scene.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    page = f"{scene.running.settings.public_url}/s/garage/portal/estimates/est7"
    chosen = {"line:pads": "approved", "line:rotors": "call_me", "confirm": ESTIMATE.content_mark}
    async with aiohttp.ClientSession(cookies={"pitline_garage": cookie}) as http:
        for _ in range(2):  # pressed twice
            async with http.post(page, data=chosen, allow_redirects=False) as response:
                assert response.status == 303
    told = await eva.hear("notification", lambda one: one["kind"] == "estimate")
    assert told["title"] == "Maria Lopez decided on estimate E-7"
    assert told["text"] == "Approved: Front pads ($180.00). Call first: Rotors"
    opened = await eva.ask("open", {"conversation": told["conversation"]})
    lines = [one for one in opened["messages"] if one["kind"] == "note"]
    assert len(lines) == 1
    assert "in the portal. Approved: Front pads" in lines[0]["text"]
    assert opened["conversation"]["status"] == "waiting"
    assert len(eva.heard("notification")) == 2
    noted = (await scene.store.activity.list(SHOP.slug, ActivityQuery(), 10)).entries
    assert [(one.action, one.actor.id, one.subject) for one in noted] == [
        ("estimate.decided", "maria", "Estimate E-7"),
        ("change_request.asked", "maria", "Maria Lopez"),
    ]
    details = noted[0].details
    assert (details["came_by"], details["approved_total"], noted[0].address) == (
        "the portal, signed in", "$180.00", "127.0.0.1",
    )  # fmt: skip
    assert details["saw"] == "Front pads $180.00; Rotors $240.00"
    assert all("portal" not in one["text"] for one in (await maria.ask("sync"))["messages"])


async def test_what_is_done_in_the_portal_about_visits_and_details_is_told_with_a_line(scene: Scene) -> None:
    starts_at = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
    request = BookingRequest(
        services=(SHOP.services[0].code,), starts_at=starts_at, booking_key="v", source="chat", client_id=MARIA.id
    )
    visit = await scene.store.visits.reserve(SHOP, request, NOW)
    eva = await scene.door.staff(EVA.id)
    cookie = await scene.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    portal = f"{scene.running.settings.public_url}/s/garage/portal"
    later = (starts_at + timedelta(hours=1)).isoformat()
    posts = (
        (f"visits/{visit.id}/move", {"told": starts_at.isoformat(), "at": later}),
        (f"visits/{visit.id}/cancel", {"told": later}),
        ("profile/change", {"key": "k", "email": "m.lopez@mail.example"}),
    )
    heard: list[dict[str, Any]] = []
    async with aiohttp.ClientSession(cookies={"pitline_garage": cookie}) as http:
        for path, fields in posts:
            async with http.post(f"{portal}/{path}", data=fields, allow_redirects=False) as response:
                assert response.status == 303, path
            heard.append(await eva.hear("notification", lambda one: one not in heard))
    assert [one["title"] for one in heard] == [
        "Maria Lopez moved a visit", "Maria Lopez cancelled a visit", "Maria Lopez asks for a change",
    ]  # fmt: skip
    opened = await eva.ask("open", {"conversation": heard[-1]["conversation"]})
    assert len([one for one in opened["messages"] if one["kind"] == "note" and "in the portal" in one["text"]]) == 3
    assert [one["new"] for one in opened["client"]["change_requests"]] == ["m.lopez@mail.example"]
    noted = (await scene.store.activity.list(SHOP.slug, ActivityQuery(), 10)).entries
    assert [one.action for one in noted] == ["change_request.asked", "visit.cancelled", "visit.moved"]


async def test_a_visit_asked_for_by_somebody_unknown_waits_for_a_person(scene: Scene) -> None:
    eva = await scene.door.staff(EVA.id)
    asked = {
        "service": "brakes",
        "at": "2026-03-12T15:00:00Z",
        "key": "a" * 32,
        "name": "Guest",
        "phone": "512 555 0188",
    }
    async with aiohttp.ClientSession() as http:
        for _ in range(2):
            async with http.post(f"{scene.running.settings.public_url}/s/garage/book", data=asked) as response:
                assert response.status == 200
    told = await eva.hear("notification", lambda one: one["kind"] == "visit")
    assert told["title"] == "Guest booked a visit"
    assert told["text"] == "Brake inspection, Thu, Mar 12, 10:00 AM, to be confirmed"
    opened = await eva.ask("open", {"conversation": told["conversation"]})
    (line,) = [one for one in opened["messages"] if one["kind"] == "note"]
    assert "not signed in" in line["text"]
    assert "Call (512) 555-0188 to confirm it." in line["text"]
    assert opened["conversation"]["status"] == "waiting"


async def test_a_push_service_in_trouble_is_asked_again_and_a_gone_device_is_forgotten(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="chat")
    device = await scene.device(RAY, "rays")
    (row,) = await scene.store.push_subscriptions.list("garage", RAY.id)
    ray = await scene.door.staff(RAY.id)

    async def ring() -> int:
        before = len(scene.fake.tries)
        assert (await ray.ask("try_notification", {"device": row.id}))["ok"]
        return (await scene.fake.wait_for_tries(before + 1))[-1][1]

    assert await ring() == 201
    scene.fake.longest = scene.fake.pushed[0].size - 1
    assert await ring() == 413
    assert [one.shown["text"] for one in await scene.fake.wait_for(2)] == ["Notifications work on this device.", ""]
    scene.fake.longest = 200
    tries = len(scene.fake.tries)
    assert await ring() == 413
    assert [status for _, status in (await scene.fake.wait_for_tries(tries + 3))[tries:]] == [413, 413, 413]
    scene.fake.longest = 4096

    scene.fake.wait = "120"
    scene.fake.trouble = [429]
    assert await ring() == 429
    due = await queued(scene.store, "push_429")
    assert timedelta(seconds=100) < due - utc_now() <= timedelta(seconds=121)
    scene.fake.trouble = [503]
    assert await ring() == 503
    assert await queued(scene.store, "push_503") - utc_now() > timedelta(seconds=100)
    scene.fake.trouble = ["redirect"]
    assert await ring() == 307
    assert ("elsewhere", 201) not in scene.fake.tries

    scene.fake.trouble = [410]
    assert await ring() == 410
    async with asyncio.timeout(5):
        while await scene.store.push_subscriptions.list("garage", RAY.id):
            await asyncio.sleep(0.01)
    assert (await ray.ask("try_notification", {"device": row.id}))["error"]["code"] == "not_found"

    await scene.device(RAY, "again")
    (row,) = await scene.store.push_subscriptions.list("garage", RAY.id)
    scene.fake.trouble = [500]
    assert await ring() == 500
    assert await queued(scene.store, "push_500") - utc_now() <= timedelta(seconds=6)
    scene.fake.trouble = ["slow"]
    await ray.ask("try_notification", {"device": row.id})
    await queued(scene.store, "push_slow")
    await ray.ask("try_notification", {"device": row.id})  # it is left alone for a while: texts are not to wait for it
    assert await queued(scene.store, "push_resting") - utc_now() > timedelta(seconds=20)
    private_key = await scene.store.deployment.find("vapid_private_key")
    assert private_key
    for secret in (device.endpoint, private_key, row.auth):
        assert secret not in caplog.text + repr(row)


async def queued(store: Storage, error: str) -> Any:
    """When the row that met this error is tried next."""
    rows = store.database["outbox"]
    async with asyncio.timeout(5):
        while (found := await rows.find_one({"shop": "garage", "error": error})) is None:
            await asyncio.sleep(0.01)
    return found["next_at"]


async def test_a_device_is_whose_is_signed_in_there_and_ends_with_the_session(scene: Scene) -> None:
    device = scene.fake.device("shared")
    for staff in (RAY, EVA):
        response = await scene.http(staff, "POST", "/staff/push/subscriptions", json=device.subscription)
        assert response.status == 201
    assert await scene.store.push_subscriptions.list("garage", RAY.id) == []
    (row,) = await scene.store.push_subscriptions.list("garage", EVA.id)
    assert (await scene.http(RAY, "DELETE", f"/staff/push/subscriptions/{row.id}")).status == 204  # not Ray's to remove
    assert await scene.store.push_subscriptions.find("garage", row.id) is not None
    assert (await scene.with_cookie("nobody", "POST", "/staff/push/subscriptions", json={})).status == 401
    wrong: list[Any] = [
        device.subscription | {"endpoint": "https://10.0.0.1/x"},
        {"endpoint": device.endpoint},
        [],
        "x",
    ]
    for bad in wrong:
        assert (await scene.http(RAY, "POST", "/staff/push/subscriptions", json=bad)).status == 400
    await scene.device(RAY, "rays")
    eva = await scene.door.staff(EVA.id)
    assert [one["id"] for one in (await eva.ask("notifications"))["devices"]] == [row.id]
    await scene.store.sessions.end_all_for_staff("garage", EVA.id)
    assert (await eva.ask("notifications"))["devices"] == []
    maria = await scene.door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("my car broke down on the highway and there is smoke"))
    (urgent,) = await scene.fake.wait_for(1)
    assert (urgent.headers["Urgency"], urgent.shown["urgent"]) == ("high", True)
    async with asyncio.timeout(5):
        while await scene.store.push_subscriptions.find("garage", row.id) is not None:
            await asyncio.sleep(0.01)
    assert {one.device for one in scene.fake.pushed} == {"rays"}

    conversation = (await maria.ask("sync"))["conversation"]["id"]
    ray = await scene.door.staff(RAY.id)
    await ray.ask("assign", {"conversation": conversation, "staff": TIM.id})
    await scene.store.staff.set_active("garage", TIM.id, active=False)
    await maria.say("Tim? Are you there?")
    told = await scene.fake.wait_for(2)
    assert shown(told)[1] == ("rays", "Maria Lopez", "Tim? Are you there?")  # he has left: as if nobody had it


async def test_what_a_dead_process_did_not_tell_is_told_once_by_the_next(
    store: Storage, data_dir: Path, fake: FakePush
) -> None:
    await move_in(store)
    async with push_scene(store, data_dir, fake, after_seconds=300) as before:
        await before.device(RAY, "rays")
        maria = await before.door.signed_in(MARIA.id)
        await waiting_conversation(maria)
        key = await store.deployment.find("vapid_private_key")
        assert fake.tries == []
    async with push_scene(store, data_dir, fake) as after:
        (told,) = await fake.wait_for(1)
        assert told.shown["title"] == "Maria Lopez waits for a person"
        assert await store.deployment.find("vapid_private_key") == key
        maria = await after.door.signed_in(MARIA.id)
        await maria.say("Still there?")
        await maria.say("Hello?")
        await fake.wait_for(2)
        async with push_scene(store, data_dir, fake):  # a second one, which finds all of it told
            await maria.say("Anybody?")
            texts = [one.shown["text"] for one in await fake.wait_for(3)]
            assert texts == ["I want to talk to a person", "Hello?", "Anybody?"]
