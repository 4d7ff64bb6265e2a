"""The `shop` record, and the shop that it makes."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, field_validator, model_validator

from storage.codec import encode, from_document
from storage.importing.fields import (
    Clock,
    Code,
    Color,
    Country,
    Currency,
    Day,
    Email,
    Emptyable,
    Label,
    Minutes,
    Origin,
    Phone,
    Price,
    Slug,
    Text,
    Url,
)
from storage.importing.schema import Part, Record, RecordType, SectionsPart
from storage.shops import Language, Shop

_Span = tuple[Clock, Clock]


def _bays(value: Any) -> Any:
    """A count of bays names them `Bay 1`, `Bay 2` and so on."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= 200:
            raise ValueError("must be names, or a count of at most 200")
        return [f"Bay {number + 1}" for number in range(value)]
    return value


def _in_order(spans: list[_Span]) -> list[_Span]:
    clocks = [clock for span in spans for clock in span]
    if any(one >= other for one, other in pairwise(clocks)):
        raise ValueError("the hours of a day must follow each other")
    return spans


class ShopAddressPart(Part):
    """A shop's address. The country says how phone numbers are read."""

    street: Text
    city: Text
    region: Annotated[Text | None, Emptyable] = None
    postal_code: Annotated[Label | None, Emptyable] = None
    country: Country


class HoursPart(Part):
    """The week."""

    mon: list[_Span] = Field(default=[])
    tue: list[_Span] = Field(default=[])
    wed: list[_Span] = Field(default=[])
    thu: list[_Span] = Field(default=[])
    fri: list[_Span] = Field(default=[])
    sat: list[_Span] = Field(default=[])
    sun: list[_Span] = Field(default=[])

    @field_validator("*")
    @classmethod
    def _follow_each_other(cls, spans: list[_Span]) -> list[_Span]:
        return _in_order(spans)


class ClosedPart(Part):
    """A day that differs."""

    date: Day
    name: Text
    hours: list[_Span] | None = None

    @field_validator("hours")
    @classmethod
    def _follow_each_other(cls, spans: list[_Span] | None) -> list[_Span] | None:
        return None if spans is None else _in_order(spans)


class NamePart(Part):
    """A name by language."""

    en: Annotated[Text | None, Emptyable] = None
    es: Annotated[Text | None, Emptyable] = None

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if self.en is None and self.es is None:
            raise ValueError("needs a name in en or es")
        return self


class ServicePart(Part):
    """A service."""

    code: Code
    name: NamePart
    minutes: Minutes
    price_from: Annotated[Price | None, Emptyable] = None


class BookingPart(Part):
    """How one books."""

    step_minutes: Annotated[int, Field(ge=5, le=240)]
    notice_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 60)]
    days_ahead: Annotated[int, Field(ge=1, le=366)]
    confirm: Literal["auto", "staff"]


class ShopRecord(Record):
    """The shop itself. Its `slug` is what it is known by; an `external_id` may be given and says no more."""

    kind: ClassVar[RecordType] = "shop"
    external_id: Label = ""
    slug: Slug
    name: Text
    phone: Phone
    email: Email
    address: ShopAddressPart
    timezone: Text
    currency: Currency
    language: Language
    sms_number: Annotated[Phone | None, Emptyable] = None
    website: Annotated[Url | None, Emptyable] = None
    hours: HoursPart
    closed: list[ClosedPart] = Field(default=[], max_length=1000)
    services: list[ServicePart] = Field(max_length=500)
    bays: Annotated[list[Text], BeforeValidator(_bays), Field(max_length=200)]
    booking: BookingPart
    payment_methods: list[Text] = Field(default=[], max_length=20)
    pay_url: Annotated[Url | None, Emptyable] = None
    approval_limit: Annotated[Price | None, Emptyable] = None
    sections: SectionsPart | None = None
    origins: list[Origin] | None = Field(default=None, max_length=50)
    accent: Annotated[Color | None, Emptyable] = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone, as America/Chicago")
        return value

    @field_validator("bays")
    @classmethod
    def _no_bay_twice(cls, bays: list[str]) -> list[str]:
        if len(set(bays)) < len(bays):
            raise ValueError("names a bay twice")
        return bays

    @field_validator("services")
    @classmethod
    def _no_code_twice(cls, services: list[ServicePart]) -> list[ServicePart]:
        if len({service.code for service in services}) < len(services):
            raise ValueError("has a code twice")
        return services

    @field_validator("closed")
    @classmethod
    def _no_day_twice(cls, closed: list[ClosedPart]) -> list[ClosedPart]:
        days: set[date] = {day.date for day in closed}
        if len(days) < len(closed):
            raise ValueError("has a day twice")
        return closed

    def to_shop(self) -> Shop:
        """The shop of this record."""
        return from_document(Shop, encode(self.model_dump(exclude_none=True, exclude={"external_id"})))
