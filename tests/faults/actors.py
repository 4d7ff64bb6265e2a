"""Those who carry out a schedule: they connect, talk, are cut off, come back to either server, and keep what they
hear as the real clients do: what is pushed, what `sync` brings, by number.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio

from tests.faults.machines import Server
from tests.faults.schedule import Act

_ANSWER_SECONDS = 10.0


@dataclass
class Heard:
    """One conversation as one receiver has it. A number heard twice must be the same message."""

    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The last number up to which nothing is missing."""
        last = 0
        for seq in sorted(self.messages):
            if self.messages[seq]["prev"] > last:
                break
            last = seq
        return last

    def take(self, message: dict[str, Any]) -> bool:
        """Keep a message; whether something before it is missing."""
        known = self.messages.get(message["seq"])
        if known is not None and known["id"] != message["id"]:
            self.wrong.append(f"{message['seq']} was {known['id']} and is {message['id']}")
        self.messages[message["seq"]] = message
        return bool(message["prev"] > self.last)


class Actor:
    """A person with a socket that comes and goes."""

    namespace = "/client"

    def __init__(self, servers: list[Server], home: int, cookie: str) -> None:
        self.servers, self.home, self.cookie = servers, home, cookie
        self.heard: dict[str, Heard] = {}
        self.acked: dict[str, int] = {}
        self._socket: socketio.AsyncClient | None = None
        self._http: aiohttp.ClientSession | None = None
        self._behind: set[str] = set()
        self._catching: asyncio.Task[None] | None = None

    async def ask(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Until there is an answer: connects, repeats, waits as it is told."""
        while True:
            try:
                socket = await self._connected()
                answer = await socket.call(event, payload, namespace=self.namespace, timeout=_ANSWER_SECONDS)
            except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError):
                await self.cut()
                continue
            assert isinstance(answer, dict), answer
            code = answer.get("error", {}).get("code")
            if code not in ("unavailable", "rate_limited"):
                return answer
            await asyncio.sleep(min(answer["error"].get("retry_after") or 0.5, 1.0))

    async def cut(self, *, move: bool = False) -> None:
        """The connection is lost; the next may go to the other server."""
        socket, http = self._socket, self._http
        self._socket = self._http = None
        if move:
            self.home += 1
        if http is not None:
            await http.close()  # as when a train goes into a tunnel: nobody says goodbye
        if socket is not None:
            with suppress(Exception):
                await asyncio.wait_for(socket.disconnect(), 2)

    async def come(self) -> None:
        """Connect and catch up."""
        await self._connected()

    async def _connected(self) -> socketio.AsyncClient:
        while self._socket is None or not self._socket.connected:
            await self.cut()
            server = self.servers[self.home % len(self.servers)]
            if not server.up.is_set():
                self.home += 1
                await asyncio.sleep(0.05)
                continue
            self._http = aiohttp.ClientSession()
            socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
            socket.on("*", self._on_push, namespace=self.namespace)
            try:
                await socket.connect(server.url, **self._how(), wait_timeout=5)
                self._socket = socket
                await self.catch_up()
            except (socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError, TimeoutError):
                await self.cut()
                await asyncio.sleep(0.1)
                continue
        return self._socket

    def _how(self) -> dict[str, Any]:
        return {
            "headers": {"Cookie": self.cookie},
            "namespaces": [self.namespace],
            "transports": ["websocket"],
        }

    async def _on_push(self, event: str, data: dict[str, Any]) -> None:
        if event == "message":
            heard = self.heard.setdefault(data["conversation"], Heard())
            if heard.take(data):
                self._fall_behind(data["conversation"])
        elif event == "beat":
            heard = self.heard.setdefault(data["conversation"], Heard())
            if data["last_seq"] > heard.last:
                self._fall_behind(data["conversation"])
        elif event == "missed":
            for conversation in self.heard:
                self._fall_behind(conversation)

    def _fall_behind(self, conversation: str) -> None:
        self._behind.add(conversation)
        if self._catching is None or self._catching.done():
            self._catching = asyncio.create_task(self._catch_up_soon())

    async def _catch_up_soon(self) -> None:
        while self._behind and self._socket is not None and self._socket.connected:
            conversation = self._behind.pop()
            with suppress(socketio.exceptions.SocketIOError, aiohttp.ClientError, OSError):
                await self._sync(self._socket, conversation)

    async def catch_up(self) -> None:
        """Ask for all that was missed."""
        raise NotImplementedError

    async def _sync(self, socket: socketio.AsyncClient, conversation: str) -> None:
        raise NotImplementedError

    def _confirm(self, conversation: str, act: Act, answer: dict[str, Any]) -> None:
        """What one wrote is not pushed to one: its number is in the ack."""
        assert answer["ok"], answer
        assert self.acked.setdefault(act.ref, answer["seq"]) == answer["seq"], "a repeat was stored as another message"
        heard = self.heard.setdefault(conversation, Heard())
        seq = answer["seq"]
        if seq == heard.last + 1:
            heard.take({"seq": seq, "prev": seq - 1, "id": answer["id"]})
        elif seq > heard.last:
            self._fall_behind(conversation)

    async def _pages(self, socket: socketio.AsyncClient, payload: dict[str, Any], heard: Heard) -> dict[str, Any]:
        answer: dict[str, Any] = {"more": True}
        while answer["more"]:
            asked = payload | {"after": heard.last}
            answer = await socket.call("sync", asked, namespace=self.namespace, timeout=_ANSWER_SECONDS)
            if answer.get("error", {}).get("code") == "not_found":
                return answer  # nothing was said there as yet
            if not answer["ok"]:
                raise socketio.exceptions.SocketIOError(str(answer))
            for message in answer["messages"]:
                heard.take(message)
        return answer


class Client(Actor):
    """A client of the shop, at the widget."""

    conversation = ""

    def _how(self) -> dict[str, Any]:
        return super()._how() | {"auth": {"shop": "garage"}}

    async def catch_up(self) -> None:
        if self._socket is not None:
            await self._sync(self._socket, self.conversation)

    async def _sync(self, socket: socketio.AsyncClient, conversation: str) -> None:
        heard = self.heard.setdefault(conversation, Heard()) if conversation else Heard()
        answer = await self._pages(socket, {}, heard)
        self.conversation = answer["conversation"]["id"]
        self.heard.setdefault(self.conversation, heard)

    async def say(self, act: Act) -> None:
        """A message, until it is acked."""
        answer = await self.ask("message", {"ref": act.ref, "text": act.text})
        self._confirm(self.conversation, act, answer)


class Staff(Actor):
    """A member of staff, at the inbox; follows every conversation there is."""

    namespace = "/staff"

    async def catch_up(self) -> None:
        for conversation in list(self.heard):
            if self._socket is not None:
                await self._sync(self._socket, conversation)

    async def _sync(self, socket: socketio.AsyncClient, conversation: str) -> None:
        heard = self.heard.setdefault(conversation, Heard())
        await self._pages(socket, {"conversation": conversation}, heard)

    async def act(self, act: Act, conversation: str) -> None:
        """Take it, give it back, resolve it; a conflict is an answer, too."""
        answer = await self.ask(act.step, {"conversation": conversation})
        assert answer["ok"] or answer["error"]["code"] in ("conflict", "not_found"), answer

    async def reply(self, act: Act, conversation: str) -> None:
        """A message to the client."""
        answer = await self.ask("message", {"conversation": conversation, "ref": act.ref, "text": act.text})
        if answer.get("error", {}).get("code") == "not_found":
            return
        self._confirm(conversation, act, answer)
