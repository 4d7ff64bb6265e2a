"""Clients: who they are, how they are reached, what of their file they are shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from string import ascii_lowercase, ascii_uppercase
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from storage.codec import Document, encode, to_document
from storage.records import MARK, Records
from storage.search_words import all_words, phone_words, words_of
from storage.shops import SECTIONS, Address, Language, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Whether the client may use the portal, and which sections differ from the shop's choice."""

    enabled: bool = True
    sections: Mapping[str, bool] = field(default_factory=dict)
    set_by_staff: bool = False  # then imports no longer decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the shop's software says the client agreed to. None given: answers to the client's own messages only."""

    service: bool = False
    reminders: bool = False
    marketing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An accepted change request: the field's value holds against imports until `until`, or until one carries it."""

    field: str  # name, phones, email or address; of a vehicle: plate
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One client of one shop. `phones` are E.164, the first is the main one; `email` is lower case."""

    id: str
    shop: str
    external_id: str
    name: str
    phones: tuple[str, ...] = ()
    email: str | None = None
    address: Address | None = None
    language: Language | None = None
    portal: Portal = Portal()
    consent: Consent | None = None
    note: str | None = None  # staff only
    held: tuple[Held, ...] = ()

    @property
    def first_name(self) -> str:
        """What to greet them by."""
        return self.name.split()[0] if self.name.split() else self.name


_LETTERS = ("", *ascii_uppercase, "[", *ascii_lowercase, "{")  # where the names of a letter begin
_END = "\U0010ffff"
_ALIKE = (8, 5, 3, 2)  # letters in which the names of a range agree
_LAST_PLAIN = 0xD7FF  # after it the next letter may be none

INDEXES = [
    IndexModel([("shop", ASCENDING), ("phones", ASCENDING)], name="by_phone"),
    IndexModel([("shop", ASCENDING), ("email", ASCENDING)], name="by_email"),
    IndexModel([("shop", ASCENDING), ("name", ASCENDING), ("_id", ASCENDING)], name="by_name_and_id"),
]


class Clients(Records[Client]):
    """The clients of all shops."""

    kind: ClassVar[str] = "client"
    name: ClassVar[str] = "clients"
    model: ClassVar[type[Client]] = Client

    def words(self, document: Document) -> Sequence[str]:
        """Name, numbers and address."""
        phones = [phone_words(phone) for phone in document.get("phones", ())]
        return all_words(words_of(document["name"]), words_of(document.get("email") or ""), *phones)

    async def find_by_phone(self, shop: str, phone: str) -> list[Client]:
        """Those with this number (E.164) on file, by name. Several may share one."""
        return await self._named({"shop": shop, "phones": phone})

    async def find_by_email(self, shop: str, email: str) -> list[Client]:
        """Those with this address on file, by name."""
        return await self._named({"shop": shop, "email": email.strip().lower()})

    async def list_named(self, shop: str, after: tuple[str, str] | None, limit: int) -> list[Client]:
        """At most `limit` clients who come after this name and id, by name, namesakes by id.

        Range by range: the embedded engine reads and sorts all that matches, whatever the limit.
        """
        name, last = after or ("", "")
        namesakes = {"shop": shop, "name": name, "_id": {"$gt": last}}
        found = await self._first(namesakes, limit) if after is not None else []
        for begin, end in _ranges_after(name):
            if len(found) >= limit:
                break
            query: Document = {"shop": shop, "name": {"$gt": begin, "$lt": end}}
            if begin != name:
                query["name"] = {"$gte": begin, "$lt": end}
            found += await self._first(query, limit - len(found))
        return found

    async def _first(self, query: Document, limit: int) -> list[Client]:
        cursor = self._collection.find(query).sort([("name", ASCENDING), ("_id", ASCENDING)]).limit(limit)
        return [self.read(document) async for document in cursor]

    async def search(self, shop: str, query: str, limit: int) -> list[Client]:
        """At most `limit` clients found by all the words: of their names, numbers, addresses, plates and papers."""
        by_word = [{hit.client_id for hit in hits if hit.client_id} for hits in await self._search.hits(shop, query)]
        ids = sorted(set[str].intersection(*by_word))[:limit] if by_word else []
        return sorted((await self.find_many(shop, ids)).values(), key=lambda client: (client.name, client.id))

    async def set_portal(self, shop: str, client_id: str, portal: Portal) -> bool:
        """Staff's choice of access and sections; from now on it holds against imports. False: no such client."""
        fields = {"enabled": portal.enabled, "sections": dict(portal.sections), "set_by_staff": True}
        result = await self._collection.update_one({"_id": client_id, "shop": shop}, {"$set": {"portal": fields}})
        return result.matched_count == 1

    async def set_language(self, shop: str, client_id: str, language: Language) -> bool:
        """The language that the client asked to be answered in. False: no such client."""
        result = await self._collection.update_one({"_id": client_id, "shop": shop}, {"$set": {"language": language}})
        return result.matched_count == 1

    async def set_held(self, client: Client, field: str, value: object, until: datetime) -> None:
        """Change a field as the client asked, and hold it against imports until then. `client`: as read just now."""
        held = (*(one for one in client.held if one.field != field), Held(field=field, until=until))
        change: dict[str, Any] = {"$set": {field: encode(value), "held": encode(held)}, "$unset": {MARK: ""}}
        await self.make_findable([to_document(client) | {field: encode(value)}])
        await self._collection.update_one({"_id": client.id, "shop": client.shop}, change)

    async def _named(self, query: dict[str, str]) -> list[Client]:
        clients = [self.read(document) async for document in self._collection.find(query)]
        return sorted(clients, key=lambda client: (client.name, client.id))


def _ranges_after(name: str) -> Iterator[tuple[str, str]]:
    """From this name on: what begins as it does, ever less of it, then letter by letter."""
    begin = name
    alike = [name[:length] for length in _ALIKE if name and ord(name[:length][-1]) < _LAST_PLAIN]
    ends = [*(prefix[:-1] + chr(ord(prefix[-1]) + 1) for prefix in alike), *_LETTERS, _END]
    for end in ends:
        if end > begin:
            yield begin, end
            begin = end


def sections_for(shop: Shop, client: Client) -> dict[str, bool]:
    """Which sections this client is shown: the client's own choice, else the shop's, else yes; none without access."""
    return {
        section: client.portal.enabled and client.portal.sections.get(section, shop.sections.get(section, True))
        for section in SECTIONS
    }
