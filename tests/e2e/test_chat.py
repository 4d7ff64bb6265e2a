"""The chat over real sockets: stored, acked, fanned out; answered once; a repeat is one message."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from config.clock import utc_now
from server import Running
from tests.cast import MARIA, OTHER_SHOP
from tests.e2e.running import Door, Refused


async def test_a_visitor_is_greeted(door: Door) -> None:
    visitor = await door.client()
    first = await visitor.ask("sync")
    assert first["ok"]
    assert first["client"] is None
    assert first["visitor"]
    assert first["shop"]["name"] == "Garage on Elm"
    assert first["shop"]["open"] is True
    ack = await visitor.say("hello there")
    assert ack["ok"]
    assert ack["seq"] == 1
    answer = await visitor.answer_to(ack)
    assert answer["author"]["kind"] == "bot"
    assert answer["prev"] == 1


async def test_a_client_reads_the_balance_from_the_own_file(door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    assert (await maria.ask("sync"))["client"] == "Maria Lopez"
    answer = await maria.answer_to(await maria.say("what do I owe?"))
    assert "286.20" in answer["text"]


async def test_a_visitor_hears_no_figure_without_a_code(door: Door) -> None:
    visitor = await door.client()
    answer = await visitor.answer_to(await visitor.say("what do I owe?"))
    assert "286.20" not in answer["text"]


async def test_a_card_number_is_struck_out_before_anything_is_stored(door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    await maria.ask("sync")
    ack = await maria.say("my card is 4111 1111 1111 1111 thanks")
    assert ack["text"] == "my card is [card] thanks"
    assert "card" in (await maria.answer_to(ack))["text"]
    whole = await maria.ask("sync", {"after": 0})
    assert "4111" not in "".join(message["text"] for message in whole["messages"])  # an id may hold it by chance


async def test_a_repeat_is_one_message_with_one_answer(door: Door, running: Running) -> None:
    maria = [await door.signed_in(MARIA.id) for _ in range(5)]
    ref = str(uuid.uuid4())
    await asyncio.gather(*(one.ask("sync") for one in maria))
    acks = await asyncio.gather(*(maria[i % 5].ask("message", {"ref": ref, "text": "hi"}) for i in range(50)))
    assert all(ack["ok"] for ack in acks)
    assert len({(ack["id"], ack["seq"]) for ack in acks}) == 1
    assert sum(1 for ack in acks if ack.get("duplicate")) == 49
    await maria[0].answer_to(acks[0])
    whole = await maria[0].ask("sync", {"after": 0})
    assert [message["author"]["kind"] for message in whole["messages"]] == ["client", "bot"]


async def test_every_socket_of_a_client_sees_the_same_order(door: Door) -> None:
    phone, desk = await door.signed_in(MARIA.id), await door.signed_in(MARIA.id)
    await asyncio.gather(phone.ask("sync"), desk.ask("sync"))
    acks = [await phone.say(f"hello {n}") for n in range(5)]
    await asyncio.gather(*(desk.answer_to(ack) for ack in acks))
    whole = (await phone.ask("sync", {"after": 0}))["messages"]
    assert [message["seq"] for message in whole] == list(range(1, 11))
    pushed = [message["seq"] for message in desk.heard("message")]
    assert pushed == sorted(pushed) == list(range(1, 11))


async def test_what_is_sent_while_the_peer_is_looked_up_keeps_its_order(door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    asked = [asyncio.create_task(maria.ask("sync"))]
    asked += [asyncio.create_task(maria.say(f"hello {n}")) for n in range(20)]
    asked.insert(7, asyncio.create_task(maria.ask("sync")))
    assert all(answer["ok"] for answer in await asyncio.gather(*asked))
    whole = (await maria.ask("sync", {"after": 0}))["messages"]
    said = [message["text"] for message in whole if message["author"]["kind"] == "client"]
    assert said == [f"hello {n}" for n in range(20)]


async def test_who_was_away_misses_nothing(door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    ack = await maria.say("hello")
    await maria.answer_to(ack)
    back = await door.signed_in(MARIA.id)
    missed = await back.ask("sync", {"after": ack["seq"]})
    assert [message["author"]["kind"] for message in missed["messages"]] == ["bot"]
    older = await back.ask("history", {"before": missed["messages"][0]["seq"]})
    assert [message["text"] for message in older["messages"]] == ["hello"]
    assert older["more"] is False


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("message", {"ref": "x", "text": "hi"}, "bad_request"),
        ("message", {"text": "hi"}, "bad_request"),
        ("message", {"ref": str(uuid.uuid4()), "text": 7}, "bad_request"),
        ("message", {"ref": str(uuid.uuid4())}, "bad_request"),
        ("message", {"ref": str(uuid.uuid4()), "text": "   "}, "bad_request"),
        ("message", {"ref": str(uuid.uuid4()), "text": "x" * 4001}, "too_long"),
        ("message", {"ref": str(uuid.uuid4()), "payload": "/code_accepted"}, "bad_request"),
        ("message", ["not", "an", "object"], "bad_request"),
        ("sync", {"after": -1}, "bad_request"),
        ("sync", "text", "bad_request"),
        ("typing", {"on": "yes"}, "bad_request"),
        ("dance", {}, "bad_request"),
        ("accept", {}, "bad_request"),
        ("trigger_event", {}, "bad_request"),
    ],
)
async def test_what_is_malformed_is_refused_aloud(door: Door, event: str, payload: object, code: str) -> None:
    visitor = await door.client()
    answer = await visitor.ask(event, payload)
    assert answer["ok"] is False
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]
    assert (await visitor.ask("sync"))["ok"]


async def test_a_text_of_the_greatest_length_is_taken_whole(door: Door) -> None:
    visitor = await door.client()
    text = "ñ" * 4000
    assert (await visitor.say(text))["ok"]
    assert (await visitor.ask("sync"))["messages"][0]["text"] == text


async def test_an_unknown_shop_is_refused_with_a_reason(door: Door) -> None:
    with pytest.raises(Refused, match="no such shop"):
        await door.client(shop="nowhere")


async def test_a_foreign_origin_is_refused(running: Running) -> None:
    import aiohttp

    url = f"{running.settings.public_url}/socket.io/?EIO=4&transport=websocket"
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url, headers={"Origin": "https://evil.example"})
        async with http.ws_connect(url, headers={"Origin": running.settings.public_url}) as ok:
            assert (await ok.receive()).data


async def test_a_client_of_one_shop_is_nobody_at_another(door: Door, running: Running) -> None:
    cookie = await running.store.sessions.open("garage", client_id=MARIA.id)
    peer = await door.client(OTHER_SHOP.slug, cookie=cookie)
    assert (await peer.ask("sync"))["client"] is None


async def test_a_visitor_never_sees_another_ones_messages(door: Door) -> None:
    one, other = await door.client(), await door.client()
    token = (await one.ask("sync"))["visitor"]
    await one.answer_to(await one.say("hello, I am the first"))
    assert (await other.ask("sync"))["messages"] == []
    again = await door.client(visitor=token)
    assert len((await again.ask("sync"))["messages"]) == 2
    assert other.heard("message") == []


async def test_a_code_is_hidden_and_raises_the_visitor(door: Door, running: Running) -> None:
    visitor = await door.client()
    await visitor.ask("sync")
    await visitor.answer_to(await visitor.say("what do I owe?"))
    await visitor.answer_to(await visitor.say("maria@mail.example"))
    rows = await running.store.outbox.list_to("garage", "maria@mail.example", utc_now() - timedelta(hours=1))
    code = "".join(letter for letter in rows[0].text if letter.isdigit())[:6]
    ack = await visitor.say(f"it is {code}")
    assert ack["ok"]
    answer = await visitor.hear("message", lambda message: "286.20" in message["text"])
    whole = await visitor.ask("sync", {"after": 0})
    assert whole["client"] == "Maria Lopez"
    assert code not in str(whole)
    assert answer["conversation"] == whole["conversation"]["id"]


@pytest.mark.parametrize("contact", ["maria@mail.example", "nobody@mail.example"])
async def test_a_wrong_code_is_hidden_and_refused_in_the_same_words_known_or_not(door: Door, contact: str) -> None:
    visitor = await door.client()
    await visitor.ask("sync")
    await visitor.answer_to(await visitor.say("what do I owe?"))
    await visitor.answer_to(await visitor.say(contact))
    answer = await visitor.answer_to(await visitor.say("000000"))
    assert answer["text"].startswith("That code isn't right")
    assert "000000" not in str((await visitor.ask("sync", {"after": 0}))["messages"])


async def test_a_quick_reply_of_the_spanish_page_is_answered_in_spanish(
    door: Door,
) -> None:
    visitor = await door.client()
    await visitor.ask("sync")
    first = await visitor.answer_to(await visitor.say("Horario", payload="/opening_hours", language="es"))
    assert "Horario" in first["text"] or "abierto" in first["text"].lower()
    second = await visitor.answer_to(await visitor.say("Where are you, please?", language="es"))
    assert "Elm" in second["text"]
    assert "Estamos" not in second["text"]
    assert (await visitor.say("hi", language="fr"))["error"]["code"] == "bad_request"
