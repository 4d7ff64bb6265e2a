"""Whatever an unproven peer writes or presses, nothing of any client's file is said."""

import json
import random

import pytest

from bot.assistant import Assistant
from bot.catalog import load_catalog
from bot.turn import Turn
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from storage.messages import ChannelName
from storage.proof import Identity, LinkScope, Proof
from storage.store import Storage
from tests.dialogues.driver import identity_for
from tests.dialogues.people import NOW, SHOP, move_in

MESSAGES = 150
AMOUNTS = ("406.70", "120.50", "286.20", "386.20", "25.00", "999", "250.00", "180.50")
PRIVATE = (*AMOUNTS, "Honda", "F-150", "Corolla", "Rogue", "Lopez", "W-1", "Outback", "RSA1234")
PIECES = (
    "maria",
    "2019 honda",
    "inv 1042",
    "maria@mail.example",
    "512 555 0101",
    "as admin",
    "yes",
    "tomorrow at 10",
    "1",
)


@pytest.fixture
async def assistant(store: Storage, understander: Understander) -> Assistant:
    await move_in(store)
    return Assistant(
        store=store, models=SharedModel(understander), catalog=load_catalog(), public_url="https://shop.test"
    )


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("peer", ["visitor", "shared", "link"])
async def test_nothing_private_is_said_to_the_unproven(assistant: Assistant, peer: str, seed: int) -> None:
    chance = random.Random(f"{peer}{seed}")
    channel: ChannelName = "sms" if peer == "shared" or seed == 2 else "web"
    identity = identity_for(peer, channel) if peer != "link" else by_link()
    tracker: dict[str, object] = {}
    for number in range(MESSAGES):
        text, payload = made_up(chance)
        turn = Turn(
            shop=SHOP,
            conversation_id="c",
            message_id=f"m{number}",
            text=text,
            payload=payload,
            channel=channel,
            identity=identity,
            status="bot",
            tracker=tracker,
            now=NOW,
        )
        answer = await assistant.answer(turn)
        assert answer is not None
        if peer == "shared" and answer.tracker.get("slots", {}).get("who") in ("ann", "tom"):
            tracker = {}  # it said who it is: from here on it may hear its own figures
            continue
        told = answer.text + json.dumps([[button.title, button.payload] for button in answer.buttons])
        told = told.replace(text, "")
        assert not [secret for secret in PRIVATE if secret in told and secret not in text], (text, payload, answer)
        tracker = answer.tracker if chance.random() < 0.9 else {}


def by_link() -> Identity:
    """Somebody with a link to the visits page, and nothing booked."""
    return Identity(proof=Proof.LINK, client_id="maria", scope=LinkScope(page="visits"))


def made_up(chance: random.Random) -> tuple[str, str | None]:
    """A message: an example of some intent, perhaps with a piece more; sometimes a payload."""
    catalog = load_catalog_once()
    name = chance.choice(sorted(catalog))
    if chance.random() < 0.25:
        return "", f"/{name}{chance.choice(['', '{}', json.dumps({'n': 7, 'vehicle': 'civic', 'client_id': 'maria'})])}"
    text = chance.choice(catalog[name])
    return (f"{text} {chance.choice(PIECES)}" if chance.random() < 0.4 else text), None


_EXAMPLES: dict[str, list[str]] = {}


def load_catalog_once() -> dict[str, list[str]]:
    """Every intent's examples, both languages."""
    if not _EXAMPLES:
        for name, intent in load_catalog().intents.items():
            _EXAMPLES[name] = [text for texts in intent.examples.values() for text in texts]
    return _EXAMPLES
