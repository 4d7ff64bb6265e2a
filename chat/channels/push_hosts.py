"""Where pushes may go. Endpoints are named by browsers, so they could name anything: only https to a public address.

The name is looked up at the moment of sending and what it leads to is checked then, so that a name that leads
somewhere else later does not help. `PUSH_ALSO_TO` names origins that are taken
as they are: a push service of one's own.
"""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

_LONGEST_ENDPOINT = 1000


class BadEndpoint(Exception):
    """An address that nothing is sent to."""


def check_endpoint(endpoint: str, also: Collection[str] = (), *, longest: int = _LONGEST_ENDPOINT) -> None:
    """Raises `BadEndpoint` with the reason; `also` are origins that are taken as they are."""
    if len(endpoint) > longest or not endpoint.isascii() or any(letter <= " " for letter in endpoint):
        raise BadEndpoint("is no address of a push service")
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise BadEndpoint("is no address of a push service") from error
    if f"{parts.scheme}://{parts.netloc}" in also:
        return
    if parts.scheme != "https" or port not in (None, 443) or parts.username or parts.password:
        raise BadEndpoint("must be https, on the usual port")
    if "." not in host.strip(".") or _is_number(host) or host.rstrip(".").endswith((".local", ".internal")):
        raise BadEndpoint("must be a public host name")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.rstrip(".").rpartition(".")[2].isdigit()
    return True


class PublicResolver(AbstractResolver):
    """Looks names up, and finds nothing where they lead into a private network."""

    def __init__(self, names: AbstractResolver | None = None) -> None:
        self._names = names or aiohttp.DefaultResolver()

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """Raises `OSError` where no public address is found."""
        found = await self._names.resolve(host, port, family)  # type: ignore[arg-type]
        public = [one for one in found if _is_public(one["host"])]
        if not public:
            raise OSError(f"{host} leads to no public address")
        return public

    async def close(self) -> None:
        """Nothing is looked up any more."""
        await self._names.close()


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not found.is_multicast
