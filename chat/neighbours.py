"""What a process learns from the pushes of the others: enough not to act upon what is old, and whom to tell of what."""

from collections.abc import Awaitable, Callable
from typing import Final

from chat.answering import Answering
from chat.events import Json
from chat.writer import LogWriter
from storage.marks import read_mark

# Said by one process to the others, to no peer: something is new under a client's bell (their peers hear
# `notification`), and somebody may come in no more.
NOTIFIED: Final = "notified"
ENDED: Final = "ended"
NO_ROOM: Final = "processes"  # no peer is ever in it


class Neighbours:
    """Told of each push that another process sent to its peers. A lost one costs a refused write, and nothing else."""

    def __init__(self, writer: LogWriter, answering: Answering) -> None:
        self._writer = writer
        self._answering = answering
        self.on_notified: Callable[[Json], Awaitable[None]] | None = None
        self.on_ended: Callable[[Json], Awaitable[None]] | None = None

    async def heard(self, event: str, data: Json) -> None:
        """What is known of a conversation has grown old, somebody on the staff types, or somebody has read."""
        known = self._writer.known(data.get("conversation", ""))
        if event == "message" and known is not None and known.last_seq < data["seq"]:
            self._writer.forget(known.id)  # it is read anew when it is next needed
        elif event == "typing" and data["author"]["kind"] == "staff":
            self._answering.staff_typing(data["conversation"], on=data["on"])
        elif event == "read" and known is not None:
            self._writer.changed(known.id, **read_mark(known, data["by"]["kind"], data["seq"]))
        elif event == NOTIFIED and self.on_notified is not None:
            await self.on_notified(data)
        elif event == ENDED and self.on_ended is not None:
            await self.on_ended(data)
