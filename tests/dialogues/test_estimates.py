"""Deciding on an estimate while the record moves, twice at once, at length; and what staff read of it."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.assistant import Assistant
from bot.turn import Answer
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from storage.estimates import Decision, Estimate, EstimateLine
from storage.messages import ChannelName
from storage.store import Storage
from tests.dialogues.driver import AssistantDriver, identity_for
from tests.dialogues.people import NOW, SHOP, move_in
from tests.learned import the_catalog


@pytest.fixture
async def assistant(store: Storage, understander: Understander) -> Assistant:
    await move_in(store)
    return Assistant(
        store=store, models=SharedModel(understander), catalog=the_catalog(), public_url="https://shop.test"
    )


def talk(assistant: Assistant, store: Storage, peer: str = "olga", channel: ChannelName = "web") -> AssistantDriver:
    return AssistantDriver(assistant, store, identity_for(peer, channel), channel, now=NOW)


async def said(driver: AssistantDriver, text: str) -> Answer:
    answer = await driver.say(text)
    assert answer is not None
    return answer


async def estimate(store: Storage) -> Estimate:
    return await store.estimates.get(SHOP.slug, "est204")


async def decided(store: Storage) -> dict[str, Decision | None]:
    return {line.id: line.decision for line in (await estimate(store)).lines if line.decided_at is not None}


async def test_a_price_that_changes_before_the_yes_is_not_approved(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store)
    await said(driver, "approve the estimate")
    before = await estimate(store)
    dearer = (replace(before.lines[0], amount=28000), *before.lines[1:])
    await store.estimates.put(replace(before, lines=dearer, total=55465))
    answer = await said(driver, "yes")
    assert "The shop has just changed estimate E-204" in answer.text
    assert "$280.00" in answer.text
    assert await decided(store) == {}
    assert "Total $554.65" in (await said(driver, "all of it")).text
    await said(driver, "yes")
    assert set((await decided(store)).values()) == {"approved"}
    (kept,) = await store.estimate_decisions.list_for_estimate(SHOP.slug, "est204")
    assert (kept.total, kept.approved, kept.lines[0].amount) == (55465, 55465, 28000)
    assert (kept.origin.place, kept.origin.message is not None) == (driver.channel, True)


async def test_what_expires_before_the_yes_is_not_approved(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store)
    await said(driver, "approve the estimate")
    driver.now = NOW + timedelta(days=30)
    assert "it has expired" in (await said(driver, "yes")).text
    assert await decided(store) == {}


async def test_what_is_decided_on_its_page_before_the_yes_stands(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store)
    await said(driver, "approve the estimate")
    await store.estimates.decide(SHOP.slug, "est204", dict.fromkeys(("pads", "rotors", "wipers"), "declined"), NOW)
    assert "is declined already" in (await said(driver, "yes")).text
    assert set((await decided(store)).values()) == {"declined"}


async def test_two_yes_at_once_are_one_decision(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store)
    await said(driver, "approve the pads, not the wipers")
    others = [talk(assistant, store) for _ in range(4)]
    for other in others:
        other.tracker = driver.tracker
    answers = await asyncio.gather(*(said(other, "yes") for other in others))
    assert len({answer.text for answer in answers}) == 1
    assert await decided(store) == {"pads": "approved", "wipers": "declined"}
    assert len(await store.estimate_decisions.list_for_estimate(SHOP.slug, "est204")) == 1


async def test_the_yes_of_an_older_read_back_approves_nothing_else(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store)
    old = (await said(driver, "approve the wipers on the estimate")).buttons[0].payload
    await said(driver, "approve everything")
    answer = await driver.press(old)
    assert answer is not None
    assert "Total $454.65" in answer.text
    assert await decided(store) == {}


async def test_the_wishes_of_a_stranger_choose_no_line(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store, "maria")
    for payload in (
        '/approve_estimate{"estimate": "est204"}',
        '/decline_estimate{"estimate": "est204", "lines": "all"}',
    ):
        answer = await driver.press(payload)
        assert answer is not None
        assert "no estimate on your file" in answer.text
    await said(driver, "yes")
    assert await decided(store) == {}


async def test_what_is_too_long_to_read_back_is_decided_on_its_page(assistant: Assistant, store: Storage) -> None:
    lines = tuple(
        EstimateLine(
            id=f"l{number}", description=f"Replace bushing number {number}, both sides", kind="part", amount=90
        )
        for number in range(40)
    )
    await store.estimates.put(replace(await estimate(store), lines=lines, total=3600))
    answer = await said(talk(assistant, store), "approve the estimate")
    assert "too long to read back here" in answer.text
    assert [link.url for link in answer.links] == ["https://shop.test/s/elm/portal/estimates/est204"]


async def test_an_estimate_without_lines_is_a_persons(assistant: Assistant, store: Storage) -> None:
    await store.estimates.put(replace(await estimate(store), lines=()))
    answer = await said(talk(assistant, store), "approve estimate E-204")
    assert answer.hand_off is not None
    assert answer.hand_off.reason == "needs_person"


async def test_the_limit_is_the_shops(assistant: Assistant, store: Storage) -> None:
    before = await estimate(store)
    for total, by_text in ((50_000, True), (50_001, False)):
        lines = (replace(before.lines[0], amount=total),)
        await store.estimates.put(replace(before, lines=lines, total=total))
        answer = await said(talk(assistant, store, channel="sms"), "approve the estimate")
        assert ("Shall I tell the shop" in answer.text) is by_text


async def test_tax_counts_towards_the_limit(assistant: Assistant, store: Storage) -> None:
    before = await estimate(store)
    lines = (replace(before.lines[0], amount=49_000), before.lines[1], replace(before.lines[3], amount=1_001))
    await store.estimates.put(replace(before, lines=lines, total=71_001))
    answer = await said(talk(assistant, store, channel="sms"), "approve just the pads")
    assert "too much for a yes by text" in answer.text


async def test_staff_read_whom_to_call_about_what(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store, channel="sms")
    await said(driver, "approve the pads, not the wipers, and call me before you do the rotors")
    answer = await said(driver, "yes")
    assert answer.hand_off is not None
    assert answer.hand_off.gist.splitlines() == [
        "Who: Olga Marsh (2019 Subaru Legacy); texts from (512) 555-0121",
        "Wants: a call at (512) 555-0121 before this on estimate E-204: Front rotors $210.00",
        "Decided: approved Front brake pads $180.00; declined Wiper blades $30.00",
    ]


async def test_staff_read_who_wants_a_price_for_what(assistant: Assistant, store: Storage) -> None:
    driver = talk(assistant, store, "pedro")
    await said(driver, "cuánto cuesta cambiar el alternador")
    answer = await said(driver, "sí")
    assert answer.hand_off is not None
    assert answer.hand_off.gist.splitlines() == [
        "Who: Pedro Ruiz (2015 Toyota Corolla); writes by web, writes Spanish",
        "Wants: a price for alternador, 2015 Toyota Corolla",
        'Said: "cuánto cuesta cambiar el alternador"',
    ]


async def test_an_estimate_is_good_until_the_end_of_its_day(assistant: Assistant, store: Storage) -> None:
    await store.estimates.put(replace(await estimate(store), valid_until=date(2026, 3, 11)))
    answer = await said(talk(assistant, store), "approve the estimate")
    assert "Shall I tell the shop" in answer.text
