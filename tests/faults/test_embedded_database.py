"""The embedded database among real processes: shared, adopted, restarted, and stopped by the last one out."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from storage import engine
from storage.embedded import EmbeddedDatabaseError, embedded_database
from storage.mongo import connect

pytestmark = pytest.mark.faults

# Uses the folder in argv[1] until its input ends, telling the URI when it has it.
USER = """
import asyncio, sys
from pathlib import Path
from storage.embedded import embedded_database

async def main():
    async with embedded_database(Path(sys.argv[1])) as uri:
        print(uri, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

StartUser = Callable[[], Awaitable[tuple[Process, str]]]


@pytest.fixture
async def start_user(tmp_path: Path) -> AsyncIterator[StartUser]:
    """Starts processes that use the same data folder; what they leave behind is ended."""
    started: list[Process] = []

    async def start() -> tuple[Process, str]:
        user = await asyncio.create_subprocess_exec(sys.executable, "-c", USER, str(tmp_path), stdin=PIPE, stdout=PIPE)
        started.append(user)
        assert user.stdout is not None
        return user, (await user.stdout.readline()).decode().strip()

    yield start
    for user in started:
        if user.returncode is None:
            user.kill()
            await user.communicate(b"")
    if (tmp_path / "db.json").exists():
        pid, port = endpoint(tmp_path)
        engine.stop(pid, port, tmp_path, None)


async def end(user: Process) -> None:
    await user.communicate(b"")
    assert user.returncode == 0


async def kill(user: Process) -> None:
    user.kill()
    await user.communicate(b"")


def endpoint(folder: Path) -> tuple[int, int]:
    told = json.loads((folder / "db.json").read_text())
    return told["pid"], told["port"]


async def test_it_is_shared_and_the_last_one_out_stops_it(start_user: StartUser, tmp_path: Path) -> None:
    (first, first_uri), (second, second_uri) = await asyncio.gather(start_user(), start_user())
    assert first_uri == second_uri
    pid, port = endpoint(tmp_path)

    await end(first)
    assert engine.answers(port)

    await end(second)
    assert not engine.is_running(pid, port, tmp_path)
    assert not engine.answers(port)


async def test_an_orphan_is_adopted_with_what_it_holds_and_stopped(start_user: StartUser, tmp_path: Path) -> None:
    user, uri = await start_user()
    database = connect(uri, "shop")
    await database["notes"].insert_one({"_id": "acked"})
    database.close()
    await kill(user)
    pid, port = endpoint(tmp_path)
    assert engine.is_running(pid, port, tmp_path)

    heir, again = await start_user()
    assert (again, endpoint(tmp_path)) == (uri, (pid, port))
    await end(heir)
    assert not engine.is_running(pid, port, tmp_path)


async def test_what_was_acked_survives_the_death_of_all_of_them(start_user: StartUser, tmp_path: Path) -> None:
    user, uri = await start_user()
    database = connect(uri, "shop")
    await asyncio.gather(*(database["notes"].insert_one({"_id": number}) for number in range(200)))
    database.close()
    os.kill(endpoint(tmp_path)[0], signal.SIGKILL)
    await kill(user)

    async with embedded_database(tmp_path) as uri:
        database = connect(uri, "shop")
        assert await database["notes"].count_documents({}) == 200
        database.close()


async def test_one_that_dies_under_us_is_started_again_on_its_port(tmp_path: Path) -> None:
    async with embedded_database(tmp_path) as uri:
        pid, port = endpoint(tmp_path)
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(20):
            while endpoint(tmp_path)[0] == pid or not engine.answers(port):
                await asyncio.sleep(0.1)
        assert endpoint(tmp_path)[1] == port
        assert uri == f"mongodb://127.0.0.1:{port}/?directConnection=true"
        pid, _ = endpoint(tmp_path)
    assert not engine.is_running(pid, port, tmp_path)


async def test_a_stale_endpoint_whose_port_is_taken_is_not_believed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        (tmp_path / "db.json").write_text(json.dumps({"pid": os.getpid(), "port": taken}))
        async with embedded_database(tmp_path) as uri:
            assert f":{taken}/" not in uri
            assert engine.answers(endpoint(tmp_path)[1])


async def test_a_folder_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedDatabaseError, match=r"^DATA_DIR .*file.* cannot be used: .* DATA_DIR to another\.$"):
        async with embedded_database(tmp_path / "file"):
            pass


async def test_a_missing_engine_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EmbeddedDatabaseError, match="not installed"):
        async with embedded_database(tmp_path):
            pass


async def test_an_engine_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (tmp_path / "db").write_text("no folder")
    with pytest.raises(EmbeddedDatabaseError, match="ended at once"):
        async with embedded_database(tmp_path):
            pass
