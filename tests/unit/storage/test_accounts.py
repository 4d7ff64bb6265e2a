"""What a client owes: the rules of "Money", one test each."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from storage.accounts import account_of
from storage.invoices import Invoice, InvoiceLine
from storage.money import format_decimal, format_money
from storage.payments import Payment, PaymentMethod

TODAY = date(2026, 3, 11)


def invoice(number: str, total: int, **changes) -> Invoice:
    given_ = {"issued_on": date(2026, 3, 1), **changes}
    return Invoice(id=number, shop="s", external_id=number, number=number, client_id="c", total=total, **given_)


def payment(amount: int, invoice_id: str | None = None, method: PaymentMethod = "card") -> Payment:
    return Payment(
        id=f"p{amount}{invoice_id}{method}",
        shop="s",
        external_id="p",
        client_id="c",
        paid_on=date(2026, 3, 2),
        amount=amount,
        method=method,
        invoice_id=invoice_id,
    )


def test_balance_is_total_less_its_payments():
    account = account_of([invoice("1", 10000)], [payment(2500, "1"), payment(500, "1", "cash")], TODAY)
    assert (account.balance_due, account.invoices[0].paid, account.invoices[0].state) == (7000, 3000, "due")
    assert account.paid_by_method == {"card": 2500, "cash": 500}


def test_an_invoice_is_overdue_the_day_after_its_due_date_and_not_on_it():
    on_the_day = account_of([invoice("1", 100, due_on=TODAY)], [], TODAY)
    the_day_after = account_of([invoice("1", 100, due_on=date(2026, 3, 10))], [], TODAY)
    assert on_the_day.invoices[0].state == "due"
    assert (the_day_after.invoices[0].state, the_day_after.overdue_due) == ("overdue", 100)


def test_without_a_due_date_it_is_never_overdue():
    assert account_of([invoice("1", 100, issued_on=date(2020, 1, 1))], [], TODAY).invoices[0].state == "due"


def test_a_paid_invoice_past_its_due_date_is_paid():
    account = account_of([invoice("1", 100, due_on=date(2025, 1, 1))], [payment(100, "1")], TODAY)
    assert (account.invoices[0].state, account.overdue_due) == ("paid", 0)


def test_what_is_paid_without_an_invoice_is_credit_and_not_netted():
    account = account_of([invoice("1", 1000)], [payment(400)], TODAY)
    assert (account.balance_due, account.credit) == (1000, 400)


def test_what_is_paid_beyond_the_total_is_credit():
    account = account_of([invoice("1", 1000), invoice("2", 500)], [payment(1300, "1")], TODAY)
    assert (account.balance_due, account.credit) == (500, 300)


def test_a_refund_takes_the_overpayment_back():
    account = account_of([invoice("1", 1000)], [payment(1300, "1"), payment(-300, "1")], TODAY)
    assert (account.balance_due, account.credit, account.total_paid) == (0, 0, 1000)


def test_a_refund_on_a_paid_invoice_makes_it_due_again():
    assert account_of([invoice("1", 1000)], [payment(1000, "1"), payment(-200, "1")], TODAY).balance_due == 200


def test_a_void_invoice_owes_nothing_and_what_was_paid_on_it_is_credit():
    account = account_of([invoice("1", 1000, status="void")], [payment(250, "1")], TODAY)
    assert (account.balance_due, account.credit, account.total_invoiced) == (0, 250, 0)
    assert account.invoices[0].state == "void"


def test_a_draft_is_not_shown_and_a_deposit_on_it_is_credit():
    account = account_of([invoice("1", 1000, status="draft")], [payment(250, "1")], TODAY)
    assert (account.invoices, account.balance_due, account.credit) == ((), 0, 250)


def test_lines_that_do_not_add_up_leave_the_total_as_it_is():
    lines = (InvoiceLine(description="x", kind="labor", amount=900),)
    view = account_of([invoice("1", 1000, lines=lines)], [], TODAY).invoices[0]
    assert (view.balance, view.adds_up) == (1000, False)


def test_months_are_in_order_and_leave_void_invoices_out():
    invoices = [
        invoice("3", 5, issued_on=date(2026, 3, 1)),
        invoice("2", 7, issued_on=date(2026, 1, 31)),
        invoice("1", 9, issued_on=date(2026, 1, 1), status="void"),
    ]
    assert list(account_of(invoices, [], TODAY).invoiced_by_month.items()) == [("2026-01", 7), ("2026-03", 5)]


@given(st.lists(st.tuples(st.integers(-5000, 100_000), st.lists(st.integers(-50_000, 100_000)))))
def test_no_cent_is_lost(book):
    invoices = [invoice(str(number), total) for number, (total, _) in enumerate(book)]
    payments = [payment(amount, str(number)) for number, (_, amounts) in enumerate(book) for amount in amounts]
    account = account_of(invoices, payments, TODAY)
    assert account.total_invoiced - account.total_paid == account.balance_due - account.credit
    assert account.balance_due >= 0
    assert account.credit >= 0


def test_money_is_written_as_people_of_the_currency_write_it():
    assert format_money(38620, "USD") == "$386.20"
    assert format_money(-5, "USD") == "-$0.05"
    assert format_money(123456789, "USD", "es") == "$1,234,567.89"
    assert format_money(12345678, "EUR", "es", "ES") == "123.456,78 €"
    assert format_money(123456, "MXN", "es", "MX") == "$1,234.56"
    assert format_money(123456, "CAD", "en", "CA") == "$1,234.56"
    assert format_money(100, "CHF") == "CHF 1.00"
    assert format_money(-123456, "CHF", "es", "") == "-CHF 1,234.56"  # a shop that has not said where it is
    assert format_money(50000, "JPY", "en", "JP") == "¥500"


@given(
    cents=st.integers(-(10**11), 10**11),
    language=st.sampled_from(["en", "es"]),
    country=st.sampled_from(["US", "MX", "CA", "PR", "ZZ", ""]),
)
def test_money_says_its_cents_whatever_the_country(cents, language, country):
    text = format_money(cents, "USD", language, country)
    assert int(re.sub(r"\D", "", text)) == abs(cents)
    assert text.startswith("-") == (cents < 0)
    assert "\u00a0" not in text


@given(st.integers(-(10**12), 10**12))
def test_the_decimal_form_says_the_same_cents(cents):
    assert round(float(format_decimal(cents)) * 100) == cents
