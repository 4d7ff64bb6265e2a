"""The hub's promises under a random schedule: everybody ends with the same gapless order, nothing is lost, nothing is
there twice, the bot answers once, and never after a person until it is given the conversation back.

`make schedule` runs it at full size. The environment sets the size and the seed; a run prints its seed, and
`SCHEDULE_SEED=N` makes the same schedule again.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from server import open_store
from storage.messages import Entry
from storage.sessions import STAFF_COOKIE, client_cookie
from storage.store import Storage
from tests.cast import MARIA, RAY, SHOP, move_in
from tests.e2e.running import free_port, settings_for
from tests.faults.actors import Actor, Client, Heard, Staff
from tests.faults.machines import ROOT, Redis, Server
from tests.faults.schedule import Act, Fault, Schedule, make_schedule

MESSAGES = int(os.environ.get("SCHEDULE_MESSAGES", "240"))
CLIENTS = int(os.environ.get("SCHEDULE_CLIENTS", "20"))
STAFF = int(os.environ.get("SCHEDULE_STAFF", "5"))
KILLS = int(os.environ.get("SCHEDULE_KILLS", "1"))
REDIS_SECONDS = float(os.environ.get("SCHEDULE_REDIS_SECONDS", "3"))
SEED = int(os.environ.get("SCHEDULE_SEED", "0")) or random.randrange(1, 10**6)

# In the suite one small run with everything in it; at full size the two that are promised.
OUTAGES = [False, True] if "SCHEDULE_MESSAGES" in os.environ else [True]

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]


class Shop:
    """The shop with its people, its machines, and who acts out the schedule."""

    def __init__(self, folder: Path, store: Storage, schedule: Schedule) -> None:
        self.store, self.schedule = store, schedule
        self.redis = Redis(folder)
        self.servers = [Server(folder, self.redis, folder / f"server{number}.log") for number in range(2)]
        self.clients: list[Client] = []
        self.staff: list[Staff] = []
        self.said = 0

    async def open(self) -> None:
        """Everybody is there, connected, and every conversation has begun."""
        await self.redis.start()
        await self.servers[0].start()
        await self.servers[1].start()
        for number in range(len(self.schedule.clients)):
            client = replace(MARIA, id=f"client{number}", external_id=f"N{number}", name=f"Client {number}", email=None)
            await self.store.clients.put(client)
            cookie = await self.store.sessions.open(SHOP.slug, client_id=client.id)
            self.clients.append(Client(self.servers, number, f"{client_cookie(SHOP.slug)}={cookie}"))
        for number in range(len(self.schedule.staff)):
            person = replace(RAY, id=f"staff{number}", external_id=f"T{number}", email=f"s{number}@garage.example")
            await self.store.staff.put(person)
            cookie = await self.store.sessions.open(SHOP.slug, staff_id=person.id)
            self.staff.append(Staff(self.servers, number, f"{STAFF_COOKIE}={cookie}"))
        await asyncio.gather(*(client.come() for client in self.clients))
        for one in self.staff:
            one.heard = {client.conversation: Heard() for client in self.clients}
        await asyncio.gather(*(one.come() for one in self.staff))

    async def close(self) -> None:
        """Everybody leaves."""
        await asyncio.gather(*(actor.cut() for actor in self.actors))
        await asyncio.gather(*(server.end() for server in self.servers))
        await self.redis.stop()

    @property
    def actors(self) -> list[Actor]:
        """Clients and staff."""
        return [*self.clients, *self.staff]

    async def play(self) -> None:
        """The whole schedule, to its end."""
        clients = zip(self.clients, self.schedule.clients, strict=True)
        playing = [self._play_client(client, acts) for client, acts in clients]
        staff = [
            asyncio.create_task(self._play_staff(*one)) for one in zip(self.staff, self.schedule.staff, strict=True)
        ]
        breaking = asyncio.create_task(self._break())
        await asyncio.gather(*playing)
        await breaking
        await asyncio.gather(*staff)

    async def _play_client(self, client: Client, acts: list[Act]) -> None:
        async with asyncio.TaskGroup() as group:
            for act in acts:
                if act.step in ("cut", "move"):  # while the next message is on its way
                    group.create_task(client.cut(move=act.step == "move"))
                elif act.step == "pause":
                    await asyncio.sleep(act.seconds)
                else:
                    await client.say(act)
                    self.said += act.step == "say"

    async def _play_staff(self, one: Staff, acts: list[Act]) -> None:
        async with asyncio.TaskGroup() as group:
            for act in acts:
                conversation = self.clients[act.at].conversation
                if act.step in ("cut", "move"):
                    group.create_task(one.cut(move=act.step == "move"))
                elif act.step == "pause":
                    await asyncio.sleep(act.seconds)
                elif act.step == "reply":
                    await one.reply(act, conversation)
                else:
                    await one.act(act, conversation)

    async def _break(self) -> None:
        async with asyncio.TaskGroup() as group:
            for fault in self.schedule.faults:
                while self.said < fault.after * self.schedule.messages:
                    await asyncio.sleep(0.02)
                if fault.kind == "redis":
                    group.create_task(self._without_redis(fault))
                else:
                    await self.servers[fault.which].kill()
                    await self.servers[fault.which].start()

    async def _without_redis(self, fault: Fault) -> None:
        await self.redis.stop()
        await asyncio.sleep(fault.seconds)
        await self.redis.start()

    async def logs(self) -> dict[str, list[Entry]]:
        """Every conversation's log, from the database."""
        found: dict[str, list[Entry]] = {}
        for client in self.clients:
            log: list[Entry] = []
            while page := await self.store.messages.after(SHOP.slug, client.conversation, len(log), 500):
                log += page
            found[client.conversation] = log
        return found


