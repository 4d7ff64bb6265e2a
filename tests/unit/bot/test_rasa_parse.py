"""Rasa's word on a message: taken where it can be used, done without where not, and left alone while it is away."""

import logging
from typing import Any

import pytest

from bot.rasa_parse import PAUSE_SECONDS, RasaAway, RasaReader
from bot.understanding import Candidate, Entities, Understanding

OURS = ("affirm", "ask_balance", "pay_invoice", "work_order_status", "book_appointment", "out_of_scope")
OWN = Understanding(
    text="what's the damage",
    intent="work_order_status",
    confidence=0.4,
    alternatives=(Candidate("ask_balance", 0.3),),
    language="en",
    entities=Entities(vehicle="civic"),
)


def answer(*ranked: tuple[str | None, float]) -> dict[str, Any]:
    """As Rasa 3.6 answers `POST /model/parse`."""
    named = [{"name": name, "confidence": confidence} for name, confidence in ranked]
    return {"text": OWN.text, "intent": named[0], "entities": [], "text_tokens": [[0, 6]], "intent_ranking": named}


class Rasa:
    """Answers what it is told to, one after the other; the last one from then on."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.reader = RasaReader(self, OURS, clock=lambda: self.seconds)

    async def __call__(self, text: str, message_id: str) -> Any:
        self.asked.append((text, message_id))
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(told, Exception):
            raise told
        return told

    async def revise(self, own: Understanding = OWN) -> Understanding:
        return await self.reader.revise(own, "m1")


async def test_intent_and_ranking_are_rasas_and_the_rest_is_ours() -> None:
    rasa = Rasa(
        answer(("ask_balance", 0.91), ("pay_invoice", 0.05), ("out_of_scope", 0.02), ("book_appointment", 0.01))
    )
    found = await rasa.revise()
    assert rasa.asked == [("what's the damage", "m1")]
    assert (found.intent, found.confidence) == ("ask_balance", 0.91)
    assert [one.intent for one in found.alternatives] == ["pay_invoice", "out_of_scope", "book_appointment"]
    assert (found.text, found.language, found.entities) == (OWN.text, "en", OWN.entities)


async def test_a_fallback_is_out_of_scope_with_the_best_guesses_behind_it() -> None:
    rasa = Rasa(answer(("nlu_fallback", 0.6), ("ask_balance", 0.3), ("out_of_scope", 0.1)))
    found = await rasa.revise()
    assert (found.intent, found.alternatives) == ("out_of_scope", (Candidate("ask_balance", 0.3),))


async def test_two_requests_that_we_see_stay_two() -> None:
    own = Understanding(
        text="is it done and what do i owe",
        intent="work_order_status",
        confidence=0.9,
        second_intent="ask_balance",
        language="en",
    )
    both = await Rasa(answer(("ask_balance", 0.8))).revise(own)
    other = await Rasa(answer(("pay_invoice", 0.8))).revise(own)
    assert (both.intent, both.second_intent, both.confidence) == ("work_order_status", "ask_balance", 0.8)
    assert (other.intent, other.second_intent) == ("pay_invoice", None)


async def test_a_yes_is_one_only_if_we_hear_it_too() -> None:
    yes = Understanding(text="yes please", intent="affirm", confidence=0.9, language="en")
    rasa = Rasa(answer(("affirm", 0.97), ("ask_balance", 0.01)))
    assert await rasa.revise(OWN) is OWN
    assert (await rasa.revise(yes)).confidence == 0.97


@pytest.mark.parametrize(
    "text", ["", "  ", "\N{SLIGHTLY SMILING FACE}", "?!", "/affirm", ' /cancel_appointment{"of": "1"}', "/restart"]
)
async def test_what_rasa_has_no_word_of_or_takes_for_a_command_is_not_sent(text: str) -> None:
    rasa = Rasa(answer(("ask_balance", 1.0)))
    own = Understanding(text=text, intent="out_of_scope", confidence=0.5, language="en")
    assert await rasa.revise(own) is own
    assert rasa.asked == []


async def test_where_rasa_has_no_word_ours_counts_and_it_is_no_outage() -> None:
    rasa = Rasa(answer((None, 0.0)))
    assert [await rasa.revise(), await rasa.revise()] == [OWN, OWN]
    assert len(rasa.asked) == 2


NONSENSE: list[Any] = [
    None,
    [],
    "ask_balance",
    {},
    {"intent": "ask_balance"},
    {"intent": {"name": ["ask_balance"], "confidence": 1}},
    answer(("ask_balance", float("nan"))),
    answer(("ask_balance", 17.0)),
    answer(("order_pizza", 0.99)),
    answer(("ask_balance", 0.9), ("order_pizza", 0.1)),
    {**answer(("ask_balance", 0.9)), "intent_ranking": "all of them"},
]


@pytest.mark.parametrize("told", NONSENSE)
async def test_nonsense_is_done_without(told: Any) -> None:
    rasa = Rasa(told)
    assert await rasa.revise() is OWN
    await rasa.revise()
    assert len(rasa.asked) == 1


async def test_after_a_failure_it_is_left_alone_and_then_one_message_tries(caplog: pytest.LogCaptureFixture) -> None:
    rasa = Rasa(RasaAway("no answer in 1 s"), RasaAway("it answers 500"), answer(("ask_balance", 0.9)))
    caplog.set_level(logging.INFO, "bot.rasa_parse")
    for _ in range(5):
        assert await rasa.revise() is OWN
    assert len(rasa.asked) == 1
    rasa.seconds = PAUSE_SECONDS
    assert [await rasa.revise(), await rasa.revise()] == [OWN, OWN]
    assert len(rasa.asked) == 2
    rasa.seconds = 2 * PAUSE_SECONDS
    assert (await rasa.revise()).intent == (await rasa.revise()).intent == "ask_balance"
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_each_outage_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    rasa = Rasa(RasaAway("a"), answer(("ask_balance", 0.9)), RasaAway("b"))
    for number in range(3):
        rasa.seconds = number * PAUSE_SECONDS
        await rasa.revise()
    assert [record.levelname for record in caplog.records if record.name == "bot.rasa_parse"].count("WARNING") == 2
