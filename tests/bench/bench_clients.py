"""The staff's list of clients, page after page, in a shop of 100,000 of whom 2,000 have the same name."""

import random
import time

from storage.clients import Client
from storage.codec import to_document
from storage.store import Storage

CLIENTS = 100_000
NAMESAKES = 2_000
PAGE = 25
_FIRST = "Maria Jose Ana Luis Tom Ann Ray Eva John Mary Carlos Lucia Peter Susan Omar Nina Bea Dan Gus Zoe"
FIRST = _FIRST.split()


def client(number: int, name: str) -> Client:
    return Client(id=f"c{number:06}", shop="s", external_id=f"C{number}", name=name)


async def test_list(store: Storage) -> None:
    chance = random.Random(4)
    names = [f"{chance.choice(FIRST)} {''.join(chance.choices('aeiourlnst', k=7)).title()}" for _ in range(CLIENTS)]
    names[:NAMESAKES] = ["Maria Lopez"] * NAMESAKES
    clients = [to_document(client(number, name)) for number, name in enumerate(names)]
    for begin in range(0, CLIENTS, 5000):
        await store.database["clients"].insert_many(clients[begin : begin + 5000])
    took: list[float] = []
    seen: list[str] = []
    after = None
    while True:
        began = time.perf_counter()
        found = await store.clients.list_named("s", after, PAGE + 1)
        took.append((time.perf_counter() - began) * 1000)
        seen += [one.id for one in found[:PAGE]]
        if len(found) <= PAGE:
            break
        after = (found[PAGE - 1].name, found[PAGE - 1].id)
    assert len(seen) == len(set(seen)) == CLIENTS
    ordered = sorted(took)
    middle, high = ordered[len(took) // 2], ordered[len(took) * 99 // 100]
    print(f"\n{CLIENTS} clients, {len(took)} pages of {PAGE}: first {took[0]:.0f} ms, median {middle:.0f} ms,")
    print(f"99 of 100 within {high:.0f} ms, slowest {ordered[-1]:.0f} ms")
