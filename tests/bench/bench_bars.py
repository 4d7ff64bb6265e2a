"""The bars of issue 4 as figures, each against its baseline in the same run: `make bench-bars`.

Nothing is asserted but that no message is lost.
"""

import asyncio
import os
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from server import open_store
from storage.codec import to_document
from storage.embedded import embedded_database
from storage.mongo import connect
from storage.sessions import STAFF_COOKIE
from tests.bench.baseline import bare_echo
from tests.bench.lines import Line, ack_times, acks_a_second, lines, message, resident_kb
from tests.cast import RAY, SHOP, move_in
from tests.e2e.running import settings_for
from tests.faults.machines import ROOT, Server

MANY = int(os.environ.get("BENCH_CONNECTIONS", "2000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
TEXT = "my brakes squeal when I turn left"
AUTH = {"shop": SHOP.slug}
GENEROUS = {"MESSAGE_BURST": "1000000", "MESSAGES_PER_SECOND": "100000", "LOG_LEVEL": "WARNING"}


@dataclass
class Bench:
    """Pitline and the bare server, on one embedded database."""

    server: Server
    bare: str
    bare_process: Process
    cookie: str
    uri: str
    folder: Path


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    (tmp_path / "models").symlink_to(ROOT / "var" / "tests" / "models")
    server = Server(tmp_path, None, tmp_path / "server.log")
    async with AsyncExitStack() as stack:
        uri = await stack.enter_async_context(embedded_database(tmp_path))
        async with open_store(settings_for(tmp_path, server.port)) as store:
            await move_in(store)
            cookie = await store.sessions.open(SHOP.slug, staff_id=RAY.id)
        await server.start(**GENEROUS)
        stack.push_async_callback(server.end)
        url, process = await stack.enter_async_context(bare_echo(uri))
        yield Bench(server, url, process, f"{STAFF_COOKIE}={cookie}", uri, tmp_path)


async def held_by_staff(bench: Bench, opened: list[Line], staff: Line) -> None:
    """Each line's conversation has begun, and Ray has it: the bot is silent."""
    gate = asyncio.Semaphore(20)

    async def hold(line: Line) -> None:
        async with gate:
            ack = await line.ask("sync", {})
            await line.ask("message", message("hello"))
            await staff.ask("take", {"conversation": ack["conversation"]["id"]})

    await asyncio.gather(*(hold(line) for line in opened))


async def test_acked_messages_a_second(bench: Bench) -> None:
    async with lines(bench.server.url, 50, AUTH) as opened, lines(bench.bare, 50, {}) as bare:
        async with lines(bench.server.url, 1, {}, namespace="/staff", cookie=bench.cookie) as (ray,):
            await held_by_staff(bench, opened, ray)
        singles: list[float] = []
        grouped: list[float] = []
        bulk: list[float] = []
        for _ in range(5):
            singles.append(await acks_a_second(bare, window=8, seconds=SECONDS / 2, text=TEXT))
            grouped.append(await acks_a_second(opened, window=8, seconds=SECONDS, text=TEXT))
            bulk.append(await insert_many_a_second(bench))
    print(f"\nacked messages a second, 50 connections with 8 outstanding each; {os.cpu_count()} cores for all")
    print("  one insert a message, bare     ", [round(one) for one in singles])
    print("  Pitline, no bot                ", [round(one) for one in grouped])
    print("  bare insert_many, 200 at once  ", [round(one) for one in bulk])
    single, many = ratio(grouped, singles), ratio(grouped, bulk)
    print(f"  of one insert a message {single:.2f} (bar: 2.5); of insert_many {many:.2f} (bar: 0.5)")


def ratio(ours: list[float], baseline: list[float]) -> float:
    """The median of the rounds' own ratios: what else the machine does changes from round to round."""
    return median(one / base for one, base in zip(ours, baseline, strict=True))


async def insert_many_a_second(bench: Bench) -> float:
    """The documents of the log itself, stored once more in a collection of their own with the same indexes."""
    async with open_store(settings_for(bench.folder, bench.server.port)) as store:
        found = [entry async for entry in store.conversations.all_of(SHOP.slug)]
        entries = await store.messages.after(SHOP.slug, found[0].id, 0, 500)
        documents = [to_document(entry) for entry in entries]
    database = connect(bench.uri, "bulk")
    await database.drop()
    await database["messages"].create_index([("shop", 1), ("conversation", 1), ("seq", 1)], unique=True)
    await database["messages"].create_index([("at", 1)])
    count, number, began = 0, 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS / 2:
        rows: list[dict[str, Any]] = []
        for row in range(200):
            number += 1
            rows.append(documents[row % len(documents)] | {"_id": f"{number:024d}", "seq": number})
        await database["messages"].insert_many(rows, ordered=True)
        count += len(rows)
    took = time.perf_counter() - began
    database.close()
    return count / took


async def test_from_a_clients_enter_to_staffs_screen(bench: Bench) -> None:
    async with (
        lines(bench.server.url, 20, AUTH) as opened,
        lines(bench.bare, 20, {}) as bare,
        lines(bench.server.url, 1, {}, namespace="/staff", cookie=bench.cookie) as (ray,),
    ):
        await held_by_staff(bench, opened, ray)
        echoes: list[float] = []
        screens: list[float] = []
        for _ in range(5):
            echoes.append(median(await ack_times(bare, rate=50, seconds=SECONDS / 2, text=TEXT)))
            screens.append(median(await screen_times(opened, ray, rate=50, seconds=SECONDS / 2)))
    print("\nfrom a client's Enter to staff's screen, 50 messages a second, medians in ms")
    print("  echo with one durable insert   ", [round(one, 2) for one in echoes])
    print("  pushed to staff                ", [round(one, 2) for one in screens])
    print(f"  ratio {ratio(screens, echoes):.2f} (bar: 2)")


async def screen_times(opened: list[Line], ray: Line, *, rate: float, seconds: float) -> list[float]:
    """Milliseconds from a client's emit to the message at Ray's."""
    sent: dict[str, float] = {}
    took: list[float] = []

    def on_push(event: str, data: dict[str, Any]) -> None:
        if event == "message" and data["ref"] in sent:
            took.append((time.perf_counter() - sent.pop(data["ref"])) * 1000)

    ray.on_push = on_push
    start, total = time.perf_counter(), round(rate * seconds)
    for number in range(total):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        said = message(TEXT)
        sent[said["ref"]] = time.perf_counter()
        await opened[number % len(opened)].emit("message", said)
    for _ in range(200):
        if not sent:
            break
        await asyncio.sleep(0.05)
    assert not sent, f"{len(sent)} never came"
    ray.on_push = None
    return sorted(took)


async def test_many_connections(bench: Bench) -> None:
    rate = MANY / 20
    before = resident_kb(bench.server.pid), resident_kb(bench.bare_process.pid)
    async with lines(bench.server.url, MANY, AUTH) as opened:
        await asyncio.sleep(2)
        connected = (resident_kb(bench.server.pid) - before[0]) / MANY
        await asyncio.gather(*(line.ask("sync", {}) for line in opened))
        await asyncio.sleep(2)
        synced = (resident_kb(bench.server.pid) - before[0]) / MANY
        await ack_times(opened, rate=100, seconds=MANY / 100, text="hello")  # conversations are made
        await asyncio.sleep(15)
        answered = [await ack_times(opened, rate=rate, seconds=SECONDS * 2, text="hello") for _ in range(3)]
        async with lines(bench.server.url, 1, {}, namespace="/staff", cookie=bench.cookie) as (ray,):
            await held_by_staff(bench, opened, ray)
        await asyncio.sleep(15)
        held = [await ack_times(opened, rate=rate, seconds=SECONDS * 2, text="hello") for _ in range(3)]
    async with lines(bench.bare, MANY, {}) as opened:
        await asyncio.sleep(2)
        bare = (resident_kb(bench.bare_process.pid) - before[1]) / MANY
        echoes = [await ack_times(opened, rate=rate, seconds=SECONDS * 2, text="hello") for _ in range(3)]
    print(f"\n{MANY} connections, one in 20 writes each second; from the moment it was due to its ack, ms")
    for name, runs in (("staff have it", held), ("the bot answers", answered), ("bare, one insert each", echoes)):
        for took in runs:
            p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
            print(f"  {name:22} p50 {p50:.2f}  p99 {p99:.2f}  most {took[-1]:.1f}  p99/p50 {p99 / p50:.1f} (bar: 10)")
    print(f"  memory of an idle connection: {connected:.1f} kB, synced {synced:.1f} kB (bar: 45); bare {bare:.1f} kB")
