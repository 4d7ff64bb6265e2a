"""One bot turn over a socket, against a bare python-socketio echo with one durable insert, in the same run.

`make bench` prints it. Bar of issue 2: the median of a turn is at most 4 times that of the echo, at 50 connections.
"""

from asyncio.subprocess import Process
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server import open_store
from storage.embedded import embedded_database
from tests.bench.baseline import bare_echo
from tests.bench.load import Figures, measure
from tests.cast import SHOP, move_in
from tests.e2e.running import free_port, settings_for
from tests.faults.test_kill import start_server

ROOT = Path(__file__).parents[2]
CONNECTIONS = 50
SECONDS = 6.0
ROUNDS = 3


@pytest.mark.parametrize("rate", [25, 50, 100, 200])
async def test_turn(tmp_path: Path, rate: int) -> None:
    (tmp_path / "models").symlink_to(ROOT / "var" / "tests" / "models")
    port = free_port()
    settings = settings_for(tmp_path, port)
    async with AsyncExitStack() as stack:
        uri = await stack.enter_async_context(embedded_database(tmp_path))
        async with open_store(settings) as store:
            await move_in(store)
        server = await start_server(tmp_path, port)
        stack.push_async_callback(_end, server)
        bare, _ = await stack.enter_async_context(bare_echo(uri))
        echoes: list[Figures] = []
        turns: list[Figures] = []
        for _ in range(ROUNDS):
            how = {"connections": CONNECTIONS, "rate": rate, "seconds": SECONDS}
            echoes.append(await measure(bare, {}, "hello", for_answer=False, **how))  # type: ignore[arg-type]
            auth = {"shop": SHOP.slug}
            turns.append(await measure(settings.public_url, auth, "hello", for_answer=True, **how))  # type: ignore[arg-type]
        echo, turn = min(one.p50 for one in echoes), min(one.p50 for one in turns)
        print(f"\n{rate}/s over {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:.0f} s each, medians in ms")
        print("  echo with one durable insert ", [round(one.p50, 2) for one in echoes], "p99", round(echoes[0].p99, 1))
        print("  a bot turn                   ", [round(one.p50, 2) for one in turns], "p99", round(turns[0].p99, 1))
        print(f"  ratio {turn / echo:.2f} (bar: 4); lost {sum(one.lost for one in turns)}")
        assert sum(one.lost for one in [*echoes, *turns]) == 0


async def _end(process: Process) -> None:
    process.terminate()
    await process.wait()
