"""Texting the shop without a phone: the command line, and what it shares with the simulator.

Both go through the signed webhook of the running server, as Twilio does; nothing is handed to the hub past it.
"""

import secrets
import shlex
from dataclasses import dataclass
from typing import Any

import aiohttp
from rich.console import Console

from chat.channels.sms import SIGNATURE_HEADER, TEXT_PATH, sign
from config.settings import Settings
from storage.phones import NotAPhone, parse_phone
from storage.shops import Shop
from storage.store import Storage

REPLIES_PATH = "/simulator/replies"
SIMULATE_PATH = "/simulator/text"

_LIMIT = aiohttp.ClientTimeout(total=60)


class CannotText(Exception):
    """The text cannot be sent; the message says why and what to do, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text from `sender` (E.164) to a shop. `sid` is made up as Twilio makes its own."""

    shop: Shop
    sender: str
    body: str
    sid: str

    def form(self) -> dict[str, str]:
        """The form that Twilio posts for it."""
        return {
            "MessageSid": self.sid,
            "From": self.sender,
            "To": self.shop.sms_number or "",
            "Body": self.body,
            "NumMedia": "0",
            "NumSegments": "1",
        }


def compose_text(shop: Shop, number: str, body: str) -> Text:
    """A new text from a number as people write it. Raises `CannotText`."""
    if shop.sms_number is None:
        raise CannotText(f"{shop.name} has no sms_number: nothing can be texted to it")
    if not body.strip():
        raise CannotText("the text is empty")
    written = f"+{number.strip()}" if number.startswith(" ") else number  # a form's bare + arrives as a space
    try:
        sender = parse_phone(written, shop.address.country or "US")
    except NotAPhone as error:
        raise CannotText(f"{number.strip()!r} {error}: write it as +15125550142") from error
    return Text(shop=shop, sender=sender, body=body, sid=f"SM{secrets.token_hex(16)}")


async def post_text(settings: Settings, http: aiohttp.ClientSession, origin: str, text: Text) -> None:
    """Post a text to the webhook of the server at `origin`, signed. Raises `CannotText`."""
    form = text.form()
    headers = {SIGNATURE_HEADER: sign(settings, TEXT_PATH, form)}
    async with http.post(origin + TEXT_PATH, data=form, headers=headers, timeout=_LIMIT) as response:
        if response.status == 403:
            raise CannotText(
                "the server refused the signature: it runs with another SECRET_KEY, BASE_URL or Twilio token"
            )
        if response.status != 200:
            raise CannotText(f"the server answered {response.status}")


async def run_sms(  # noqa: PLR0917  # what the command line has, in its order
    settings: Settings, store: Storage, shop: str | None, number: str, text: str, console: Console
) -> int:
    """The command `sms`: text the running server, wait for the turn to end, print the replies. The exit status."""
    try:
        if settings.production:
            raise CannotText("production takes texts from Twilio only")
        composed = compose_text(await _find_shop(store, shop, number), number, text)
        answer = await _exchange(settings, composed)
    except CannotText as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    for reply in answer["replies"]:
        console.print(reply, markup=False, highlight=False, soft_wrap=True)
    for note in answer["notes"]:
        console.print(f"({note})", style="dim", markup=False, highlight=False, soft_wrap=True)
    return 0


def local_origin(settings: Settings) -> str:
    """Where the server of these settings answers on this machine."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "localhost") else settings.host  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def curl_line(settings: Settings, shop: Shop, number: str, text: str) -> str:
    """A line to paste into a terminal, as often as one likes: it texts the shop and prints the replies."""
    fields = {"shop": shop.slug, "from": number, "text": text}
    parts = [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in fields.items()]
    return f"curl {' '.join(parts)} http://localhost:{settings.port}{SIMULATE_PATH}"


async def _exchange(settings: Settings, text: Text) -> dict[str, Any]:
    origin = local_origin(settings)
    query = {"shop": text.shop.slug, "number": text.sender, "sid": text.sid}
    try:
        async with aiohttp.ClientSession(timeout=_LIMIT) as http:
            await post_text(settings, http, origin, text)
            async with http.get(origin + REPLIES_PATH, params=query) as response:
                if response.status != 200:
                    raise CannotText(f"the text was taken, but the replies cannot be read: {response.status}")
                answer: dict[str, Any] = await response.json()
                return answer
    except aiohttp.ClientConnectorError as error:
        raise CannotText(f"no server answers at {origin}: start it with `make run`") from error
    except (TimeoutError, aiohttp.ClientError) as error:
        raise CannotText(f"the server at {origin} broke off: {str(error) or 'it took too long'}") from error


async def _find_shop(store: Storage, slug: str | None, number: str) -> Shop:
    """The shop that is named; else the only one, or the only one that has this number on file."""
    shops = await store.shops.list()
    names = ", ".join(shop.slug for shop in shops) or "none: import one, or run `python server.py demo`"
    if slug is not None:
        named = next((shop for shop in shops if shop.slug == slug), None)
        if named is None:
            raise CannotText(f"there is no shop {slug!r}; there is {names}")
        return named
    candidates = shops if len(shops) < 2 else [shop for shop in shops if await _knows(store, shop, number)]
    if len(candidates) != 1:
        raise CannotText(f"say which shop with --shop: {names}")
    return candidates[0]


async def _knows(store: Storage, shop: Shop, number: str) -> bool:
    try:
        return bool(await store.clients.find_by_phone(shop.slug, parse_phone(number, shop.address.country or "US")))
    except NotAPhone:
        return False
