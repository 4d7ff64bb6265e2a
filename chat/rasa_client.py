"""Asks a Rasa server over HTTP what a message means (`RASA_URL`). What is done with the answer: `bot/rasa_parse.py`."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.rasa_parse import RasaAway, RasaReader
from config.settings import Rasa, Settings

_LONGEST_ANSWER = 262_144  # bytes


class RasaClient:
    """One Rasa server. Its token travels in the address, as Rasa wants it, so no address is ever told or logged."""

    def __init__(self, http: aiohttp.ClientSession, rasa: Rasa) -> None:
        self._http = http
        self._url = f"{rasa.url}/model/parse"
        self._query = {"token": rasa.token.get_secret_value()} if rasa.token else {}
        self._seconds = rasa.timeout_seconds

    async def __call__(self, text: str, message_id: str) -> Any:
        """The JSON that it answers. Raises `RasaAway`."""
        body = {"text": text, "message_id": message_id}
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._http.post(self._url, params=self._query, json=body, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise RasaAway(f"it answers {response.status}")
                return json.loads(await _content(response))
        except TimeoutError as error:
            raise RasaAway(f"no answer in {self._seconds:g} s") from error
        except aiohttp.ClientError as error:
            raise RasaAway(type(error).__name__) from error
        except (ValueError, RecursionError) as error:
            raise RasaAway("its answer is no JSON") from error


@asynccontextmanager
async def open_rasa(settings: Settings, intents: Collection[str]) -> AsyncIterator[RasaReader | None]:
    """What reads messages by Rasa while the context is open; None where no `RASA_URL` is set."""
    if settings.rasa.url is None:
        yield None
        return
    async with aiohttp.ClientSession() as http:
        yield RasaReader(RasaClient(http, settings.rasa), intents)


async def _content(response: aiohttp.ClientResponse) -> bytes:
    content = b""
    async for part in response.content.iter_chunked(65_536):
        content += part
        if len(content) > _LONGEST_ANSWER:
            raise RasaAway("its answer has no end")
    return content
