"""Shops: who they are, when they are open, what they do, how one books."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import Document, from_document, to_document
from storage.money import format_money
from storage.mongo import Database
from storage.records import NotFound

Language = Literal["en", "es"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Section = Literal["invoices", "estimates", "payments", "vehicles", "inspections", "work_orders", "visits"]
Span = tuple[str, str]  # "HH:MM" to "HH:MM" in the shop's zone; "24:00" is midnight

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
SECTIONS: tuple[Section, ...] = get_args(Section)


class SmsNumberTaken(Exception):
    """Another shop has this `sms_number` already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address. `country` is two letters, upper case."""

    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def one_line(self) -> str:
        """`412 Garland Ave, Austin, TX 78704`."""
        last = " ".join(part for part in (self.region, self.postal_code) if part)
        return ", ".join(part for part in (self.street, self.city, last) if part)

    @property
    def map_url(self) -> str | None:
        """Where a public map shows it; None where there is no address."""
        return f"https://www.openstreetmap.org/search?query={quote_plus(self.one_line)}" if self.one_line else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day with hours of its own, or (no `hours`) closed."""

    date: date
    name: str
    hours: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One thing that the shop does. `name` by language, `price_from` in cents: the price on the list."""

    code: str
    name: Mapping[str, str]
    minutes: int
    price_from: int | None = None

    def title(self, language: str) -> str:
        """Its name in this language, else in one that it has."""
        return self.name.get(language) or next(iter(self.name.values()), self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRules:
    """How one books: openings every `step_minutes`, at least `notice_minutes` and at most `days_ahead` away."""

    step_minutes: int = 30
    notice_minutes: int = 120
    days_ahead: int = 60
    confirm: Literal["auto", "staff"] = "auto"


def secure_url(url: str | None) -> str | None:
    """The address if it is one of https; else None: nobody is sent anywhere else to pay."""
    return url if url is not None and url.lower().startswith("https://") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A shop's logo (`storage/shop_logos.py`): its mark, and its size in pixels."""

    mark: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop. `slug` is its id and the scope of everything that it keeps; `phone` and `sms_number` are E.164."""

    slug: str
    name: str
    phone: str
    email: str
    address: Address
    timezone: str
    currency: str
    language: Language
    sms_number: str | None = None
    website: str | None = None
    hours: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    closed: tuple[ClosedDay, ...] = ()
    services: tuple[Service, ...] = ()
    bays: tuple[str, ...] = ()
    booking: BookingRules = BookingRules()
    payment_methods: tuple[str, ...] = ()
    pay_url: str | None = None
    approval_limit: int = 50_000  # cents: an estimate above it is not approved by text message but on its page
    sections: Mapping[str, bool] = field(default_factory=dict)  # those not named show
    origins: tuple[str, ...] = ()
    accent: str | None = None  # "#0e5f66": pages use shades of it that can be read
    logo: Logo | None = None
    set_by_staff: tuple[str, ...] = ()  # fields that staff changed here: they hold against imports

    @property
    def pay_link(self) -> str | None:
        """Where clients pay online, where that is safe."""
        return secure_url(self.pay_url)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    def money(self, cents: int, language: str = "en") -> str:
        """Cents as a reader of this language writes them where the shop is: `$386.20`."""
        return format_money(cents, self.currency, language, self.address.country)

    def service(self, code: str) -> Service | None:
        """The service with this code, or None."""
        return next((service for service in self.services if service.code == code), None)

    def service_title(self, code: str, language: str) -> str:
        """The service's name in this language; the code itself, made readable, where the list has it no more."""
        service = self.service(code)
        return service.title(language) if service is not None else code.replace("_", " ")


INDEXES = [
    IndexModel(
        [("sms_number", ASCENDING)],
        name="sms_number",
        unique=True,
        partialFilterExpression={"sms_number": {"$exists": True}},
    )
]


class Shops:
    """The deployment's shops."""

    name = "shops"
    kind = "shop"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def find(self, slug: str) -> Shop | None:
        """The shop with this slug, or None."""
        document = await self._collection.find_one({"_id": slug})
        return None if document is None else from_document(Shop, document)

    async def get(self, slug: str) -> Shop:
        """The shop with this slug. Raises `NotFound`."""
        shop = await self.find(slug)
        if shop is None:
            raise NotFound("shop", slug)
        return shop

    async def list(self) -> "list[Shop]":
        """All shops of the deployment, by name."""
        shops = [from_document(Shop, document) async for document in self._collection.find({})]
        return sorted(shops, key=lambda shop: shop.name)

    async def find_by_sms_number(self, number: str) -> Shop | None:
        """The shop that is texted at this number (E.164), or None."""
        document = await self._collection.find_one({"sms_number": number})
        return None if document is None else from_document(Shop, document)

    async def put(self, shop: Shop, *, mark: str | None = None) -> None:
        """Store the shop in place of the one with its slug. Raises `SmsNumberTaken`. `mark`: see `storage.records`."""
        document: Document = to_document(shop) | {"_id": shop.slug, "shop": shop.slug}
        if mark is not None:
            document["mark"] = mark
        try:
            await self._collection.replace_one({"_id": shop.slug}, document, upsert=True)
        except DuplicateKeyError as error:
            raise SmsNumberTaken(shop.sms_number) from error

    async def mark_of(self, slug: str) -> str | None:
        """The mark of the imported line that the shop came from."""
        document = await self._collection.find_one({"_id": slug}, {"mark": 1})
        return None if document is None else document.get("mark")
