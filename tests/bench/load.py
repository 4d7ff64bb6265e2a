"""A load of socket.io messages at a fixed rate, over bare websockets: it costs less than what it measures."""

import asyncio
import json
import time
import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

import aiohttp

NAMESPACE = "/client"


@dataclass
class Peer:
    """One connection. `waiting` has when each outstanding message was sent, by ack number or by message id."""

    socket: aiohttp.ClientWebSocketResponse
    for_answer: bool
    sent: dict[int, float] = field(default_factory=dict)
    acked: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    early: dict[str, float] = field(default_factory=dict)
    refused: int = 0

    async def send(self, number: int, text: str) -> None:
        """Send a message."""
        self.sent[number] = time.perf_counter()
        payload = json.dumps(["message", {"ref": str(uuid.uuid4()), "text": text}])
        await self.socket.send_str(f"42{NAMESPACE},{number}{payload}")

    async def listen(self) -> None:
        """Take in acks and pushes until the connection ends."""
        async for frame in self.socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            if frame.data == "2":
                await self.socket.send_str("3")
            elif frame.data.startswith(f"43{NAMESPACE},"):
                self._on_ack(frame.data[len(NAMESPACE) + 3 :])
            elif frame.data.startswith(f"42{NAMESPACE},"):
                self._on_push(json.loads(frame.data[len(NAMESPACE) + 3 :]))

    def _on_ack(self, data: str) -> None:
        digits = len(data) - len(data.lstrip("0123456789"))
        sent = self.sent.pop(int(data[:digits]), None)
        (ack,) = json.loads(data[digits:])
        if sent is None:
            return
        if not ack.get("ok"):
            self.refused += 1
        elif not self.for_answer:
            self.took.append(time.perf_counter() - sent)
        elif ack["id"] in self.early:
            self.took.append(self.early.pop(ack["id"]) - sent)
        else:
            self.acked[ack["id"]] = sent

    def _on_push(self, push: list[Any]) -> None:
        if not self.for_answer or push[0] != "message" or "in_reply_to" not in push[1]:
            return
        asked = push[1]["in_reply_to"]
        sent = self.acked.pop(asked, None)
        if sent is None:
            self.early[asked] = time.perf_counter()
        else:
            self.took.append(time.perf_counter() - sent)


@dataclass(frozen=True)
class Figures:
    """Milliseconds. `lost` were not answered in time."""

    p50: float
    p99: float
    count: int
    lost: int
    refused: int


async def measure(
    url: str, auth: dict[str, str], text: str, *, connections: int, rate: float, seconds: float, for_answer: bool
) -> Figures:
    """Send `rate` messages a second, spread over the connections, and time each to its ack, or to the bot's answer."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        peers = [Peer(await _connect(stack, http, url, auth), for_answer) for _ in range(connections)]
        listeners = [asyncio.create_task(peer.listen()) for peer in peers]
        for number, peer in enumerate(peers):  # a first message each: conversations are made, caches are warm
            await peer.send(number, text)
            await asyncio.sleep(0.02)
        await _until_quiet(peers, connections, 20)
        for peer in peers:
            peer.took.clear()
        total = round(rate * seconds)
        start = time.perf_counter()
        for number in range(total):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            await peers[number % connections].send(connections + number, text)
        await _until_quiet(peers, total, 20)
        took = sorted(one * 1000 for peer in peers for one in peer.took)
        for listener in listeners:
            listener.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
    refused = sum(peer.refused for peer in peers)
    return Figures(median(took), quantiles(took, n=100)[98], len(took), total - len(took) - refused, refused)


async def _connect(
    stack: AsyncExitStack, http: aiohttp.ClientSession, url: str, auth: dict[str, str]
) -> aiohttp.ClientWebSocketResponse:
    socket = await stack.enter_async_context(http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket"))
    await socket.receive()
    await socket.send_str(f"40{NAMESPACE},{json.dumps(auth)}")
    answer = await socket.receive_str()
    assert answer.startswith(f"40{NAMESPACE}"), answer
    return socket


async def _until_quiet(peers: list[Peer], wanted: int, patience: float) -> None:
    end = time.perf_counter() + patience
    while time.perf_counter() < end and sum(len(peer.took) + peer.refused for peer in peers) < wanted:
        await asyncio.sleep(0.05)
