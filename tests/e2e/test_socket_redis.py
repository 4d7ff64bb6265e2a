"""Pushes between two processes through a Redis that comes and goes: what is lost is known to be lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from chat.socket_redis import RedisPushes
from server import Running
from storage.clients import Portal
from storage.sessions import client_cookie
from storage.store import Storage
from tests.cast import MARIA, RAY, SHOP, move_in
from tests.e2e.running import Door, serving
from tests.e2e.test_client_bell import told
from tests.faults.machines import Redis


@pytest.fixture
async def redis(tmp_path: Path, redis_at_hand: None) -> AsyncIterator[Redis]:
    redis = Redis(tmp_path)
    await redis.start()
    yield redis
    await redis.stop()


@asynccontextmanager
async def two(store: Storage, data_dir: Path, redis: Redis) -> AsyncIterator[tuple[Door, Door]]:
    """The doors of two services on one database and one Redis."""
    async with AsyncExitStack() as stack:
        doors: list[Door] = []
        for _ in range(2):
            running = await stack.enter_async_context(serving(store, data_dir, redis_url=redis.url))
            doors.append(Door(running))
            stack.push_async_callback(doors[-1].close)
        yield doors[0], doors[1]


@pytest.fixture
async def doors(store: Storage, data_dir: Path, redis: Redis) -> AsyncIterator[tuple[Door, Door]]:
    await move_in(store)
    async with two(store, data_dir, redis) as doors:
        yield doors


def pushes_of(running: Running) -> RedisPushes:
    manager = running.hub._live._clients.server.manager  # type: ignore[attr-defined]
    assert isinstance(manager, RedisPushes)
    return manager


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not so():
            await asyncio.sleep(0.02)


async def ready(running: Running) -> dict[str, object]:
    async with aiohttp.ClientSession() as http, http.get(f"{running.settings.public_url}/readyz") as answer:
        assert answer.status == 200
        told: dict[str, object] = await answer.json()
        return told


async def test_what_one_process_stores_is_heard_at_the_other(doors: tuple[Door, Door]) -> None:
    here, there = doors
    ray, maria = await here.staff(RAY.id), await there.signed_in(MARIA.id)
    await maria.ask("sync")
    ack = await maria.say("what do I owe?")
    heard = await ray.hear("message", lambda message: message["id"] == ack["id"])
    await ray.ask("message", {"conversation": heard["conversation"], "ref": heard["ref"][:-4] + "0000", "text": "Hi"})
    assert (await maria.hear("message", lambda message: message["author"]["kind"] == "staff"))["text"] == "Hi"


async def test_redis_goes_and_comes_back(doors: tuple[Door, Door], redis: Redis) -> None:
    here, there = doors
    ray, maria = await here.staff(RAY.id), await there.signed_in(MARIA.id)
    await maria.ask("sync")
    assert (await ready(here.running))["redis"] == "reachable"
    await redis.stop()
    ack = await asyncio.wait_for(maria.say("what are your hours?"), 5)  # nobody waits for a Redis that is away
    assert (await maria.answer_to(ack))["seq"] == 2
    await until(lambda: not pushes_of(here.running).reachable)
    assert (await ready(here.running))["redis"] == "unreachable"
    assert ray.heard("message") == []
    await redis.start()
    await ray.hear("missed")  # so the inbox looks for itself
    await until(lambda: pushes_of(here.running).reachable)
    later = await maria.say("where are you?")
    await ray.hear("message", lambda message: message["id"] == later["id"])


async def test_a_push_that_never_came_is_missed(doors: tuple[Door, Door]) -> None:
    here, there = doors
    ray, maria = await here.staff(RAY.id), await there.signed_in(MARIA.id)
    await maria.ask("sync")
    first = await maria.say("hello")
    await ray.hear("message", lambda message: message["id"] == first["id"])
    pushes_of(there.running)._number += 1  # as if one had been published and lost
    await ray.hear("missed")


async def test_who_goes_in_order_is_not_taken_for_dead(store: Storage, data_dir: Path, redis: Redis) -> None:
    await move_in(store)
    async with serving(store, data_dir, redis_url=redis.url) as here:
        door = Door(here)
        ray = await door.staff(RAY.id)
        async with serving(store, data_dir, redis_url=redis.url) as there:
            await until(lambda: pushes_of(there).host_id in pushes_of(here)._hosts)
        await until(lambda: not pushes_of(here)._hosts)
        assert ray.heard("missed") == []
        await door.close()


async def test_a_process_that_fell_silent_is_missed(doors: tuple[Door, Door]) -> None:
    here, there = doors
    ray = await here.staff(RAY.id)
    silent = pushes_of(there.running)
    await until(lambda: silent.host_id in pushes_of(here.running)._hosts)
    for task in silent._tasks:
        task.cancel()
    await ray.hear("missed")


async def test_a_clients_bell_rings_in_whichever_process_they_are_and_are_still_signed_in(
    doors: tuple[Door, Door],
) -> None:
    here, there = doors
    token = await here.running.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    near, far, left = await here.signed_in(MARIA.id), await there.signed_in(MARIA.id), await there.client(cookie=token)
    for person in (near, far, left):
        await person.ask("sync")
    await here.running.store.sessions.end(token)
    await here.running.hub.ring(told())
    for person in (near, far):
        await person.hear("notification")
    await here.running.hub.ring(told())
    await here.running.hub.ring(told("another"))
    for person in (near, far):
        await person.hear("notification", lambda one: one["unseen"] == 2)
        assert len(person.heard("notification")) == 2
    assert (await left.ask("sync"))["unseen"] is None
    assert left.heard("notification") == []


async def test_who_signs_out_is_gone_from_every_process(doors: tuple[Door, Door]) -> None:
    here, there = doors
    token = await here.running.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    gone, stays = await there.client(cookie=token), await there.signed_in(MARIA.id)
    await asyncio.gather(gone.ask("sync"), stays.ask("sync"))
    headers = {"Cookie": f"{client_cookie(SHOP.slug)}={token}", "Sec-Fetch-Site": "same-origin"}
    url = f"{here.running.settings.public_url}/s/{SHOP.slug}/sign-out"
    async with aiohttp.ClientSession() as http, http.post(url, headers=headers, allow_redirects=False) as response:
        assert response.status == 303
    await asyncio.wait_for(gone.gone.wait(), 10)
    assert (await stays.ask("sync"))["ok"]


async def test_an_end_that_was_told_to_nobody_is_found(store: Storage, data_dir: Path) -> None:
    await move_in(store)
    async with serving(store, data_dir) as running:
        door = Door(running)
        token = await store.sessions.open(SHOP.slug, client_id=MARIA.id)
        gone, stays, visitor = await door.client(cookie=token), await door.signed_in(MARIA.id), await door.client()
        await asyncio.gather(*(person.ask("sync") for person in (gone, stays, visitor)))
        await store.sessions.end(token)  # as the command line does it, or a process that Redis did not hear
        clients = running.hub._live._clients  # type: ignore[attr-defined]
        await clients.check_known()
        await asyncio.wait_for(gone.gone.wait(), 10)
        assert (await stays.ask("sync"))["ok"]
        assert (await visitor.ask("sync"))["ok"]
        await store.clients.put(replace(MARIA, portal=Portal(enabled=False)))
        await clients.check_known()
        await asyncio.wait_for(stays.gone.wait(), 10)
        assert (await visitor.ask("sync"))["ok"]
        await door.close()


async def test_turns_on_two_processes_are_answered_in_order_and_once(doors: tuple[Door, Door]) -> None:
    here, there = doors
    phone, desk = await here.signed_in(MARIA.id), await there.signed_in(MARIA.id)
    await asyncio.gather(phone.ask("sync"), desk.ask("sync"))
    questions = ("what do I owe?", "is my car ready?", "what are your hours?")
    said = [(phone, desk)[n % 2].say(questions[n % 3]) for n in range(12)]
    acks = await asyncio.gather(*said)
    await asyncio.gather(*(phone.answer_to(ack) for ack in acks))
    log = (await phone.ask("sync", {"after": 0}))["messages"]
    assert [message["seq"] for message in log] == list(range(1, 25))
    asked = [message["id"] for message in log if message["author"]["kind"] == "client"]
    assert [message["in_reply_to"] for message in log if message["author"]["kind"] == "bot"] == asked
