"""Which invoice is meant: shops number them as they like."""

from datetime import date

import pytest

from bot.which_invoice import find_invoice, find_written_number
from storage.accounts import ClientAccount, account_of
from storage.invoices import Invoice

TODAY = date(2026, 3, 11)


def account(*numbers: str) -> ClientAccount:
    invoices = [
        Invoice(id=number, shop="elm", external_id=number, number=number, client_id="c", issued_on=TODAY, total=100)
        for number in numbers
    ]
    return account_of(invoices, [], TODAY)


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("INV-1042", "INV-1042"),
        ("#1042", "INV-1042"),
        ("01042", "INV-1042"),
        ("B-10", "B-10"),
        ("10", None),
        ("7", None),
    ],
)
def test_a_number_is_found_as_written_or_by_its_digits_where_they_are_one_s_own(number: str, found: str | None) -> None:
    view = find_invoice(account("A-10", "B-10", "INV-1042"), number)
    assert (view.invoice.number if view else None) == found


@pytest.mark.parametrize(
    ("text", "found"), [("what about a-10?", "A-10"), ("and F/2026/3, please", "F/2026/3"), ("an invoice", None)]
)
def test_the_own_numbers_are_known_in_any_form(text: str, found: str | None) -> None:
    assert find_written_number(text, account("A-10", "F/2026/3", "AN")) == found
