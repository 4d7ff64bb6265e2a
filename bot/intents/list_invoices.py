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
        number = context.entities.invoice_number
        if number is not None:
            return _one(context, account, number)
        if not account.invoices:
            return Reply(text=context.say("none"))
        items = [_item(context, "item", view) for view in account.invoices[:_SHOWN]]
        text = context.say("only" if len(items) == 1 else "last", invoices="; ".join(items))
        return Reply(text=text, pages=(context.page("invoices"),))


def _one(context: Context, account: ClientAccount, number: str) -> Reply:
    """Another client's invoice is as unknown as one that does not exist."""
    view = next((view for view in account.invoices if _plain(view.invoice.number) == _plain(number)), None)
    if view is None:
        return Reply(text=context.say("not_yours", number=number), pages=(context.page("invoices"),))
    text = _item(context, "by_number", view)
    if 0 < view.balance < view.invoice.total:
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
    )


def _plain(number: str) -> str:
    """`INV-1042`, `inv 1042` and `#1042` are one number."""
    digits = "".join(character for character in number if character.isdigit())
    return digits.lstrip("0") or number.casefold()
