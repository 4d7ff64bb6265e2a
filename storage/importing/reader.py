"""Shop files, line by line: JSON Lines, or one CSV file per type. Nothing is held but the line at hand."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, get_args, get_origin

from pydantic import BaseModel

from storage.importing.schema import RECORDS, TYPES
from storage.importing.shop_schema import ShopRecord

LONGEST_LINE = 4_000_000  # bytes


class UnreadableFile(Exception):
    """The file as a whole cannot be read. The text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record as it stands in the file: its number (from 1) and its fields, or the reason why there are none."""

    number: int
    fields: dict[str, Any]
    problem: str | None = None
    kind: str = ""  # of what has a problem, where it is known
    field: str = ""


def read_lines(path: Path, only_type: str | None = None) -> Iterator[Line]:
    """The records of a shop file in order (of one type, if so asked), blank lines left out. Raises `UnreadableFile`."""
    try:
        if path.suffix.lower() == ".csv":
            lines = _read_csv(path)
        else:
            lines = _read_json_lines(path, b"" if only_type is None else only_type.encode())
        for line in lines:
            if only_type is None or line.fields.get("type") == only_type:
                yield line
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error


def count_lines(path: Path) -> int:
    """About how many lines the file has. Raises `UnreadableFile`."""
    try:
        with path.open("rb") as file:
            return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error


def _read_json_lines(path: Path, containing: bytes) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, raw in _raw_lines(file):
            if raw is None:
                yield Line(number, {}, "is too long")
                continue
            content = raw.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else raw.strip()
            if content and containing in content:  # far quicker than to parse what nobody asked for
                yield _parse(number, content)


def _raw_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, raw


def _parse(number: int, content: bytes) -> Line:
    try:
        fields = json.loads(content.decode(), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once_each)
    except UnicodeDecodeError:
        return Line(number, {}, "is not UTF-8")
    except RecursionError:
        return Line(number, {}, "is nested too deep")
    except json.JSONDecodeError as error:
        return Line(number, {}, f"is not JSON: {error.msg} at character {error.pos + 1}")
    except ValueError as error:
        return Line(number, {}, str(error))
    if not isinstance(fields, dict):
        return Line(number, {}, "is not a JSON object")
    return Line(number, fields)


def _refuse(constant: str) -> None:
    raise ValueError(f"has {constant} in it, which is not JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the field {twice!r} twice")
    return fields


def _read_csv(path: Path) -> Iterator[Line]:
    kind = _kind_of_name(path.stem)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        header = file.readline()
        file.seek(0)
        rows = csv.reader(file, delimiter=";" if header.count(";") > header.count(",") else ",", strict=True)
        names = _header(path, rows, kind)
        while True:
            number = rows.line_num + 1
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield Line(number, {}, f"is not CSV: {error}")
                continue
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield _row(number, names, row, kind)


def _header(path: Path, rows: Iterator[list[str]], kind: str | None) -> list[str]:
    try:
        names = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise UnreadableFile(f"{path}: the header is not CSV: {error}") from error
    if kind is None and "type" not in names:
        raise UnreadableFile(f"{path}: what is in it? Name it after its type, as clients.csv, or add a column `type`")
    if len(set(names)) < len(names):
        raise UnreadableFile(f"{path}: the header names a column twice")
    return names


def _kind_of_name(stem: str) -> str | None:
    name = stem.lower().replace("-", "_").replace(" ", "_")
    return next((kind for kind in TYPES if name in (kind, f"{kind}s")), None)


def _row(number: int, names: list[str], row: list[str], kind: str | None) -> Line:
    if any(cell.strip() for cell in row[len(names) :]):
        return Line(number, {}, "has more cells than the header has columns")
    cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
    kind = cells.get("type", kind)
    model: Any = ShopRecord if kind == "shop" else next((RECORDS[name] for name in RECORDS if name == kind), None)
    fields: dict[str, Any] = {"type": kind}
    for name, cell in cells.items():
        try:
            problem = _put(fields, name.split("."), _cell(cell, _annotation(model, name.split("."))))
        except (ValueError, RecursionError):
            return Line(number, {}, "is not valid JSON", kind=kind or "", field=name)
        if problem:
            return Line(number, {}, f"has columns that contradict each other at {name!r}")
    return Line(number, fields)


def _put(fields: dict[str, Any], path: list[str], content: Any) -> bool:
    """Put a cell where its column says. True: something else is there."""
    *parents, last = path
    for parent in parents:
        branch = fields.setdefault(parent, {})
        if not isinstance(branch, dict):
            return True
        fields = branch
    if last in fields and fields[last] != content:
        return True
    fields[last] = content
    return False


def _cell(cell: str, annotation: Any) -> Any:
    """The content of a cell: JSON where the field is a list or has parts, else the text as it is."""
    if not _is_composed(annotation):
        return cell
    return json.loads(cell, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once_each)


def _annotation(model: Any, path: list[str]) -> Any:
    for name in path:
        field = model.model_fields.get(name) if isinstance(model, type) and issubclass(model, BaseModel) else None
        if field is None:
            return None
        model = _bare(field.annotation)
    return model


def _bare(annotation: Any) -> Any:
    """The type inside `X | None` and `Annotated[X, ...]`."""
    if hasattr(annotation, "__metadata__"):
        return _bare(annotation.__origin__)
    members = [member for member in get_args(annotation) if member is not type(None)]
    if len(members) == 1 and get_origin(annotation) is not list:
        return _bare(members[0])
    return annotation


def _is_composed(annotation: Any) -> bool:
    return get_origin(annotation) is list or (isinstance(annotation, type) and issubclass(annotation, BaseModel))
