"""From where a request comes, behind proxies that are trusted to say so."""

from collections.abc import Sequence


def peer_address(forwarded_for: Sequence[str], remote: str | None, trusted_proxies: int) -> str:
    """The address that the outermost trusted proxy saw, or the connection's own.

    `forwarded_for` are the values of `X-Forwarded-For`, in the order in which they came.
    """
    if trusted_proxies:
        chain = ",".join(forwarded_for).split(",")
        if len(chain) >= trusted_proxies and chain[-trusted_proxies].strip():
            return chain[-trusted_proxies].strip()
    return remote or ""
