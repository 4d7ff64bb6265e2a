"""The embedded database of a data folder: started when first wanted, shared, stopped by whoever leaves last.

Every process that works on the folder holds a shared lock on `db.users` for as long as it lives. Who leaves tries to
get that lock for itself alone: whoever gets it is the last, and stops the database, even one that another started. So
an orphan (its starter was killed) is adopted by the next to come, and the kernel does the counting. `db.lock` is held
while one process starts or stops it; `db.json` says where it listens.
"""

import asyncio
import fcntl
import json
import logging
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from storage import engine
from storage.engine import EmbeddedDatabaseError

__all__ = ["EmbeddedDatabaseError", "embedded_database"]

_LOCK_SECONDS = 90.0  # another process may be starting or stopping it
_WATCH_SECONDS = 1.0

log = logging.getLogger(__name__)


@asynccontextmanager
async def embedded_database(data_dir: Path) -> AsyncIterator[str]:
    """The MongoDB URI of the database in `data_dir`, running as long as the context is open.

    Should the database die meanwhile it is started again, on the same port. Raises `EmbeddedDatabaseError`.
    """
    share = _Share(data_dir)
    entering = asyncio.ensure_future(asyncio.to_thread(share.enter))
    try:
        await asyncio.shield(entering)
        watching = asyncio.create_task(_watch(share))
        try:
            yield f"mongodb://127.0.0.1:{share.port}/?directConnection=true"
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    finally:
        # A thread cannot be cancelled: whatever it starts is ours to stop.
        await asyncio.wait([entering])
        await asyncio.shield(asyncio.to_thread(share.leave))


async def _watch(share: "_Share") -> None:
    """Start the database again when it has died; wait longer after each attempt that failed."""
    pause = _WATCH_SECONDS
    while True:
        await asyncio.sleep(pause)
        try:
            restarted = await asyncio.to_thread(share.revive)
        except (EmbeddedDatabaseError, OSError) as error:
            pause = min(pause * 2, 30.0)
            log.error("embedded database is down: %s; trying again in %.0f s", error, pause)  # noqa: TRY400 - one line
        else:
            pause = _WATCH_SECONDS
            if restarted:
                log.warning("embedded database had ended and was started again")


class _Share:
    """This process's part in the database of one folder. Its methods block; they run in threads, one at a time."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.absolute()
        self.pid = 0
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None  # when this process started it
        self._users: IO[str] | None = None

    def enter(self) -> None:
        """Count as a user, and find or start the database."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._lock():
                self._users = (self.folder / "db.users").open("a+")
                fcntl.flock(self._users, fcntl.LOCK_SH)
                self._find_or_start()
        except OSError as error:
            raise EmbeddedDatabaseError(
                f"DATA_DIR {self.folder} cannot be used: {error.strerror or error}. "
                "Make it a folder that you can write to, or set DATA_DIR to another."
            ) from error

    def leave(self) -> None:
        """Stop being a user; the last one out stops the database."""
        if self._users is None:
            return
        with self._lock(), self._users as users:
            self._users = None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # others are still at work
            self._read_endpoint()
            if self.pid:
                engine.stop(self.pid, self.port, self.folder, self._own())
            self._endpoint.unlink(missing_ok=True)

    def revive(self) -> bool:
        """Start the database again if it has died; True when this process did."""
        engine.keep_short(self._log)
        if self._alive():
            return False
        with self._lock():
            pid, port = self.pid, self.port
            self._find_or_start()
            if self.port != port:  # everyone's connections name the old one
                raise EmbeddedDatabaseError(f"port {port} was taken meanwhile; restart Pitline")
            return self.pid != pid and self._own() is not None

    @property
    def _endpoint(self) -> Path:
        return self.folder / "db.json"

    @property
    def _log(self) -> Path:
        return self.folder / "db.log"

    def _own(self) -> "subprocess.Popen[bytes] | None":
        """The database's process, if this process is the one that started it."""
        return self._process if self._process is not None and self._process.pid == self.pid else None

    def _alive(self) -> bool:
        own = self._own()
        return own.poll() is None if own is not None else engine.is_running(self.pid, self.port, self.folder)

    def _find_or_start(self) -> None:
        """Under the lock: take the database that runs, or start one, on the port it had before if that is free."""
        before = self.port
        self._read_endpoint()
        if self.pid and self._alive():
            if _comes_to_answer(self.port):
                return
            log.warning("embedded database does not answer and is started anew")
            engine.stop(self.pid, self.port, self.folder, self._own())
        port = before or (self.port if self.port and not _taken(self.port) else engine.free_port())
        engine.keep_short(self._log)
        self._process = engine.start(self.folder, port)
        self.pid, self.port = self._process.pid, port
        self._write_endpoint()  # before it answers: were we killed now, the next would still find it
        engine.wait_until_it_answers(self._process, port, self._log)

    def _read_endpoint(self) -> None:
        self.pid = 0
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(self._endpoint.read_text())
            self.pid, self.port = int(told["pid"]), int(told["port"])

    def _write_endpoint(self) -> None:
        draft = self._endpoint.with_suffix(".new")
        draft.write_text(json.dumps({"pid": self.pid, "port": self.port}) + "\n")
        draft.replace(self._endpoint)

    def _lock(self) -> IO[str]:
        """The lock of starting and stopping; closing the file frees it."""
        lock = (self.folder / "db.lock").open("a+")
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    lock.close()
                    raise EmbeddedDatabaseError(
                        f"Another process has held {self.folder / 'db.lock'} for {_LOCK_SECONDS:.0f} s; end it first."
                    ) from None
                time.sleep(0.02)
            else:
                return lock


def _comes_to_answer(port: int, seconds: float = 30.0) -> bool:
    """Whether a database that runs answers in time: it may have been started a moment ago."""
    deadline = time.monotonic() + seconds
    while not engine.answers(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _taken(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
