"""Identifiers. All are strings; what comes in by file gets its id from the shop's own id, so a reference needs no
look-up.
"""

import hashlib

from bson import ObjectId


def new_id() -> str:
    """A new id: 24 hex digits, unique, roughly in order of making."""
    return str(ObjectId())


def record_id(shop: str, kind: str, external_id: str) -> str:
    """The id of an imported record: the same shop, type and `external_id` always give the same 24 hex digits."""
    digest = hashlib.blake2b(f"{shop}\x1f{kind}\x1f{external_id}".encode(), digest_size=12)
    return digest.hexdigest()
