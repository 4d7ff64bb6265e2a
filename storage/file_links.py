"""Addresses by which a file may be read without a cookie: signed, and over at a set time.

A carrier that fetches a photo sends no cookie, nor does a picture in a frame on another site. The signature is keyed by
`SECRET_KEY`. The time is rounded up to a whole day, so that an address stays the same for a day and browsers keep what
they have. What belongs to a note is never signed: staff read it by their session.
"""

from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from config.clock import utc_now
from storage.hashing import Clock, Hasher, same

IN_CHAT = timedelta(days=7)  # a page may stay open for days, and asks anew for what is new only
BY_CARRIER = timedelta(days=7)
BY_MAIL = timedelta(days=30)  # mails are opened late

Word: TypeAlias = Literal["good", "over", "false"]

_DAY = timedelta(days=1)
_PURPOSE = "file"


class FileLinks:
    """Makes and checks the addresses of files."""

    def __init__(self, hasher: Hasher, clock: Clock = utc_now) -> None:
        self._hasher = hasher
        self._now = clock

    def path(self, shop: str, file_id: str, lifetime: timedelta = IN_CHAT) -> str:
        """The signed address on our origin, good for `lifetime` and at most a day more."""
        until = int(-(-(self._now() + lifetime).timestamp() // _DAY.total_seconds()) * _DAY.total_seconds())
        return f"/files/{file_id}?e={until}&s={self._sign(shop, file_id, until)}"

    def check(self, shop: str, file_id: str, until: str, signature: str) -> Word:
        """What an address's `e` and `s` are worth."""
        if not (until.isascii() and until.isdigit() and len(until) <= 12):
            return "false"
        if not same(signature, self._sign(shop, file_id, int(until))):
            return "false"
        return "good" if datetime.fromtimestamp(int(until), UTC) > self._now() else "over"

    def _sign(self, shop: str, file_id: str, until: int) -> str:
        return self._hasher.digest(_PURPOSE, shop, file_id, str(until))


def plain_path(file_id: str) -> str:
    """The address without a signature: for who has a session."""
    return f"/files/{file_id}"


def thumbnail_path(path: str) -> str:
    """The address of the small picture of the file at `path`."""
    where, mark, query = path.partition("?")
    return f"{where}/thumbnail{mark}{query}"
