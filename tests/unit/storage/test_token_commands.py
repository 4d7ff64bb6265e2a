"""`server.py token`: made, listed and revoked from the command line."""

import re

import pytest

from config.commands import parse_command
from storage.activity import ActivityQuery
from storage.store import Storage
from storage.token_commands import run_token_command
from tests.cast import RAY, move_in


async def run(store: Storage, *arguments: str) -> int:
    return await run_token_command(store, parse_command(["token", *arguments]))


async def test_create_prints_the_token_alone_list_never_and_revoke_ends_it(
    store: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    await move_in(store)
    create = ("create", "--shop", "garage", "--email", "Ray@garage.example", "--label", "Night desk", "--days", "7")
    assert await run(store, *create) == 0
    told = capsys.readouterr()
    text = told.out.strip()
    assert re.fullmatch(r"pitline_[A-Za-z0-9]{34}", text)
    assert text not in told.err
    assert "Ray Ortiz (advisor)" in told.err
    token = await store.api_tokens.verify(text)
    assert token is not None
    assert (token.staff_id, token.label, token.created_by) == (RAY.id, "Night desk", None)

    assert await run(store, "list", "--shop", "garage") == 0
    line = capsys.readouterr().out
    assert token.id in line
    assert "Night desk" in line
    assert "never used" in line
    assert text not in line
    assert await run(store, "list", "--shop", "rival") == 0
    assert capsys.readouterr().out == ""

    assert await run(store, "revoke", "--shop", "rival", token.id) == 1
    assert await store.api_tokens.verify(text) is not None
    assert await run(store, "revoke", "--shop", "garage", token.id) == 0
    assert await store.api_tokens.verify(text) is None
    entries = (await store.activity.list("garage", ActivityQuery(), 10)).entries
    assert {one.action for one in entries} == {"people.token_made", "people.token_revoked"}
    assert {one.details["acts as"] for one in entries} == {"Ray Ortiz"}
    assert text not in repr(entries)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("create", "--shop", "nowhere", "--email", "ray@garage.example", "--label", "x"), "no shop"),
        (("create", "--shop", "rival", "--email", "ray@garage.example", "--label", "x"), "nobody active"),
        (("create", "--shop", "garage", "--email", "ray@garage.example", "--label", " "), "--label"),
        (("create", "--shop", "garage", "--email", "ray@garage.example", "--label", "x", "--days", "0"), "--days"),
        (("revoke", "--shop", "garage", "no-such-id"), "no token"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(
    store: Storage, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], why: str
) -> None:
    await move_in(store)
    assert await run(store, *arguments) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert why in told.err
    assert len(told.err.splitlines()) == 1
    assert await store.api_tokens.list("garage") == []


async def test_nobody_who_left_gets_one(store: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    await move_in(store)
    await store.staff.set_active("garage", RAY.id, active=False)
    assert await run(store, "create", "--shop", "garage", "--email", RAY.email, "--label", "x") == 1
    assert "nobody active" in capsys.readouterr().err
