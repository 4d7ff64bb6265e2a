"""A client who left before the answer came is told of it once, by text or mail, with a link back to the chat."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from config.clock import utc_now
from storage.conversations import applied, new_conversation
from storage.messages import Author, Entry, State
from storage.proof import Identity, Proof
from storage.store import Storage
from tests.cast import MARIA, RAY, SHOP, TOM, move_in
from tests.e2e.running import Door, Person, serving
from tests.e2e.town import FAR, SOON, Town, living


async def asks_and_leaves(person: Person) -> tuple[str, Any]:
    """Asks for a person, reads, and goes; the conversation's id, and where they would be reached."""
    await person.ask("sync")
    answered = await person.answer_to(await person.say("I want to talk to a person"))
    await person.ask("read", {"seq": answered["seq"]})
    here = (await person.ask("sync"))["conversation"]
    await person.socket.disconnect()
    return here["id"], here["reach"]


async def answer(ray: Person, conversation: str, text: str) -> None:
    await ray.say(text, conversation=conversation)


async def test_a_client_who_left_gets_one_text_and_its_link_opens_the_chat_and_nothing_else(town: Town) -> None:
    ray = await town.door.staff(RAY.id)
    here, reach = await asks_and_leaves(await town.door.signed_in(MARIA.id))
    assert reach == {"by": "sms", "to": "•••0101", "own": False}
    await answer(ray, here, "Your brakes cost $900.")
    await answer(ray, here, "Shall we?")
    text = await town.text()
    assert text["to"] == MARIA.phones[0]
    assert re.fullmatch(r"Garage on Elm: Ray Ortiz answered you in the chat: http\S+/s/garage/k/\S+", text["body"])
    line = await ray.hear("message", lambda one: one["act"] == "notified")
    assert (line["channel"], line["text"]) == ("sms", MARIA.phones[0])
    await ray.hear(
        "updated", lambda one: one["message"]["id"] == line["id"] and one["message"]["delivery"]["state"] == "sent"
    )
    await answer(ray, here, "Are you there?")  # the same absence: they were told
    await town.quiet()

    cookie = await follow(text["body"].split()[-1])
    maria = await town.door.client(cookie=cookie)
    synced = await maria.ask("sync")
    assert synced["client"] == MARIA.name
    assert [one["text"] for one in synced["messages"]][-3:] == ["Your brakes cost $900.", "Shall we?", "Are you there?"]
    await answer(ray, here, "Hello again")  # here and not read: nothing goes out
    unread = await maria.hear("message", lambda one: one["text"] == "Hello again")
    await asyncio.sleep(SOON * 3)
    assert len(town.twilio.messages) == 1
    await maria.ask("read", {"seq": unread["seq"] - 1})
    await maria.socket.disconnect()  # leaves with one unread
    await town.text()
    assert (len(town.twilio.messages), town.mail.mails) == (2, [])


async def follow(link: str) -> str:
    """Press the button of a link's page; the cookie it gives."""
    own = {"Sec-Fetch-Site": "same-origin"}
    async with aiohttp.ClientSession() as http, http.post(link, allow_redirects=False, headers=own) as response:
        assert response.headers["Location"] == f"/s/{SHOP.slug}/portal/chat"
        return response.cookies[f"pitline_{SHOP.slug}"].value


async def test_without_consent_or_after_a_stop_it_is_a_mail_in_the_clients_language(town: Town) -> None:
    ray = await town.door.staff(RAY.id)
    await town.store.consents.stop(SHOP.slug, MARIA.phones[0], utc_now(), "sms:1")
    await town.store.clients.set_language(SHOP.slug, MARIA.id, "es")
    here, _ = await asks_and_leaves(await town.door.signed_in(MARIA.id))
    await answer(ray, here, "Sus frenos están listos.")
    letter = await town.letter()
    assert "Garage on Elm: Ray Ortiz le contestó en el chat: http" in letter
    assert "frenos" not in letter
    assert town.mail.mails[0]["To"] == MARIA.email
    tom, reach = await asks_and_leaves(await town.door.signed_in(TOM.id))  # no consent on file, and no address
    assert reach is None
    await answer(ray, tom, "Hello Tom")
    await town.quiet()
    assert (town.twilio.messages, len(town.mail.mails)) == ([], 1)


