"""Pushes between processes, through Redis: a hint that is quick and may be lost, and is known to be lost.

The database is the truth. What this adds to the library's manager (python-socketio 5.18): publishing never keeps
anybody waiting nor raises; the listener comes back within seconds; every push has its publisher's next number, and each
process tells its last one every two seconds. So whoever hears a number that is not the next, hears nothing from a
process that did not say goodbye, or could not listen for a while, knows that pushes were lost, and says so
(`on_missed`).
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chat.socket_edge import LocalPushes, socketio
from config.process import end_tasks

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

_log = logging.getLogger(__name__)

CHANNEL: Final = "pitline"
PULSE_SECONDS: Final = 2.0
_DEAF_AFTER: Final = 3 * PULSE_SECONDS  # it hears its own pulse, too
_GONE_AFTER: Final = 4 * PULSE_SECONDS
_ANSWER_SECONDS: Final = 2.0  # Redis is near, or of no use
_RETRY_SECONDS: Final = 0.5
_MOST_WAITING: Final = 10_000
_AT_ONCE: Final = 100
_SOON: Final = 0.3  # what is lost is seldom lost alone

Note = dict[str, Any]


@dataclass(slots=True)
class _Host:
    """Another process: the last number it told, and when it was heard."""

    number: int
    heard_at: float


class RedisPushes(socketio.async_pubsub_manager.AsyncPubSubManager, LocalPushes):
    """Carries pushes to the peers of the other processes. `start` begins, `close` says goodbye."""

    name = "pitline-redis"

    def __init__(self, url: str) -> None:
        super().__init__(channel=CHANNEL)
        self.redis_url = url
        self.on_heard: Callable[[str, Note], Awaitable[None]] | None = None  # what another process pushed to its peers
        self.on_missed: Callable[[], Awaitable[None]] | None = None  # pushes of other processes were lost
        self._waiting: deque[Note] = deque()
        self._bell = asyncio.Event()
        self._number = 0
        self._hosts: dict[str, _Host] = {}
        self._heard_at = -_DEAF_AFTER
        self._heard_first = asyncio.Event()
        self._was_deaf = False
        self._tasks: list[asyncio.Task[None]] = []
        self._telling: asyncio.Task[None] | None = None

    @property
    def reachable(self) -> bool:
        """Whether what this process publishes comes back to it."""
        return time.monotonic() - self._heard_at < _DEAF_AFTER

    def initialize(self) -> None:
        """The library's own listener is not begun."""

    def has_listeners(self, namespace: str, room: str, skip: str | None) -> bool:  # noqa: ARG002  # anywhere
        """Nobody here knows who listens elsewhere."""
        return True

    async def start(self) -> None:
        """Begin to listen and to publish; waits a moment for Redis, and goes on without."""
        self._tasks = [
            asyncio.create_task(self._keep(self._listen_on)),
            asyncio.create_task(self._keep(self._send_on)),
            asyncio.create_task(self._pulse()),
        ]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._heard_first.wait()

    async def close(self) -> None:
        """Stop; the others are told, so that nobody looks for what a dead process may have left."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ANSWER_SECONDS), self._connect() as redis:
                await redis.publish(CHANNEL, self._encode({"method": "goodbye", "n": self._number}))
        await end_tasks(self._tasks)

    async def _publish(self, data: Note) -> None:
        """The library hands over what others are to do. It is numbered even where it is dropped: so it is missed."""
        self._number += 1
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(data | {"n": self._number})
        self._bell.set()

    async def _pulse(self) -> None:
        while True:
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append({"method": "pulse", "n": self._number})
            self._bell.set()
            self._look_for_the_dead()
            await asyncio.sleep(PULSE_SECONDS)

    def _look_for_the_dead(self) -> None:
        """A process that fell silent was killed: what it stored last may never have been pushed."""
        if not self.reachable:
            return  # it is this one that does not hear
        now = time.monotonic()
        silent = [name for name, host in self._hosts.items() if now - host.heard_at > _GONE_AFTER]
        for name in silent:
            del self._hosts[name]
        if silent:
            self._tell_missed()

    async def _keep(self, work: Callable[["Redis"], Awaitable[None]]) -> None:
        """Do it for as long as the process lives, over a new connection whenever one is lost."""
        while True:
            try:
                async with self._connect() as redis:
                    await work(redis)
            except Exception as error:  # noqa: BLE001  # whatever it is, the next connection may be better
                _log.warning("no word from Redis: %s; pushes reach the peers of this process only", error)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _send_on(self, redis: "Redis") -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                notes = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
                try:
                    async with redis.pipeline(transaction=False) as pipe:
                        for note in notes:
                            pipe.publish(CHANNEL, self._encode(note))
                        await pipe.execute()
                except Exception:
                    self._waiting.clear()  # old news: who missed it asks the database
                    raise

    async def _listen_on(self, redis: "Redis") -> None:
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as listening:
                await listening.subscribe(CHANNEL)
                since = time.monotonic()
                if self._was_deaf:
                    self._tell_missed()
                while True:
                    await self._hear(listening)
                    if time.monotonic() - max(since, self._heard_at) > _DEAF_AFTER:
                        raise TimeoutError("the connection is there, and nothing comes")
        finally:
            self._was_deaf = True

    async def _hear(self, listening: "PubSub") -> None:
        said = await listening.get_message(ignore_subscribe_messages=True, timeout=PULSE_SECONDS)
        if said is None:
            return
        try:
            await self._take(json.loads(said["data"]))
        except Exception:  # noqa: BLE001  # one push must not end the next
            _log.exception("a push from another process was lost")
            self._tell_missed()

    async def _take(self, note: Note) -> None:
        name, number = note["host_id"], note["n"]
        if name == self.host_id:
            self._heard_at = time.monotonic()
            self._heard_first.set()
            return
        if note["method"] == "goodbye":
            self._hosts.pop(name, None)
            return
        expected = number if note["method"] == "pulse" else number - 1
        host = self._hosts.get(name)
        if host is not None and host.number != expected:
            self._tell_missed()
        self._hosts[name] = _Host(number, time.monotonic())
        match note["method"]:
            case "emit":
                if self.on_heard is not None and isinstance(note["data"], list) and note["data"]:
                    await self.on_heard(note["event"], note["data"][0])
                await self._handle_emit(note)
            case "disconnect":
                await self._handle_disconnect(note)

    def _tell_missed(self) -> None:
        if self.on_missed is not None and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell(self.on_missed))

    async def _tell(self, on_missed: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(_SOON)
        self._telling = None  # what is lost from here on is told again
        try:
            await on_missed()
        except Exception:  # noqa: BLE001  # the beat tells it again
            _log.exception("peers were not told that pushes were lost")

    def _encode(self, note: Note) -> str:
        return json.dumps(note | {"host_id": self.host_id}, separators=(",", ":"))

    def _connect(self) -> "Redis":
        from redis import asyncio as redis  # only where there is one: it costs a tenth of a second
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        return redis.Redis.from_url(
            self.redis_url,
            socket_connect_timeout=_ANSWER_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
