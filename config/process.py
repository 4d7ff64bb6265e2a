"""What a process of Pitline does with the system it runs on: its port, its signals, its memory."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Iterable
from typing import Any, Final

from config.settings import Settings

_AGAIN_SECONDS: Final = 2.0


class CannotRun(Exception):
    """One line that says what to do."""


def check_port_free(settings: Settings) -> None:
    """Raises `CannotRun` when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotRun(
                f"port {settings.port} cannot be used ({error.strerror}): stop what listens there, "
                f"or choose another with PORT={settings.port + 1}"
            ) from error


async def until_stopped() -> None:
    """Returns when the process is told to end, by Ctrl-C or SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stopped.set)
    await stopped.wait()


def hold_the_collector() -> None:
    """Until all is loaded: nothing of it is garbage."""
    gc.disable()


def spare_the_collector() -> None:
    """What is loaded stays: full collections over it are the latency's long tail."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 1000)
    sys.setswitchinterval(0.0002)  # the loop waits less for the threads of the database's driver and of reading


async def end_tasks(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel these until each has ended: a library that takes the cancelling for a time-out of its own goes on as if
    nothing had been said.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_AGAIN_SECONDS)
