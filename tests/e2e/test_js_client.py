"""The real JavaScript client over each transport: bursts, long texts, lines cut off; nothing lost, nothing twice."""

import asyncio
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from chat.hub import Outbound
from server import Running
from storage.messages import Author
from storage.proof import VISITOR
from tests.cast import RAY, SHOP

SCRIPT = Path(__file__).with_name("js_client.mjs")


async def run_client(running: Running, transports: list[str]) -> dict[str, Any]:
    """What the client sent and heard, in a conversation that a person has: the bot's answers are another matter."""
    visitors = running.store.visitors
    token = visitors.new_token()
    hub = running.hub
    conversation = await hub.conversation_for(SHOP, VISITOR, visitor=visitors.hash_of(SHOP.slug, token))
    author = Author(kind="staff", name=RAY.name, id=RAY.id)
    await hub.send(Outbound(shop=SHOP, conversation=conversation, author=author, text="Hello, this is Ray."))
    url = running.settings.public_url
    asked = json.dumps({"url": url, "shop": SHOP.slug, "visitor": token, "transports": transports})
    client = await asyncio.create_subprocess_exec("node", str(SCRIPT), asked, stdout=PIPE, stderr=PIPE)
    out, err = await asyncio.wait_for(client.communicate(), 55)
    assert client.returncode == 0, err.decode()
    told: dict[str, Any] = json.loads(out)
    return told


@pytest.mark.parametrize(
    ("transports", "used"),
    [(["websocket"], "websocket"), (["polling"], "polling"), (["polling", "websocket"], "websocket")],
    ids=["websocket", "polling", "upgraded"],
)
async def test_the_real_client_loses_nothing(running: Running, transports: list[str], used: str) -> None:
    told = await run_client(running, transports)
    assert told["used"] == used
    log = told["log"][1:]  # after Ray's
    assert [message["seq"] for message in told["log"]] == list(range(1, len(told["sent"]) + 2))
    texts = {message["ref"]: message["text"] for message in told["sent"]}
    assert len(texts) == 440
    assert {message["ref"]: message["text"] for message in log} == texts
    assert {message["ref"]: message["seq"] for message in log} == told["acks"]
    in_order = told["inOrder"]
    assert [message["ref"] for message in log[:in_order]] == [message["ref"] for message in told["sent"][:in_order]]
    assert told["pushed"] == [[message["seq"], message["ref"]] for message in told["log"]]
