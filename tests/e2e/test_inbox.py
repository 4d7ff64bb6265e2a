"""The staff inbox over real sockets: take, reply, return, resolve; the bot never talks over a person."""

import uuid

import pytest

from server import Running
from tests.cast import MARIA, RAY, RIVAL_RAY
from tests.e2e.running import Door, Person, Refused


async def conversation_of(person: Person) -> str:
    conversation: str = (await person.ask("sync"))["conversation"]["id"]
    return conversation


async def test_who_is_not_signed_in_is_refused(door: Door, running: Running) -> None:
    cookie = await running.store.sessions.open("garage", client_id=MARIA.id)
    with pytest.raises(Refused, match="sign in"):
        await door._connect("/staff", None, {"pitline_staff": cookie})
    with pytest.raises(Refused, match="sign in"):
        await door._connect("/staff", None, {})


async def test_staff_take_reply_return_and_resolve(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    ack = await maria.say("hello")
    await maria.answer_to(ack)
    conversation = await conversation_of(maria)

    listed = await ray.ask("inbox", {"view": "bot"})
    assert [one["id"] for one in listed["conversations"]] == [conversation]
    assert listed["conversations"][0]["unread"] == 1
    assert listed["counts"]["bot"] == 1

    opened = await ray.ask("open", {"conversation": conversation})
    assert [message["author"]["kind"] for message in opened["messages"]] == ["client", "bot"]
    assert opened["client"]["balance"] == 28620
    assert opened["client"]["vehicles"][0]["title"] == "2019 Honda Civic"

    taken = await ray.ask("take", {"conversation": conversation})
    assert taken["conversation"]["status"] == "open"
    assert taken["conversation"]["assignee"]["name"] == "Ray Ortiz"

    silent = await maria.say("what do I owe?")
    reply = await ray.ask("message", {"conversation": conversation, "ref": str(uuid.uuid4()), "text": "Hi Maria"})
    assert reply["ok"]
    heard = await maria.hear("message", lambda message: message["author"]["kind"] == "staff")
    assert heard["text"] == "Hi Maria"
    assert heard["author"] == {"kind": "staff", "name": "Ray Ortiz"}
    assert heard["prev"] == silent["seq"]
    assert not any(message.get("in_reply_to") == silent["id"] for message in maria.heard("message"))

    returned = await ray.ask("return_to_bot", {"conversation": conversation})
    assert returned["conversation"]["status"] == "bot"
    answered = await maria.say("hello again")
    assert (await maria.answer_to(answered))["author"]["kind"] == "bot"

    resolved = await ray.ask("resolve", {"conversation": conversation})
    assert resolved["conversation"]["status"] == "resolved"
    fresh = await maria.say("hello once more")
    assert (await maria.answer_to(fresh))["author"]["kind"] == "bot"
    again = await ray.ask("open", {"conversation": conversation})
    assert again["conversation"]["status"] == "bot"
    assert again["conversation"]["episode"] == 2


async def test_a_note_and_an_act_never_reach_the_client(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = await conversation_of(maria)
    note = {"conversation": conversation, "ref": str(uuid.uuid4()), "text": "pays late", "private": True}
    assert (await ray.ask("message", note))["ok"]
    await ray.ask("take", {"conversation": conversation})
    await ray.ask("message", {"conversation": conversation, "ref": str(uuid.uuid4()), "text": "Hello!"})
    heard = await maria.hear("message", lambda message: message["text"] == "Hello!")
    assert heard["seq"] == 5
    assert heard["prev"] == 2
    whole = await maria.ask("sync", {"after": 0})
    assert [message["seq"] for message in whole["messages"]] == [1, 2, 5]
    assert "pays late" not in str(whole) + str(maria.pushed)
    staff_side = await ray.ask("sync", {"conversation": conversation, "after": 0})
    assert [message["seq"] for message in staff_side["messages"]] == [1, 2, 3, 4, 5]
    assert [message["private"] for message in staff_side["messages"]] == [False, False, True, True, False]


async def test_asking_for_a_person_hands_off(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    answer = await maria.answer_to(await maria.say("I want to talk to a real person please"))
    assert answer["text"]
    conversation = await conversation_of(maria)
    summary = await ray.hear("conversation", lambda one: one["status"] == "waiting")
    assert summary["id"] == conversation
    assert "Maria Lopez" in summary["gist"]
    assert len(summary["gist"].splitlines()) == 3


async def test_what_the_table_does_not_allow_is_a_conflict(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = await conversation_of(maria)
    await ray.ask("resolve", {"conversation": conversation})
    refused = await ray.ask("return_to_bot", {"conversation": conversation})
    assert refused["error"]["code"] == "conflict"


async def test_another_shops_staff_see_nothing(door: Door) -> None:
    rita, maria = await door.staff(RIVAL_RAY.id, "rival"), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = await conversation_of(maria)
    assert (await rita.ask("inbox"))["conversations"] == []
    for event in ("open", "take", "resolve", "return_to_bot", "close"):
        assert (await rita.ask(event, {"conversation": conversation}))["error"]["code"] == "not_found"
    for event, more in (
        ("history", {"before": 5}),
        ("sync", {"after": 0}),
        ("read", {"seq": 1}),
        ("typing", {"on": True}),
    ):
        refused = await rita.ask(event, {"conversation": conversation, **more})
        assert refused["error"]["code"] == "not_found", event
    sent = await rita.ask("message", {"conversation": conversation, "ref": str(uuid.uuid4()), "text": "hi"})
    assert sent["error"]["code"] == "not_found"
    assert [name for name, _ in rita.pushed if name != "presence"] == []


async def test_reading_clears_the_unread_count(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    answer = await maria.answer_to(await maria.say("hello"))
    conversation = await conversation_of(maria)
    assert (await ray.ask("read", {"conversation": conversation, "seq": answer["seq"]}))["ok"]
    mark = await maria.hear("read")
    assert mark["by"]["kind"] == "staff"
    assert mark["seq"] == answer["seq"]
    assert (await ray.ask("inbox"))["conversations"][0]["unread"] == 0


async def test_typing_is_seen_on_the_other_side_only(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = await conversation_of(maria)
    await maria.ask("typing", {"on": True})
    seen = await ray.hear("typing")
    assert seen["author"]["kind"] == "client"
    await ray.ask("typing", {"conversation": conversation, "on": True})
    assert (await maria.hear("typing"))["author"] == {"kind": "staff", "name": "Ray Ortiz"}


async def test_the_bot_waits_while_staff_type_and_stays_silent_if_they_write(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    conversation = await conversation_of(maria)
    await ray.ask("typing", {"conversation": conversation, "on": True})
    ack = await maria.say("what do I owe?")
    await ray.ask("message", {"conversation": conversation, "ref": str(uuid.uuid4()), "text": "Let me look"})
    await ray.ask("typing", {"conversation": conversation, "on": False})
    await maria.hear("message", lambda message: message["text"] == "Let me look")
    whole = await ray.ask("sync", {"conversation": conversation, "after": 0})
    assert not any(message.get("in_reply_to") == ack["id"] for message in whole["messages"])
