"""The stock action-server protocol over HTTP, as a Rasa server speaks it."""

import socket
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sanic import Sanic

from bot.catalog import load_catalog
from bot.rasa import make_app
from bot.understanding import Understander
from config.clock import BusinessClock
from storage.store import Storage
from tests.dialogues.people import NOW, move_in


@pytest.fixture
async def action_server(store: Storage, models: Path) -> AsyncIterator[str]:
    understander = Understander.train_or_load(models, load_catalog().examples)
    await move_in(store)
    Sanic.test_mode = True  # an application's name may be used again
    app = make_app(store, understander, BusinessClock(NOW), "https://shop.test")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await server.startup()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        await server.close()


async def call(url: str, action: str, text: str, **tracker: Any) -> tuple[int, dict[str, Any]]:
    body = {
        "version": version("rasa-sdk"),
        "next_action": action,
        "domain": {},
        "tracker": {"sender_id": "anybody", "slots": {}, "latest_message": {"text": text}, "events": [], **tracker},
    }
    async with aiohttp.ClientSession() as http, http.post(f"{url}/webhook", json=body) as response:
        return response.status, await response.json()


async def test_every_intent_is_an_action(action_server: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{action_server}/actions") as response:
        names = {action["name"] for action in await response.json()}
    assert {"action_ask_balance", "action_book_appointment", "action_out_of_scope"} <= names
    assert len(names) >= 34


async def test_a_public_question_is_answered(action_server: str) -> None:
    status, body = await call(action_server, "action_opening_hours", "are you open now?")
    assert status == 200
    assert body["responses"][0]["text"].startswith("We are open now, until 12:00 PM.")


async def test_an_unsigned_sender_is_told_nothing_private(action_server: str) -> None:
    status, body = await call(action_server, "action_ask_balance", "what do i owe?", sender_id="client:maria")
    assert status == 200
    assert body["responses"][0]["text"] == (
        "I can only tell that to the client it is about. Please sign in first.\nSign in: https://shop.test/s/elm/login"
    )


async def test_a_form_asks_and_sets_slots_by_events(action_server: str) -> None:
    _, body = await call(action_server, "action_book_appointment", "book an oil change friday at 10")
    assert body["responses"][0]["text"].startswith("What car is it")
    assert {"event": "active_loop", "timestamp": None, "name": "book_appointment"} in body["events"]
    slots = {event["name"]: event["value"] for event in body["events"] if event["event"] == "slot"}
    assert slots["services"] == ["oil_change"]
    assert slots["requested_slot"] == "car"


async def test_an_unknown_action_is_not_found(action_server: str) -> None:
    status, _ = await call(action_server, "action_unheard_of", "hello")
    assert status == 404
