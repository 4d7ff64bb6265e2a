"""`python server.py import`: what is shown, and the exit status."""

import io
import json
from pathlib import Path
from typing import Any

from rich.console import Console

from storage.activity import ActivityQuery
from storage.importing.command import run_import
from storage.store import Storage
from tests.unit.storage.importing.conftest import CLIENT, SHOP


async def run(store: Storage, path: Path, *, dry_run: bool = False, all_or_nothing: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    console = Console(file=out, width=200)
    status = await run_import(store, [path], shop=None, dry_run=dry_run, all_or_nothing=all_or_nothing, console=console)
    return status, out.getvalue()


def file_of(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "shop.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


async def test_all_taken_is_0(store: Storage, tmp_path: Path):
    status, text = await run(store, file_of(tmp_path, SHOP, CLIENT))
    assert status == 0
    assert "client" in text
    (noted,) = (await store.activity.list(SHOP["slug"], ActivityQuery(), 5)).entries
    assert (noted.action, noted.subject, noted.details["created"]) == ("import.done", "shop.jsonl", "2")


async def test_some_refused_is_2_and_each_is_named_by_line_field_and_reason(store: Storage, tmp_path: Path):
    status, text = await run(store, file_of(tmp_path, SHOP, CLIENT, {**CLIENT, "[bold]": 1}))
    assert status == 2
    assert "shop.jsonl:3: client: [bold]: is not a field of client" in text


async def test_nothing_done_is_1_and_says_what_to_do(store: Storage, tmp_path: Path):
    assert (await run(store, tmp_path / "absent.jsonl"))[0] == 1
    status, text = await run(store, file_of(tmp_path, CLIENT))
    assert status == 1
    assert "--shop SLUG" in text


async def test_a_trial_run_says_so(store: Storage, tmp_path: Path):
    status, text = await run(store, file_of(tmp_path, SHOP, CLIENT), dry_run=True)
    assert status == 0
    assert "nothing was written" in text
    assert (await store.activity.list(SHOP["slug"], ActivityQuery(), 5)).entries == ()


async def test_all_or_nothing_says_that_nothing_was_written(store: Storage, tmp_path: Path):
    status, text = await run(store, file_of(tmp_path, SHOP, {**CLIENT, "x": 1}), all_or_nothing=True)
    assert status == 2
    assert "Nothing was written" in text
