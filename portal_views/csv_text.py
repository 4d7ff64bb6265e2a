"""Tables as CSV that a spreadsheet opens and does not run: a text that it would take for a formula begins with `'`."""

import csv
import io
from collections.abc import Iterable, Sequence

_BYTE_ORDER = "\ufeff"  # by it, Excel knows that the text is UTF-8
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as text, head first. None is an empty cell, numbers stay numbers."""
    out = io.StringIO()
    out.write(_BYTE_ORDER)
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
