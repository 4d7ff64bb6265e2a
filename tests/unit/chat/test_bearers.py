"""Who a program acts as, and how many wrong tokens are looked at."""

from datetime import timedelta

import pytest

from chat.bearers import find_bearer
from config.bearer import bearer_token
from storage.attempts import LIMITS, Limits, TooManyAttempts
from storage.store import Storage
from tests.cast import RAY, move_in

WRONG = "pitline_" + "x" * 34
NEAR, FAR, FRESH = "198.51.100.7", "203.0.113.9", "192.0.2.4"


@pytest.fixture
async def token(store: Storage) -> str:
    """A token of Ray's."""
    await move_in(store)
    made = await store.api_tokens.make("garage", RAY.id, "Our software")
    assert made is not None
    return made[1]


async def test_a_token_acts_as_its_person_and_its_use_is_noted(store: Storage, token: str) -> None:
    bearer = await find_bearer(store, token, NEAR)
    assert bearer is not None
    assert (bearer.staff.id, bearer.staff.role) == (RAY.id, "advisor")
    (listed,) = await store.api_tokens.list("garage")
    assert listed.used_at is not None


async def test_a_person_who_left_lets_no_program_in(store: Storage, token: str) -> None:
    await store.staff.set_active("garage", RAY.id, active=False)
    assert await find_bearer(store, token, NEAR) is None
    (listed,) = await store.api_tokens.list("garage")
    assert listed.used_at is None


def test_the_limits_are_by_address_and_for_all_together() -> None:
    limits = LIMITS["api_token"]
    assert limits.hard
    assert limits.address <= 60
    assert limits.account <= 2000


async def test_an_address_that_guesses_is_refused_and_the_right_token_is_not(
    store: Storage, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(window=timedelta(days=400), pair=3, account=100, address=3, hard=True)
    monkeypatch.setitem(LIMITS, "api_token", limits)
    for _ in range(3):
        assert await find_bearer(store, WRONG, NEAR) is None
    with pytest.raises(TooManyAttempts) as refused:
        await find_bearer(store, WRONG, NEAR)
    assert refused.value.retry_after > 0
    assert await find_bearer(store, token, NEAR) is not None
    assert await find_bearer(store, WRONG, FAR) is None


async def test_guesses_from_everywhere_count_together_and_lock_no_program_out(
    store: Storage, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = Limits(window=timedelta(days=400), pair=3, account=3, address=3, hard=True)
    monkeypatch.setitem(LIMITS, "api_token", limits)
    for address in (NEAR, FAR, NEAR):
        assert await find_bearer(store, WRONG, address) is None
    with pytest.raises(TooManyAttempts):
        await find_bearer(store, WRONG, FRESH)
    assert await find_bearer(store, token, FRESH) is not None


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"Authorization": "Bearer pitline_abc"}, "pitline_abc"),
        ({"Authorization": "bearer  pitline_abc "}, "pitline_abc"),
        ({"Authorization": "Bearer"}, ""),
        ({"Authorization": "Basic cGl0OmxpbmU="}, None),
        ({"Authorization": ""}, None),
        ({}, None),
    ],
)
def test_only_a_bearer_is_read_from_the_header(headers: dict[str, str], token: str | None) -> None:
    assert bearer_token(headers) == token
