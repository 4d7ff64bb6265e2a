"""What clients are told unasked, out by the carriers and back: the real service, a fake Twilio, a real mail server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp

from chat.announcing import Announcer
from config.clock import utc_now
from storage.announcements import planned
from storage.clients import Consent
from storage.sessions import STAFF_COOKIE
from storage.visits import BookingRequest
from tests.cast import MARIA, NOW, RAY, SHOP, WORK_ORDER
from tests.e2e.town import Town

FAR = datetime(2100, 1, 1, tzinfo=UTC)


def announcer(town: Town) -> Announcer:
    running = town.door.running
    return Announcer(running.hub, running.clock, running.settings.public_url, lambda: None)


async def plan_ready(town: Town) -> None:
    later = utc_now() + timedelta(hours=1)  # for the one in the test, not for the one that runs
    await town.store.announcements.plan(
        planned(SHOP.slug, MARIA.id, "work_order", WORK_ORDER.id, later, was="received")
    )
    assert await announcer(town).tell_due(FAR) == 1


async def test_a_text_arrives_staff_see_it_arrive_and_its_link_opens_the_work_orders(town: Town) -> None:
    ray = await town.door.staff(RAY.id)
    await plan_ready(town)
    text = await town.text()
    assert text["to"] == MARIA.phones[0]
    assert "your Honda Civic is ready to be picked up." in text["body"]
    line = await ray.hear("message", lambda one: one["act"] == "told")
    assert (line["text"], line["channel"]) == ("Your Honda Civic is ready to be picked up.", "sms")
    await ray.hear(
        "updated", lambda one: one["message"]["id"] == line["id"] and one["message"]["delivery"]["state"] == "sent"
    )
    own = {"Sec-Fetch-Site": "same-origin"}
    link = text["body"].split()[-1]
    jar = aiohttp.CookieJar(unsafe=True)  # for an address of numbers, too
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.post(link, headers=own, allow_redirects=False) as response:
            assert response.headers["Location"] == f"/s/garage/portal/work-orders/{WORK_ORDER.id}"
        async with http.get(link.partition("/s/")[0] + f"/s/garage/portal/work-orders/{WORK_ORDER.id}") as page:
            assert "W-77" in await page.text()


async def test_the_clients_open_chat_hears_of_it_once(town: Town) -> None:
    maria = await town.door.signed_in(MARIA.id)
    await maria.ask("sync")
    await plan_ready(town)
    heard = await maria.hear("notification")
    assert (heard["kind"], heard["unseen"]) == ("car_ready", 1)
    assert heard["url"].endswith(f"/s/garage/portal/work-orders/{WORK_ORDER.id}")
    later = utc_now() + timedelta(hours=2)
    again = planned(SHOP.slug, MARIA.id, "work_order", WORK_ORDER.id, later, was="diagnosing", key="2")
    await town.store.announcements.plan(again)
    assert await announcer(town).tell_due(FAR) == 1  # another change, and the same is to be said of it
    assert (await maria.ask("sync"))["unseen"] == 1
    assert len(maria.heard("notification")) == 1


async def test_who_said_stop_gets_a_mail(town: Town) -> None:
    await town.store.clients.put(replace(MARIA, consent=Consent(service=True), language="es"))
    await town.store.consents.stop(SHOP.slug, MARIA.phones[0], utc_now(), "sms:1")
    await plan_ready(town)
    letter = await town.letter()
    assert "Su Honda Civic está listo para recoger." in letter
    mail = town.mail.mails[0]
    assert (mail["To"], mail["Subject"]) == (MARIA.email, "Garage on Elm: Su auto está listo")
    assert town.twilio.messages == []


async def test_an_ok_to_what_the_shop_told_is_noted_and_confirms_nothing(town: Town) -> None:
    await plan_ready(town)
    await town.text()
    maria = await town.door.signed_in(MARIA.id)
    await maria.ask("sync")
    assert "noted" in (await maria.answer_to(await maria.say("ok")))["text"]
    assert "nothing waiting for a yes" in (await maria.answer_to(await maria.say("ok")))["text"]


async def test_a_text_that_the_carrier_refuses_is_seen_to_fail_and_no_mail_follows(town: Town) -> None:
    ray = await town.door.staff(RAY.id)
    town.twilio.trouble.append(30006)  # a landline
    await plan_ready(town)
    line = await ray.hear("message", lambda one: one["act"] == "told")
    failed = await ray.hear(
        "updated", lambda one: one["message"]["id"] == line["id"] and one["message"]["delivery"]["state"] == "failed"
    )
    assert failed["message"]["delivery"]["error"] == "twilio_30006"
    assert (town.twilio.messages, town.mail.mails) == ([], [])


@asynccontextmanager
async def rays_browser(town: Town) -> AsyncIterator[aiohttp.ClientSession]:
    """Ray of the staff, at the pages beside the inbox."""
    cookie = await town.store.sessions.open(SHOP.slug, staff_id=RAY.id)
    public_url = town.door.running.settings.public_url
    headers = {"Sec-Fetch-Site": "same-origin"}
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(
        public_url, cookies={STAFF_COOKIE: cookie}, headers=headers, cookie_jar=jar
    ) as http:
        yield http


async def test_a_visit_that_staff_move_is_told_by_one_text_and_the_bell_and_its_link_opens_it(town: Town) -> None:
    strict = replace(SHOP, booking=replace(SHOP.booking, confirm="staff"))
    await town.store.shops.put(strict)
    nine = datetime(2026, 3, 12, 14, 0, tzinfo=UTC)
    request = BookingRequest(
        services=(SHOP.services[0].code,), starts_at=nine, booking_key="k", source="portal", client_id=MARIA.id
    )
    visit = await town.store.visits.reserve(strict, request, NOW)
    form = {"told": "2026-03-12T14:00:00Z", "at": "2026-03-13T15:00:00Z"}
    async with rays_browser(town) as http:
        for _ in range(2):
            async with http.post(f"/staff/visits/{visit.id}/move", data=form, allow_redirects=False) as done:
                assert (done.status, done.headers["Location"]) == (303, f"/staff/visits/{visit.id}?done=visit_moved")
    assert await announcer(town).tell_due(FAR) == 1
    text = await town.text()
    assert "your visit is now on Fri Mar 13 at 10:00 AM." in text["body"]
    assert len(town.twilio.messages) == 1
    (bell,) = await town.store.notifications.list_for_client(SHOP.slug, MARIA.id)
    assert (bell.kind, bell.scope.record_id) == ("visit_moved", visit.id)
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        aiohttp.ClientSession(cookie_jar=jar, headers={"Sec-Fetch-Site": "same-origin"}) as http,
        http.post(text["body"].split()[-1], allow_redirects=False) as response,
    ):
        assert response.headers["Location"] == f"/s/garage/portal/visits/{visit.id}"


async def test_what_staff_write_for_later_arrives_as_theirs(town: Town) -> None:
    maria = await town.door.signed_in(MARIA.id)
    await maria.ask("sync")
    form = {"what": "message:", "text": "Your tires came in.", "when": "later", "at": "2026-03-11T16:00"}
    async with (
        rays_browser(town) as http,
        http.post(f"/staff/clients/{MARIA.id}/tell", data=form, allow_redirects=False) as done,
    ):
        assert done.headers["Location"].endswith("?done=telling_later")
    assert await announcer(town).tell_due(FAR) == 1
    heard = await maria.hear("message", lambda one: one["author"]["kind"] == "staff")
    assert (heard["text"], heard["author"]["name"]) == ("Your tires came in.", RAY.name)
