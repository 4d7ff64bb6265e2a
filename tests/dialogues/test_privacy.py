"""Whatever anybody writes or presses: no private figure to the unproven, no other client's record, no guessed price.

Conversations of made-up messages that carry their state, by hypothesis. `FUZZ_MESSAGES=10000` is `make fuzz`; without
it a share of them, the same ones each time.
"""

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.assistant import Assistant
from bot.proving import identity_of
from bot.tracker import Tracker
from bot.turn import Answer, Turn
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from config.clock import utc_now
from storage.messages import Button, ChannelName, Link
from storage.proof import Identity, Proof
from storage.store import Storage
from tests.dialogues.driver import identity_for
from tests.dialogues.people import NOW, SHOP, move_in
from tests.dialogues.watch import Facts, Told, Watch, watch_over
from tests.dialogues.wild import Step, doings
from tests.learned import the_catalog

WANTED = int(os.environ.get("FUZZ_MESSAGES", "1500"))
LENGTH = 15  # messages of one conversation
PEERS: list[tuple[str, ChannelName]] = [
    ("visitor", "web"),
    ("visitor", "sms"),
    ("shared", "sms"),
    ("maria@visits", "web"),  # by a link to a page with nothing on it
    ("rosa@invoice/inv5001", "web"),  # by a link to one invoice
    ("maria", "web"),
    ("maria", "sms"),
    ("pedro", "sms"),
    ("rosa", "web"),
    ("sam", "sms"),
    ("lena", "web"),
    ("ivan", "web"),  # these two have estimates
    ("olga", "sms"),
    ("nina", "sms"),
]
THE_INVOICE = Facts(words=frozenset({"5001", "inv5001"}), amounts=frozenset({25000, 0}))
_numbers = itertools.count(1)
depth: Counter[str] = Counter()  # how far the conversations went


@dataclass
class Chat:
    """One conversation: what was said, how far the dialogue is, who the peer has proved to be."""

    assistant: Assistant
    store: Storage
    identity: Identity
    channel: ChannelName
    id: str = field(default_factory=lambda: f"fuzz{next(_numbers)}")
    tracker: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    last: Answer | None = None
    turn: Turn | None = None
    proved: int = 0

    async def do(self, step: Step) -> Answer:
        """The answer to one step. Where it cannot be done (no choice to pick, no code asked for) its text is said."""
        if step.deed == "again" and self.turn is not None:
            return await self._run(self.turn)
        if step.deed == "code" and Tracker.from_dict(self.tracker).awaiting_code is not None:
            return await self._code(right=step.text == "right")
        buttons = self.last.buttons if self.last is not None else ()
        if step.deed == "pick" and step.place <= len(buttons):
            return await (self._say(str(step.place)) if self.channel == "sms" else self._press(buttons, step.place))
        self.said += f"\n{step.text}"
        return await (self._say("", step.text) if step.deed == "press" else self._say(step.text))

    async def _press(self, buttons: tuple[Button, ...], place: int) -> Answer:
        return await self._say("", buttons[place - 1].payload)

    async def _code(self, *, right: bool) -> Answer:
        """A code comes back: the hub proves by it, as `chat/proving.py` does."""
        awaited = Tracker.from_dict(self.tracker).awaiting_code or {}
        rows = await self.store.outbox.list_to(SHOP.slug, awaited["contact"], utc_now() - timedelta(minutes=5))
        sent = [row.text for row in rows if row.purpose == "code"]
        found = re.search(r"\b\d{6}\b", sent[-1]) if sent and right else None
        client_id = await self.assistant.check_code(SHOP, self.tracker, found[0] if found else "000000")
        if client_id is not None:
            self.identity = Identity(proof=Proof.FULL, client_id=client_id)
            self.proved += 1
        return await self._say("", "/code_accepted" if client_id else "/code_refused")

    async def _say(self, text: str, payload: str | None = None) -> Answer:
        turn = Turn(
            shop=SHOP,
            conversation_id=self.id,
            message_id=f"{self.id}-{next(_numbers)}",
            text=text,
            payload=payload,
            channel=self.channel,
            identity=self.identity,
            status="bot",
            tracker=self.tracker,
            now=NOW,
        )
        return await self._run(turn)

    async def _run(self, turn: Turn) -> Answer:
        self.turn = turn
        answer = await self.assistant.answer(turn)
        assert answer is not None, turn
        self.last, self.tracker = answer, answer.tracker
        return answer


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[str]]:
    """How many messages were answered, by peer: said at the end of a long run."""
    counted: Counter[str] = Counter()
    yield counted
    if "FUZZ_MESSAGES" in os.environ:
        print(f"\n{counted.total()} messages: {dict(counted)}; {dict(depth)}")


