"""Sender ids for Rasa that say who is writing, signed by us and good for a while.

The action-server protocol knows no authentication: all that it carries of a peer is the sender id, so the proof must be
there. Whoever holds such an id is that peer until it expires, so it is short-lived and says no more than it must: the
client's id, no name, and never a number.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.clock import utc_now
from storage.hashing import Clock
from storage.proof import Identity, LinkScope, Proof

LIFE = timedelta(hours=1)
LONGEST_LIFE = timedelta(hours=24)

_MARK = "pl1"  # says what it is, and by which rules it was signed
_LONGEST = 255  # what a Rasa tracker store on SQL keeps of a sender id


class SenderRefused(Exception):
    """A sender id that is none of ours, or not what we made, or no longer good. The message never holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who a signed sender id stands for. `conversation` sets its messages apart from everybody else's."""

    shop: str
    conversation: str
    identity: Identity
    expires_at: datetime  # system clock, aware UTC


class Senders:
    """Makes sender ids and reads them back. The key is derived from `SECRET_KEY` and used for nothing else."""

    def __init__(self, secret_key: str, clock: Clock = utc_now) -> None:
        self._key = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"pitline-rasa").digest()
        self._clock = clock

    def make_sender_id(self, shop: str, conversation: str, identity: Identity, life: timedelta = LIFE) -> str:
        """A sender id of at most 255 characters, good for `life` from now.

        Raises ValueError for a peer that has yet to say which client it is, a life over a day, or too long ids.
        """
        if identity.proof is Proof.SHARED_PHONE:
            raise ValueError("this peer has yet to say which of the clients with its number it is")
        if not timedelta(0) < life <= LONGEST_LIFE:
            raise ValueError(f"a sender id is good for {LONGEST_LIFE} at most")
        scope = identity.scope
        about = [
            shop,
            conversation,
            int((self._clock() + life).timestamp()),
            identity.proof.value,
            identity.client_id or "",
            scope.page if scope else "",
            (scope.record_id or "") if scope else "",
        ]
        content = _encode(json.dumps(about, separators=(",", ":")).encode())
        sender_id = f"{_MARK}.{content}.{self._signature(content)}"
        if len(sender_id) > _LONGEST:
            raise ValueError("the ids of shop, conversation and record are too long for a sender id")
        return sender_id

    def parse_sender_id(self, sender_id: str) -> Sender:
        """Who it stands for. Raises `SenderRefused`."""
        mark, _, rest = sender_id.partition(".")
        content, _, signature = rest.partition(".")
        if mark != _MARK or len(sender_id) > _LONGEST:
            raise SenderRefused("the sender is not signed")
        if not hmac.compare_digest(self._signature(content).encode(), signature.encode("utf-8", "replace")):
            raise SenderRefused("the sender is signed by somebody else, or was altered")
        sender = _read(content)
        if sender.expires_at <= self._clock():
            raise SenderRefused("the sender's time is over")
        return sender

    def _signature(self, content: str) -> str:
        signed = f"{_MARK}.{content}".encode("utf-8", "replace")
        return _encode(hmac.new(self._key, signed, hashlib.sha256).digest())


def _read(content: str) -> Sender:
    """What we have signed, so it is in our own shape; or in that of a version of us that is gone."""
    try:
        about: list[Any] = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))
        shop, conversation, expires, proof, client_id, page, record_id = about
        scope = LinkScope(page=page, record_id=record_id or None) if page else None
        identity = Identity(proof=Proof(proof), client_id=client_id or None, scope=scope)
        expires_at = datetime.fromtimestamp(expires, UTC)
    except (ValueError, TypeError, binascii.Error) as error:
        raise SenderRefused("the sender was signed by another version of Pitline") from error
    return Sender(shop=shop, conversation=conversation, identity=identity, expires_at=expires_at)


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
