"""The client's invoices: the last few, or one by its number if it is this client's own."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from storage.accounts import ClientAccount, InvoiceView
from storage.proof import Asked

_SHOWN = 3


class ListInvoices(Intent):
    """Invoices."""

    asks = Asked.RECORDS
    page = "invoices"
    section = "invoices"

    async def answer(self, context: Context) -> Reply:
        """One invoice where a number is named, else the newest ones."""
        account = await context.store.accounts.for_client(context.shop, context.peer.known_client_id(), context.today)
        number = context.entities.invoice_number or find_written_number(context.turn.text, account)
        if number is not None:
            return _one(context, account, number)
        if not account.invoices:
            return Reply(text=context.say("none"))
        items = [
            _item(context, "item_left" if _is_part_paid(view) else "item", view) for view in account.invoices[:_SHOWN]
        ]
        text = context.say("only" if len(items) == 1 else "last", invoices="; ".join(items))
        return Reply(text=text, pages=(context.page("invoices"),))


def _one(context: Context, account: ClientAccount, number: str) -> Reply:
    """Another client's invoice is as unknown as one that does not exist."""
    view = find_invoice(account, number)
    if view is None:
        return Reply(text=context.say("not_yours", number=number), pages=(context.page("invoices"),))
    text = _item(context, "by_number", view)
    if _is_part_paid(view):
        text = f"{text} {context.say('left', amount=context.money(view.balance))}"
    return Reply(text=text, pages=(context.page("invoice", view.invoice.id),))


def _item(context: Context, key: str, view: InvoiceView) -> str:
    invoice = view.invoice
    return context.say(
        key,
        number=invoice.number,
        day=context.day(invoice.issued_on),
        total=context.money(invoice.total),
        state=context.say(f"state_{view.state}"),
        left=context.money(view.balance),
    )


def _is_part_paid(view: InvoiceView) -> bool:
    return 0 < view.balance < view.invoice.total


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
