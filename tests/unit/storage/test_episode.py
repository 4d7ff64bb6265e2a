"""What reports count of an episode: the same however the log is read, and every message counted once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chat.handoff import Event, NotAllowed, after
from storage.conversations import Conversation, applied, new_conversation
from storage.episode import Episode, fold, folded
from storage.episode_packs import packed, unpacked
from storage.messages import Author, AuthorKind, Entry, EntryKind, Rating, State

START = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
EMPTY = new_conversation("mine", "client:maria", title="Maria Lopez")
# what happens: by whom, as what kind of entry
EVENTS: dict[Event, tuple[AuthorKind, EntryKind]] = {
    Event.CLIENT_WRITES: ("client", "message"),
    Event.BOT_ANSWERS: ("bot", "message"),
    Event.BOT_HANDS_OFF: ("bot", "message"),
    Event.CLIENT_ASKS: ("system", "note"),
    Event.STAFF_WRITES: ("staff", "message"),
    Event.STAFF_NOTES: ("staff", "note"),
    Event.SYSTEM_WRITES: ("system", "message"),
    Event.RATE: ("client", "act"),
    Event.FALL_IDLE: ("system", "act"),
    Event.CONTINUE: ("system", "act"),
    Event.SNOOZE_ENDS: ("system", "act"),
    **dict.fromkeys((Event.TAKE, Event.ASSIGN, Event.UNASSIGN, Event.RETURN_TO_BOT), ("staff", "act")),
    **dict.fromkeys((Event.RESOLVE, Event.REOPEN, Event.SNOOZE, Event.LABEL), ("staff", "act")),
}
ACTS = {
    Event.TAKE: "taken",
    Event.RESOLVE: "resolved",
    Event.FALL_IDLE: "resolved",
    Event.REOPEN: "reopened",
    Event.CONTINUE: "continued",
    Event.RATE: "rated",
}


def written(seq: int, event: Event, state: State, staff: str, hours: float) -> Entry:
    """The entry that an event makes. Raises `NotAllowed`."""
    kind, form = EVENTS[event]
    until = START if event is Event.SNOOZE else None
    labels = ("tires", "brakes")[seq % 2 :]
    named = {"added": labels} if event is Event.LABEL else {}
    more: dict[str, Any] = {}
    if event in (Event.BOT_HANDS_OFF, Event.CLIENT_ASKS):
        more = {"gist": "", "urgent": seq % 3 == 0}
    if event is Event.RATE:
        more = {"rating": Rating(score=seq % 5 + 1, comment="so so" if seq % 2 else None)}
    return Entry(
        id=f"e{seq}",
        shop="mine",
        conversation=EMPTY.id,
        seq=seq,
        client_prev=0,
        kind=form,
        author=Author(kind=kind, name=kind, id=staff if kind == "staff" else None),
        at=START + timedelta(hours=hours),
        state=after(state, event, actor=staff if kind == "staff" else None, named="ray", until=until, **named),
        channel="sms" if seq % 4 == 0 else "web",
        act=ACTS.get(event, event.value) if form == "act" else None,
        **more,
    )


@st.composite
def logs(draw: st.DrawFn) -> list[Entry]:
    """A log in which only what the status table allows has happened."""
    steps = st.tuples(st.sampled_from(list(EVENTS)), st.sampled_from(["ray", "ana"]), st.floats(0, 100))
    entries: list[Entry] = []
    hours = 0.0
    for event, staff, passed in draw(st.lists(steps, min_size=1, max_size=60)):
        hours += passed
        try:
            entries.append(
                written(len(entries) + 1, event, entries[-1].state if entries else State(), staff, round(hours, 3))
            )
        except NotAllowed:
            continue
    return entries


def conversation_after(entries: list[Entry]) -> Conversation:
    conversation = EMPTY
    for entry in entries:
        conversation = applied(conversation, entry)
    return conversation


@given(logs(), st.data())
def test_however_the_log_is_read_the_episodes_are_the_same(entries: list[Entry], data: st.DataObject) -> None:
    episodes = fold(entries)
    conversation = conversation_after(entries)
    assert conversation.episode == (episodes[-1] if episodes else None)
    if not episodes:
        return
    number = data.draw(st.integers(1, len(episodes)))
    tail = [entry for entry in entries if entry.state.episode >= number]
    assert fold(tail) == episodes[number - 1 :]
    kept = unpacked(packed(episodes), "mine")
    assert [_to_the_millisecond(one) for one in episodes] == list(kept)


@given(logs())
def test_every_message_is_counted_once_and_in_the_episode_it_belongs_to(entries: list[Entry]) -> None:
    episodes = fold(entries)
    assert [one.number for one in episodes] == list(range(1, len(episodes) + 1))
    for one in episodes:
        own = [entry for entry in entries if entry.state.episode == one.number]
        said = [entry.author.kind for entry in own if entry.kind == "message"]
        counts = (one.client_messages, one.bot_messages, one.staff_messages)
        assert counts == (said.count("client"), said.count("bot"), said.count("staff"))
        assert sum(share.messages for share in one.shares) == one.staff_messages
        assert (one.resolved_at is not None) == (own[-1].state.status == "resolved")
        assert one.labels == own[-1].state.labels
        assert (one.started_at, one.first_seq) == (own[0].at, own[0].seq)
        _check_moments(one)


def _check_moments(one: Episode) -> None:
    if one.answered_at is not None:
        assert one.due_at is not None
        assert one.asked_at is not None
        assert one.asked_at <= one.answered_at
        assert one.had_person
    if one.by_bot_alone:
        assert one.staff_messages == 0
        assert one.answered_at is None
        assert one.handed_off_at is None
    if one.asked_again_at is not None:
        assert one.asked_again_at >= one.started_at


def _to_the_millisecond(one: Episode) -> Episode:
    def cut(at: datetime | None) -> datetime | None:
        return None if at is None else at.replace(microsecond=at.microsecond // 1000 * 1000)

    names = ("started_at", "asked_at", "handed_off_at", "answered_at", "resolved_at", "asked_again_at")
    moments: dict[str, Any] = {name: cut(getattr(one, name)) for name in names}
    return replace(one, **moments)


def told(*steps: tuple[Event, float]) -> list[Entry]:
    """A log of these events, at these hours, the staff's by Ray."""
    entries: list[Entry] = []
    for event, hours in steps:
        entries.append(written(len(entries) + 1, event, entries[-1].state if entries else State(), "ray", hours))
    return entries


