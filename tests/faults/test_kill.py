"""Server and database killed in the middle of a burst: what was acked is there, once, in order, and answered once."""

import asyncio
import json
import os
import shutil
import signal
import sys
import uuid
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from server import open_store
from storage import engine
from storage.sessions import client_cookie
from tests.cast import MARIA, SHOP, move_in
from tests.e2e.running import free_port, settings_for

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]
ROOT = Path(__file__).parents[2]
BURST = 500
KILL_AFTER = 200


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own; the model comes from the folder that all tests share, if it is there."""
    models = ROOT / "var" / "tests" / "models"
    if models.exists():
        shutil.copytree(models, tmp_path / "models")
    yield tmp_path
    if (tmp_path / "db.json").exists():
        endpoint = json.loads((tmp_path / "db.json").read_text())
        engine.stop(endpoint["pid"], endpoint["port"], tmp_path, None)


async def start_server(folder: Path, port: int) -> Process:
    """`python server.py serve`, once it is ready."""
    settings = settings_for(folder, port)
    environment = {
        "PATH": os.environ["PATH"],
        "ENV": "test",
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "BASE_URL": settings.public_url,
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "NOW": settings.now.isoformat() if settings.now else "",
    }
    server = await asyncio.create_subprocess_exec(sys.executable, "server.py", "serve", cwd=ROOT, env=environment)
    async with asyncio.timeout(120), aiohttp.ClientSession() as http:
        while True:
            with suppress(aiohttp.ClientError):
                async with http.get(f"{settings.public_url}/readyz") as answer:
                    if answer.status == 200:
                        return server
            await asyncio.sleep(0.1)


@asynccontextmanager
async def connected(port: int, cookie: str) -> AsyncIterator[socketio.AsyncClient]:
    """Maria's socket."""
    async with aiohttp.ClientSession() as http:
        maria = socketio.AsyncClient(reconnection=False, http_session=http)
        await maria.connect(
            f"http://127.0.0.1:{port}",
            headers={"Cookie": f"{client_cookie(SHOP.slug)}={cookie}"},
            auth={"shop": SHOP.slug},
            namespaces=["/client"],
            transports=["websocket"],
        )
        try:
            yield maria
        finally:
            await maria.disconnect()


async def whole_log(maria: socketio.AsyncClient) -> list[dict[str, Any]]:
    """Every message there is, by `sync`."""
    found: list[dict[str, Any]] = []
    more = True
    while more:
        after = found[-1]["seq"] if found else 0
        answer = await maria.call("sync", {"after": after}, namespace="/client", timeout=30)
        assert answer["ok"], answer
        found += answer["messages"]
        more = answer["more"]
    return found


async def test_what_was_acked_survives_and_is_answered_once(folder: Path) -> None:
    port = free_port()
    async with open_store(settings_for(folder, port)) as store:
        await move_in(store)
        cookie = await store.sessions.open(SHOP.slug, client_id=MARIA.id)
    server = await start_server(folder, port)
    refs = [str(uuid.uuid4()) for _ in range(BURST)]
    acked: dict[str, int] = {}
    enough = asyncio.Event()

    async with connected(port, cookie) as maria:
        assert (await maria.call("sync", {}, namespace="/client"))["ok"]

        def on_ack(ref: str, ack: dict[str, Any]) -> None:
            if ack.get("ok"):
                acked[ref] = ack["seq"]
            if len(acked) >= KILL_AFTER:
                enough.set()

        for ref in refs:
            message = {"ref": ref, "text": "what do I owe?"}
            await maria.emit("message", message, namespace="/client", callback=lambda ack, ref=ref: on_ack(ref, ack))
        async with asyncio.timeout(60):
            await enough.wait()
        database = json.loads((folder / "db.json").read_text())["pid"]
        os.kill(server.pid, signal.SIGKILL)
        os.kill(database, signal.SIGKILL)
        await server.wait()
    before = dict(acked)

    server = await start_server(folder, port)
    try:
        async with connected(port, cookie) as maria:
            kept = {message["ref"]: message for message in await whole_log(maria) if message["ref"]}
            assert {ref: kept[ref]["seq"] for ref in before} == before
            for ref in refs:  # whoever got no ack sends again; who sends all again does no harm
                again = {"ref": ref, "text": "what do I owe?"}
                ack = await maria.call("message", again, namespace="/client", timeout=30)
                assert ack["ok"]
                assert ack.get("duplicate", False) == (ref in kept)
            async with asyncio.timeout(120):
                while len(log := await whole_log(maria)) < 2 * BURST:
                    await asyncio.sleep(0.2)
        mine = [message for message in log if message["author"]["kind"] == "client"]
        assert [message["seq"] for message in log] == list(range(1, 2 * BURST + 1))
        assert [message["ref"] for message in mine if message["ref"] in before] == [
            ref for ref in refs if ref in before
        ]
        assert sorted(message["ref"] for message in mine) == sorted(refs)
        answers = [message["in_reply_to"] for message in log if message["author"]["kind"] == "bot"]
        assert sorted(answers) == sorted(message["id"] for message in mine)
    finally:
        server.send_signal(signal.SIGTERM)
        await server.wait()
