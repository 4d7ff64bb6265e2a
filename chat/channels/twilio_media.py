"""Files that came with a text, fetched from Twilio.

Twilio asks for the account's login and answers with a redirect to where the file lies. The login goes to the
configured address alone. Wherever else a redirect leads must be https at a public name, looked up at that moment; only
the configured host itself is taken as it is. No more is read than may be kept.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp import hdrs
from yarl import URL

from chat.channels.push_hosts import BadEndpoint, PublicResolver, check_endpoint
from config.settings import Settings
from storage.files import MOST_BYTES

_MOST_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({401, 403, 408, 425, 429})  # ours to set right, or later; the file is not at fault
_LONGEST_ADDRESS = 4000  # a signed one is long
_LONGEST_FETCH = 60.0  # seconds, with all redirects


class CannotFetch(Exception):
    """It will never be here: gone, too large, or led to where we do not go."""


class FetchLater(Exception):
    """It was not to be had this time."""


class TwilioMedia:
    """Fetches. `own` reaches the configured host, `public` public addresses only; neither keeps cookies."""

    def __init__(
        self,
        settings: Settings,
        *,
        own: aiohttp.ClientSession,
        public: aiohttp.ClientSession,
        patience: float = _LONGEST_FETCH,
    ) -> None:
        twilio = settings.twilio
        self._base = urlsplit(twilio.api_base_url)
        token = twilio.auth_token.get_secret_value() if twilio.auth_token else ""
        login = base64.b64encode(f"{twilio.account_sid}:{token}".encode()).decode()
        self._login = {"Authorization": f"Basic {login}"}
        self._own = own
        self._public = public
        self._patience = patience

    async def fetch(self, url: str) -> bytes:
        """The content at an address that Twilio named. Raises `CannotFetch` and `FetchLater`, with a code."""
        try:
            if not is_ours(self._base, url):
                raise CannotFetch("address")
            async with asyncio.timeout(self._patience):
                for _ in range(_MOST_REDIRECTS + 1):
                    answer = await self._ask(url)
                    if isinstance(answer, bytes):
                        return answer
                    url = urljoin(url, answer)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise FetchLater(type(error).__name__) from error
        except ValueError as error:
            raise CannotFetch("address") from error
        raise CannotFetch("redirects")

    async def _ask(self, url: str) -> bytes | str:
        """The content, or where it is to be found."""
        http, login = self._way_to(url)
        headers = {"Accept-Encoding": "identity", **login}
        address = URL(url, encoded=True)
        async with http.get(address, headers=headers, allow_redirects=False) as response:
            if response.status in _REDIRECTS and hdrs.LOCATION in response.headers:
                return response.headers[hdrs.LOCATION]
            if response.status in _PASSING or response.status >= 500:
                raise FetchLater(f"status_{response.status}")
            if response.status != 200 or response.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
                raise CannotFetch(f"status_{response.status}")
            return await _read(response)

    def _way_to(self, url: str) -> tuple[aiohttp.ClientSession, dict[str, str]]:
        """By which session it is asked for, and with which login. Raises `CannotFetch`."""
        if is_ours(self._base, url):
            return self._own, self._login
        parts = urlsplit(url)
        if (parts.scheme, parts.hostname) == (self._base.scheme, self._base.hostname) and "@" not in parts.netloc:
            return self._own, {}
        try:
            check_endpoint(url, longest=_LONGEST_ADDRESS)
        except BadEndpoint as error:
            raise CannotFetch("address") from error
        return self._public, {}


def is_ours(base: SplitResult, url: str) -> bool:
    """Whether an address is at the configured Twilio itself: scheme, host and port."""
    return urlsplit(url)[:2] == base[:2]


@asynccontextmanager
async def open_twilio_media(settings: Settings) -> AsyncIterator[TwilioMedia]:
    """As long as the context is open."""
    connector = aiohttp.TCPConnector(resolver=PublicResolver())
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as own,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=connector) as public,
    ):
        yield TwilioMedia(settings, own=own, public=public)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    if (response.content_length or 0) > MOST_BYTES:
        raise CannotFetch("too_large")
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > MOST_BYTES:
            raise CannotFetch("too_large")
    return bytes(content)
