"""Requests that say who they are in a header: nothing that a browser adds by itself, as it does with cookies."""

from collections.abc import Mapping

BEARER = "Bearer"


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """The token of `Authorization: Bearer TOKEN`; None where nothing of this kind came. Other schemes are not ours."""
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == BEARER.lower() else None
