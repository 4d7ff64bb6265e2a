"""Which of a client's own details a message wants changed, and to what: read against what is on file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.context import Context
from bot.understanding.features import fold
from bot.understanding.numbers import Numbers, find_numbers
from storage.change_requests import DetailName
from storage.clients import Client
from storage.details import read_detail

DETAILS: tuple[DetailName, ...] = ("email", "phone", "address", "name", "plate")

_WORDS: Mapping[DetailName, re.Pattern[str]] = {
    "plate": re.compile(r"\b(?:(?:license )?plates?|tags?|placas?|matricula)\b"),
    "email": re.compile(r"\b(?:e-?mails?|correos?)\b"),
    "phone": re.compile(r"\b(?:phone|cell(?:phone)?|mobile|telefonos?|celular)\b"),
    "address": re.compile(r"\b(?:address|moved|direccion|domicilio|mude|mudamos|zip|postal|casa)\b"),
    "name": re.compile(r"\b(?:names?|spell\w*|misspell\w*|nombres?|apellidos?)\b"),
}
_A_NUMBER = re.compile(r"\b(?:number|numero)\b")  # a phone's, where nothing else is named
_ADDS = re.compile(
    r"\b(?:add|second|additional|agreg\w+|anad\w+|segundo|adicional|(?:my )?(?:wife|husband|spouse)|espos[oa])\b"
)
_REMOVES = re.compile(r"\b(?:remove|delete|erase|take .{0,20}off|quit(?:ar|en)|borr(?:ar|en)|elimin(?:ar|en)|saquen)\b")
_SOMETHING_ELSE = re.compile(
    r"\b(?:mill?age|miles|millas|kilometraje|millaje|spanish|english|language|idioma|espanol|ingles"
    r"|cars?|trucks?|vans?|vehicles?|carros?|autos?|camionetas?|vehiculos?)\b"
)
_NAME_CHANGES = re.compile(
    r"\b(?:(?:last|new|full) name|now|spell\w*|misspell\w*|married|apellido|nuevo nombre|case)\b"
)
_LAST_NAME = re.compile(r"\b(?:last name|apellido)\b")
_TOWARDS = re.compile(r"\b(?:to|now|with|instead|a|por|ahora|es)\b|,", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:and|y|also|tambien|también)\b|[;.]\s", re.IGNORECASE)
_BEFORE_A_VALUE = re.compile(
    r"^(?:no,? )?(?:(?:it'?s|it is|that'?s|es|my (?:new )?\w+ is|mi (?:nuev[oa] )?\w+ es|change it to|make it)\s+)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a message says. `same` are values that are on file already; `replaced` is the number that one stands for."""

    values: Mapping[DetailName, str] = field(default_factory=dict)
    same: Mapping[DetailName, str] = field(default_factory=dict)
    replaced: str | None = None


def find_wanted(text: str) -> tuple[DetailName, ...]:
    """The details that words name, without a value ("change my e-mail and phone")."""
    folded = fold(text)
    found = tuple(name for name in DETAILS if _WORDS[name].search(folded))
    return found or (("phone",) if _A_NUMBER.search(folded) else ())


def adds(text: str) -> bool:
    """Whether a number is to stand beside those on file."""
    return _ADDS.search(fold(text)) is not None


def removes(text: str) -> bool:
    """Whether something is to be taken off the file."""
    return _REMOVES.search(fold(text)) is not None


def names_something_else(text: str) -> bool:
    """Whether it is about a car, the mileage or the language: things of the file that are none of these details."""
    return _SOMETHING_ELSE.search(fold(text)) is not None


async def read_details(context: Context) -> Read:
    """The values in a message, told apart from what is on file."""
    client, heard = await context.peer.client(), context.entities
    if client is None:
        return Read()
    known = await _on_file(context, client)
    first: dict[DetailName, str | None] = {
        "email": heard.email and heard.email.lower(),
        "phone": heard.phone,
        "address": heard.address or _find_address(context),
        "name": heard.name and _full_name(heard.name, context.turn.text, client),
        "plate": heard.plate and heard.plate.upper(),
    }
    values: dict[DetailName, str] = {}
    same: dict[DetailName, str] = {}
    replaced = None
    for name, value in first.items():
        if not value:
            continue
        other = None
        if _plain(value) in known[name]:  # "from this to that": the first one is the old one
            other = _in_the_end(name, context, client, known[name])
            replaced = value if name == "phone" and other else replaced
        if other or _plain(value) not in known[name]:
            values[name] = other or value
        else:
            same[name] = value
    if len(values) > 1 and "name" in values and not _NAME_CHANGES.search(fold(context.turn.text)):
        del values["name"]  # "hi, my name is Maria, my e-mail is ...": says who, not what changes
    return Read(values=values, same=same, replaced=replaced)


def parse_detail(name: DetailName, context: Context) -> str | None:
    """The whole message as the value that was asked for; None where it is no such value."""
    words = _BEFORE_A_VALUE.sub("", " ".join(context.turn.text.split())).strip(" .!\"'")
    value = read_detail(name, words, context.shop.address.country)
    return _capital(value) if value is not None and name == "name" else value


async def is_on_file(context: Context, name: DetailName, value: str) -> bool:
    """Whether the client's file has this value already."""
    client = await context.peer.client()
    return client is not None and _plain(value) in (await _on_file(context, client))[name]


async def _on_file(context: Context, client: Client) -> dict[DetailName, set[str]]:
    plates = {_plain(vehicle.plate) for vehicle in await context.peer.vehicles() if vehicle.plate}
    address = client.address
    return {
        "email": {_plain(client.email)} if client.email else set(),
        "phone": {_plain(phone) for phone in client.phones},
        "address": {_plain(address.one_line), _plain(address.street)} if address else set(),
        "name": {_plain(client.name)},
        "plate": plates,
    }


def _find_address(context: Context) -> str | None:
    """An address beside something else: its town does not reach over the "and"."""
    country = context.shop.address.country
    clauses = _CLAUSE.split(context.turn.text)
    return next((found for clause in clauses if (found := find_numbers(clause, country).address)), None)


def _in_the_end(name: DetailName, context: Context, client: Client, known: set[str]) -> str | None:
    """Another value of the same kind behind "to"."""
    for match in _TOWARDS.finditer(context.turn.text):
        found = _of(find_numbers(_prefix(name) + context.turn.text[match.end() :], context.shop.address.country), name)
        if found and _plain(found) not in known:
            return _full_name(found, context.turn.text, client) if name == "name" else found
    return None


def _prefix(name: DetailName) -> str:
    return "plate " if name == "plate" else ""  # else a plate is not known for one


def _of(numbers: Numbers, name: DetailName) -> str | None:
    value: str | None = getattr(numbers, name)
    return {"email": str.lower, "plate": str.upper}.get(name, str)(value) if value else None


def _full_name(said: str, text: str, client: Client) -> str:
    """The name as it is to be: a new last name behind the first name that is on file."""
    name = _capital(said)
    is_last = len(name.split()) == 1 and _LAST_NAME.search(fold(text)) and len(client.name.split()) > 1
    return f"{client.first_name} {name}" if is_last else name


def _capital(words: str) -> str:
    return words.title() if words.islower() else words


def _plain(value: str) -> str:
    return "".join(character for character in fold(value) if character.isalnum() or character == "@")
