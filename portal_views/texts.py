"""What the pages say, per language: `texts/<language>.yml`, and for staff `texts/staff.<language>.yml`. Nested keys,
and `{name}` where a value goes.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from storage.shops import Language

LANGUAGES: tuple[Language, ...] = ("en", "es")

_FOLDER = Path(__file__).parent / "texts"


class Texts:
    """The texts of one language: `texts("login.title", shop="Garland Auto")`."""

    def __init__(self, language: Language, table: Mapping[str, Any]) -> None:
        self.language = language
        self._table = _flatten(table)

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key`, filled in. Raises KeyError for a key or a value that is missing: a fault of ours."""
        text = self._table[key]
        return str(text).format_map(values) if values else str(text)

    def count(self, key: str, number: int, **values: object) -> str:
        """The text for this many: `key.one` or `key.other`, with `{count}`."""
        return self(f"{key}.{'one' if number == 1 else 'other'}", count=number, **values)

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._table)


@cache
def texts_for(language: Language) -> Texts:
    """The texts of a language, read once."""
    table: dict[str, Any] = {}
    for name in (f"{language}.yml", f"staff.{language}.yml"):
        table |= yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
    return Texts(language, table)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, content in table.items():
        if isinstance(content, Mapping):
            flat |= _flatten(content, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = content
    return flat
