"""Moving, cancelling and booking while the records change, the clock goes on, or the same turn runs twice at once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.assistant import Assistant
from bot.turn import Answer
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from storage.messages import ChannelName
from storage.store import Storage
from storage.visit import Visit
from storage.visits import BookingRequest
from tests.dialogues.driver import AssistantDriver, identity_for
from tests.dialogues.people import NOW, SHOP, move_in
from tests.learned import the_catalog


@pytest.fixture
async def assistant(store: Storage, understander: Understander) -> Assistant:
    await move_in(store)
    return Assistant(
        store=store, models=SharedModel(understander), catalog=the_catalog(), public_url="https://shop.test"
    )


def talk(
    assistant: Assistant, store: Storage, peer: str = "otto", channel: ChannelName = "web", now: datetime = NOW
) -> AssistantDriver:
    return AssistantDriver(assistant, store, identity_for(peer, channel), channel, now=now)


async def said(driver: AssistantDriver, text: str) -> Answer:
    answer = await driver.say(text)
    assert answer is not None
    return answer


async def visit_of(store: Storage, key: str) -> Visit:
    found = await store.visits.find_by_key(SHOP.slug, key)
    assert found is not None
    return found


async def fill_bays(store: Storage, starts_at: str) -> None:
    for number in range(len(SHOP.bays)):
        request = BookingRequest(
            services=("oil_change",),
            starts_at=datetime.fromisoformat(starts_at),
            booking_key=f"rival{number}",
            source="page",
            client_id="nina",
        )
        await store.visits.reserve(SHOP, request, NOW)


async def test_a_time_that_is_taken_before_the_yes_is_not_had(assistant: Assistant, store: Storage) -> None:
    driver, before = talk(assistant, store), await visit_of(store, "otto1")
    await said(driver, "move my appointment to thursday at 2pm")
    await fill_bays(store, "2026-03-12T14:00:00-05:00")
    answer = await said(driver, "yes")
    assert "has just been taken by someone" in answer.text
    assert await visit_of(store, "otto1") == before
    picked = await driver.pick(1)
    assert picked is not None
    assert "Move your tire rotation" in picked.text
    assert "Moved" in (await said(driver, "yes")).text


@pytest.mark.parametrize(
    ("wish", "anew"),
    [
        (
            "move my appointment to thursday at 2pm",
            "Move your tire rotation from Tue Mar 17 at 8:00 AM to tomorrow at 2:00 PM?",
        ),
        ("cancel my appointment", "Cancel your tire rotation on Tue Mar 17 at 8:00 AM?"),
    ],
)
async def test_a_visit_that_the_shop_moves_before_the_yes_is_read_back_anew(
    assistant: Assistant, store: Storage, wish: str, anew: str
) -> None:
    driver, before = talk(assistant, store), await visit_of(store, "otto1")
    await said(driver, wish)
    later = before.starts_at + timedelta(days=1)
    await store.visits.move(SHOP, before.id, later, NOW)
    answer = await said(driver, "yes")
    assert "The shop has just changed that visit, now it is Tue Mar 17 at 8:00 AM: tire rotation." in answer.text
    found = await visit_of(store, "otto1")
    assert (found.starts_at, found.status) == (later, "confirmed")
    assert (await said(driver, "yes")).text == anew


async def test_a_visit_that_the_shop_cancels_before_the_yes_is_for_the_phone(
    assistant: Assistant, store: Storage
) -> None:
    driver, visit = talk(assistant, store), await visit_of(store, "otto1")
    await said(driver, "move my appointment to thursday at 2pm")
    await store.visits.cancel(SHOP.slug, visit.id)
    assert "can't be moved here any more. Please call (512) 555-0100" in (await said(driver, "yes")).text
    assert (await visit_of(store, "otto1")).status == "cancelled"


async def test_within_the_shop_s_notice_cancelling_is_for_the_phone(assistant: Assistant, store: Storage) -> None:
    visit = await visit_of(store, "otto1")
    driver = talk(assistant, store, now=visit.starts_at - timedelta(minutes=SHOP.booking.notice_minutes - 1))
    answer = await said(driver, "cancel my appointment")
    assert "can't be cancelled here any more. Please call" in answer.text
    assert not answer.buttons
    assert await visit_of(store, "otto1") == visit


async def test_a_read_back_that_grows_old_cancels_nothing(assistant: Assistant, store: Storage) -> None:
    visit = await visit_of(store, "otto1")
    driver = talk(assistant, store)
    await said(driver, "cancel my appointment")
    driver.now = visit.starts_at + timedelta(minutes=5)
    assert "can't be cancelled here any more" in (await said(driver, "yes")).text
    assert await visit_of(store, "otto1") == visit


async def test_what_has_begun_is_for_the_phone(assistant: Assistant, store: Storage) -> None:
    visit = await visit_of(store, "otto1")
    for wish in ("cancel my appointment", "reschedule my appointment"):
        driver = talk(assistant, store, now=visit.starts_at + timedelta(minutes=5))
        assert "here any more. Please call (512) 555-0100" in (await said(driver, wish)).text
    assert await visit_of(store, "otto1") == visit


@pytest.mark.parametrize("wish", ["move my appointment to thursday at 2pm", "cancel my appointment"])
async def test_the_same_yes_twice_at_once_is_one_and_says_the_same(
    assistant: Assistant, store: Storage, wish: str
) -> None:
    one, other = talk(assistant, store), talk(assistant, store)
    for driver in (one, other):
        await said(driver, wish)
    answers = await asyncio.gather(said(one, "yes"), said(other, "yes"))
    assert answers[0].text == answers[1].text
    assert answers[0].text.startswith(("Moved", "Cancelled"))


async def test_one_car_is_not_booked_twice_by_two_conversations(assistant: Assistant, store: Storage) -> None:
    chat, text = talk(assistant, store, "vera"), talk(assistant, store, "vera", "sms")
    for driver in (chat, text):
        await said(driver, "book a tire rotation for wednesday the 18th at 10am")
    assert "Booked" in (await said(chat, "yes")).text
    text.count += 1  # another message
    assert "is booked already Wed Mar 18 at 10:00 AM" in (await said(text, "yes")).text
    visits = await store.visits.list_for_client(SHOP.slug, "vera")
    assert [visit.services for visit in visits].count(("tires",)) == 1


async def test_with_two_cars_the_read_back_says_which(assistant: Assistant, store: Storage) -> None:
    for car, hour in (("civic", 8), ("f150", 10)):
        request = BookingRequest(
            services=("oil_change",),
            starts_at=datetime.fromisoformat(f"2026-03-17T{hour:02d}:00:00-05:00"),
            booking_key=car,
            source="portal",
            client_id="maria",
            vehicle_id=car,
        )
        await store.visits.reserve(SHOP, request, NOW)
    driver = talk(assistant, store, "maria")
    answer = await said(driver, "cancel my oil change")
    assert [button.title for button in answer.buttons] == [
        "Tue Mar 17 at 8:00 AM, oil change (2019 Honda Civic)",
        "Tue Mar 17 at 10:00 AM, oil change (2016 Ford F-150)",
    ]
    answer = await said(driver, "the truck")
    assert "Cancel your oil change (2016 Ford F-150) on Tue Mar 17 at 10:00 AM?" in answer.text


async def test_a_link_for_one_visit_cancels_that_one_and_sees_no_other(assistant: Assistant, store: Storage) -> None:
    visits = await store.visits.list_upcoming(SHOP.slug, "vera", NOW)
    mine = visits[-1]
    driver = talk(assistant, store, f"vera@visit/{mine.id}")
    read_back = await said(driver, "cancel my appointment")
    assert [one.id for one in await store.visits.list_upcoming(SHOP.slug, "vera", NOW)] == [one.id for one in visits]
    assert read_back.buttons
    await said(driver, "yes")
    left = [one.id for one in await store.visits.list_upcoming(SHOP.slug, "vera", NOW)]
    assert left == [one.id for one in visits if one.id != mine.id]
    await said(driver, "cancel my appointment")
    await said(driver, "yes")
    assert [one.id for one in await store.visits.list_upcoming(SHOP.slug, "vera", NOW)] == left
