"""Whatever stands in a line: it becomes a record or a refusal, never anything else."""

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from bson import BSON
from hypothesis import given
from hypothesis import strategies as st

from storage.importing.check import Problem, mark_of, parse_line
from storage.importing.fields import Setting
from storage.importing.reader import Line, read_lines
from storage.importing.write import document_of
from tests.unit.storage.importing.conftest import CLIENT, ESTIMATE, INVOICE, VEHICLE, VISIT

SETTING = Setting("US", ZoneInfo("America/Chicago"))
LINES = [CLIENT, VEHICLE, INVOICE, ESTIMATE, VISIT]

wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(st.characters()) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def invoice_of(total: object) -> Line:
    return Line(1, {**INVOICE, "total": total})


@given(st.sampled_from(LINES), st.data())
def test_a_wild_value_is_a_record_that_can_be_stored_or_a_refusal_that_can_be_said(line, data):
    name = data.draw(st.sampled_from([*line, "other"]))
    try:
        record = parse_line(Line(1, {**line, name: data.draw(wild)}), SETTING)
    except Problem as problem:
        record, said = None, f"{problem.field}{problem.reason}".encode()
    else:
        said = b""
    assert said or record is not None or name == "type"
    if record is not None:
        BSON.encode(document_of("garage", record, mark_of(record)))


@given(st.integers(-(10**11) + 1, 10**11 - 1))
def test_every_amount_of_whole_cents_is_taken_exactly(cents):
    text = f"{Decimal(cents) / 100:.2f}"
    for total in (text, Decimal(text)):
        record = parse_line(invoice_of(total), SETTING)
        assert record is not None
        assert record.model_dump()["total"] == cents


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.text("0123456789.,-+eE_ ", max_size=12))
def test_money_is_exact_or_refused(total):
    record, field = None, ""
    try:
        record = parse_line(invoice_of(total), SETTING)
    except Problem as problem:
        field = problem.field
    if record is None:
        assert field == "total"
    else:
        assert Decimal(record.model_dump()["total"]) == Decimal(total) * 100


@given(st.binary(max_size=300))
def test_any_bytes_are_lines_with_numbers(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wild.jsonl"
        path.write_bytes(content)
        numbers = [line.number for line in read_lines(path)]
    assert numbers == sorted(set(numbers))


@given(st.dictionaries(st.text(), st.text(), max_size=4))
def test_a_json_object_is_read_as_it_is(fields):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "wild.jsonl"
        path.write_text(json.dumps(fields), encoding="utf-8")
        (line,) = read_lines(path)
    assert line.fields == fields
