"""What the client owes: the balance, what of it is overdue, and credit apart, never netted."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from storage.accounts import ClientAccount
from storage.proof import Asked

_NAMED = 3  # invoice numbers that fit into a text


class AskBalance(Intent):
    """The balance."""

    asks = Asked.RECORDS
    page = "invoices"
    section = "invoices"

    async def answer(self, context: Context) -> Reply:
        """The balance with the numbers of the unpaid invoices, oldest first."""
        account = await context.store.accounts.for_client(context.shop, context.peer.known_client_id(), context.today)
        parts = [_owed(context, account), *_overdue(context, account)]
        if account.credit:
            parts.append(context.say("credit", amount=context.money(account.credit)))
        pages = (context.page("invoices"),) if account.invoices else ()
        return Reply(text=" ".join(parts), pages=pages)


def _owed(context: Context, account: ClientAccount) -> str:
    if not account.invoices:
        return context.say("no_invoices")
    if not account.balance_due:
        return context.say("nothing")
    total = context.money(account.balance_due)
    numbers = [view.invoice.number for view in account.unpaid]
    named = context.wording.every(numbers[:_NAMED])
    if len(numbers) > _NAMED:
        return context.say("many", total=total, count=len(numbers), numbers=", ".join(numbers[:_NAMED]))
    return context.say("one" if len(numbers) == 1 else "several", total=total, numbers=named)


def _overdue(context: Context, account: ClientAccount) -> list[str]:
    if account.overdue_due and account.overdue_due == account.balance_due:
        return [context.say("all_overdue")]
    if account.overdue_due:
        return [context.say("overdue", amount=context.money(account.overdue_due))]
    days = [view.invoice.due_on for view in account.unpaid if view.invoice.due_on is not None]
    return [context.say("due_on", day=context.day(min(days)))] if days else []
