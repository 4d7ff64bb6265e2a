"""The second factor of staff: RFC 6238's own numbers, codes that count once, clocks that drift."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from storage import second_factor
from storage.second_factor import STEP_SECONDS, SecondFactors
from storage.store import Storage
from tests.set_clock import SetClock

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
KEY = "a secret key of tests, long enough"
NOON = datetime(2026, 3, 11, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def watch() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def factors(store: Storage, watch: SetClock) -> SecondFactors:
    return SecondFactors(store.database, KEY, watch)


async def switched_on(factors: SecondFactors, watch: SetClock) -> tuple[Callable[[int], str], list[str]]:
    """Olga's app, which gives the code of so many steps from now, and her recovery codes."""
    begun = await factors.begin("garage", "olga", "olga@garage.example", "Garage")
    totp = pyotp.TOTP(begun.secret)
    codes = await factors.confirm("garage", "olga", totp.at(watch.now))
    assert codes is not None
    return lambda steps: str(totp.at(watch.now + timedelta(seconds=steps * STEP_SECONDS))), list(codes)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [  # RFC 6238, appendix B, SHA-1: the last six of eight digits
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert second_factor._step_of(RFC_SECRET, code, now) == seconds // STEP_SECONDS
    assert second_factor._step_of(RFC_SECRET, f"{code[:3]} {code[3:]}", now) == seconds // STEP_SECONDS


@pytest.mark.parametrize("code", ["", "28708", "2870820", "٢٨٧٠٨٢", "-87082", "28708a"])
def test_what_is_not_six_digits_is_no_code(code: str) -> None:
    assert second_factor._step_of(RFC_SECRET, code, datetime.fromtimestamp(59, UTC)) is None


async def test_a_code_counts_once_and_so_does_none_before_it(factors: SecondFactors, watch: SetClock) -> None:
    code, _ = await switched_on(factors, watch)
    assert not await factors.verify("garage", "olga", code(0))  # it set the factor up
    watch.now += timedelta(minutes=5)
    assert await factors.verify("garage", "olga", code(0))
    assert not await factors.verify("garage", "olga", code(0))
    assert not await factors.verify("garage", "olga", code(-1))
    assert await factors.verify("garage", "olga", code(1))
    assert not await factors.verify("garage", "olga", code(0))


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_be_one_step_off(factors: SecondFactors, watch: SetClock, steps: int, counts: bool) -> None:
    code, _ = await switched_on(factors, watch)
    watch.now += timedelta(minutes=5)
    assert await factors.verify("garage", "olga", code(steps)) is counts


async def test_each_recovery_code_counts_once_however_it_is_typed(factors: SecondFactors, watch: SetClock) -> None:
    _, codes = await switched_on(factors, watch)
    for left, code in zip(range(9, -1, -1), codes, strict=True):
        assert await factors.verify("garage", "olga", f" {code.upper().replace('-', ' ')}")
        assert not await factors.verify("garage", "olga", code)
        assert await factors.recovery_codes_left("garage", "olga") == left


async def test_it_is_the_shops_own_and_unreadable_under_another_key(
    store: Storage, factors: SecondFactors, watch: SetClock
) -> None:
    code, codes = await switched_on(factors, watch)
    watch.now += timedelta(minutes=5)
    assert not await factors.verify("harbor", "olga", code(0))
    assert not await factors.switch_off("harbor", "olga")
    other = SecondFactors(store.database, "another secret key, long enough too", watch)
    assert not await other.verify("garage", "olga", code(0))
    assert not await other.verify("garage", "olga", codes[0])
    assert await factors.verify("garage", "olga", code(0))


async def test_what_was_begun_longer_than_an_hour_ago_is_begun_anew(factors: SecondFactors, watch: SetClock) -> None:
    first = await factors.begin("garage", "olga", "olga@garage.example", "Garage")
    assert (await factors.begin("garage", "olga", "olga@garage.example", "Garage")).secret == first.secret
    watch.now += timedelta(hours=1, seconds=1)
    assert await factors.confirm("garage", "olga", pyotp.TOTP(first.secret).at(watch.now)) is None
    assert (await factors.begin("garage", "olga", "olga@garage.example", "Garage")).secret != first.secret
