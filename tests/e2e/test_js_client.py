"""The real JavaScript client over each transport: bursts, long texts, files, cut lines; nothing lost, nothing twice."""

import asyncio
import hashlib
import json
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from chat.hub import Outbound
from server import Running
from storage.messages import Author
from storage.pictures import check_file
from storage.proof import VISITOR
from tests.cast import RAY, SHOP
from tests.sample_files import PDF, moving, photo

SCRIPT = Path(__file__).with_name("js_client.mjs")
FILES = {
    "bumper.jpg": photo(1000, 750),
    "año.pdf": PDF.replace(b"trailer", b"%" + bytes(range(256)) * 800 + b"\ntrailer"),
    "dent.png": photo(300, 200, form="PNG"),
    "wheel.gif": moving(),
}
WITH_FILES = ["after a burst", "", "cut off as it is sent", "cut off before it is sent", "amid a burst that is cut off"]


async def run_client(running: Running, transports: list[str], folder: Path) -> dict[str, Any]:
    """What the client sent and heard, in a conversation that a person has: the bot's answers are another matter."""
    visitors = running.store.visitors
    token = visitors.new_token()
    hub = running.hub
    conversation = await hub.conversation_for(SHOP, VISITOR, visitor=visitors.hash_of(SHOP.slug, token))
    author = Author(kind="staff", name=RAY.name, id=RAY.id)
    await hub.send(Outbound(shop=SHOP, conversation=conversation, author=author, text="Hello, this is Ray."))
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    url, files = running.settings.public_url, {name: str(folder / name) for name in FILES}
    asked = json.dumps({"url": url, "shop": SHOP.slug, "visitor": token, "transports": transports, "files": files})
    client = await asyncio.create_subprocess_exec("node", str(SCRIPT), asked, stdout=PIPE, stderr=PIPE)
    out, err = await asyncio.wait_for(client.communicate(), 55)
    assert client.returncode == 0, err.decode()
    told: dict[str, Any] = json.loads(out)
    return told


def check_files(told: dict[str, Any]) -> None:
    """Every file is there once, in its message and its place, and its bytes are those that were kept of it.

    A PDF is kept as it is; a picture is written anew, so that it is known beforehand what of it is kept.
    """
    carrying = [message for message in told["log"] if message["attachments"]]
    sent = [message for message in told["sent"] if message.get("attachments")]
    assert [message["text"] for message in carrying] == WITH_FILES == [message["text"] for message in sent]
    arrived = [[one["id"] for one in message["attachments"]] for message in carrying]
    assert arrived == [message["attachments"] for message in sent]
    assert len({one for ids in arrived for one in ids}) == len(FILES) * len(WITH_FILES)
    assert [ids for _, _, ids in told["pushed"] if ids] == arrived
    kept = [(name, check_file(content)) for name, content in FILES.items()]
    assert dict(kept)["año.pdf"].content == FILES["año.pdf"]
    for message in carrying:
        assert [
            (one["status"], one["name"], one["type"], one["size"], one["sha256"]) for one in message["attachments"]
        ] == [
            (200, name, file.type, len(file.content), hashlib.sha256(file.content).hexdigest()) for name, file in kept
        ]


@pytest.mark.parametrize(
    ("transports", "used"),
    [(["websocket"], "websocket"), (["polling"], "polling"), (["polling", "websocket"], "websocket")],
    ids=["websocket", "polling", "upgraded"],
)
async def test_the_real_client_loses_nothing(
    running: Running, tmp_path: Path, transports: list[str], used: str
) -> None:
    told = await run_client(running, transports, tmp_path)
    assert told["used"] == used
    log = told["log"][1:]  # after Ray's
    assert [message["seq"] for message in told["log"]] == list(range(1, len(told["sent"]) + 2))
    texts = {message["ref"]: message["text"] for message in told["sent"]}
    assert len(texts) == 440 + len(WITH_FILES)
    assert {message["ref"]: message["text"] for message in log} == texts
    assert {message["ref"]: message["seq"] for message in log} == told["acks"]
    in_order = told["inOrder"]
    assert [message["ref"] for message in log[:in_order]] == [message["ref"] for message in told["sent"][:in_order]]
    assert [[seq, ref] for seq, ref, _ in told["pushed"]] == [[one["seq"], one["ref"]] for one in told["log"]]
    check_files(told)
