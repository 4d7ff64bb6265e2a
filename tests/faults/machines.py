"""Two server processes on one embedded database and one Redis, all of them real, to be killed and started again."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.e2e.running import free_port, settings_for

ROOT = Path(__file__).parents[2]
REDIS = shutil.which("redis-server")


class Redis:
    """A Redis of the test's own, with nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: Process | None = None

    async def start(self) -> None:
        """Returns when it answers."""
        assert REDIS is not None
        line = [REDIS, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        line += ["--dir", str(self.folder)]
        self._process = await asyncio.create_subprocess_exec(*line, stdout=DEVNULL, stderr=DEVNULL)
        async with asyncio.timeout(10):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Gone at once."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Server:
    """`python server.py serve`."""

    def __init__(self, folder: Path, redis: Redis | None, log: Path, *, port: int | None = None) -> None:
        self.folder, self.redis, self.log = folder, redis, log
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: Process | None = None
        self.up = asyncio.Event()

    @property
    def pid(self) -> int:
        """The running process's."""
        assert self.process is not None
        return self.process.pid

    async def start(self, **environment: str) -> None:
        """Returns when it is ready."""
        settings = settings_for(self.folder, self.port)
        given = {
            "PATH": os.environ["PATH"],
            "ENV": "test",
            "PORT": str(self.port),
            "DATA_DIR": str(self.folder),
            "BASE_URL": settings.public_url,
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "NOW": settings.now.isoformat() if settings.now else "",
            "REDIS_URL": self.redis.url if self.redis else "",
        } | environment
        with self.log.open("ab") as log:
            line = [sys.executable, "server.py", "serve"]
            self.process = await asyncio.create_subprocess_exec(*line, cwd=ROOT, env=given, stdout=log, stderr=log)
        await self._until_ready()
        self.up.set()

    async def _until_ready(self) -> None:
        assert self.process is not None
        async with asyncio.timeout(120), aiohttp.ClientSession() as http:
            while True:
                if self.process.returncode is not None:
                    raise AssertionError(f"the server ended: {self.log.read_text()[-2000:]}")
                with suppress(aiohttp.ClientError):
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """kill -9."""
        self.up.clear()
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()

    async def end(self) -> None:
        """As an operator would."""
        self.up.clear()
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 20)
            except TimeoutError:
                await self.kill()
