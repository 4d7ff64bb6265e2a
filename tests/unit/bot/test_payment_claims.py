"""What a client says of a payment, held against those on file."""

from datetime import date

import pytest

from bot.payment_claim import Claim
from bot.payment_words import find_brand, find_method
from storage.payments import Payment

PAYMENT = Payment(
    id="p", shop="elm", external_id="p", client_id="c", paid_on=date(2026, 3, 5), amount=20050, method="check"
)


@pytest.mark.parametrize(
    ("claim", "fits"),
    [
        (Claim(), True),
        (Claim(amount=20050), True),
        (Claim(amount=20000), False),
        (Claim(amount=20000, whole=True), True),  # "the 200 i sent"
        (Claim(method="cash"), False),
        (Claim(day=date(2026, 3, 1)), True),  # mailed, entered when it came
        (Claim(day=date(2026, 3, 9)), False),
        (Claim(day=date(2026, 2, 20)), False),
    ],
)
def test_a_payment_fits_what_is_said_of_it(claim: Claim, fits: bool) -> None:
    assert claim.fits(PAYMENT) is fits


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("did you get my check", "check"),
        ("can you check if it went through", None),
        ("check my payment status", None),
        ("I paid by credit card", "card"),
        ("pagué en efectivo", "cash"),
        ("pagué con cheque", "check"),
        ("do you take cash app", None),
    ],
)
def test_the_way_of_paying_is_told_from_the_verb(text: str, method: str | None) -> None:
    assert find_method(text) == method


def test_names_of_their_own_are_found() -> None:
    assert find_brand("can I Venmo you") == "venmo"
    assert find_brand("can I pay") is None