def test_a_person_is_due_from_the_hand_off_and_answers_with_the_first_message() -> None:
    steps = [
        (Event.CLIENT_WRITES, 0),
        (Event.BOT_ANSWERS, 0.1),
        (Event.CLIENT_WRITES, 1),
        (Event.BOT_HANDS_OFF, 1.1),
        (Event.STAFF_NOTES, 1.2),
        (Event.TAKE, 1.3),
        (Event.STAFF_WRITES, 2.1),
        (Event.STAFF_WRITES, 3),
    ]
    (episode,) = fold(told(*steps))
    assert episode.due_at == START + timedelta(hours=1.1)
    assert episode.answered_at == START + timedelta(hours=2.1)
    assert (episode.answered_by, episode.shares[0].messages, episode.by_bot_alone) == ("ray", 2, False)


def test_a_note_of_the_system_may_ask_for_a_person_too() -> None:
    log = told((Event.CLIENT_WRITES, 0), (Event.SYSTEM_WRITES, 1))
    note = replace(log[1], kind="note", gist="wants a call", state=replace(log[1].state, status="waiting"))
    (episode,) = fold([log[0], note])
    assert (episode.handed_off_at, episode.messages) == (START + timedelta(hours=1), 1)


def test_who_only_writes_first_answers_nobody() -> None:
    (episode,) = fold(told((Event.STAFF_WRITES, 0), (Event.CLIENT_WRITES, 1), (Event.RESOLVE, 2)))
    assert (episode.answered_at, episode.opened_by, episode.ending) == (None, "staff", "staff")


def test_the_bot_alone_answered_unless_a_person_had_it_or_the_client_came_back() -> None:
    by_bot = [(Event.CLIENT_WRITES, 0), (Event.BOT_ANSWERS, 0), (Event.FALL_IDLE, 24)]
    (alone,) = fold(told(*by_bot))
    assert (alone.by_bot_alone, alone.asked_again, alone.ending) == (True, False, "idle")
    assert fold(told(*by_bot, (Event.CLIENT_WRITES, 24 + 7 * 24)))[0].asked_again
    assert not fold(told(*by_bot, (Event.CLIENT_WRITES, 24 + 7 * 24 + 1)))[0].asked_again
    assert not fold(told(*by_bot, (Event.STAFF_WRITES, 25)))[0].asked_again
    (taken,) = fold(told((Event.CLIENT_WRITES, 0), (Event.BOT_ANSWERS, 0), (Event.TAKE, 1), (Event.RESOLVE, 2)))
    assert not taken.by_bot_alone


def test_an_episode_that_is_opened_again_has_not_ended() -> None:
    log = told((Event.CLIENT_WRITES, 0), (Event.RESOLVE, 1), (Event.RATE, 2), (Event.REOPEN, 3))
    (episode,) = fold(log)
    assert (episode.resolved_at, episode.ending, episode.number) == (None, None, 1)
    assert episode.rating == Rating(score=3 % 5 + 1, comment="so so")
    assert folded(episode, written(5, Event.RESOLVE, log[-1].state, "ana", 4)).resolved_by == "ana"
