"""Who answers: the status table of the protocol, as one table.

`after` says what a conversation's state is after an event, or raises `NotAllowed`. It decides; the hub does.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from storage.messages import State, Status


class Event(StrEnum):
    """What may happen to a conversation: the rows of the table."""

    CLIENT_WRITES = "client_writes"
    BOT_ANSWERS = "bot_answers"
    BOT_HANDS_OFF = "bot_hands_off"
    CLIENT_ASKS = "client_asks"  # for a person, on a page of the portal
    STAFF_WRITES = "staff_writes"
    STAFF_NOTES = "staff_notes"
    SYSTEM_WRITES = "system_writes"
    TAKE = "take"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    RETURN_TO_BOT = "return_to_bot"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    SNOOZE = "snooze"
    SNOOZE_ENDS = "snooze_ends"
    FALL_IDLE = "fall_idle"
    RATE = "rate"  # the client says how it was
    LABEL = "label"
    CONTINUE = "continue"  # the chat goes on in another conversation


class NotAllowed(Exception):
    """The event cannot happen in this status."""

    def __init__(self, event: Event, status: Status) -> None:
        super().__init__(f"{event.value} is not possible while the conversation is {status}")
        self.event = event
        self.status = status


class Who(StrEnum):
    """Whose the conversation is afterwards."""

    SAME = "same"
    ACTOR = "actor"  # who does it
    ACTOR_IF_NOBODY = "actor_if_nobody"
    NAMED = "named"  # the one that is named
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class _Cell:
    status: Status | None  # None: stays
    who: Who = Who.SAME
    new_episode: bool = False


_STAYS: Final = _Cell(None)
_MINE: Final = _Cell("open", Who.ACTOR)
_THEIRS: Final = _Cell("open", Who.NAMED)
_RESOLVED: Final = _Cell("resolved")
_TO_BOT: Final = _Cell("bot", Who.NOBODY)
_AGAIN: Final = _Cell("open", Who.ACTOR, new_episode=True)
_WOKEN: Final = _Cell("open")  # becomes waiting when nobody has it
_SNOOZED: Final = _Cell("snoozed")
_COLUMNS: Final[tuple[Status, ...]] = ("bot", "waiting", "open", "snoozed", "resolved")

_ROWS: Final[dict[Event, tuple[_Cell | None, ...]]] = {
    #                     bot        waiting    open       snoozed    resolved
    Event.CLIENT_WRITES: (_STAYS, _STAYS, _STAYS, _WOKEN, _Cell("bot", Who.NOBODY, new_episode=True)),
    Event.BOT_ANSWERS: (_STAYS, _STAYS, None, None, None),
    Event.BOT_HANDS_OFF: (_Cell("waiting"), _STAYS, None, None, None),
    Event.CLIENT_ASKS: (_Cell("waiting"), _STAYS, _STAYS, _WOKEN, _Cell("waiting", Who.NOBODY, new_episode=True)),
    Event.STAFF_WRITES: (_MINE, _MINE, _Cell(None, Who.ACTOR_IF_NOBODY), _Cell("open", Who.ACTOR_IF_NOBODY), _AGAIN),
    Event.STAFF_NOTES: (_STAYS, _STAYS, _STAYS, _STAYS, _STAYS),
    Event.SYSTEM_WRITES: (_STAYS, _STAYS, _STAYS, _STAYS, _STAYS),
    Event.TAKE: (_MINE, _MINE, _Cell(None, Who.ACTOR), _MINE, _AGAIN),
    Event.ASSIGN: (_THEIRS, _THEIRS, _Cell(None, Who.NAMED), _Cell(None, Who.NAMED), None),
    Event.UNASSIGN: (None, _STAYS, _Cell("waiting", Who.NOBODY), _Cell("waiting", Who.NOBODY), None),
    Event.RETURN_TO_BOT: (_STAYS, _TO_BOT, _TO_BOT, _TO_BOT, None),
    Event.RESOLVE: (_RESOLVED, _RESOLVED, _RESOLVED, _RESOLVED, _STAYS),
    Event.REOPEN: (None, None, None, _WOKEN, _MINE),
    Event.SNOOZE: (None, _SNOOZED, _SNOOZED, _SNOOZED, None),
    Event.SNOOZE_ENDS: (None, None, None, _WOKEN, None),
    Event.FALL_IDLE: (_RESOLVED, _STAYS, _STAYS, _STAYS, None),
    Event.RATE: (None, None, None, None, _STAYS),
    Event.LABEL: (_STAYS, _STAYS, _STAYS, _STAYS, _STAYS),
    Event.CONTINUE: (_RESOLVED, _RESOLVED, _RESOLVED, _RESOLVED, _STAYS),
}
_TABLE: Final = {event: dict(zip(_COLUMNS, cells, strict=True)) for event, cells in _ROWS.items()}


def after(
    state: State,
    event: Event,
    *,
    actor: str | None = None,
    named: str | None = None,
    until: datetime | None = None,
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
) -> State:
    """The state after an event. `actor` and `named` are staff ids, `until` is when a snooze ends, `added` and `removed`
    are labels.

    Raises `NotAllowed`.
    """
    cell = _TABLE[event][state.status]
    if cell is None:
        raise NotAllowed(event, state.status)
    assignee = {
        Who.SAME: state.assignee,
        Who.ACTOR: actor,
        Who.ACTOR_IF_NOBODY: state.assignee or actor,
        Who.NAMED: named,
        Who.NOBODY: None,
    }[cell.who]
    status = cell.status or state.status
    if cell is _WOKEN and assignee is None:
        status = "waiting"
    return replace(
        state,
        status=status,
        assignee=assignee,
        episode=state.episode + 1 if cell.new_episode else state.episode,
        until=(until or state.until) if status == "snoozed" else None,
        labels=tuple(sorted({*state.labels, *added} - set(removed))) if added or removed else state.labels,
    )