@pytest.fixture
async def shop(tmp_path: Path, request: pytest.FixtureRequest, redis_at_hand: None) -> AsyncIterator[Shop]:
    (tmp_path / "models").symlink_to(ROOT / "var" / "tests" / "models")
    size = {"clients": CLIENTS, "staff": STAFF, "messages": MESSAGES, "kills": KILLS}
    schedule = make_schedule(SEED, redis_seconds=REDIS_SECONDS if request.param else 0.0, **size)
    print(f"\nSCHEDULE_SEED={SEED} {size} without Redis for {REDIS_SECONDS if request.param else 0} s")
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings_for(tmp_path, free_port())))
        await move_in(store)
        shop = Shop(tmp_path, store, schedule)
        stack.push_async_callback(shop.close)
        await shop.open()
        yield shop


@pytest.mark.parametrize("shop", OUTAGES, indirect=True, ids=lambda goes: "redis_goes" if goes else "redis_stays")
async def test_everybody_ends_with_the_same_order_and_nothing_is_lost_or_doubled(shop: Shop) -> None:
    await shop.play()
    logs = await until_answered(shop)
    for client, acts in zip(shop.clients, shop.schedule.clients, strict=True):
        log = logs[client.conversation]
        assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
        said = [act.ref for act in acts if act.step == "say"]
        assert [entry.ref for entry in log if entry.author.kind == "client"] == said
        assert {entry.ref: entry.seq for entry in log if entry.ref in client.acked} == client.acked
        check_the_bot(log)
    for one in shop.staff:
        stored = {entry.ref: entry.seq for log in logs.values() for entry in log if entry.ref in one.acked}
        assert stored == one.acked
    await until_all_heard(shop, logs)
    assert [actor.heard[name].wrong for actor in shop.actors for name in actor.heard if actor.heard[name].wrong] == []


def check_the_bot(log: list[Entry]) -> None:
    """It speaks only while the conversation is its own, once to each message, and in their order."""
    seq_of = {entry.id: entry.seq for entry in log}
    before, person, answered = "bot", 0, [0]
    for entry in log:
        if entry.author.kind == "bot":
            assert entry.in_reply_to is not None
            assert before in ("bot", "waiting"), f"the bot spoke at {entry.seq} while it was {before}"
            assert seq_of[entry.in_reply_to] > person, f"the bot spoke at {entry.seq}, after a person at {person}"
            answered.append(seq_of[entry.in_reply_to])
        elif entry.author.kind == "staff":
            person = entry.seq
        before = entry.state.status
    assert answered == sorted(set(answered))


def unanswered(log: list[Entry]) -> list[int]:
    """What the bot still owes an answer: stored while it had the conversation, and no person came since."""
    person = max((entry.seq for entry in log if entry.author.kind == "staff"), default=0)
    answered = {entry.in_reply_to for entry in log}
    return [entry.seq for entry in log if entry.owed and entry.seq > person and entry.id not in answered]


async def until_answered(shop: Shop) -> dict[str, list[Entry]]:
    """The logs once the bot owes nothing."""
    left: dict[str, list[int]] = {}
    for _ in range(120):
        logs = await shop.logs()
        left = {name: missing for name, log in logs.items() if (missing := unanswered(log))}
        if not left:
            return logs
        await asyncio.sleep(0.5)
    raise AssertionError(f"never answered: {left}")


async def until_all_heard(shop: Shop, logs: dict[str, list[Entry]]) -> None:
    """Every receiver has it all, by what is pushed and what that makes it ask for: nobody is told to look."""
    behind: list[str] = []
    for _ in range(90):
        await asyncio.gather(*(actor.come() for actor in shop.actors))  # as real ones do, whose line is gone
        behind = [
            f"{type(actor).__name__} {number} heard {heard.last}, {sorted(heard.messages)[-3:]} of {wanted[-3:]}"
            for number, actor in enumerate(shop.actors)
            for name, heard in actor.heard.items()
            if (wanted := wanted_of(actor, logs[name]))
            if [(seq, heard.messages[seq]["id"]) for seq in sorted(heard.messages)] != wanted
        ]
        if not behind:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"{len(behind)} receivers did not hear all: {behind[:10]}")


def wanted_of(actor: Actor, log: list[Entry]) -> list[tuple[int, str]]:
    """What this receiver must end with."""
    return [(entry.seq, entry.id) for entry in log if entry.for_client or isinstance(actor, Staff)]
