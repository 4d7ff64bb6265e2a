"""Search among 10,000 clients and 100,000 messages, against reading one conversation by its id in the same run."""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chat.search_feed import posting_of
from storage.clients import Client
from storage.codec import to_document
from storage.conversations import new_conversation
from storage.messages import Author, Entry, State
from storage.store import Storage
from storage.vehicles import Vehicle

CLIENTS = 10_000
MESSAGES = 100_000
_FIRST = "Maria Jose Ana Luis Tom Ann Ray Eva John Mary Carlos Lucia Peter Susan Omar Nina"
_WORDS = """
    brake brakes oil change rotor pads noise engine light battery tyre tires alignment coolant leak belt filter clutch
    quote price appointment tomorrow morning afternoon car truck ready pick money invoice paid card cash wipers glass
    window door seat exhaust smell smoke start starter alternator transmission fluid steering wheel suspension shock
"""
FIRST, WORDS = _FIRST.split(), _WORDS.split()


async def test_search(store: Storage) -> None:
    chance = random.Random(4)
    surnames = [f"{chance.choice('BCDFGHLMNPRST')}{''.join(chance.choices('aeiourlnst', k=6))}" for _ in range(3000)]
    at = datetime(2026, 11, 1, tzinfo=UTC)
    clients, vehicles, conversations = [], [], []
    for number in range(CLIENTS):
        name = f"{chance.choice(FIRST)} {chance.choice(surnames)}"
        phone = f"+1512{number:07d}"
        one = Client(id=f"c{number}", shop="s", external_id=f"C{number}", name=name, phones=(phone,))
        clients.append(to_document(one))
        vehicle = Vehicle(
            id=f"v{number}",
            shop="s",
            external_id=f"V{number}",
            client_id=one.id,
            year=2010,
            make="Honda",
            model="Civic",
        )
        vehicles.append(to_document(replace(vehicle, plate=f"K{number:05d}")))
        conversations.append(to_document(replace(new_conversation("s", f"client:{one.id}", title=name), last_seq=1)))
    began = time.perf_counter()
    await store.clients.insert_documents(clients)
    await store.vehicles.insert_documents(vehicles)
    print(f"\n{CLIENTS} clients and vehicles put and made findable in {time.perf_counter() - began:.1f} s")
    for begin in range(0, CLIENTS, 500):
        await store.database["conversations"].insert_many(conversations[begin : begin + 500])
    began = time.perf_counter()
    for begin in range(0, MESSAGES, 500):
        entries = [
            Entry(
                id=f"m{number}",
                shop="s",
                conversation=chance.choice(conversations)["_id"],
                seq=1,
                client_prev=0,
                kind="message",
                author=Author(kind="client", name="x"),
                at=at + timedelta(seconds=15 * number),
                state=State(),
                text=" ".join(chance.choices(WORDS, k=9)),
            )
            for number in range(begin, begin + 500)
        ]
        await store.search_index.add([posting_of(entry) for entry in entries])
    print(f"{MESSAGES} messages made findable at {MESSAGES / (time.perf_counter() - began):.0f} a second")
    base = await _median(lambda: store.conversations.find("s", conversations[7]["_id"]))
    asked = (
        "maria",
        clients[77]["name"],
        "5120000123",
        "K00512",
        "brake noise",
        "brake",
        "alternater",
        "zzzz",
        "mraia",
    )
    for query in asked:
        took = await _median(lambda query=query: store.search.find("s", query, 50))  # type: ignore[misc]
        found = len(await store.search.find("s", query, 50))
        print(f"  {query:22} {took:7.1f} ms, {took / base:6.1f} x one read by id, {found} found")


async def _median(ask: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - began)
    return sorted(times)[2] * 1000
