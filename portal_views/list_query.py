"""What a list is asked for by its address: filters, order and page. A value that cannot be counts as not given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

_DIGITS = 6  # of a page number
_LONGEST = 40  # of what is typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One filter of a list's form: its name in the address, what it is called, and what may be chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]  # (value, words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked for; only what could be understood."""

    values: Mapping[str, str]
    page: int

    def __getitem__(self, name: str) -> str:
        """The value of this name, or nothing."""
        return self.values.get(name, "")

    @property
    def year(self) -> int | None:
        """The year that is asked for."""
        return int(self["year"]) if self["year"] else None

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out: an order leaves out nothing."""
        return any(name != "sort" for name in self.values)

    def link(self, page: int) -> str:
        """The address of another page of the same list."""
        return "?" + urlencode({**self.values, "page": page})

    def other(self, **changes: str) -> str:
        """The address of the same list with these values otherwise, from its first page."""
        return "?" + urlencode({**self.values, **changes})


def read_query(
    request: web.Request, choices: Mapping[str, Collection[str]], *, years: bool = False, text: str = ""
) -> ListQuery:
    """What the request asks for: values of `choices`, a `year`, and what is typed under the name of `text`."""
    asked = {name: value.strip() for name, value in request.query.items()}
    values = {name: asked[name] for name, allowed in choices.items() if asked.get(name, "") in allowed and asked[name]}
    if years and _is_number(asked.get("year", ""), 4) and 1900 <= int(asked["year"]) <= 2200:
        values["year"] = asked["year"]
    typed = "".join(letter for letter in asked.get(text, "") if letter.isprintable())[:_LONGEST] if text else ""
    if typed:
        values[text] = typed
    wanted = asked.get("page", "")
    return ListQuery(values=values, page=max(1, int(wanted)) if _is_number(wanted, _DIGITS) else 1)


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits
