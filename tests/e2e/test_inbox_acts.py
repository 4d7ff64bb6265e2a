"""The inbox beyond taking and answering: labels, snooze, presence, drafts, canned replies, mentions, pages."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from chat.handoff import Event
from chat.search_feed import SearchFeed
from chat.snoozes import Snoozes
from server import Running
from storage.canned_replies import CannedReply
from storage.conversations import Conversation, new_conversation
from storage.labels import new_label
from storage.messages import Author, State, Status
from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from tests.cast import MARIA, RAY
from tests.e2e.running import Door, Person

EVA = Staff(id="eva", shop="garage", external_id="S2", email="eva@garage.example", name="Eva Stone", role="owner")
HOUR = timedelta(hours=1)


async def begun(maria: Person, text: str = "hello") -> str:
    """A conversation with the bot; its id."""
    await maria.answer_to(await maria.say(text))
    conversation: str = (await maria.ask("sync"))["conversation"]["id"]
    return conversation


def write(conversation: str, text: str, **more: Any) -> dict[str, Any]:
    return {"conversation": conversation, "ref": str(uuid.uuid4()), "text": text, **more}


async def test_labels_sort_conversations_and_the_client_never_learns_of_them(door: Door, running: Running) -> None:
    await running.store.labels.put(new_label("garage", "Parts ordered", "orange"))
    await running.store.labels.put(new_label("garage", "VIP"))
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)

    labelled = await ray.ask("label", {"conversation": conversation, "add": ["vip", "parts ORDERED"]})
    assert labelled["conversation"]["labels"] == ["Parts ordered", "VIP"]
    again = await ray.ask("label", {"conversation": conversation, "add": ["VIP"]})
    assert again["conversation"]["last_seq"] == labelled["conversation"]["last_seq"]
    unknown = await ray.ask("label", {"conversation": conversation, "add": ["nobody made this"]})
    assert unknown["error"]["code"] == "not_found"
    act = await ray.hear("message", lambda message: message["act"] == "labelled")
    assert act["text"] == "+Parts ordered, +VIP"

    other = await door.client()
    await begun(other)
    listed = await ray.ask("inbox", {"label": "vip"})
    assert [one["id"] for one in listed["conversations"]] == [conversation]
    off = await ray.ask("label", {"conversation": conversation, "remove": ["vip"]})
    assert off["conversation"]["labels"] == ["Parts ordered"]
    assert (await ray.ask("inbox", {"label": "vip"}))["conversations"] == []
    await ray.ask("take", {"conversation": conversation})
    told = await maria.hear("conversation")
    assert told["status"] == "open"
    assert len(maria.heard("conversation")) == 1
    assert "labels" not in told


async def test_a_label_renamed_in_the_settings_is_renamed_on_what_has_it(door: Door, running: Running) -> None:
    await running.store.labels.put(new_label("garage", "Parts ordered", "orange"))
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    await ray.ask("label", {"conversation": conversation, "add": ["parts ordered"]})
    (label,) = await running.store.labels.list("garage")
    token = await running.store.sessions.open("garage", staff_id=RAY.id)
    async with aiohttp.ClientSession(running.settings.public_url, cookies={STAFF_COOKIE: token}) as browser:
        fields = {"act": "change", "id": label.id, "name": "Parts are here", "color": "green"}
        async with browser.post("/staff/settings/labels", data=fields) as answer:
            assert answer.status == 200
    told = await ray.hear("conversation", lambda one: one["labels"] == ["Parts are here"])
    assert told["id"] == conversation
    await ray.hear("shop_changed")
    assert [one["name"] for one in (await ray.ask("shop"))["labels"]] == ["Parts are here"]
    assert [one.name for one in await running.store.labels.list("garage")] == ["Parts are here"]


async def test_a_snoozed_conversation_wakes_by_its_time_or_by_the_client(door: Door, running: Running) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    until = datetime.now(UTC) + HOUR
    snooze = {"conversation": conversation, "until": until.isoformat()}
    assert (await ray.ask("snooze", snooze))["error"]["code"] == "conflict"  # it is the bot's
    await ray.ask("take", {"conversation": conversation})
    past = {**snooze, "until": (until - 2 * HOUR).isoformat()}
    assert (await ray.ask("snooze", past))["error"]["code"] == "bad_request"
    naive = {**snooze, "until": "2031-01-01T10:00:00"}
    assert "until" in (await ray.ask("snooze", naive))["error"]["message"]

    slept = (await ray.ask("snooze", snooze))["conversation"]
    assert (slept["status"], slept["until"][:16]) == ("snoozed", until.isoformat()[:16])
    assert (await ray.ask("inbox", {"view": "snoozed"}))["counts"]["snoozed"] == 1
    await maria.say("are you there?")
    woken = await ray.hear("conversation", lambda one: one["status"] == "open" and one["last_seq"] > slept["last_seq"])
    assert woken["assignee"]["id"] == RAY.id

    hub = running.hub
    head = await hub.directory.get("garage", conversation)
    await hub.act(head, Event.SNOOZE, Author(kind="staff", name="Ray", id=RAY.id), until=until - 2 * HOUR)
    await hub.projector.drain()
    assert await Snoozes(hub).wake_due() == 1
    await hub.projector.drain()
    assert await Snoozes(hub).wake_due() == 0
    assert (await ray.ask("open", {"conversation": conversation}))["conversation"]["status"] == "open"


async def test_staff_see_who_is_there_and_who_looks_at_what(door: Door, running: Running) -> None:
    await running.store.staff.put(EVA)
    ray, eva, maria = await door.staff(RAY.id), await door.staff(EVA.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    await eva.ask("open", {"conversation": conversation})
    looks = {"staff": "eva", "name": "Eva Stone", "conversations": [conversation]}
    await ray.hear("presence", lambda data: looks in data["people"])
    shop = await ray.ask("shop")
    assert looks in shop["presence"]
    assert {one["id"] for one in shop["people"]} == {"ray", "eva"}
    ray.pushed.clear()
    await eva.ask("close", {"conversation": conversation})
    await ray.hear("presence", lambda data: {**looks, "conversations": []} in data["people"])
    ray.pushed.clear()
    await eva.socket.disconnect()
    await ray.hear("presence", lambda data: [one["staff"] for one in data["people"]] == ["ray"])
    assert [one.staff_id for one in await running.store.presence.list("garage")] == ["ray"]


async def test_the_bot_drafts_for_staff_who_send_it_with_its_links(door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    await ray.ask("take", {"conversation": conversation})
    asked = await maria.say("what do I owe?")
    draft = await ray.hear("suggestion")
    assert draft["conversation"] == conversation
    assert draft["seq"] == asked["seq"]
    assert "286.20" in draft["text"]
    opened = await ray.ask("open", {"conversation": conversation})
    assert opened["suggestion"]["text"] == draft["text"]

    await ray.ask("message", write(conversation, "You owe $286.20, Maria.", suggestion=draft["seq"]))
    heard = await maria.hear("message", lambda message: message["author"]["kind"] == "staff")
    assert [link["url"] for link in heard["links"]] == [link["url"] for link in draft["links"]]
    assert heard["links"]
    assert (await ray.ask("open", {"conversation": conversation}))["suggestion"] is None
    assert not any(
        message["author"]["kind"] == "bot" and message["seq"] > asked["seq"] for message in maria.heard("message")
    )


async def test_a_draft_only_reads(door: Door, running: Running) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    await ray.ask("take", {"conversation": conversation})
    await maria.say("book me an oil change tomorrow at 9")
    await maria.say("yes")
    await maria.say("where are you?")
    await ray.hear("suggestion", lambda data: "Elm" in data["text"])
    assert await running.store.visits.list_for_client("garage", MARIA.id) == []


async def test_canned_replies_are_filled_in_for_the_client(door: Door, running: Running) -> None:
    text = {
        "en": "Hi {client.first_name}, {invoice.balance} is open for {vehicle}. See {visit}. {staff.name} {nonsense}"
    }
    reply = CannedReply(shop="garage", shortcut="balance", title="Balance", text=text)
    await running.store.canned_replies.put(reply)
    ray, maria, nobody = await door.staff(RAY.id), await door.signed_in(MARIA.id), await door.client()
    assert [one["shortcut"] for one in (await ray.ask("shop"))["canned_replies"]] == ["balance"]
    filled = await ray.ask("canned_reply", {"conversation": await begun(maria), "id": reply.id})
    said = "Hi Maria, $286.20 is open for 2019 Honda Civic. See . Ray Ortiz {nonsense}"
    assert (filled["text"], filled["missing"]) == (said, ["visit"])
    stranger = await ray.ask("canned_reply", {"conversation": await begun(nobody), "id": reply.id})
    assert set(stranger["missing"]) == {"client.first_name", "invoice.balance", "vehicle", "visit"}
    gone = await ray.ask("canned_reply", {"conversation": await begun(maria), "id": "nothing"})
    assert gone["error"]["code"] == "not_found"


async def test_a_note_calls_colleagues_by_name(door: Door, running: Running) -> None:
    await running.store.staff.put(EVA)
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    sent = await ray.ask("message", write(conversation, "@Eva Stone please look", private=True, mentions=["eva"]))
    opened = await ray.ask("open", {"conversation": conversation})
    assert opened["messages"][-1]["id"] == sent["id"]
    assert opened["messages"][-1]["mentions"] == ["eva"]
    stranger = await ray.ask("message", write(conversation, "@x", private=True, mentions=["rita"]))
    assert stranger["error"]["code"] == "not_found"
    loud = await ray.ask("message", write(conversation, "@Eva", mentions=["eva"]))
    assert loud["error"]["code"] == "bad_request"


async def test_every_conversation_of_a_view_comes_once_whatever_the_page(door: Door, running: Running) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    moments = [at + timedelta(minutes=number // 4) for number in range(40)]  # four at every moment
    made: list[Conversation] = []
    for number, moment in enumerate(moments):
        one = new_conversation("garage", f"visitor:{number}", title=f"V{number}")
        await running.store.conversations.add(one)
        statuses: tuple[Status, ...] = ("waiting", "open", "resolved")
        state = State(status=statuses[number % 3], assignee=RAY.id if number % 3 == 1 else None)
        made.append(replace(one, last_seq=1, last_at=moment, state=state))
    await running.store.conversations.project_many(made)
    ray = await door.staff(RAY.id)
    for view, count in (("all", 40), ("waiting", 14), ("open", 13), ("mine", 13), ("resolved", 13), ("bot", 0)):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await ray.ask("inbox", {"view": view, "limit": 7, "cursor": cursor})
            seen += [one["id"] for one in page["conversations"]]
            assert page["counts"][view] == count
            cursor = page["cursor"]
            if cursor is None:
                break
        wanted = [one.id for one in made if view == "all" or one.status == ("open" if view == "mine" else view)]
        assert sorted(seen) == sorted(wanted)
    wrong = await asyncio.gather(*(ray.ask("inbox", {"cursor": cursor}) for cursor in ("x", "[]", '["y"]', '{"a": 1}')))
    assert [answer["error"]["code"] for answer in wrong] == ["bad_request"] * 4


async def test_who_looks_at_a_conversation_hears_where_its_log_stands(door: Door, running: Running) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    conversation = await begun(maria)
    await ray.ask("open", {"conversation": conversation})
    await running.hub.projector.drain()
    await running.hub._live._staff.beat()  # type: ignore[attr-defined]
    assert await ray.hear("beat") == {"conversation": conversation, "last_seq": 2, "rev": 0}


async def test_the_inbox_is_searched_by_plate_by_words_and_by_what_was_just_said(door: Door, running: Running) -> None:
    ray, maria, other = await door.staff(RAY.id), await door.signed_in(MARIA.id), await door.client()
    conversation = await begun(maria, "my rear wiper squeaks")
    await begun(other)
    last = (await ray.ask("inbox"))["conversations"][0]["last"]["text"]
    fresh = await ray.ask("inbox", {"q": last})  # which is not made findable yet
    assert fresh["conversations"]
    await SearchFeed(running.store).follow(patience=timedelta(0))
    await running.hub.projector.drain()
    for query in ("ktx4821", "lopez", "1042", "wiper squeak", "wipper"):
        found = await ray.ask("inbox", {"q": query})
        assert [one["id"] for one in found["conversations"]] == [conversation], query
    assert found["hits"][conversation] == {"seq": 1, "text": "my rear wiper squeaks"}
    assert (await ray.ask("inbox", {"q": "wiper", "view": "waiting"}))["conversations"] == []
    assert (await ray.ask("inbox", {"q": "submarine"}))["conversations"] == []
