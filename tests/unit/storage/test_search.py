"""Search: by names, phones, plates, papers and words, by their beginnings and with slips, in one shop only."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chat.search_feed import SearchFeed, posting_of
from storage.conversations import Conversation, new_conversation
from storage.messages import Author
from storage.search import Posting
from storage.search_words import asked_words, number_words, phone_words, plain, words_of
from storage.store import Storage
from tests.cast import ANN, CIVIC, INVOICE, MARIA, TOM, WORK_ORDER, move_in
from tests.entries import entry_of
from tests.loop_turns import turns_of_others

AT = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
VISITOR = Author(kind="client", name="x")


async def say(store: Storage, conversation: Conversation, seq: int, text: str, at: datetime = AT) -> None:
    entry = entry_of(conversation, seq, at, VISITOR, text=text)
    await store.messages.append([entry])
    await store.search_index.add([posting_of(entry)])


async def begin(store: Storage, key: str, shop: str = "garage") -> Conversation:
    one = replace(new_conversation(shop, key, title=key), last_seq=1)
    await store.conversations.add(one)
    return one


@pytest.fixture
async def people(store: Storage) -> dict[str, Conversation]:
    await move_in(store)
    made = {
        "maria": await begin(store, f"client:{MARIA.id}"),
        "tom": await begin(store, f"client:{TOM.id}"),
        "visitor": await begin(store, "visitor:1"),
        "rival": await begin(store, "visitor:1", "rival"),
    }
    await say(store, made["maria"], 1, "When are my brake pads done?")
    await say(store, made["visitor"], 1, "Do you have winter tyres? The brakes are fine", AT + timedelta(hours=1))
    await say(store, made["visitor"], 2, "¿Tienen neumáticos de invierno?", AT + timedelta(hours=2))
    await say(store, made["rival"], 1, "brake pads")
    return made


async def ids(store: Storage, query: str, shop: str = "garage") -> list[str]:
    return [found.conversation.id for found in await store.search.find(shop, query, 50)]


@pytest.mark.parametrize(
    "query",
    [
        "maria", "mar", "LOPEZ", "lopez maria", "Lópe", "amria", "maira", "lopes",
        "512-555-0101", "(512) 555-0101", "+15125550101", "0101", "5550101",
        "KTX4821", "ktx 4821", "KTX-4821", "ktx", "civic", "hodna civic",
        INVOICE.number, WORK_ORDER.number, "w77", "maria brake", "maria@mail.example", "pads done",
    ],
)  # fmt: skip
async def test_a_client_is_found_by_all_there_is_of_them(
    store: Storage, people: dict[str, Conversation], query: str
) -> None:
    assert await ids(store, query) == [people["maria"].id]


@pytest.mark.parametrize("query", ["zzz", "maria winter", "99999", "the", "  ", "...", "xy"])
async def test_nothing_is_found_by_what_is_nowhere(store: Storage, people: dict[str, Conversation], query: str) -> None:
    assert await ids(store, query) == []


async def test_words_are_found_newest_first_with_where_they_stand(
    store: Storage, people: dict[str, Conversation]
) -> None:
    found = await store.search.find("garage", "brake", 10)
    assert [(one.conversation.id, one.seq) for one in found] == [(people["visitor"].id, 1), (people["maria"].id, 1)]
    assert "brakes are fine" in found[0].text
    (spanish,) = await store.search.find("garage", "neumaticos", 10)
    assert spanish.seq == 2


async def test_no_shop_finds_anothers(store: Storage, people: dict[str, Conversation]) -> None:
    assert await ids(store, "brake pads", "rival") == [people["rival"].id]
    assert await ids(store, "maria", "rival") == []


async def test_what_a_record_said_before_is_forgotten(store: Storage, people: dict[str, Conversation]) -> None:
    await store.clients.put(replace(MARIA, name="Maria Garcia"))
    assert await ids(store, "lopez") == []
    assert await ids(store, "garcia") == [people["maria"].id]
    await store.clients.set_held(MARIA, "phones", ("+15125557777",), AT)
    assert await ids(store, "5557777") == [people["maria"].id]
    assert await ids(store, "5550101") == []
    await store.vehicles.set_plate(CIVIC, "NEW 99", AT)
    assert await ids(store, "new99") == [people["maria"].id]
    assert await ids(store, "ktx4821") == []


async def test_what_was_there_before_there_was_a_search_is_taken_in_once(
    store: Storage, people: dict[str, Conversation]
) -> None:
    for name in ("search_words", "search_postings"):
        await store.database[name].delete_many({})
    assert await ids(store, "maria") == []
    feed = SearchFeed(Storage(store.database))  # as in a new process
    await feed.follow()
    assert await ids(store, "maria brake") == [people["maria"].id]
    await store.database["search_postings"].delete_many({})
    await feed.follow()
    assert await ids(store, "maria") == []


async def test_who_is_killed_while_making_the_past_findable_begins_where_it_was(
    store: Storage, people: dict[str, Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    began = AT - timedelta(days=30)
    past = [entry_of(people["tom"], 2 + n, began + timedelta(minutes=n), VISITOR, text=f"line{n}x") for n in range(250)]
    await store.messages.append(past)
    add = store.search_index.add

    async def add_or_die(postings: Iterable[Posting]) -> None:
        chunk = list(postings)
        if any("line249x" in one.words for one in chunk):
            raise ZeroDivisionError
        await add(chunk)

    monkeypatch.setattr(store.search_index, "add", add_or_die)
    with pytest.raises(ZeroDivisionError):
        await SearchFeed(store).follow()
    assert await ids(store, "line150x") == [people["tom"].id]
    monkeypatch.setattr(store.search_index, "add", add)
    await store.search_index.remove("garage", past[10].id)
    await SearchFeed(store).follow()
    assert await ids(store, "line249x") == [people["tom"].id]
    assert await ids(store, "line10x") == []  # it has not gone through all that again


async def test_two_on_one_number_are_both_found(store: Storage, people: dict[str, Conversation]) -> None:
    ann = await begin(store, f"client:{ANN.id}")
    assert set(await ids(store, "5550102")) == {people["tom"].id, ann.id}


@given(some.text(max_size=200))
def test_whatever_is_written_has_words_that_find_it_again(text: str) -> None:
    for word in words_of(text):
        assert words_of(word) in ([word], []) or plain(word) != word
    assert len(words_of(text)) <= 80
    assert all(word == word.strip() and word for word in asked_words(text))


def test_numbers_are_found_by_their_parts() -> None:
    assert number_words("KTX-4821") == {"ktx4821", "ktx", "4821"}
    assert phone_words("+15125550142") == {"15125550142", "5125550142", "5550142", "0142"}
    assert asked_words("512 555") == ["512555"]


async def test_what_a_busy_time_left_to_make_findable_is_thought_out_and_written_a_few_at_a_time(
    store: Storage,
) -> None:
    at_once: list[int] = []
    async with turns_of_others() as turn:

        def postings() -> Iterator[Posting]:
            for number in range(100):
                at_once.append(turn())
                yield Posting(id=f"p{number}", shop="garage", words=["brakes", f"w{number}"], at=AT)

        await store.search_index.add(postings())
    assert max(Counter(at_once).values()) <= 10
    assert [hit.id for hit in (await store.search_index.hits("garage", "w99"))[0]] == ["p99"]
    assert len((await store.search_index.hits("garage", "brakes"))[0]) == 100
