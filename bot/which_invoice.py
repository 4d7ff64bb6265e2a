"""Which of the client's invoices a message is about, whatever numbers the shop gives, and how it stands."""

import re
from dataclasses import dataclass

from bot.context import Context
from bot.understanding.features import fold
from storage.accounts import ClientAccount, InvoiceView

_BILL = re.compile(r"\b(?:invoice|bill|receipt|factura|recibo)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantInvoice:
    """An invoice that a message means. `view` is None for a number that is none of the client's."""

    number: str
    view: InvoiceView | None


def find_meant_invoice(context: Context, account: ClientAccount) -> MeantInvoice | None:
    """By its number, then by what was picked, then by what is pointed at; None where no invoice in particular is."""
    number = context.entities.invoice_number or find_written_number(context.heard.text, account)
    if number is not None:
        return MeantInvoice(number=number, view=find_invoice(account, number))
    picked = context.given.get("invoice")
    invoice_id = picked if isinstance(picked, str) else _find_pointed(context, account)
    view = account.find(invoice_id) if invoice_id else None
    return MeantInvoice(number=view.invoice.number, view=view) if view is not None else None


def _find_pointed(context: Context, account: ClientAccount) -> str | None:
    """The one pointed at; after a word on a vehicle, "it" is the vehicle, unless a bill is named."""
    things = list(context.tracker.topic)
    is_vehicle = "vehicle" in things[: things.index("invoice")] if "invoice" in things else True
    if is_vehicle and not _BILL.search(fold(context.heard.text)):
        return None
    every = [view.invoice.id for view in account.invoices]
    open_ones = [view.invoice.id for view in account.unpaid]
    return context.pointed_at("invoice", every) or context.pointed_at("invoice", open_ones)


def say_state(context: Context, view: InvoiceView) -> str:
    """Whether an invoice is paid, and what is left of it."""
    number, total = view.invoice.number, context.money(view.invoice.total)
    if view.state == "void":
        return context.say("invoice_is_void", number=number)
    if not view.balance:
        return context.say("invoice_is_paid", number=number, total=total)
    left, due = context.money(view.balance), view.invoice.due_on
    if view.balance < view.invoice.total:
        left = context.say("part_of", left=left, total=total)
    if due is None:
        return context.say("invoice_is_open", number=number, left=left)
    key = "invoice_is_overdue" if view.state == "overdue" else "invoice_is_due"
    return context.say(key, number=number, left=left, day=context.day(due))


def find_invoice(account: ClientAccount, number: str) -> InvoiceView | None:
    """The one with this number as it is written, else the only one with its digits: `A-10` is not `B-10`."""
    exact = [view for view in account.invoices if _letters(view.invoice.number) == _letters(number)]
    alike = [view for view in account.invoices if _plain(view.invoice.number) == _plain(number)]
    return exact[0] if exact else alike[0] if len(alike) == 1 else None


def find_written_number(text: str, account: ClientAccount) -> str | None:
    """The number of one of the own invoices that stands in the text, whatever numbers the shop gives."""
    words = {_letters(word) for word in text.split()}
    numbers = (view.invoice.number for view in account.invoices)
    return next((n for n in numbers if _letters(n) in words and any(c.isdigit() for c in n)), None)


def _letters(number: str) -> str:
    return "".join(character for character in number.casefold() if character.isalnum())


def _plain(number: str) -> str:
    """`INV-1042`, `inv 1042` and `#1042` are one number."""
    digits = "".join(character for character in number if character.isdigit())
    return digits.lstrip("0") or number.casefold()
