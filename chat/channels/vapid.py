"""Who we are to push services: one key pair for the whole deployment (RFC 8292), and the words signed with it.

The private key comes from the settings, or is made at the first start and kept in the database. It is never logged.
"""

import base64
import time
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from config.settings import Settings
from storage.deployment import Deployment

_NAME = "vapid_private_key"
_VALID_SECONDS = 12 * 3600  # a push service takes at most a day
_RENEW_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class _Signed:
    header: str
    until: float


@dataclass(slots=True)
class Vapid:
    """`public_key` is what browsers subscribe with, base64url; `header` is for one push service."""

    private_key: str = field(repr=False)
    contact: str
    public_key: str = ""
    _signed: dict[str, _Signed] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        point = self._key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def header(self, endpoint: str) -> str:
        """The `Authorization` for an endpoint's push service; signed anew every few hours."""
        parts = urlsplit(endpoint)
        audience, now = f"{parts.scheme}://{parts.netloc}", time.time()
        signed = self._signed.get(audience)
        if signed is None or signed.until - now < _RENEW_SECONDS:
            until = now + _VALID_SECONDS
            claims = {"aud": audience, "exp": int(until), "sub": self.contact}
            signed = self._signed[audience] = _Signed(self._key().sign(claims)["Authorization"], until)
        return signed.header

    def _key(self) -> Vapid02:
        key = Vapid02.from_raw(self.private_key.encode())
        key.conf = {"no-strict": True}  # it takes no contact with a port or a path; the standard does
        return key


async def open_vapid(settings: Settings, deployment: Deployment) -> Vapid:
    """The deployment's keys, made now if there are none."""
    given = settings.push.private_key
    key = given.get_secret_value() if given else await deployment.agree(_NAME, make_private_key())
    return Vapid(private_key=key, contact=_contact(settings))


def make_private_key() -> str:
    """A new private key: 32 bytes, base64url."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def _contact(settings: Settings) -> str:
    """Whom a push service may turn to: as set, else our own address, else the address that mails come from."""
    if settings.push.contact:
        return settings.push.contact
    return settings.public_url if settings.secure else f"mailto:{parseaddr(settings.mail.sender)[1]}"
