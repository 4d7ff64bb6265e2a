"""What must be read again and yet stay secret where it lies: sealed with a key that follows from `SECRET_KEY`.

Unlike a digest (`storage/hashing.py`) it can be opened: only what is used as it is belongs here, such as the secret of
a second factor. A new `SECRET_KEY` makes all of it unreadable.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken


class Unreadable(Exception):
    """It was sealed with another `SECRET_KEY`, or changed since."""


class Sealer:
    """Seals and opens texts."""

    def __init__(self, secret_key: str) -> None:
        key = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"pitline-sealing").digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, text: str) -> str:
        """The text, sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text. Raises `Unreadable`."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise Unreadable from error
