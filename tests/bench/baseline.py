"""What a benchmark of messages is held against: `bare_echo.py`, in a process of its own."""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.e2e.running import free_port
from tests.faults.machines import ROOT


@asynccontextmanager
async def bare_echo(uri: str) -> AsyncIterator[tuple[str, Process]]:
    """Python-socketio with one durable insert a message, on the database `uri`: its address and its process."""
    port = free_port()
    line = [sys.executable, str(Path(__file__).with_name("bare_echo.py")), str(port), uri]
    process = await asyncio.create_subprocess_exec(*line, cwd=ROOT, env={"PATH": os.environ["PATH"]})
    url = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(30), aiohttp.ClientSession() as http:
        while True:
            try:
                await (await http.get(url)).release()
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    yield url, process
    process.kill()
    await process.wait()
