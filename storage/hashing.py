"""How secrets are kept: as keyed digests, never as they are.

A stolen database alone opens nothing, not even what is short (a six-digit code): every guess would need `SECRET_KEY`
too. Each purpose has a digest of its own, so what was made for one never passes for another. A new `SECRET_KEY` ends
every key, code, link and session at once.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]  # the system clock, or a test's


class Hasher:
    """Makes the digests that are stored in place of keys, codes, links, sessions and visitor tokens."""

    def __init__(self, secret_key: str) -> None:
        self._secret = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"pitline-digests").digest()

    def digest(self, purpose: str, *parts: str) -> str:
        """32 hex digits for `parts`, which are kept apart: ("a", "bc") and ("ab", "c") differ."""
        text = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
        return hashlib.blake2b(text.encode(), key=self._secret, digest_size=16).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two digests are equal, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
