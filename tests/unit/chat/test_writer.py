"""The log's one writer: what arrives while an insert is under way is ready behind it, and counts on nothing yet."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from chat import draft, writer
from chat.draft import AnswerRefused, Draft, Written
from chat.handoff import Event
from chat.writer import LogWriter
from storage.conversations import Conversation, new_conversation
from storage.messages import Author, Entry, Messages, Refusal, entry_id
from storage.mongo import DatabaseUnavailable
from storage.store import Storage
from tests.cast import RAY, SHOP

BEGAN = datetime(2026, 3, 11, 16, 0, tzinfo=UTC)
MARIA = Author(kind="client", name="Maria")
STAFF = Author(kind="staff", name=RAY.name, id=RAY.id)
BOT = Author(kind="bot", name=SHOP.name)


class Held(Messages):
    """The log behind a gate: an insert waits there until it is let through, or is told to fail."""

    def __init__(self, store: Storage) -> None:
        super().__init__(store.database)
        self.at_the_gate: asyncio.Queue[tuple[list[Entry], asyncio.Future[None]]] = asyncio.Queue()

    async def append(self, entries: Sequence[Entry]) -> Refusal | None:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.at_the_gate.put_nowait((list(entries), gate))
        await gate
        return await super().append(entries)

    async def next(self) -> tuple[list[str], asyncio.Future[None]]:
        """What the next insert holds, and its gate."""
        async with asyncio.timeout(10):
            entries, gate = await self.at_the_gate.get()
        return [one.text for one in entries], gate


class Flaky(Messages):
    """Now and then the connection breaks, before or after the insert."""

    def __init__(self, store: Storage, chance: random.Random) -> None:
        super().__init__(store.database)
        self._chance = chance

    async def append(self, entries: Sequence[Entry]) -> Refusal | None:
        fate = self._chance.random()
        if fate < 0.1:
            raise DatabaseUnavailable("it is lost")
        refusal = await super().append(entries)
        if fate < 0.2:
            raise DatabaseUnavailable("nobody knows what was stored")
        return refusal


async def conversation_of(store: Storage, name: str = "one") -> Conversation:
    made = new_conversation(SHOP.slug, f"visitor:{name}", title="Visitor")
    await store.conversations.add(made)
    return made


def says(conversation: Conversation, text: str, **more: Any) -> Draft:
    given: dict[str, Any] = {"event": Event.CLIENT_WRITES, "kind": "message", "author": MARIA, "ref": text} | more
    return Draft(conversation=conversation, text=text, **given)


def start(log: LogWriter, *said: Draft) -> list["asyncio.Task[Written]"]:
    return [asyncio.create_task(log.append(one)) for one in said]


async def the_log(store: Storage, conversation: Conversation) -> list[str]:
    entries = await store.messages.after(SHOP.slug, conversation.id, 0, 500)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return [entry.text for entry in entries]


async def held(store: Storage) -> tuple[Held, LogWriter, Conversation, list[str]]:
    """A writer whose inserts wait at a gate, a conversation it knows, and what is heard of what it stores."""
    heard: list[str] = []
    messages = Held(store)
    log = LogWriter(messages, store.conversations, lambda written: heard.append(written.entry.text))
    conversation = await conversation_of(store)
    await log.head(conversation)
    return messages, log, conversation, heard


async def test_what_comes_while_an_insert_is_under_way_is_sent_in_the_moment_that_it_is_done(store: Storage) -> None:
    messages, log, conversation, heard = await held(store)
    first = start(log, says(conversation, "a"))
    texts, gate = await messages.next()
    assert texts == ["a"]
    more = start(log, says(conversation, "b"), says(conversation, "c"))
    await asyncio.sleep(0)
    gate.set_result(None)
    texts, gate = await messages.next()
    assert texts == ["b", "c"]
    [written] = await asyncio.gather(*first)  # told although the next is still at the gate
    assert (written.entry.seq, heard) == (1, ["a"])
    gate.set_result(None)
    assert [one.entry.seq for one in await asyncio.gather(*more)] == [2, 3]
    assert heard == ["a", "b", "c"] == await the_log(store, conversation)


async def test_at_most_a_batch_is_ready_and_the_rest_follows_in_order(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_BATCH", 3)
    messages, log, conversation, heard = await held(store)
    calls = start(log, *(says(conversation, str(n)) for n in range(8)))
    for expected in ("012", "345", "67"):
        texts, gate = await messages.next()
        assert "".join(texts) == expected
        gate.set_result(None)
    assert [one.entry.seq for one in await asyncio.gather(*calls)] == list(range(1, 9))
    assert heard == list("01234567") == await the_log(store, conversation)


async def test_what_was_ready_behind_an_insert_that_failed_is_made_anew(store: Storage) -> None:
    messages, log, conversation, heard = await held(store)
    failing = start(log, says(conversation, "a"))
    _, gate = await messages.next()
    behind = start(log, says(conversation, "b"), says(conversation, "c"))
    await asyncio.sleep(0)
    gate.set_exception(DatabaseUnavailable("it is lost"))
    texts, gate = await messages.next()
    assert texts == ["b", "c"]
    gate.set_result(None)
    assert [one.entry.seq for one in await asyncio.gather(*behind)] == [1, 2]
    with pytest.raises(DatabaseUnavailable):
        await failing[0]
    assert heard == ["b", "c"] == await the_log(store, conversation)


async def test_where_another_process_wrote_first_those_behind_keep_their_order(store: Storage) -> None:
    messages, log, conversation, heard = await held(store)
    mine = start(log, says(conversation, "a"), says(conversation, "b"))
    _, gate = await messages.next()
    mine += start(log, says(conversation, "c"))
    await asyncio.sleep(0)
    theirs = LogWriter(store.messages, store.conversations, lambda _: None)
    await theirs.append(says(conversation, "before them"))
    gate.set_result(None)  # and is refused
    texts, gate = await messages.next()
    assert texts == ["a", "b", "c"]
    gate.set_result(None)
    assert [one.entry.seq for one in await asyncio.gather(*mine)] == [2, 3, 4]
    assert heard == ["a", "b", "c"]
    assert await the_log(store, conversation) == ["before them", "a", "b", "c"]


async def a_take_over_and_an_answer(
    messages: Held, log: LogWriter, conversation: Conversation
) -> tuple["asyncio.Task[Written]", "asyncio.Future[None]", "asyncio.Task[Written]"]:
    """Staff take it over, which is at the gate, and the bot answers behind that: the first, its gate, the second."""
    asked = start(log, says(conversation, "how much?", wants_answer=True))
    _, gate = await messages.next()
    gate.set_result(None)
    question = (await asked[0]).entry
    [taken] = start(log, says(conversation, "I have it", event=Event.TAKE, kind="act", author=STAFF))
    _, gate = await messages.next()
    answers: dict[str, Any] = {"in_reply_to": question.id, "answers_seq": question.seq, "author": BOT, "ref": None}
    [answer] = start(log, says(conversation, "$ 120", event=Event.BOT_ANSWERS, **answers))
    await asyncio.sleep(0)
    return taken, gate, answer


async def test_the_bot_is_not_silenced_by_a_take_over_that_is_not_stored(store: Storage) -> None:
    messages, log, conversation, _ = await held(store)
    lost, gate, answer = await a_take_over_and_an_answer(messages, log, conversation)
    gate.set_exception(DatabaseUnavailable("it is lost"))
    texts, gate = await messages.next()
    assert texts == ["$ 120"]
    gate.set_result(None)
    assert (await answer).entry.seq == 2
    with pytest.raises(DatabaseUnavailable):
        await lost


async def test_the_bot_is_silent_behind_a_take_over_that_is_under_way(store: Storage) -> None:
    messages, log, conversation, _ = await held(store)
    taken, gate, answer = await a_take_over_and_an_answer(messages, log, conversation)
    assert not answer.done()  # it is decided when it is known
    gate.set_result(None)
    with pytest.raises(AnswerRefused):
        await answer
    assert (await taken).moved
    assert await the_log(store, conversation) == ["how much?", "I have it"]


async def test_a_repeat_of_what_is_under_way_or_ready_is_told_what_was_stored(store: Storage) -> None:
    messages, log, conversation, heard = await held(store)
    calls = start(log, says(conversation, "a"))
    _, gate = await messages.next()
    calls += start(log, says(conversation, "a"), says(conversation, "b"), says(conversation, "b"))
    await asyncio.sleep(0)
    gate.set_result(None)
    texts, gate = await messages.next()
    assert texts == ["b"]
    gate.set_result(None)
    outcomes = [(one.entry.text, one.entry.seq, one.duplicate) for one in await asyncio.gather(*calls)]
    assert outcomes == [("a", 1, False), ("a", 1, True), ("b", 2, False), ("b", 2, True)]
    assert heard == ["a", "b"] == await the_log(store, conversation)


async def test_a_conversation_that_has_to_be_read_first_keeps_nobody_waiting(store: Storage) -> None:
    messages, log, conversation, _ = await held(store)
    unknown = await conversation_of(store, "two")
    first = start(log, says(conversation, "a"))
    _, gate = await messages.next()
    others = start(log, says(conversation, "b"), says(unknown, "c"), says(conversation, "d"))
    await asyncio.sleep(0)
    gate.set_result(None)
    assert (await first[0]).entry.seq == 1
    texts, gate = await messages.next()
    assert texts == ["b"]
    gate.set_result(None)
    assert (await others[0]).entry.seq == 2
    texts, gate = await messages.next()
    assert texts == ["c", "d"]
    gate.set_result(None)
    assert [(await one).entry.seq for one in others[1:]] == [1, 3]


async def test_an_entry_is_of_the_time_when_it_is_stored_however_long_it_was_ready(
    store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = count()
    monkeypatch.setattr(draft, "utc_now", lambda: BEGAN + timedelta(minutes=next(minutes)))
    monkeypatch.setattr(writer, "_STALE_SECONDS", 0.0)
    messages, log, conversation, _ = await held(store)
    calls = start(log, says(conversation, "a"))
    _, gate = await messages.next()
    calls += start(log, says(conversation, "b"))
    await asyncio.sleep(0)
    assert next(minutes) == 2  # it was made ready in the last minute
    gate.set_result(None)
    _, gate = await messages.next()
    gate.set_result(None)
    assert (await calls[1]).entry.at == BEGAN + timedelta(minutes=3)


async def test_one_who_looks_on_and_fails_ends_neither_the_message_nor_those_after_it(store: Storage) -> None:
    heard: list[str] = []

    def look_on(written: Written) -> None:
        if written.entry.text == "a":
            raise ZeroDivisionError
        heard.append(written.entry.text)

    log = LogWriter(store.messages, store.conversations, look_on)
    conversation = await conversation_of(store)
    calls = start(log, says(conversation, "a"), says(conversation, "b"))
    assert [one.entry.seq for one in await asyncio.gather(*calls)] == [1, 2]
    assert heard == ["b"]


@pytest.mark.parametrize("seed", range(6))
async def test_two_writers_and_a_database_that_breaks_lose_nothing_and_double_nothing(
    store: Storage, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(writer, "_BATCH", chance.choice((2, 5, 200)))
    conversations = [await conversation_of(store, str(number)) for number in range(3)]
    heard: list[list[Written]] = [[], []]
    logs = [LogWriter(Flaky(store, chance), store.conversations, heard[number].append) for number in (0, 1)]
    acked: dict[str, Entry] = {}

    async def send(sender: int, number: int) -> None:
        conversation = conversations[number % 3]
        text = f"{sender}:{number}"
        while text not in acked:
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            with contextlib.suppress(DatabaseUnavailable):
                acked[text] = (await chance.choice(logs).append(says(conversation, text))).entry

    async def send_all(sender: int) -> None:
        for first in range(0, 15, 5):
            await asyncio.gather(*(send(sender, number) for number in range(first, first + 5)))

    async with asyncio.timeout(50):
        await asyncio.gather(*(send_all(sender) for sender in range(8)))
    assert len(acked) == 120
    stored = [text for conversation in conversations for text in await the_log(store, conversation)]
    assert sorted(stored) == sorted(acked)
    for text, entry in acked.items():
        assert entry.id == entry_id(entry.conversation, ref=text)
        assert await store.messages.find(SHOP.slug, entry.conversation, entry.id) == entry
    for told in heard:
        for conversation in conversations:
            new = [one.entry.seq for one in told if one.entry.conversation == conversation.id and not one.duplicate]
            assert new == sorted(set(new))
