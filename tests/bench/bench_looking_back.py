"""How long reports and Client chats take: 20,000 episodes in 180 days, 10,000 conversations, one of 5,000 messages.

`.venv/bin/python -m tests.bench.bench_looking_back` prints medians of five, in milliseconds, over HTTP.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from aiohttp.test_utils import TestClient, TestServer

from chat.handoff import Event
from config.clock import utc_now
from config.process import spare_the_collector
from storage import engine
from storage.codec import to_document
from storage.conversations import applied, new_conversation
from storage.episode import Episode, Share, episode_id
from storage.messages import Rating, State
from storage.mongo import connect, in_chunks
from storage.sessions import STAFF_COOKIE
from storage.store import Storage
from tests.cast import RAY, move_in
from tests.portal_cast import portal_app
from tests.unit.storage.test_episode import told

EPISODES, CONVERSATIONS, MESSAGES, DAYS, TIMES = 20_000, 10_000, 5_000, 180, 5


def made(n: int, dice: Random, now: datetime) -> Episode:
    """Every other one the bot's, the rest Ray's."""
    conversation = f"{n % CONVERSATIONS:024x}"
    at = now - timedelta(days=dice.random() * DAYS)
    bot = n % 2 == 0
    plain = Episode(
        id=episode_id(conversation, n),
        shop="garage",
        conversation=conversation,
        number=n,
        first_seq=1,
        last_seq=9,
        started_at=at,
        channel="sms" if n % 3 else "web",
        opened_by="client",
        client_messages=4,
        bot_messages=3,
        asked_at=at,
        resolved_at=at + timedelta(days=1),
        ending="idle",
        rating=Rating(score=n % 5 + 1, comment="quick") if n % 7 == 0 else None,
        labels=("Tires",) if n % 4 == 0 else (),
    )
    if bot:
        return plain
    answered = {"answered_at": at + timedelta(minutes=dice.random() * 90), "answered_by": "ray", "had_person": True}
    ended = {"resolved_at": at + timedelta(hours=3), "ending": "staff", "resolved_by": "ray", "staff_messages": 2}
    return replace(plain, shares=(Share("ray", "Ray Ortiz", 2),), **{**answered, **ended})  # type: ignore[arg-type]


async def fill(store: Storage) -> str:
    """The garage after half a year; the id of the long conversation."""
    await move_in(store)
    now, dice = utc_now(), Random(7)
    episodes = [made(n, dice, now) for n in range(EPISODES)]
    await store.episodes.put_many(episodes)
    documents = []
    for n, last in enumerate(episodes[:CONVERSATIONS]):
        plain = new_conversation("garage", f"visitor:{n}", title=f"Visitor {n}")
        state = State(status="resolved" if n % 50 else "open", labels=last.labels)
        known = replace(plain, id=last.conversation, state=state, last_seq=9, last_text="thanks", rating=last.rating)
        documents.append(to_document(replace(known, last_at=last.resolved_at, episode=last)))
    for chunk in in_chunks(documents, 1000):
        await store.database["conversations"].insert_many(chunk)
    long = new_conversation("garage", "client:maria", title="Maria Lopez", client_id="maria")
    log = told(*((Event.CLIENT_WRITES if n % 2 else Event.BOT_ANSWERS, n / 60) for n in range(1, MESSAGES + 1)))
    await store.conversations.add(long)
    for entries in in_chunks([replace(one, shop="garage", conversation=long.id, text="is it ready?") for one in log]):
        await store.messages.append(entries)
        for entry in entries:
            long = applied(long, entry)
    await store.conversations.project_many([long])
    return long.id


async def measure(name: str, ask: Callable[[], Awaitable[int]]) -> None:
    """The first time, and the median of the next."""
    taken = []
    size = 0
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        size = await ask()
        taken.append((time.perf_counter() - began) * 1000)
    print(f"{name:44} first {taken[0]:7.0f}   then {statistics.median(taken[1:]):7.0f} ms   {size / 1000:8.0f} kB")


async def main(uri: str) -> None:
    """Fill, and ask."""
    store = Storage(connect(uri, "looking_back"))
    await store.prepare()
    long = await fill(store)
    client = TestClient(TestServer(portal_app(store)))
    await client.start_server()
    token = await store.sessions.open("garage", staff_id=RAY.id)
    headers = {"Cookie": f"{STAFF_COOKIE}={token}"}
    spare_the_collector()

    async def get(path: str) -> int:
        async with client.get(path, headers=headers) as response:
            assert response.status == 200, path
            return len(await response.read())

    chats = "/staff/logs/chats"
    for name, path in (
        ("reports, 7 days", "/staff/reports?days=7"),
        ("reports, 90 days and the 90 before", "/staff/reports?days=90"),
        ("chats", chats),
        ("chats, one in 250 fits", f"{chats}?status=open&rating=2"),
        ("chats, oldest first", f"{chats}?order=oldest"),
        ("chats, nothing fits", f"{chats}?q=zzzz"),
        (f"a chat of {MESSAGES:,} entries, its end", f"{chats}/{long}"),
        (f"a chat of {MESSAGES:,} entries, as a page", f"{chats}/{long}.html"),
        (f"a chat of {MESSAGES:,} entries, as JSON", f"{chats}/{long}.json"),
    ):
        await measure(name, lambda path=path: get(path))  # type: ignore[misc]
    await client.close()
    await store.database.drop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        port = engine.free_port()
        child = engine.start(Path(folder), port, storage=engine.MEMORY, durable=False)
        try:
            engine.wait_until_it_answers(child, port, Path(folder) / "db.log")
            asyncio.run(main(f"mongodb://127.0.0.1:{port}/?directConnection=true"))
        finally:
            child.kill()
            child.wait()
    sys.exit(0)
