"""The action server on a port of this machine, and calls to it as a Rasa server makes them."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
from sanic import Sanic

from bot.rasa import make_app
from bot.rasa_sender import Senders
from config.clock import BusinessClock
from storage.proof import Identity, Proof
from storage.store import Storage
from tests.dialogues.people import NOW
from tests.learned import the_understander

SECRET = "a secret key for the tests only, long enough"
SENDERS = Senders(SECRET)


@asynccontextmanager
async def serving_actions(store: Storage, models: Path) -> AsyncIterator[str]:
    """The address of an action server over these records."""
    Sanic.test_mode = True  # an application's name may be used again
    app = make_app(store, the_understander(models), BusinessClock(NOW), "https://shop.test", SENDERS)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await server.startup()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            await server.close()


def signed(client_id: str | None, conversation: str = "talk") -> str:
    """The sender id of a client of the shop, or of a visitor whom the hub knows as one."""
    proof = Proof.FULL if client_id else Proof.VISITOR
    return SENDERS.make_sender_id("elm", conversation, Identity(proof=proof, client_id=client_id))


async def call(url: str, action: str, text: str, **tracker: Any) -> tuple[int, dict[str, Any]]:
    """Call an action with a small tracker: status and answer."""
    message = {"text": text, **tracker.pop("message", {})}
    held = {"sender_id": "anybody", "slots": {}, "latest_message": message, "events": [], **tracker}
    body = {"version": version("rasa-sdk"), "next_action": action, "domain": {}, "tracker": held}
    async with aiohttp.ClientSession() as http, http.post(f"{url}/webhook", json=body) as response:
        return response.status, await response.json()


class Rasa:
    """What a Rasa server does with the answers: its tracker's slots, its open form, its rules for our project."""

    def __init__(self, url: str, sender_id: str) -> None:
        self._url = url
        self._sender_id = sender_id
        self.slots: dict[str, Any] = {}
        self.loop: str | None = None
        self.events: list[dict[str, Any]] = []

    async def say(self, text: str, intent: str, message_id: str) -> str:
        """The answer to what Rasa takes for `intent`: the open form goes on with it, else its action runs.

        An action that opens another one's loop is followed by that one, as by Rasa's rules.
        """
        action, said = self.loop or f"action_{intent}", []
        said.append(await self._run(action, text, intent, message_id))
        if self.loop not in (None, action):
            said.append(await self._run(str(self.loop), text, intent, message_id))
        return "\n".join(filter(None, said))

    async def _run(self, action: str, text: str, intent: str, message_id: str) -> str:
        tracker = {
            "sender_id": self._sender_id,
            "slots": dict(self.slots),
            "active_loop": {"name": self.loop} if self.loop else {},
            "events": list(self.events),
            "message": {"intent": {"name": intent, "confidence": 0.98}, "message_id": message_id},
        }
        status, answer = await call(self._url, action, text, **tracker)
        assert status == 200, answer
        for event in answer["events"]:
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.loop = event["name"]
        for said in answer["responses"]:
            self.events.append({"event": "bot", "text": said["text"], "data": {"buttons": said["buttons"]}})
        return "\n".join(said["text"] for said in answer["responses"])
