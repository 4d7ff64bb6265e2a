"""API tokens as they are kept: by digest, shown once, over at their time, used at most once an hour."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from config.logs import masked
from storage.api_tokens import LONGEST_TOKEN_LABEL, ApiTokens
from storage.hashing import Hasher
from storage.mongo import Database
from storage.store import Storage
from tests.set_clock import SetClock

NOON = datetime(2026, 3, 11, 12, 20, tzinfo=UTC)


@pytest.fixture
def watch() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def tokens(store: Storage, watch: SetClock) -> ApiTokens:
    return ApiTokens(store.database, Hasher("a secret key of tests, long enough"), watch)


async def made(
    tokens: ApiTokens, shop: str = "garage", staff_id: str = "ray", lifetime: timedelta | None = None
) -> tuple[str, str]:
    """The id and the text of a new token."""
    new = await tokens.make(shop, staff_id, "Our software", lifetime=lifetime)
    assert new is not None
    return new[0].id, new[1]


async def test_a_token_can_be_told_from_other_words_and_no_two_are_alike(tokens: ApiTokens) -> None:
    texts = {(await made(tokens))[1] for _ in range(20)}
    assert len(texts) == 20
    assert all(re.fullmatch(r"pitline_[A-Za-z0-9]{34}", text) for text in texts)


async def test_it_is_kept_as_a_digest_of_this_key_alone(tokens: ApiTokens, database: Database) -> None:
    token_id, text = await made(tokens)
    stored = await database["api_tokens"].find({}).to_list(None)
    assert len(stored) == 1
    assert text not in repr(stored)
    assert text.removeprefix("pitline_") not in repr(stored)
    found = await tokens.verify(text)
    assert found is not None
    assert (found.id, found.shop, found.staff_id) == (token_id, "garage", "ray")
    assert text not in repr(found)
    assert await ApiTokens(database, Hasher("another key, and just as long as it")).verify(text) is None


async def test_what_is_not_the_token_to_the_letter_is_none(tokens: ApiTokens) -> None:
    _, text = await made(tokens)
    for near in (text.upper(), text[:-1], f"{text}x", text.removeprefix("pitline_"), f" {text}", f"{text}\n", ""):
        assert await tokens.verify(near) is None, near
    assert await tokens.verify(text) is not None


async def test_it_is_over_at_its_time_and_is_listed_still(tokens: ApiTokens, watch: SetClock) -> None:
    token_id, text = await made(tokens, lifetime=timedelta(days=30))
    endless, _ = await made(tokens, staff_id="olga")
    watch.now = NOON + timedelta(days=30, seconds=-1)
    assert await tokens.verify(text) is not None
    watch.now = NOON + timedelta(days=30)
    assert await tokens.verify(text) is None
    assert await tokens.find("garage", token_id) is None
    assert await tokens.find("garage", endless) is not None
    assert {one.id: one.counts(watch.now) for one in await tokens.list("garage")} == {token_id: False, endless: True}


async def test_a_use_is_written_once_an_hour(tokens: ApiTokens, watch: SetClock, database: Database) -> None:
    _, text = await made(tokens)
    seen = []
    for minutes in (0, 5, 39, 41, 130):
        watch.now = NOON + timedelta(minutes=minutes)
        token = await tokens.verify(text)
        assert token is not None
        await tokens.note_use(token)
        stored = await database["api_tokens"].find_one({"_id": token.id})
        assert stored is not None
        seen.append(stored["used_at"].hour)
        assert (stored["used_at"].minute, stored["used_at"].second) == (0, 0)
    assert seen == [12, 12, 12, 13, 14]


async def test_one_press_makes_one_token(tokens: ApiTokens) -> None:
    first = await tokens.make("garage", "ray", "  Our \n software ", press="a" * 32)
    again = await tokens.make("garage", "ray", "Our software", press="a" * 32)
    elsewhere = await tokens.make("rival", "rita", "x" * 200, press="a" * 32)
    assert first is not None
    assert again is None
    assert elsewhere is not None
    assert first[0].label == "Our software"
    assert len(elsewhere[0].label) == LONGEST_TOKEN_LABEL
    assert await tokens.verify(first[1]) is not None
    assert [one.id for one in await tokens.list("garage")] == [first[0].id]


async def test_a_revoked_token_is_none_and_only_its_own_shop_revokes_it(tokens: ApiTokens) -> None:
    token_id, text = await made(tokens)
    assert await tokens.revoke("rival", token_id) is None
    assert await tokens.find("rival", token_id) is None
    assert await tokens.verify(text) is not None
    ended = await tokens.revoke("garage", token_id)
    assert ended is not None
    assert ended.id == token_id
    assert await tokens.revoke("garage", token_id) is None
    assert await tokens.verify(text) is None
    assert await tokens.list("garage") == []


async def test_all_of_one_person_are_revoked_and_nobody_elses(tokens: ApiTokens) -> None:
    mine = {(await made(tokens))[0] for _ in range(3)}
    _, others = await made(tokens, staff_id="olga")
    _, elsewhere = await made(tokens, shop="rival")
    assert {one.id for one in await tokens.revoke_all_for_staff("garage", "ray")} == mine
    assert await tokens.verify(others) is not None
    assert await tokens.verify(elsewhere) is not None


async def test_no_log_shows_one(tokens: ApiTokens) -> None:
    for _ in range(50):
        _, text = await made(tokens)
        assert masked(f"refused {text}: try again") == "refused pitline_***: try again"
        assert text not in masked(f"GET /uploads?token={text}&x=1 {text!r}")
