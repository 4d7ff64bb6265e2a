"""What the socket.io library loses or leaves open out of the box, and what is made of it at the edge."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from chat.events import Json, Read
from chat.socket_edge import LARGEST_BODY
from chat.sockets import GuardedNamespace, SocketServer, make_server
from tests.e2e.running import free_port, settings_for

EDGE = "\x1e"  # between the packets of one body


class Counting(GuardedNamespace):
    """Counts what comes, and remembers who came from where."""

    def __init__(self) -> None:
        super().__init__("/client", {"read": Read})
        self.numbers: list[int] = []
        self.environs: list[dict[str, Any]] = []

    async def accept(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        self.environs.append(environ)

    async def leave(self, sid: str) -> None:
        pass

    async def on_read(self, sid: str, read: Read) -> Json:
        self.numbers.append(read.seq)
        return {"seq": read.seq}


class Edge:
    """The server, and how a polling peer talks to it."""

    def __init__(self, server: SocketServer, counting: Counting, url: str, http: aiohttp.ClientSession) -> None:
        self.server, self.counting, self.url, self.http = server, counting, f"{url}/socket.io/", http
        self.asked = asyncio.Event()  # a request has come in: its handler runs on to its first wait before anybody else

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Tell that a request has come in."""
        self.asked.set()
        return await handler(request)

    async def open(self) -> dict[str, str]:
        """A polling session; the query that names it."""
        query = {"EIO": "4", "transport": "polling"}
        async with self.http.get(self.url, params=query) as answer:
            return query | {"sid": json.loads((await answer.text())[1:])["sid"]}

    async def post(self, query: dict[str, str], body: Any, **headers: str) -> int:
        async with self.http.post(self.url, params=query, data=body, headers=headers) as answer:
            return answer.status

    async def poll(self, query: dict[str, str]) -> list[str]:
        async with self.http.get(self.url, params=query) as answer:
            return (await answer.text()).split(EDGE)

    async def connected(self, **headers: str) -> dict[str, str]:
        query = await self.open()
        assert await self.post(query, "40/client,{}", **headers) == 200
        assert (await self.poll(query))[0].startswith("40/client,{")
        return query


@asynccontextmanager
async def edge_of(data_dir: Path, **changes: Any) -> AsyncIterator[Edge]:
    settings = settings_for(data_dir, free_port(), **changes)
    server, counting = make_server(settings), Counting()
    server.register_namespace(counting)
    async with aiohttp.ClientSession() as http:
        edge = Edge(server, counting, settings.public_url, http)
        app = web.Application(middlewares=[edge.watch])
        server.attach(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", settings.port).start()
        yield edge
        await server.shutdown()
    await runner.cleanup()


@pytest.fixture
async def edge(data_dir: Path) -> AsyncIterator[Edge]:
    async with edge_of(data_dir) as edge:
        yield edge


async def acks(edge: Edge, query: dict[str, str], count: int) -> list[str]:
    found: list[str] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += [packet for packet in await edge.poll(query) if packet.startswith("43/client,")]
    return found


async def test_a_burst_in_one_post_is_taken_whole(edge: Edge) -> None:
    query = await edge.connected()
    body = EDGE.join(f'42/client,{n}["read",{{"seq":{n}}}]' for n in range(500))
    assert await edge.post(query, body) == 200
    assert len(await acks(edge, query, 500)) == 500
    assert edge.counting.numbers == list(range(500))


async def test_a_large_post_that_comes_in_pieces_is_read_to_its_end(edge: Edge) -> None:
    query = await edge.connected()
    filling = "x" * 200_000
    body = f'42/client,1["read",{{"seq":1,"more":"{filling}"}}]{EDGE}42/client,2["read",{{"seq":2}}]'.encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]
            await asyncio.sleep(0.001)

    for more in ({"Content-Length": str(len(body))}, {}):  # with a length, and in chunks
        edge.counting.numbers.clear()
        assert await edge.post(query, pieces(), **more) == 200
        assert len(await acks(edge, query, 2)) == 2
        assert edge.counting.numbers == [1, 2]


async def test_a_post_over_the_limit_is_refused_aloud(edge: Edge) -> None:
    query = await edge.connected()
    assert await edge.post(query, "4" + "x" * LARGEST_BODY) == 413


async def test_who_never_connects_is_sent_away_and_who_did_stays(edge: Edge) -> None:
    query = await edge.connected()
    async with edge.http.ws_connect(f"{edge.url}?EIO=4&transport=websocket") as silent:
        assert (await silent.receive_str()).startswith("0{")
        await edge.server.look_after_strangers()
        await edge.server.look_after_strangers()
        assert await silent.receive_str() == "1"
        assert (await silent.receive()).type is aiohttp.WSMsgType.CLOSE
    assert await edge.post(query, '42/client,7["read",{"seq":7}]') == 200
    assert (await acks(edge, query, 1))[0].startswith("43/client,7")


async def test_who_left_the_namespace_and_stays_is_sent_away(edge: Edge) -> None:
    async with edge.http.ws_connect(f"{edge.url}?EIO=4&transport=websocket") as peer:
        await peer.receive_str()
        await peer.send_str("40/client,{}")
        assert (await peer.receive_str()).startswith("40/client,")
        await edge.server.look_after_strangers()
        await peer.send_str("41/client,")
        await peer.send_str("40/nowhere,")
        assert "nowhere" in await peer.receive_str()
        await edge.server.look_after_strangers()
        await edge.server.look_after_strangers()
        assert await peer.receive_str() == "1"


async def test_the_open_poll_of_who_says_goodbye_is_answered(edge: Edge) -> None:
    query = await edge.connected()
    edge.asked.clear()
    polling = asyncio.create_task(edge.poll(query))
    await edge.asked.wait()
    assert await edge.post(query, "1") == 200
    assert await asyncio.wait_for(polling, 5) == ["6"]


async def test_an_unknown_namespace_is_refused_in_words(edge: Edge) -> None:
    query = await edge.open()
    await edge.post(query, "40/nowhere,")
    (refusal,) = await edge.poll(query)
    kind, _, data = refusal.partition(",")
    assert kind == "44/nowhere"
    assert json.loads(data) == {"message": "there is no such namespace", "data": {"code": "not_found"}}


async def test_who_speaks_no_socket_io_is_sent_away(edge: Edge) -> None:
    async with edge.http.ws_connect(f"{edge.url}?EIO=4&transport=websocket") as peer:
        await peer.receive_str()
        await peer.send_str("49999[[[")
        assert await peer.receive_str() == "1"


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
async def test_a_peers_address_is_the_true_one(data_dir: Path, proxies: int, address: str) -> None:
    async with edge_of(data_dir, trusted_proxies=proxies) as edge:
        edge.http.headers["X-Forwarded-For"] = "10.0.0.1, 203.0.113.9"
        await edge.connected()
        assert [environ["REMOTE_ADDR"] for environ in edge.counting.environs] == [address]
