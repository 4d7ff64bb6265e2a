"""The console sender: stands in for Twilio and the mail server where none is configured. Never in production.

It prints what would have been sent and keeps it as a line of `DATA_DIR/outgoing.jsonl`, readable by its owner only.
"""

import asyncio
import json
import os
import sys
from datetime import UTC
from pathlib import Path
from typing import TextIO

from chat.channels.channel import Sent
from config.clock import utc_now
from config.settings import Settings
from storage.outbox import OutboxRow

FILE_NAME = "outgoing.jsonl"


class ConsoleSender:
    """Prints and writes down; everything is taken at once."""

    def __init__(self, path: Path, out: TextIO | None = None) -> None:
        self._path = path
        self._out = out

    async def send(self, row: OutboxRow) -> Sent:
        """Print the row and append its line to the file."""
        await asyncio.to_thread(_append, self._path, _line(row))
        out = self._out or sys.stdout
        out.write(f"[{row.kind}] to {row.to}: {row.text}\n")
        out.flush()
        return Sent(provider_id=f"console-{row.id}", state="delivered")

    async def find_sent(self, row: OutboxRow) -> Sent | None:  # noqa: ARG002 - a sender is asked with the row
        """Nobody is texted by this sender, so nothing is looked for: a line written twice harms no one."""
        return None


def console_sender(settings: Settings) -> ConsoleSender:
    """The console sender of this deployment. Raises `ValueError` in production."""
    if settings.production:
        raise ValueError("the console sender is for development: set TWILIO_* and SMTP_URL")
    return ConsoleSender(settings.data_dir / FILE_NAME)


def _line(row: OutboxRow) -> str:
    at = utc_now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"at": at, "kind": row.kind, "to": row.to, "from": row.sender, "text": row.text}
    return json.dumps(line, ensure_ascii=False)


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (line + "\n").encode())
    finally:
        os.close(descriptor)