@pytest.fixture
async def assistant(store: Storage, understander: Understander) -> Assistant:
    await move_in(store)
    return Assistant(
        store=store, models=SharedModel(understander), catalog=the_catalog(), public_url="https://shop.test"
    )


@pytest.fixture
async def watch(assistant: Assistant, store: Storage) -> Watch:
    del assistant  # it has moved everybody in
    return await watch_over(store)


def may_hear(chat: Chat, watch: Watch) -> list[Facts]:
    """What this peer may hear of after this answer: of a link, no more than the invoice that it is for."""
    now = identity_of(chat.identity, Tracker.from_dict(chat.tracker))
    if now.proof is Proof.LINK:
        return [THE_INVOICE] if now.scope is not None and now.scope.page == "invoice" else []
    return [watch.facts[now.client_id]] if now.client_id is not None else []


def may_call(chat: Chat) -> list[str]:
    """Whose first name may be said: of all with this number, and to who came by a link that was sent to them."""
    identity = chat.identity
    return [*identity.candidates, *([identity.client_id] if identity.client_id is not None else [])]


@pytest.mark.parametrize(("name", "channel"), PEERS)
@pytest.mark.timeout(900)
@settings(
    max_examples=-(-WANTED // (LENGTH * len(PEERS))),
    deadline=None,
    database=None,
    derandomize="FUZZ_MESSAGES" not in os.environ,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(does=st.lists(doings(), min_size=LENGTH, max_size=LENGTH))
async def test_nothing_is_said_that_is_not_this_peers_to_hear(  # noqa: PLR0917
    assistant: Assistant,
    store: Storage,
    watch: Watch,
    tally: Counter[str],
    name: str,
    channel: ChannelName,
    does: list[list[Step]],
) -> None:
    await store.database["attempts"].delete_many({})  # so many codes are never asked for within the hour
    chat = Chat(assistant, store, identity_for(name, channel), channel)
    for step in list(itertools.chain(*does))[:LENGTH]:
        answer = await chat.do(step)
        tally[name] += 1
        depth["answers with an amount"] += "$" in answer.text
        depth["answers of a form"] += "active_loop" in answer.tracker
        leaks = watch.leaks(Told.of(answer, chat.said), may_hear(chat, watch), names=may_call(chat))
        assert not leaks, (name, leaks, chat.said, answer.text, answer.buttons)
    depth["proofs by code"] += chat.proved


def told(text: str, said: str = "") -> Told:
    """An answer of this text."""
    return Told.of(Answer(text=text), said)


@pytest.mark.parametrize(
    ("text", "said", "own", "leaks"),
    [
        ("You owe $406.70.", "", set(), True),
        ("You owe $406.70.", "", {"maria"}, False),
        ("You owe $406.70.", "", {"pedro"}, True),
        ("Your 2019 Honda Civic is ready.", "is the honda civic ready", set(), False),
        ("Your 2019 Honda Civic is ready.", "is it ready", {"pedro"}, True),
        ("I find no invoice 1042.", "invoice 1042", {"pedro"}, False),
        ("Invoice 1042 is paid.", "", {"pedro"}, True),
        ("An oil change starts at $49.00.", "", set(), False),
        ("New pads are about $250.", "", {"maria"}, True),
        ("You said $250.00.", "would 250 do", {"maria"}, False),
        ("That is 89.99 dollars.", "", set(), True),
        ("Maria Lopez, plate KTX4821", "", {"rosa"}, True),
        ("If maria@mail.example is on file, a code is on its way.", "maria@mail.example", set(), False),
        ("Call (512) 555-0101.", "", set(), True),
        ("Call (512) 555-0100, we are open till 5:30 PM.", "", set(), False),
    ],
)
async def test_the_watch_sees_what_may_not_be_said(
    watch: Watch, text: str, said: str, own: set[str], *, leaks: bool
) -> None:
    assert bool(watch.leaks(told(text, said), [watch.facts[client] for client in own])) is leaks


async def test_the_watch_looks_at_buttons_and_links_too(watch: Watch) -> None:
    asked = Answer(text="Which one?")
    pressed = replace(asked, buttons=(Button("Yes", '/affirm{"vehicle": "f150"}'),))
    linked = replace(asked, links=(Link("Pay", "https://pay.example/5002"),))
    assert watch.leaks(Told.of(asked, ""), []) == []
    assert watch.leaks(Told.of(pressed, ""), []) == ["f150"]
    assert watch.leaks(Told.of(linked, ""), [watch.facts["maria"]])
    assert watch.leaks(Told.of(linked, ""), [watch.facts["rosa"]]) == []
