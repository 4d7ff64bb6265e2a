"""The embedded database's own process: found, started, asked, stopped.

SecantusDB speaks MongoDB's wire protocol. It is a program that we start, never a library that we import; who shares it
and when it ends is decided in `storage/embedded.py`.
"""

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import bson

PROGRAM = "secantusd-py"
MEMORY = ":memory:"
CACHE_SIZE = "512M"

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")  # what the child gets to see: no secret of ours
_OP_MSG = 2013


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot be had. The message is one line for people and says what to do."""


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(storage: str, port: int, config: Path, *, durable: bool) -> list[str]:
    """The child's command line. `storage` is a folder, or `MEMORY`; `durable` keeps every acknowledged write."""
    program = Path(sys.executable).parent / PROGRAM
    found = str(program) if program.exists() else shutil.which(PROGRAM)
    if found is None:
        raise EmbeddedDatabaseError(
            "The embedded database is not installed. Run `make setup`, or set MONGODB_URI to a MongoDB of yours."
        )
    line = [found, "--config", str(config), "--standalone", "--host", "127.0.0.1", "--port", str(port)]
    line += ["--storage-path", storage, "--cache-size", CACHE_SIZE, "--log-level", "WARNING"]
    return [*line, "--sync-on-commit"] if durable else line


def start(folder: Path, port: int, *, storage: str = "", durable: bool = True) -> "subprocess.Popen[bytes]":
    """Start the child in `folder` (its log and its data, unless `storage` says where); it does not answer yet.

    It has a session of its own, so that Ctrl-C in a terminal ends us first and it after us.
    """
    config = folder / "db.toml"
    # A file of our own keeps it from reading one in the user's home.
    config.write_text("# The embedded database is set up by its command line.\n")
    line = command(storage or str(folder / "db"), port, config, durable=durable)
    with (folder / "db.log").open("ab") as log:
        return subprocess.Popen(
            line,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            start_new_session=True,
        )


def wait_until_it_answers(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait for a child just started. Raises `EmbeddedDatabaseError` when it ends instead, or takes over a minute."""
    deadline = time.monotonic() + _START_SECONDS
    while not answers(port):
        if process.poll() is not None:
            raise EmbeddedDatabaseError(f"The embedded database ended at once: {_last_line(log)} ({log} has the rest)")
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise EmbeddedDatabaseError(f"The embedded database did not start within a minute; {log} may say why.")
        time.sleep(0.02)


def answers(port: int, seconds: float = 2.0) -> bool:
    """Whether something on the loopback `port` answers a `ping` of the wire protocol within `seconds`."""
    body = struct.pack("<iB", 0, 0) + bson.encode({"ping": 1, "$db": "admin"})
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=seconds) as peer:
        peer.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, _OP_MSG) + body)
        head = peer.recv(16, socket.MSG_WAITALL)
        return len(head) == 16 and struct.unpack("<iiii", head)[2:] == (1, _OP_MSG)
    return False


def is_running(pid: int, port: int, folder: Path) -> bool:
    """Whether `pid` is our child on `port` with its data in `folder`; a process ended but not yet reaped is not."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return False
    except ProcessLookupError:
        return False
    line = _command_line(pid)
    if line is None:
        return answers(port)  # nothing here tells who that process is
    return str(folder / "db") in line and str(port) in line


def stop(pid: int, port: int, folder: Path, process: "subprocess.Popen[bytes] | None") -> None:
    """End the child: politely, and after ten seconds by force. `process` is given when this process started it."""
    deadline = time.monotonic() + _STOP_SECONDS
    number = signal.SIGTERM
    while process.poll() is None if process is not None else is_running(pid, port, folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        while time.monotonic() < deadline:
            if process.poll() is not None if process is not None else not is_running(pid, port, folder):
                return
            time.sleep(0.05)
        number, deadline = signal.SIGKILL, time.monotonic() + _STOP_SECONDS


def keep_short(log: Path, limit: int = 2_000_000) -> None:
    """Empty the log once it is over `limit` bytes. The child appends, so it goes on at the start."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > limit:
            os.truncate(log, 0)


def _command_line(pid: int) -> list[str] | None:
    """The words of a process's command line; None where neither /proc nor ps can tell."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    ps = shutil.which("ps")
    if ps is None:
        return None
    told = subprocess.run([ps, "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.split()


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    return lines[-1].strip() if lines else "it said nothing"
