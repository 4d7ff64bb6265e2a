"""Unclear messages: one row for the same words, nobody's numbers in it, and what staff decide stays decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import unclear
from storage.store import Storage
from storage.unclear import UnclearGuess, UnclearMessage, mask

AT = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
ROW = UnclearMessage(
    shop="mine",
    text="is the thingy sorted",
    language="en",
    guesses=(UnclearGuess(intent="work_order_status", confidence=0.41),),
    conversation="c1",
    message_id="m1",
    at=AT,
)


def later(minutes: int, **changes: object) -> UnclearMessage:
    return replace(ROW, at=AT + timedelta(minutes=minutes), message_id=f"m{minutes}", **changes)  # type: ignore[arg-type]


async def test_the_same_message_twice_is_one_row_and_counts_once(store: Storage) -> None:
    await store.unclear.add(ROW)
    await store.unclear.add(ROW)
    (row,) = await store.unclear.list_waiting("mine", 10)
    assert row == replace(ROW, id=row.id)


async def test_the_same_words_count_up_whatever_their_case_accents_and_marks(store: Storage) -> None:
    await store.unclear.add(replace(ROW, text="¿Ya está el negocio?"))
    await store.unclear.add(later(5, text="ya esta el NEGOCIO", picked="work_order_status"))
    (row,) = await store.unclear.list_waiting("mine", 10)
    assert (row.count, row.text, row.picked) == (2, "¿Ya está el negocio?", "work_order_status")
    assert row.at == AT + timedelta(minutes=5)


async def test_no_shop_reads_or_decides_anothers(store: Storage) -> None:
    await store.unclear.add(ROW)
    await store.unclear.add(replace(ROW, shop="theirs"))
    (row,) = await store.unclear.list_waiting("mine", 10)
    assert await store.unclear.find("theirs", row.id) is None
    assert not await store.unclear.learn("theirs", row.id, "ask_balance", "s1", AT)
    assert not await store.unclear.dismiss("theirs", row.id, "s1", AT)
    assert await store.unclear.count("mine", "waiting") == await store.unclear.count("theirs", "waiting") == 1


async def test_what_was_learned_or_dismissed_does_not_wait_again_when_it_comes_again(store: Storage) -> None:
    await store.unclear.add(ROW)
    await store.unclear.add(later(1, text="something else"))
    second, first = await store.unclear.list_waiting("mine", 10)
    assert await store.unclear.learn("mine", first.id, "ask_balance", "s1", AT)
    assert await store.unclear.dismiss("mine", second.id, "s1", AT)
    await store.unclear.add(later(2))
    await store.unclear.add(later(3, text="something else"))
    assert await store.unclear.list_waiting("mine", 10) == []
    (learned,) = await store.unclear.list_learned("mine")
    assert (learned.meant, learned.decided_by, learned.decided_at, learned.count) == ("ask_balance", "s1", AT, 2)


async def test_what_is_forgotten_waits_again_and_every_change_shows_in_the_mark(store: Storage) -> None:
    await store.unclear.add(ROW)
    await store.unclear.add(later(1, text="something else"))
    second, first = await store.unclear.list_waiting("mine", 10)
    marks = [await store.unclear.learned_mark("mine")]
    for step, (row, meant) in enumerate([(first, "ask_balance"), (second, "help"), (first, "thanks")], start=1):
        await store.unclear.learn("mine", row.id, meant, "s1", AT + timedelta(minutes=step))
        marks.append(await store.unclear.learned_mark("mine"))
    await store.unclear.forget("mine", first.id, "s1", AT)
    marks.append(await store.unclear.learned_mark("mine"))
    assert len(set(marks)) == len(marks)
    assert [row.id for row in await store.unclear.list_waiting("mine", 10)] == [first.id]
    assert (await store.unclear.list_waiting("mine", 10))[0].meant is None


async def test_only_what_was_trained_is_marked_as_used(store: Storage) -> None:
    await store.unclear.add(ROW)
    (row,) = await store.unclear.list_waiting("mine", 10)
    await store.unclear.learn("mine", row.id, "ask_balance", "s1", AT)
    (trained,) = await store.unclear.list_learned("mine")
    await store.unclear.learn("mine", row.id, "help", "s1", AT + timedelta(minutes=1))  # while it trained
    await store.unclear.mark_used("mine", trained, AT)
    (now,) = await store.unclear.list_learned("mine")
    assert now.used_at is None
    await store.unclear.mark_used("mine", now, AT)
    assert (await store.unclear.list_learned("mine"))[0].used_at == AT


async def test_beyond_the_most_the_oldest_go_and_what_was_learned_stays(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unclear, "MOST_WAITING", 3)
    await store.unclear.add(ROW)
    (row,) = await store.unclear.list_waiting("mine", 10)
    await store.unclear.learn("mine", row.id, "ask_balance", "s1", AT)
    for minute in range(1, 6):
        await store.unclear.add(later(minute, text=f"words {minute}"))
    assert [row.text for row in await store.unclear.list_waiting("mine", 10)] == ["words 5", "words 4", "words 3"]
    assert await store.unclear.count("mine", "learned") == 1


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call me at (512) 555-0142 ok", "call me at (000) 000-0000 ok"),
        ("call +1 512.555.0142", "call +0 000.000.0000"),
        ("write ana.b@mail.example.com please", "write [e-mail] please"),
        ("card 4111 1111 1111 1111 ok", "card 0000 0000 0000 0000 ok"),
        ("my code is 482913", "my code is 000000"),
        ("the 2012 civic, bill 1042", "the 2012 civic, bill 1042"),
        ("two\n lines\t here", "two lines here"),
    ],
)
def test_nothing_that_is_kept_is_somebodys_number_address_or_code(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_long_story_is_cut_and_masked_in_no_time() -> None:
    assert len(mask("a story " * 500)) <= 300
    assert len(mask("a" * 4000)) <= 300
    assert "5" not in mask("5" * 4000)
    assert "7" not in mask("x " * 148 + "512 777 0142")


async def test_the_words_are_masked_when_they_are_kept(store: Storage) -> None:
    await store.unclear.add(replace(ROW, text="reach me 512-555-0142"))
    (row,) = await store.unclear.list_waiting("mine", 10)
    assert row.text == "reach me 000-000-0000"
