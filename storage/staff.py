"""Staff: who works in the inbox. The password is kept as an argon2id hash."""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import to_document
from storage.ids import record_id
from storage.records import Records

Role = Literal["owner", "advisor", "technician"]

_HASHER = PasswordHasher()


class StaffEmailTaken(Exception):
    """Somebody of this shop has this e-mail address already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One who works for the shop. `email` is lower case; without `password_hash` nobody can sign in as them."""

    id: str
    shop: str
    external_id: str
    email: str
    name: str
    role: Role
    password_hash: str | None = field(default=None, repr=False)
    active: bool = True  # who has left keeps their name in the log, and comes in no more
    set_by_staff: tuple[str, ...] = ()  # fields that an owner set here: they hold against imports


INDEXES = [
    IndexModel([("email", ASCENDING)], name="by_email"),
    IndexModel([("shop", ASCENDING), ("email", ASCENDING)], name="email", unique=True),
]


class Staffs(Records[Staff]):
    """The staff of all shops."""

    kind: ClassVar[str] = "staff"
    name: ClassVar[str] = "staff"
    model: ClassVar[type[Staff]] = Staff

    async def find_by_email(self, email: str) -> list[Staff]:
        """Those with this address, in whatever shop: one person may work for several."""
        query = {"email": email.strip().lower()}
        return [self.read(document) async for document in self._collection.find(query)]

    async def add(self, shop: str, email: str, name: str, role: Role, password: str) -> Staff:
        """Make or find the one with this address in this shop, and set name, role and password."""
        email = email.strip().lower()
        known = next((staff for staff in await self.find_by_email(email) if staff.shop == shop), None)
        external_id = known.external_id if known else email
        staff = Staff(
            id=known.id if known else record_id(shop, "staff", external_id),
            shop=shop,
            external_id=external_id,
            email=email,
            name=name,
            role=role,
            set_by_staff=("role", "active"),
            password_hash=await asyncio.to_thread(_HASHER.hash, password),
        )
        try:
            await self._collection.replace_one({"_id": staff.id, "shop": shop}, to_document(staff), upsert=True)
        except DuplicateKeyError as error:
            raise StaffEmailTaken(email) from error
        return staff

    async def invite(self, shop: str, email: str, name: str, role: Role) -> Staff:
        """Somebody new, who sets a password by a link. Raises `StaffEmailTaken`."""
        email = email.strip().lower()
        staff = Staff(
            id=record_id(shop, "staff", email),
            shop=shop,
            external_id=email,
            email=email,
            name=name,
            role=role,
            set_by_staff=("role",),
        )
        try:
            await self._collection.insert_one(to_document(staff))
        except DuplicateKeyError as error:
            raise StaffEmailTaken(email) from error
        return staff

    async def set_role(self, shop: str, staff_id: str, role: Role) -> None:
        """Their role from now on, whatever is imported later."""
        await self._set(shop, staff_id, "role", role)

    async def set_active(self, shop: str, staff_id: str, *, active: bool) -> None:
        """Whether they may come in, whatever is imported later."""
        await self._set(shop, staff_id, "active", active)

    async def set_password(self, shop: str, staff_id: str, password: str) -> bool:
        """Give them a new password. False when there is nobody with this id."""
        hashed = await asyncio.to_thread(_HASHER.hash, password)
        result = await self._collection.update_one({"_id": staff_id, "shop": shop}, {"$set": {"password_hash": hashed}})
        return result.matched_count == 1

    async def verify(self, email: str, password: str, shop: str | None = None) -> list[Staff]:
        """The staff with this address and password (in `shop`, else in all). Takes as long when there is nobody."""
        known = [one for one in await self.find_by_email(email) if shop in (None, one.shop) and one.active]
        hashes = [staff.password_hash or _nobody() for staff in known] or [_nobody()]
        right = await asyncio.to_thread(lambda: [_is_right(hashed, password) for hashed in hashes])
        return [staff for staff, ok in zip(known, right, strict=False) if ok and staff.password_hash]

    async def _set(self, shop: str, staff_id: str, name: Literal["role", "active"], value: object) -> None:
        change = {"$set": {name: value}, "$addToSet": {"set_by_staff": name}}
        await self._collection.update_one({"_id": staff_id, "shop": shop}, change)


def _is_right(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash of a password that nobody has: an unknown address takes as long as a known one."""
    return _HASHER.hash("nobody has this password")
