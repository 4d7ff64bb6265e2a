"""`RASA_URL`: a Rasa server does the understanding, all else stays here; when it is away the chat goes on without."""

import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Rasa
from server import Running
from storage.store import Storage
from tests.cast import MARIA, move_in
from tests.e2e.fake_rasa import FakeRasa
from tests.e2e.running import Door, serving

OWED = "what do I owe?"
HOURS = "We are open now"
DUE = "286.20"


@pytest.fixture
async def rasa() -> AsyncIterator[FakeRasa]:
    """Takes everything for a question about the hours, so that its word is told from ours."""
    fake = FakeRasa(token="a-token-of-rasa")
    try:
        yield fake
    finally:
        await fake.stop()


@pytest.fixture
async def running(store: Storage, data_dir: Path, rasa: FakeRasa) -> AsyncIterator[Running]:
    await move_in(store)
    settings = Rasa(url=await rasa.start() + "/", token=SecretStr("a-token-of-rasa"), timeout_seconds=0.3)
    async with serving(store, data_dir, rasa=settings) as service:
        yield service


async def told(door: Door, text: str = OWED) -> str:
    maria = await door.signed_in(MARIA.id)
    answer = await maria.answer_to(await maria.say(text))
    return str(answer["text"])


async def test_rasas_word_counts(door: Door, rasa: FakeRasa) -> None:
    maria = await door.signed_in(MARIA.id)
    ack = await maria.say(OWED)
    assert HOURS in (await maria.answer_to(ack))["text"]
    assert rasa.asked == [{"text": OWED, "message_id": ack["id"]}]


async def test_what_a_message_names_is_still_read_here(door: Door, rasa: FakeRasa) -> None:
    rasa.intent = "book_appointment"
    text = await told(door, "oil change friday at 10")
    assert "oil change" in text.lower()
    assert "10:00 AM" in text or "Which" in text or "vehicle" in text


async def test_the_table_is_still_asked_here(door: Door, rasa: FakeRasa) -> None:
    rasa.intent = "ask_balance"
    visitor = await door.client()
    answer = await visitor.answer_to(await visitor.say("hello there"))
    assert "I need to know it's you first" in answer["text"]


@pytest.mark.parametrize("trouble", [500, 409, 401, "slow", "nonsense", "no_json", "redirect"])
async def test_without_a_usable_answer_our_own_counts(
    door: Door, rasa: FakeRasa, trouble: int | str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    rasa.trouble = trouble
    started = time.monotonic()
    assert DUE in await told(door)
    assert time.monotonic() - started < 3.0
    assert DUE in await told(door)
    assert len(rasa.asked) == 1  # left alone after the first failure
    lines = [record for record in caplog.records if record.name == "bot.rasa_parse"]
    assert len(lines) == 1
    assert "a-token-of-rasa" not in caplog.text


async def test_when_it_is_killed_midway_the_chat_goes_on(door: Door, rasa: FakeRasa) -> None:
    assert HOURS in await told(door)
    await rasa.stop()
    assert DUE in await told(door)


async def test_a_wrong_token_is_no_answer(store: Storage, data_dir: Path, rasa: FakeRasa) -> None:
    await move_in(store)
    settings = Rasa(url=await rasa.start(), token=SecretStr("another"))
    async with serving(store, data_dir, rasa=settings) as service:
        door = Door(service)
        assert DUE in await told(door)
        await door.close()
    assert rasa.asked == []
