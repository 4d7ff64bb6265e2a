"""What a paper says, as plain values: made beside the page that says the same, drawn by `portal_views.paper.sheet`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from portal_views.formats import Formats
from portal_views.texts import Texts
from storage.clients import Client
from storage.shops import Address, Shop
from storage.vehicles import Vehicle

Tone: TypeAlias = Literal["good", "warn", "bad", "info", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its head and its width, a share of the paper's."""

    name: str
    share: float
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table: a text per column, and a small one below the first."""

    cells: Sequence[str]
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A heading, and a table; `none` where it has no rows."""

    heading: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    none: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A line of the sums; a `grand` one stands out."""

    name: str
    value: str
    grand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper. `day` is the record's own; `foot` says what stands below a page, by its number and how many there are.

    `facts` stand side by side, each a small name and lines below it.
    """

    language: str
    country: str
    day: date
    sender: str
    sender_lines: Sequence[str]
    title: str
    badge: tuple[str, Tone]
    facts: Sequence[tuple[str, Sequence[str]]]
    lines: Table
    sums: Sequence[Sum]
    foot: Callable[[int, int], str]
    note: str = ""
    payments: Table | None = None
    links: Sequence[tuple[str, str]] = field(default=())  # what it says, where it leads
    accent: str | None = None  # the shop's colour, `#rrggbb`
    logo: tuple[bytes, int, int] | None = None  # a picture that was written anew, its width and height in pixels


def sender_lines(shop: Shop, f: Formats) -> list[str]:
    """Where the shop is and how it is reached."""
    return [
        line
        for line in (*_address_lines(shop.address), f"{f.phone(shop.phone)} · {shop.email}", shop.website or "")
        if line
    ]


def client_lines(client: Client, f: Formats) -> list[str]:
    """Whom it is for."""
    lines = _address_lines(client.address) if client.address else []
    phones = [f.phone(phone) for phone in client.phones[:1]]
    return [line for line in (client.name, *lines, *phones, client.email or "") if line]


def _address_lines(address: Address) -> list[str]:
    town = " ".join(part for part in (address.region, address.postal_code) if part)
    return [address.street, ", ".join(part for part in (address.city, town) if part)]


def vehicle_lines(vehicle: Vehicle, t: Texts) -> list[str]:
    """What it was done on."""
    plate = t("vehicle.plate", plate=vehicle.plate) if vehicle.plate else ""
    vin = f"{t('vehicle.vin_name')} {vehicle.vin}" if vehicle.vin else ""
    return [line for line in (vehicle.title, plate, vin) if line]


def foot_of(shop: Shop, title: str, t: Texts) -> Callable[[int, int], str]:
    """The foot of each page of a paper."""
    return lambda page, pages: f"{shop.name} · {title} · {t('paper.page', page=page, pages=pages)}"
