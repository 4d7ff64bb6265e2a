"""A card's number is told from any other: by its length, its first digit and its check digit."""

import pytest

from bot.understanding.card_numbers import holds_card_number, without_card_numbers


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "my card is 4111 1111 1111 1111 exp 12/27",
        "amex 3782-822463-10005, thanks",
        "es la 5500 0055 5555 5559.",
        "2223003122003222",
    ],
)
def test_a_card_number_is_found_and_struck_out(text: str) -> None:
    assert holds_card_number(text)
    left = without_card_numbers(text)
    assert "[card]" in left
    assert not holds_card_number(left)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # its check digit is wrong
        "call 512 555 0101 or 512 555 0102",
        "vin 1HGCM82633A004352",
        "invoice 20313, 386.20",
        "411111111111",
        "12345678901234567890",
        "",
    ],
)
def test_other_numbers_stand(text: str) -> None:
    assert not holds_card_number(text)
    assert without_card_numbers(text) == text
