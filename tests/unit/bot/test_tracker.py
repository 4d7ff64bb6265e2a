from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.reply import Choice
from bot.tracker import Tracker

VALUES = st.one_of(st.text(max_size=20), st.integers(), st.lists(st.text(max_size=9), max_size=3))


@given(
    slots=st.dictionaries(st.text(min_size=1, max_size=9), VALUES, max_size=5),
    loop=st.none() | st.just("book_appointment"),
    missed=st.integers(min_value=0, max_value=3),
)
def test_a_tracker_comes_back_as_it_was(slots: dict[str, Any], loop: str | None, missed: int) -> None:
    tracker = Tracker(slots=slots, active_loop=loop, misunderstood=missed, choices=(Choice("Yes", "/affirm"),))
    assert Tracker.from_dict(tracker.to_dict()) == tracker


def test_nothing_is_stored_of_a_new_dialogue() -> None:
    assert Tracker().to_dict() == {}


def test_keys_of_another_version_are_left() -> None:
    assert Tracker.from_dict({"mood": "sunny"}) == Tracker()


def test_events_set_and_empty_slots_and_open_and_close_the_form() -> None:
    opened = Tracker(slots={"language": "es"}).with_events(
        [
            {"event": "slot", "name": "services", "value": ["brakes"]},
            {"event": "active_loop", "name": "book_appointment"},
            {"event": "slot", "name": "requested_slot", "value": "when"},
        ]
    )
    assert opened.slots == {"language": "es", "services": ["brakes"]}
    assert (opened.active_loop, opened.requested_slot) == ("book_appointment", "when")
    closed = opened.with_events(
        [{"event": "slot", "name": "services", "value": None}, {"event": "active_loop", "name": None}]
    )
    assert closed.slots == {"language": "es"}
    assert closed.active_loop is None


def test_without_a_form_only_what_outlives_it_stays() -> None:
    tracker = Tracker(slots={"who": "ann", "language": "en", "day": "2026-03-12"}, active_loop="book_appointment")
    assert tracker.without_form().slots == {"who": "ann", "language": "en"}


def test_a_new_episode_begins_fresh_in_the_same_language() -> None:
    before = Tracker(slots={"who": "ann", "language": "es"}, active_loop="book_appointment", misunderstood=1)
    assert before.in_episode(1) is before
    assert before.in_episode(2) == Tracker(slots={"language": "es"}, episode=2)
    assert Tracker.from_dict(before.in_episode(2).to_dict()).episode == 2
