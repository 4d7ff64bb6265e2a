"""What staff read first: three lines, of who, what they want in their own words, and what was tried."""

from collections.abc import Callable

import pytest

from bot.assistant import Assistant
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from storage.messages import ChannelName
from storage.store import Storage
from tests.dialogues.driver import AssistantDriver, identity_for
from tests.dialogues.people import NOW, move_in
from tests.learned import the_catalog

CASES = [
    pytest.param(
        "maria",
        "sms",
        ["you charged me twice for the brakes on the civic, invoice 1042 is wrong"],
        [
            "Who: Maria Lopez (2019 Honda Civic, 2016 Ford F-150); texts from (512) 555-0101",
            (
                'Wants: "you charged me twice for the brakes on the civic, invoice 1042 is wrong" (a complaint; '
                "brake inspection; 2019 Honda Civic; invoice 1042)"
            ),
            "Tried: nothing yet",
        ],
        id="a complaint with all that it names",
    ),
    pytest.param(
        "pedro",
        "web",
        ["¿cuánto debo?", "quiero hablar con una persona"],
        [
            "Who: Pedro Ruiz (2015 Toyota Corolla); writes by web, writes Spanish",
            'Wants: "quiero hablar con una persona" (talking to a person)',
            "Tried: before this the assistant answered about what they owe",
        ],
        id="in Spanish, after an answer",
    ),
    pytest.param(
        "maria",
        "web",
        ["book an oil change for the civic tomorrow at 10am", "let me talk to a real person"],
        [
            "Who: Maria Lopez (2019 Honda Civic, 2016 Ford F-150); writes by web",
            'Wants: "let me talk to a real person" (talking to a person)',
            (
                "Tried: booking a visit: oil change, 2019 Honda Civic, tomorrow at 10:00 AM; "
                "it had asked for a yes to what was read back"
            ),
        ],
        id="in the middle of a form",
    ),
    pytest.param(
        "visitor",
        "sms",
        ["book an oil change tomorrow at 2pm", "2014 jeep wrangler", "can someone call me please"],
        [
            "Who: Not proven; texts from (512) 555-0177",
            'Wants: "can someone call me please" (talking to a person)',
            (
                "Tried: booking a visit: oil change, 2014 jeep wrangler, tomorrow at 2:00 PM, (512) 555-0177; "
                "it had asked for the name"
            ),
        ],
        id="a visitor who books",
    ),
    pytest.param(
        "visitor",
        "web",
        ["what do i owe?", "i want to talk to a human"],
        [
            "Who: Not proven; writes by web",
            'Wants: "i want to talk to a human" (talking to a person)',
            "Tried: nothing yet",
        ],
        id="a visitor who did not prove it",
    ),
    pytest.param(
        "shared",
        "sms",
        ["my car broke down and won't start"],
        [
            "Who: One of several clients with this number, has not said which; texts from (512) 555-0103",
            'Wants: "my car broke down and won\'t start" (a breakdown)',
            "Tried: nothing yet",
        ],
        id="a shared number",
    ),
    pytest.param(
        "nina",
        "web",
        ["asdf qwer zxcv", "blorp the snarf wug"],
        [
            "Who: Nina Cole; writes by web",
            'Wants: "blorp the snarf wug" (something else)',
            "Tried: the assistant did not understand two messages in a row",
        ],
        id="twice not understood",
    ),
    pytest.param(
        "maria",
        "web",
        ["my new email is m.lopez@mail.example", "no let me talk to somebody at the shop"],
        [
            "Who: Maria Lopez (2019 Honda Civic, 2016 Ford F-150); writes by web",
            'Wants: "no let me talk to somebody at the shop" (talking to a person)',
            (
                "Tried: changing their details: new email: m.lopez@mail.example; "
                "it had asked for a yes to what was read back"
            ),
        ],
        id="in the middle of a change of details",
    ),
]


@pytest.fixture
async def talk(store: Storage, understander: Understander) -> Callable[[str, ChannelName], AssistantDriver]:
    await move_in(store)
    models, catalog = SharedModel(understander), the_catalog()
    assistant = Assistant(store=store, models=models, catalog=catalog, public_url="https://shop.test")

    def talk_as(peer: str, channel: ChannelName) -> AssistantDriver:
        return AssistantDriver(assistant, store, identity_for(peer, channel), channel, NOW)

    return talk_as


@pytest.mark.parametrize(("peer", "channel", "texts", "gist"), CASES)
async def test_staff_read_three_lines(
    talk: Callable[[str, ChannelName], AssistantDriver],
    peer: str,
    channel: ChannelName,
    texts: list[str],
    gist: list[str],
) -> None:
    driver = talk(peer, channel)
    for text in texts:
        answer = await driver.say(text)
    assert answer is not None
    assert answer.hand_off is not None, answer
    assert answer.hand_off.gist.splitlines() == gist


async def test_a_long_message_is_cut_and_a_button_is_said_to_be_one(
    talk: Callable[[str, ChannelName], AssistantDriver],
) -> None:
    driver = talk("nina", "web")
    pressed = await driver.press("/talk_to_human")
    assert pressed is not None
    assert pressed.hand_off is not None
    assert pressed.hand_off.gist.splitlines()[1] == "Wants: talking to a person (picked a button)"
    told = await driver.say(f"i want to complain {'very ' * 60}loudly")
    assert told is not None
    assert told.hand_off is not None
    assert len(told.hand_off.gist) < 400