async def test_a_visitors_link_opens_their_chat_on_another_phone_and_raises_nobody(town: Town) -> None:
    ray = await town.door.staff(RAY.id)
    visitor = await town.door.client()
    token = (await visitor.ask("sync"))["visitor"]
    assert (await visitor.ask("reach", {"contact": "512 555 0177"}))["error"]["code"] == "conflict"  # said nothing yet
    said = await visitor.answer_to(await visitor.say("I want to talk to a person"))
    assert (await visitor.ask("reach", {"contact": "call me"}))["error"]["code"] == "bad_request"
    reached = await visitor.ask("reach", {"contact": "(512) 555-0177"})
    assert reached["conversation"]["reach"] == {"by": "sms", "to": "+15125550177", "own": True}
    assert (await ray.hear("message", lambda one: one["act"] == "left_contact"))["text"] == "+15125550177"
    await visitor.ask("read", {"seq": said["seq"]})
    await visitor.socket.disconnect()
    here = str(said["conversation"])
    await answer(ray, here, "It is your alternator.")
    text = await town.text()
    assert (text["to"], len(text["body"]) <= 160) == ("+15125550177", True)
    link = re.search(r"/widget/garage#v=(\S+)$", text["body"])
    assert link is not None

    stolen = await town.door.client(link=token)  # a token that is no link's: nobody is lured into another's chat
    assert (await stolen.ask("sync"))["conversation"]["id"] != here
    own = await town.door.client(visitor=token, link=link[1])  # the browser that wrote stays what it was
    assert (await own.ask("sync"))["visitor"] == token
    stayed = await town.door.client(visitor=link[1])  # the link is for coming in only
    assert (await stayed.ask("sync"))["conversation"]["id"] != here
    phone = await town.door.client(link=link[1])
    seen = await phone.ask("sync")
    assert (seen["client"], seen["conversation"]["id"]) == (None, here)
    assert seen["visitor"] not in (link[1], token)  # the browser keeps a token of its own
    assert seen["messages"][-1]["text"] == "It is your alternator."
    first = await town.door.client(visitor=token)
    await first.ask("sync")
    await phone.say("Thank you")
    await first.hear("message", lambda one: one["text"] == "Thank you")

    # Maria proves who she is in the one browser: the other is a guest that must not come along.
    await ray.ask("return_to_bot", {"conversation": here})
    asked = await first.answer_to(await first.say("What do I owe?"))
    assert "phone number or e-mail" in asked["text"]
    await first.answer_to(await first.say("maria@mail.example"))
    code = re.search(r"\d{6}", await town.letter())
    assert code is not None
    await first.say(code[0])
    await first.hear("message", lambda one: "286.20" in one["text"])
    await phone.hear("conversation", lambda state: state.get("replaces") == here)
    assert not [one for one in phone.heard("message") if "286.20" in one["text"]]
    after = await phone.ask("sync")
    assert (after["client"], after["messages"]) == (None, [])
    again = await town.door.client(link=link[1])
    assert (await again.ask("sync"))["client"] is None


async def test_who_was_not_told_before_the_process_died_is_told_by_the_next(store: Storage, data_dir: Path) -> None:
    await move_in(store)
    async with serving(store, data_dir, reach_after=60) as running:  # dies before it is due
        door = Door(running)
        ray = await door.staff(RAY.id)
        here, _ = await asks_and_leaves(await door.signed_in(MARIA.id))
        await answer(ray, here, "It is ready.")
        async with asyncio.timeout(10):
            while not await store.absences.list_due(FAR):
                await asyncio.sleep(0)
        await store.database["absences"].delete_many({})  # as if it had died before it was noted
        await door.close()
    async with living(store, data_dir, empty=False) as town:
        assert (await town.text())["to"] == MARIA.phones[0]
        await town.quiet()
        entries = await store.messages.after(SHOP.slug, here, 0, 100)
        assert [entry.act for entry in entries if entry.act] == ["notified"]


async def test_an_answer_of_the_bot_that_comes_an_hour_late_is_told_too(store: Storage, data_dir: Path) -> None:
    await ask_an_hour_ago(store)
    async with living(store, data_dir) as town:
        assert "Garage on Elm: we answered you in the chat" in (await town.text())["body"]


async def ask_an_hour_ago(store: Storage) -> None:
    """Maria's question, to which the bot owes an answer since then."""
    conversation = new_conversation(SHOP.slug, f"client:{MARIA.id}", title=MARIA.name, client_id=MARIA.id)
    entry = Entry(
        id="asked",
        shop=SHOP.slug,
        conversation=conversation.id,
        seq=1,
        client_prev=0,
        kind="message",
        author=Author(kind="client", name=MARIA.name),
        at=utc_now() - timedelta(hours=1),
        state=State(),
        text="Where are you?",
        identity=Identity(proof=Proof.FULL, client_id=MARIA.id),
        owed=True,
    )
    await store.conversations.add(replace(applied(conversation, entry), client_read_seq=1))
    await store.messages.append([entry])


async def test_who_sits_at_another_process_is_not_told_until_they_leave_that_one_too(
    town: Town, data_dir: Path
) -> None:
    async with serving(town.store, data_dir, reach_after=SOON, work=False) as other:  # this one tells nobody
        there = Door(other)
        maria = await there.signed_in(MARIA.id)
        said = await maria.answer_to(await maria.say("I want to talk to a person"))
        await maria.ask("read", {"seq": said["seq"]})
        ray = await town.door.staff(RAY.id)
        await answer(ray, said["conversation"], "It is ready.")
        async with asyncio.timeout(10):
            while not (due := await town.store.absences.list_due(FAR)):
                await asyncio.sleep(0)
            while await town.store.absences.list_due(due[0].due_at):  # put off by the process that has her
                await asyncio.sleep(SOON / 4)
        assert town.twilio.messages == []
        await maria.socket.disconnect()
        assert (await town.text())["to"] == MARIA.phones[0]
        await there.close()
