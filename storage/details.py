"""A client's own details as people type them: read the same way in a form of the portal as in the chat."""

import re

from storage.change_requests import DetailName
from storage.phones import NotAPhone, parse_phone

LONGEST_DETAIL = 120

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
_PLATE = re.compile(r"[A-Z0-9](?:[ -]?[A-Z0-9]){1,8}")


def read_detail(field: DetailName, typed: str, country: str) -> str | None:
    """What was typed as the value to keep; None where it is no such value. `country`: where the shop is."""
    words = " ".join(typed.split())
    match field:
        case "email":
            return words.lower() if _EMAIL.fullmatch(words) else None
        case "phone":
            try:
                return parse_phone(words, country)
            except NotAPhone:
                return None
        case "plate":
            return words.upper() if _PLATE.fullmatch(words.upper()) else None
        case _:
            fits = 2 <= len(words) <= LONGEST_DETAIL and any(character.isalpha() for character in words)
            return words if fits else None
