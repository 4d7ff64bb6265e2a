"""What people do over real sockets is what reports and the activity log say afterwards, also when a process died."""

import asyncio
from datetime import timedelta

from chat.sweep import Sweep
from config.clock import utc_now
from server import Running
from storage.activity import ActivityQuery
from storage.canned_replies import CannedReply
from storage.episode import Episode
from tests.cast import MARIA, RAY
from tests.e2e.running import Door


async def episodes(running: Running) -> list[Episode]:
    """Those that have ended, by when they began."""
    now = utc_now()
    return await running.store.episodes.list_started("garage", now - timedelta(days=1), now + timedelta(days=1))


async def talk(door: Door) -> str:
    """The bot hands over, Ray takes it, answers, resolves; Maria rates and comes back."""
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    answer = await maria.answer_to(await maria.say("I want to talk to a person"))
    chat = {"conversation": answer["conversation"]}
    assert (await ray.ask("take", chat))["ok"]
    await asyncio.gather(ray.say("Hi Maria", **chat), maria.hear("message", lambda one: one["text"] == "Hi Maria"))
    assert (await ray.ask("resolve", chat))["ok"]
    assert (await maria.ask("rate", {"score": 5, "comment": "thanks"}))["ok"]
    await maria.answer_to(await maria.say("what are your hours?"))
    return str(answer["conversation"])


async def test_an_episode_is_counted_when_it_ends_and_what_comes_after_it_too(door: Door, running: Running) -> None:
    chat = await talk(door)
    await running.hub.projector.drain()
    (ended,) = await episodes(running)
    assert (ended.client_messages, ended.staff_messages, ended.ending, ended.resolved_by) == (1, 1, "staff", RAY.id)
    assert ended.rating is not None
    assert (ended.rating.score, ended.asked_again, ended.by_bot_alone) == (5, True, False)
    assert ended.due_at is not None
    assert ended.due_at == ended.handed_off_at
    (running_one,) = await running.store.chats.running_episodes("garage", utc_now() - timedelta(days=1))
    assert (running_one.number, running_one.client_messages, running_one.bot_messages) == (2, 1, 1)
    noted = (await running.store.activity.list("garage", ActivityQuery(group="conversation"), 10)).entries
    assert [(one.action, one.actor.id, one.details["conversation"]) for one in reversed(noted)] == [
        ("conversation.taken", RAY.id, chat),
        ("conversation.resolved", RAY.id, chat),
    ]


async def test_what_a_process_that_died_had_not_written_the_next_one_writes(door: Door, running: Running) -> None:
    await talk(door)
    await running.hub.projector.drain()
    before = await episodes(running)
    for name in ("episodes", "activity", "episode_packs"):  # it died just before
        await running.store.database[name].delete_many({})
    for conversation in list(running.hub.writer._heads):
        running.hub.writer.forget(conversation)
    await running.store.database["sweeps"].delete_many({})
    await Sweep(running.hub).answer_owed(patience=timedelta(0))
    assert await episodes(running) == before
    assert len((await running.store.activity.list("garage", ActivityQuery(group="conversation"), 10)).entries) == 2


async def test_a_link_that_staff_have_made_for_a_client_is_noted_without_what_signs_in(
    door: Door, running: Running
) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    answer = await maria.answer_to(await maria.say("hello"))
    reply = CannedReply(id="r1", shop="garage", shortcut="page", title="Page", text={"en": "See {portal.link}"})
    await running.store.canned_replies.put(reply)
    filled = await ray.ask("canned_reply", {"conversation": answer["conversation"], "id": "r1"})
    token = filled["text"].rpartition("/k/")[2]
    (noted,) = (await running.store.activity.list("garage", ActivityQuery(group="access"), 5)).entries
    assert (noted.action, noted.actor.id, noted.subject) == ("access.link_made", RAY.id, "Maria Lopez")
    assert len(token) > 8
    assert token not in str(noted)
