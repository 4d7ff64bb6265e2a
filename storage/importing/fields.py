"""What a field of a record may hold, and what it becomes: text trimmed, money cents, phones E.164, moments UTC.

Phones and moments without an offset are read in the shop's country and zone, which come as the validation context
(`Setting`).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from storage.phones import parse_phone

_MOST_DIGITS = 9  # before the decimal point, less one

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?")
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"'.]+")
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_COLOR = re.compile(r"#[0-9a-f]{6}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", re.IGNORECASE)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_QUANTITY = re.compile(r"\d{1,9}(\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a record is from: the shop's country (two letters) and its zone."""

    country: str
    zone: ZoneInfo


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic takes ValueError only
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError("is not valid Unicode") from error
    if _CONTROL.search(value):
        raise ValueError("has control characters in it")
    return value.strip()


def _label(value: Any) -> Any:
    """An identifier may be written as a whole number: its digits are meant."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _none_if_empty(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _cents(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError('must be a decimal number, as "386.20"')  # noqa: TRY004
    try:
        amount = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation as error:
        raise ValueError('must be a decimal number, as "386.20"') from error
    if not amount.is_finite() or (isinstance(value, str) and not re.fullmatch(r"[+-]?\d+(\.\d*)?", value.strip())):
        raise ValueError('must be a decimal number, as "386.20"')
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise ValueError("has more than two decimal places")
    if amount.adjusted() > _MOST_DIGITS:
        raise ValueError("is too large for an amount of money")
    return int(amount * 100)


def _not_negative(cents: int) -> int:
    if cents < 0:
        raise ValueError("must not be negative")
    return cents


def _date(value: Any) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value.strip()) or not value.isascii():
        raise ValueError("must be a date, as 2026-03-11")
    try:
        day = date.fromisoformat(value.strip())
    except ValueError as error:
        raise ValueError("is not a day of the calendar") from error
    return _near(day)


def _near(day: date) -> date:
    if not 1900 <= day.year <= 2199:
        raise ValueError("must lie between 1900 and 2199")
    return day


def _setting(info: ValidationInfo) -> Setting:
    assert isinstance(info.context, Setting)
    return info.context


def _moment(value: Any, info: ValidationInfo) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value.strip()) or not value.isascii():
        raise ValueError("must be a date and time, as 2026-03-11T10:30:00-05:00")
    try:
        moment = datetime.fromisoformat(value.strip().upper().replace(" ", "T"))
    except ValueError as error:
        raise ValueError("is not a moment of the calendar") from error
    _near(moment.date())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_setting(info).zone)
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _phone(value: Any, info: ValidationInfo) -> str:
    return parse_phone(str(_text(value)), _setting(info).country)


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("is not an e-mail address")
    return value.lower()


def _url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError("must be an address that starts with https:// or http://")
    return value


def _color(value: str) -> str:
    if not _COLOR.fullmatch(value):
        raise ValueError("must be a colour, as #0e5f66")
    return value


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError("must be an origin, as https://www.example.com")
    return value.lower()


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError('must be a time of day, as "07:30"')
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004
    return value


def _quantity(value: Any) -> str:
    text = str(value).strip() if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else ""
    if not _QUANTITY.fullmatch(text):
        raise ValueError("must be a number with at most four decimal places")
    return f"{Decimal(text).normalize():f}"


def _photo(value: str) -> str:
    if "://" in value or value.startswith(("//", "data:")):
        raise ValueError("is a foreign address: give the path of a file beside this one")
    if value.startswith(("/", "\\", "~")) or ".." in re.split(r"[/\\]", value):
        raise ValueError("must be a path beside this file, without ..")
    return value


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=200)]
LongText = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=4000)]
Label = Annotated[str, BeforeValidator(_label), Field(min_length=1, max_length=200)]
Code = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
Slug = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Country = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[A-Za-z]{2}$"), AfterValidator(str.upper)]
Currency = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[A-Za-z]{3}$"), AfterValidator(str.upper)]
Money = Annotated[int, BeforeValidator(_cents)]
Price = Annotated[int, BeforeValidator(_cents), AfterValidator(_not_negative)]
Quantity = Annotated[str, BeforeValidator(_quantity)]
Day = Annotated[date, BeforeValidator(_date)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Phone = Annotated[str, BeforeValidator(_phone)]
Email = Annotated[str, BeforeValidator(_text), Field(max_length=254), AfterValidator(_email)]
Url = Annotated[str, BeforeValidator(_text), Field(max_length=1000), AfterValidator(_url)]
Color = Annotated[str, BeforeValidator(_text), AfterValidator(str.lower), AfterValidator(_color)]
Origin = Annotated[str, BeforeValidator(_text), AfterValidator(_origin)]
Clock = Annotated[str, BeforeValidator(_text), AfterValidator(_clock)]
Miles = Annotated[int, BeforeValidator(_number), Field(ge=0, le=10_000_000)]
Year = Annotated[int, BeforeValidator(_number), Field(ge=1880, le=2199)]
Minutes = Annotated[int, BeforeValidator(_number), Field(ge=5, le=24 * 60)]
Photo = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=500), AfterValidator(_photo)]
Emptyable = BeforeValidator(_none_if_empty)  # for optional fields: an empty text says nothing
