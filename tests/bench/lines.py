"""Bare websockets that speak socket.io, for bars: many of them, each cheap. What is timed is up to who listens."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

Json = dict[str, Any]


class Line:
    """One connection to one namespace."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, namespace: str) -> None:
        self.socket, self.namespace = socket, namespace
        self.on_ack: Callable[[int, Json], None] | None = None
        self.on_push: Callable[[str, Json], None] | None = None
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._number = 0
        self._listener: asyncio.Task[None] | None = None
        self._head = f"42{namespace},"

    async def open(self, auth: Json) -> None:
        """Returns when the namespace is joined."""
        await self.socket.receive()
        await self.socket.send_str(f"40{self.namespace},{json.dumps(auth)}")
        while not (answer := await self.socket.receive_str()).startswith(f"40{self.namespace}"):
            assert answer.startswith("42"), answer  # a push may come first
        self._listener = asyncio.create_task(self._listen())

    async def emit(self, event: str, payload: Json) -> int:
        """Send; the number of its ack."""
        self._number += 1
        number = self._number
        await self.socket.send_str(f"{self._head}{number}{json.dumps([event, payload], ensure_ascii=False)}")
        return number

    async def ask(self, event: str, payload: Json) -> Json:
        """Send and wait for the ack."""
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[self._number + 1] = answer
        await self.emit(event, payload)
        ack = await asyncio.wait_for(answer, 30)
        assert ack["ok"], ack
        return ack

    async def close(self) -> None:
        """Gone."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self.socket.close()

    async def _listen(self) -> None:
        acked, pushed = f"43{self.namespace},", self._head
        async for frame in self.socket:
            text = frame.data
            if text == "2":
                await self.socket.send_str("3")
            elif text.startswith(acked):
                number, _, data = text[len(acked) :].partition("[")
                self._take_ack(int(number), data)
            elif text.startswith(pushed) and self.on_push is not None:
                event, data = json.loads(text[len(pushed) :])
                self.on_push(event, data)

    def _take_ack(self, number: int, data: str) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            waiting.set_result(json.loads(f"[{data}")[0])
        elif self.on_ack is not None:
            self.on_ack(number, json.loads(f"[{data}")[0])


@asynccontextmanager
async def lines(
    url: str, count: int, auth: Json, *, namespace: str = "/client", cookie: str = ""
) -> AsyncIterator[list[Line]]:
    """So many connections, 50 at a time."""
    gate = asyncio.Semaphore(50)
    headers = {"Cookie": cookie} if cookie else {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def one() -> Line:
            async with gate:
                where = f"{url}/socket.io/?EIO=4&transport=websocket"
                line = Line(await http.ws_connect(where, headers=headers, max_msg_size=0), namespace)
                await line.open(auth)
                return line

        opened = list(await asyncio.gather(*(one() for _ in range(count))))
        try:
            yield opened
        finally:
            await asyncio.gather(*(line.close() for line in opened))


def message(text: str) -> Json:
    """A message's payload."""
    return {"ref": str(uuid.uuid4()), "text": text}


async def acks_a_second(opened: list[Line], *, window: int, seconds: float, text: str) -> float:
    """Every line keeps `window` messages outstanding; how many a second are acked, after one second to warm up."""
    counting, count, ending = False, 0, False
    tasks: set[asyncio.Task[int]] = set()

    def again(line: Line) -> None:
        task = asyncio.create_task(line.emit("message", message(text)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    for line in opened:

        def on_ack(_: int, ack: Json, line: Line = line) -> None:
            nonlocal count
            assert ack["ok"], ack
            count += counting
            if not ending:
                again(line)

        line.on_ack = on_ack
        for _ in range(window):
            again(line)
    await asyncio.sleep(1)
    counting, began = True, time.perf_counter()
    await asyncio.sleep(seconds)
    counting, ending = False, True
    took = time.perf_counter() - began
    await asyncio.sleep(0.5)
    return count / took


async def ack_times(opened: list[Line], *, rate: float, seconds: float, text: str) -> list[float]:
    """Messages at a fixed rate, spread over the lines; milliseconds from the moment it was due to its ack, sorted."""
    due: dict[tuple[int, int], float] = {}
    took: list[float] = []
    for place, line in enumerate(opened):

        def on_ack(number: int, ack: Json, place: int = place) -> None:
            assert ack["ok"], ack
            took.append((time.perf_counter() - due.pop((place, number))) * 1000)

        line.on_ack = on_ack
    start, total = time.perf_counter(), round(rate * seconds)
    for number in range(total):
        moment = start + number / rate
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        place = number % len(opened)
        due[(place, opened[place]._number + 1)] = moment
        await opened[place].emit("message", message(text))
    for _ in range(600):
        if not due:
            break
        await asyncio.sleep(0.05)
    assert not due, f"{len(due)} were never acked"
    return sorted(took)


def resident_kb(pid: int) -> float:
    """The memory of a process, in kB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4.096
