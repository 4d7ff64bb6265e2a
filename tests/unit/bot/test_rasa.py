"""The stock action-server protocol over HTTP, as a Rasa server speaks it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.rasa_sender import Senders
from config.clock import utc_now
from storage.proof import Identity, LinkScope, Proof
from storage.store import Storage
from tests.action_server import SECRET, SENDERS, Rasa, call, serving_actions, signed
from tests.dialogues.people import LENA, MARIA, move_in

SIGN_IN = (
    "I can only tell that to the client it is about. Please sign in first.\nSign in: https://shop.test/s/elm/login"
)


@pytest.fixture
async def action_server(store: Storage, models: Path) -> AsyncIterator[str]:
    await move_in(store)
    async with serving_actions(store, models) as url:
        yield url


async def test_every_intent_is_an_action(action_server: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{action_server}/actions") as response:
        names = {action["name"] for action in await response.json()}
    assert {"action_ask_balance", "action_book_appointment", "action_out_of_scope"} <= names
    assert len(names) >= 34


async def test_it_says_that_it_is_well(action_server: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{action_server}/health") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_a_public_question_is_answered(action_server: str) -> None:
    status, body = await call(action_server, "action_opening_hours", "are you open now?")
    assert status == 200
    assert body["responses"][0]["text"].startswith("We are open now, until 12:00 PM.")


async def test_a_signed_client_is_told_the_own_balance(action_server: str) -> None:
    _, body = await call(action_server, "action_ask_balance", "what do i owe?", sender_id=signed(MARIA))
    assert "406.70" in body["responses"][0]["text"]


def expired() -> str:
    made_then = Senders(SECRET, lambda: utc_now() - timedelta(hours=2))
    return made_then.make_sender_id("elm", "talk", Identity(proof=Proof.FULL, client_id=MARIA))


def forged() -> str:
    return Senders("another key").make_sender_id("elm", "talk", Identity(proof=Proof.FULL, client_id=MARIA))


@pytest.mark.parametrize(
    "sender", ["client:maria", "maria", "", expired(), forged(), signed(None), signed("nobody-on-file")]
)
@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("action_ask_balance", "what do i owe?"),
        ("action_list_invoices", "show me invoice 1042"),
        ("action_update_details", "my new email is a@b.example"),
    ],
)
async def test_who_is_not_signed_is_told_nothing_private(
    action_server: str, sender: str, action: str, text: str
) -> None:
    status, body = await call(action_server, action, text, sender_id=sender)
    assert (status, body["responses"][0]["text"]) == (200, SIGN_IN)
    assert [event for event in body["events"] if event["event"] == "active_loop" and event["name"]] == []


@pytest.mark.parametrize("sender", ["anybody", expired(), forged()])
async def test_who_is_not_signed_cannot_even_begin_to_book(action_server: str, sender: str) -> None:
    _, body = await call(action_server, "action_book_appointment", "book an oil change", sender_id=sender)
    assert body["responses"][0]["text"] == SIGN_IN


async def test_a_client_who_may_no_longer_come_in_is_nobody(action_server: str, store: Storage) -> None:
    maria = await store.clients.find("elm", MARIA)
    assert maria is not None
    await store.clients.put(replace(maria, portal=replace(maria.portal, enabled=False)))
    _, body = await call(action_server, "action_ask_balance", "what do i owe?", sender_id=signed(MARIA))
    assert body["responses"][0]["text"] == SIGN_IN


async def test_a_section_that_is_switched_off_stays_off(action_server: str) -> None:
    _, body = await call(action_server, "action_list_vehicles", "which cars do you have", sender_id=signed(LENA))
    assert body["responses"][0]["text"] == "Please call the shop at (512) 555-0100."


async def test_a_link_is_proof_for_its_page_only(action_server: str) -> None:
    scope = LinkScope(page="invoices")
    sender = SENDERS.make_sender_id("elm", "talk", Identity(proof=Proof.LINK, client_id=MARIA, scope=scope))
    _, invoices = await call(action_server, "action_list_invoices", "my invoices", sender_id=sender)
    _, vehicles = await call(action_server, "action_list_vehicles", "my cars", sender_id=sender)
    assert "1042" in invoices["responses"][0]["text"]
    assert vehicles["responses"][0]["text"] == SIGN_IN


async def test_where_nobody_reads_along_no_person_is_promised(action_server: str) -> None:
    _, body = await call(action_server, "action_talk_to_human", "let me talk to a person")
    assert "Please call the shop at (512) 555-0100." in body["responses"][0]["text"]
    assert "will answer you here" not in body["responses"][0]["text"]


async def test_a_form_asks_and_sets_slots_by_events(action_server: str) -> None:
    text = "book an oil change friday at 10"
    _, body = await call(action_server, "action_book_appointment", text, sender_id=signed(None))
    assert body["responses"][0]["text"].startswith("What car is it")
    assert {"event": "active_loop", "timestamp": None, "name": "action_book_appointment"} in body["events"]
    slots = {event["name"]: event["value"] for event in body["events"] if event["event"] == "slot"}
    assert slots["services"] == ["oil_change"]
    assert slots["requested_slot"] == "car"


async def test_a_visit_is_read_back_and_booked_once_however_often_the_yes_comes(
    action_server: str, store: Storage
) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    before = len(await store.visits.list_for_client("elm", MARIA))
    await rasa.say("oil change for the honda friday at 10", "book_appointment", "m1")
    assert rasa.slots["requested_slot"] == "confirm"
    retried = Rasa(action_server, signed(MARIA))
    retried.slots, retried.loop = dict(rasa.slots), rasa.loop
    texts = await asyncio.gather(rasa.say("yes", "affirm", "m2"), retried.say("yes", "affirm", "m2"))
    assert texts[0] == texts[1]
    assert "Fri" in texts[0]
    assert (rasa.loop, rasa.slots["services"], rasa.slots["requested_slot"]) == (None, None, None)
    assert len(await store.visits.list_for_client("elm", MARIA)) == before + 1


async def test_the_same_message_id_in_another_conversation_is_another_message(
    action_server: str, store: Storage
) -> None:
    for conversation, hour in (("one", "10"), ("two", "11")):
        rasa = Rasa(action_server, signed(MARIA, conversation))
        await rasa.say(f"oil change for the honda friday at {hour}", "book_appointment", "m1")
        assert f"{hour}:00 AM" in await rasa.say("yes", "affirm", "m2")


async def test_a_yes_button_of_an_older_read_back_books_nothing(action_server: str, store: Storage) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    before = len(await store.visits.list_for_client("elm", MARIA))
    await rasa.say("oil change for the honda friday at 10", "book_appointment", "m1")
    await rasa.say('/affirm{"of": "00000000"}', "affirm", "m2")
    assert rasa.loop == "action_book_appointment"
    assert len(await store.visits.list_for_client("elm", MARIA)) == before
    yes = rasa.events[-1]["data"]["buttons"][0]["payload"]
    await rasa.say(yes, "affirm", "m3")
    assert len(await store.visits.list_for_client("elm", MARIA)) == before + 1


@pytest.mark.parametrize("text", ["\N{SLIGHTLY SMILING FACE}", "...", "what are your hours"])
async def test_what_only_rasa_takes_for_a_yes_books_nothing(action_server: str, store: Storage, text: str) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    before = len(await store.visits.list_for_client("elm", MARIA))
    await rasa.say("oil change for the honda friday at 10", "book_appointment", "m1")
    await rasa.say(text, "affirm", "m2")
    assert rasa.loop == "action_book_appointment"
    assert len(await store.visits.list_for_client("elm", MARIA)) == before


async def test_a_number_picks_a_button_of_the_last_answer(action_server: str) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    await rasa.say("i want to come in", "book_appointment", "m1")
    await rasa.say("1", "deny", "m2")  # whatever Rasa makes of a bare number
    assert rasa.slots["services"] == ["oil_change"]


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(action_server: str) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    asked = await rasa.say("oil change for the honda", "book_appointment", "m1")
    text = await rasa.say("what do i owe you?", "ask_balance", "m2")
    assert "406.70" in text
    assert rasa.loop == "action_book_appointment"
    assert asked.splitlines()[-1] in text or "time" in text
    assert rasa.slots["services"] == ["oil_change"]


async def test_another_form_in_the_middle_starts_with_nothing_of_the_first(action_server: str) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    await rasa.say("oil change for the honda", "book_appointment", "m1")
    text = await rasa.say("please change my email to m@mail.example", "update_details", "m2")
    assert text.count("m@mail.example") == 1
    assert rasa.loop == "action_update_details"
    assert rasa.slots["services"] is None


async def test_what_a_form_keeps_beside_its_slots_is_kept(action_server: str, store: Storage) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    await rasa.say("please add 512 555 0188 as a second phone number", "update_details", "m1")
    assert rasa.slots["beside"] == {"adds": True}
    await rasa.say("yes", "affirm", "m2")
    assert rasa.slots["beside"] is None
    assert rasa.loop is None


async def test_a_form_whose_sender_has_expired_is_over(action_server: str) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    await rasa.say("oil change for the honda friday at 10", "book_appointment", "m1")
    late = Rasa(action_server, expired())
    late.slots, late.loop = dict(rasa.slots), rasa.loop
    assert await late.say("yes", "affirm", "m2") == SIGN_IN
    assert (late.loop, late.slots["services"], late.slots["starts_at"]) == (None, None, None)


async def test_the_language_stays_with_the_conversation(action_server: str) -> None:
    rasa = Rasa(action_server, signed(MARIA))
    spanish = await rasa.say("cuánto debo?", "ask_balance", "m1")
    assert rasa.slots["language"] == "es"
    assert await rasa.say("/ask_balance", "ask_balance", "m2") == spanish


async def test_an_unknown_action_is_not_found(action_server: str) -> None:
    status, _ = await call(action_server, "action_unheard_of", "hello")
    assert status == 404


async def test_a_call_that_cannot_be_read_is_not_shown_again(action_server: str) -> None:
    body = {"next_action": "action_greet", "tracker": {"slots": {"phone": "+15125550101"}}}
    async with aiohttp.ClientSession() as http, http.post(f"{action_server}/webhook", json=body) as response:
        assert (response.status, await response.json()) == (500, {"error": "the call cannot be read"})
