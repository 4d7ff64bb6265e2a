"""Between frozen dataclasses and MongoDB documents, by one rule for all aggregates.

A field `id` is `_id`; None is left out; a date is its ISO string (it has no zone, and sorts); a moment is a BSON date
(aware UTC, milliseconds); a tuple is an array; a nested dataclass is a sub-document. Reading validates with pydantic.
"""

import dataclasses
from collections.abc import Hashable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter

Document: TypeAlias = dict[str, Any]

T = TypeVar("T")

_AS_THEY_ARE = frozenset({str, int, bool, float, bytes, type(None)})


def to_document(value: Any) -> Document:
    """The document of a dataclass value."""
    document = _fields_of(value)
    if "id" in document:
        document["_id"] = document.pop("id")
    return document


def _fields_of(value: Any) -> Document:
    document: Document = {}
    for name in _names(cast(Hashable, type(value))):
        content = getattr(value, name)
        if content is not None:
            document[name] = content if type(content) in _AS_THEY_ARE else encode(content)
    return document


@cache
def _names(model: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(model))


@cache
def _is_value(kind: Any) -> bool:
    return dataclasses.is_dataclass(kind)


def encode(content: Any) -> Any:
    """One field's content as BSON can keep it."""
    kind = type(content)
    if kind in _AS_THEY_ARE:
        return content
    if kind is tuple and not content:
        return []
    if _is_value(cast(Hashable, kind)):
        return _fields_of(content)  # an `id` inside a document is a field like any other
    if isinstance(content, Enum):
        return content.value
    if isinstance(content, datetime):
        return content.astimezone(UTC).replace(microsecond=content.microsecond // 1000 * 1000)
    if isinstance(content, date):
        return content.isoformat()
    if isinstance(content, Mapping):
        return {key: encode(item) for key, item in content.items()}
    if isinstance(content, tuple | list | frozenset):
        return [encode(item) for item in content]
    return content


@cache
def _reader(model: Any) -> tuple[TypeAdapter[Any], frozenset[str]]:
    return TypeAdapter(model), frozenset(_names(cast(Hashable, model)))


def from_document(model: type[T], document: Mapping[str, Any]) -> T:
    """The dataclass value of a document; keys that the model does not know (bookkeeping of the repository) are left."""
    adapter, names = _reader(cast(Hashable, model))
    fields = {name: document[name] for name in names if name in document}
    if "id" in names and "_id" in document:
        fields["id"] = document["_id"]
    value: T = adapter.validate_python(fields)
    return value
