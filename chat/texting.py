"""Texting the shop without a phone: the command line, and what it shares with the simulator.

Both go through the signed webhook of the running server, as Twilio does; nothing is handed to the hub past it.
"""

import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from rich import get_console

from chat.channels.sms import SIGNATURE_HEADER, TEXT_PATH, sign
from config.settings import Settings
from storage.phones import NotAPhone, parse_phone
from storage.shops import Shop

if TYPE_CHECKING:
    from rich.console import Console  # the server prints nothing with it

LINES_PATH = "/simulator/lines"
REPLIES_PATH = "/simulator/replies"
SIMULATE_PATH = "/simulator/text"

_LIMIT = aiohttp.ClientTimeout(total=60)


class CannotText(Exception):
    """The text cannot be sent; the message says why and what to do, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLine:
    """A shop's number (E.164), as one who texts it knows it. `country` is how numbers are read, `knows` whether it has
    the texting number on file.
    """

    slug: str
    name: str
    number: str
    country: str
    knows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text from `sender` (E.164) to a shop. `sid` is made up as Twilio makes its own."""

    line: ShopLine
    sender: str
    body: str
    sid: str

    def form(self) -> dict[str, str]:
        """The form that Twilio posts for it."""
        return {
            "MessageSid": self.sid,
            "From": self.sender,
            "To": self.line.number,
            "Body": self.body,
            "NumMedia": "0",
            "NumSegments": "1",
        }


def line_of(shop: Shop, *, knows: bool = False) -> ShopLine:
    """The line of a shop. Raises `CannotText` when it has none."""
    if shop.sms_number is None:
        raise CannotText(f"{shop.name} has no sms_number: nothing can be texted to it")
    country = shop.address.country or "US"
    return ShopLine(slug=shop.slug, name=shop.name, number=shop.sms_number, country=country, knows=knows)


def compose_text(line: ShopLine, number: str, body: str) -> Text:
    """A new text from a number as people write it. Raises `CannotText`."""
    if not body.strip():
        raise CannotText("the text is empty")
    written = f"+{number.strip()}" if number.startswith(" ") else number  # a form's bare + arrives as a space
    try:
        sender = parse_phone(written, line.country)
    except NotAPhone as error:
        raise CannotText(f"{number.strip()!r} {error}: write it as +15125550142") from error
    return Text(line=line, sender=sender, body=body, sid=f"SM{secrets.token_hex(16)}")


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


async def run_sms(
    settings: Settings, shop: str | None, number: str, text: str, console: "Console | None" = None
) -> int:
    """The command `sms`: text the running server, wait for the turn to end, print the replies. The exit status."""
    console = console or get_console()
    try:
        if settings.production:
            raise CannotText("production takes texts from Twilio only")
        answer = await _exchange(settings, shop, number, text)
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


async def _exchange(settings: Settings, slug: str | None, number: str, body: str) -> dict[str, Any]:
    origin = local_origin(settings)
    try:
        async with aiohttp.ClientSession(timeout=_LIMIT) as http:
            lines = [ShopLine(**line) for line in await _get(http, origin + LINES_PATH, number=number)]
            text = compose_text(_choose_line(lines, slug), number, body)
            await post_text(settings, http, origin, text)
            query = {"shop": text.line.slug, "number": text.sender, "sid": text.sid}
            answer: dict[str, Any] = await _get(http, origin + REPLIES_PATH, **query)
            return answer
    except aiohttp.ClientConnectorError as error:
        raise CannotText(f"no server answers at {origin}: start it with `make run`") from error
    except (TimeoutError, aiohttp.ClientError) as error:
        raise CannotText(f"the server at {origin} broke off: {str(error) or 'it took too long'}") from error


async def _get(http: aiohttp.ClientSession, url: str, **query: str) -> Any:
    async with http.get(url, params=query) as response:
        if response.status != 200:
            raise CannotText(f"the server answered {response.status} for {url}: does it run in production?")
        return await response.json()


def _choose_line(lines: Sequence[ShopLine], slug: str | None) -> ShopLine:
    """The shop that is named; else the only one, or the only one that has this number on file."""
    names = ", ".join(line.slug for line in lines) or "none with an sms_number"
    if slug is not None:
        named = next((line for line in lines if line.slug == slug), None)
        if named is None:
            raise CannotText(f"there is no shop {slug!r} to text; there is {names}")
        return named
    candidates = [line for line in lines if line.knows] if len(lines) > 1 else lines
    if len(candidates) != 1:
        raise CannotText(f"say which shop with --shop; there is {names}")
    return candidates[0]
