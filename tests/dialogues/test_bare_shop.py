"""A shop that has told nothing about itself yet: no services, so nothing to book."""

from dataclasses import replace

import pytest

from bot.assistant import Assistant
from bot.turn import Turn
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from storage.proof import VISITOR
from storage.store import Storage
from tests.dialogues.people import NOW, SHOP
from tests.learned import the_catalog


@pytest.mark.parametrize(
    ("text", "said", "handed_off"),
    [
        ("book an appointment", "Someone from the shop will answer you here", True),
        ("what services do you offer", "Please ask the shop at (512) 555-0100", False),
    ],
)
async def test_what_it_has_not_is_not_offered(
    store: Storage, understander: Understander, text: str, said: str, handed_off: bool
) -> None:
    assistant = Assistant(
        store=store, models=SharedModel(understander), catalog=the_catalog(), public_url="https://shop.test"
    )
    turn = Turn(
        shop=replace(SHOP, services=(), hours={}, closed=()),
        conversation_id="c",
        message_id="m",
        text=text,
        payload=None,
        channel="web",
        identity=VISITOR,
        status="bot",
        tracker={},
        now=NOW,
    )
    answer = await assistant.answer(turn)
    assert answer is not None
    assert said in answer.text
    assert (answer.hand_off is not None) is handed_off
