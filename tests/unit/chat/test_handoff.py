"""The status table: every event in every state, as `docs/protocol.md` has it."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from chat.handoff import Event, NotAllowed, after
from storage.messages import State, Status

UNTIL = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 13, 15, 0, tzinfo=UTC)
STATES: tuple[Status, ...] = get_args(Status)

# status and assignee afterwards; "-": not allowed; "+": a new episode begins. Ray acts, Eva is named, Old has it.
TABLE = {
    #                      bot           waiting       open          snoozed       resolved
    Event.CLIENT_WRITES: ("bot", "waiting", "open Old", "open Old", "bot +"),
    Event.BOT_ANSWERS: ("bot", "waiting", "-", "-", "-"),
    Event.BOT_HANDS_OFF: ("waiting", "waiting", "-", "-", "-"),
    Event.CLIENT_ASKS: ("waiting", "waiting", "open Old", "open Old", "waiting +"),
    Event.STAFF_WRITES: ("open Ray", "open Ray", "open Old", "open Old", "open Ray +"),
    Event.STAFF_NOTES: ("bot", "waiting", "open Old", "snoozed Old", "resolved"),
    Event.SYSTEM_WRITES: ("bot", "waiting", "open Old", "snoozed Old", "resolved"),
    Event.TAKE: ("open Ray", "open Ray", "open Ray", "open Ray", "open Ray +"),
    Event.ASSIGN: ("open Eva", "open Eva", "open Eva", "snoozed Eva", "-"),
    Event.UNASSIGN: ("-", "waiting", "waiting", "waiting", "-"),
    Event.RETURN_TO_BOT: ("bot", "bot", "bot", "bot", "-"),
    Event.RESOLVE: ("resolved", "resolved", "resolved Old", "resolved Old", "resolved"),
    Event.REOPEN: ("-", "-", "-", "open Old", "open Ray"),
    Event.SNOOZE: ("-", "snoozed", "snoozed Old", "snoozed Old", "-"),
    Event.SNOOZE_ENDS: ("-", "-", "-", "open Old", "-"),
    Event.FALL_IDLE: ("resolved", "waiting", "open Old", "snoozed Old", "-"),
    Event.RATE: ("-", "-", "-", "-", "resolved"),
    Event.LABEL: ("bot", "waiting", "open Old", "snoozed Old", "resolved"),
    Event.CONTINUE: ("resolved", "resolved", "resolved Old", "resolved Old", "resolved"),
}


def before(status: Status) -> State:
    """The usual state in this status."""
    return State(
        status=status,
        assignee="Old" if status in ("open", "snoozed") else None,
        episode=4,
        until=UNTIL if status == "snoozed" else None,
        labels=("vip",),
    )


def test_the_table_has_every_event() -> None:
    assert set(TABLE) == set(Event)


@pytest.mark.parametrize("event", TABLE)
@pytest.mark.parametrize("status", STATES)
def test_every_event_in_every_state(event: Event, status: Status) -> None:
    wanted = TABLE[event][STATES.index(status)]
    details = {"actor": "Ray", "named": "Eva", "until": LATER}
    if wanted == "-":
        with pytest.raises(NotAllowed):
            after(before(status), event, **details)  # type: ignore[arg-type]
        return
    state = after(before(status), event, **details)  # type: ignore[arg-type]
    ends, *who = wanted.removesuffix(" +").split()
    assert (state.status, state.assignee) == (ends, who[0] if who else None)
    assert state.episode == (5 if wanted.endswith("+") else 4)
    assert state.labels == ("vip",)
    assert (state.until is not None) == (ends == "snoozed")


def test_a_snooze_that_nobody_has_comes_back_as_waiting() -> None:
    alone = State(status="snoozed", until=UNTIL)
    assert after(alone, Event.SNOOZE_ENDS).status == "waiting"
    assert after(alone, Event.CLIENT_WRITES).status == "waiting"
    assert after(alone, Event.REOPEN, actor="Ray").status == "waiting"


def test_a_new_snooze_replaces_the_time_and_nothing_else_moves_it() -> None:
    assert after(before("snoozed"), Event.SNOOZE, until=LATER).until == LATER
    assert after(before("snoozed"), Event.STAFF_NOTES, actor="Ray").until == UNTIL


def test_an_open_conversation_without_anybody_becomes_the_writers() -> None:
    assert after(State(status="open"), Event.STAFF_WRITES, actor="Ray").assignee == "Ray"


def test_labels_are_put_on_and_taken_off_whatever_else_changed_meanwhile() -> None:
    state = after(before("open"), Event.LABEL, added=("parts", "vip"), removed=())
    assert state.labels == ("parts", "vip")
    assert after(state, Event.LABEL, added=("fleet",), removed=("vip",)).labels == ("fleet", "parts")
    assert state.answers_like(before("open"))
    assert not state.answers_like(before("waiting"))
