"""The baseline: python-socketio that stores each message by one durable insert, then acks. Arguments: port, URI."""

import asyncio
import sys
from typing import Any

import socketio
import uvloop
from aiohttp import web
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern


async def main(port: int, uri: str) -> None:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(uri)
    database = client.get_database("bare", write_concern=WriteConcern(w="majority", j=True))
    server = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False)

    @server.on("message", namespace="/client")
    async def on_message(sid: str, message: dict[str, object]) -> dict[str, object]:
        result = await database["messages"].insert_one({"sid": sid, **message})
        return {"ok": True, "id": str(result.inserted_id)}

    app = web.Application()
    server.attach(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), sys.argv[2]))
