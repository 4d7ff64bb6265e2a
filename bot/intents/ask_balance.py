"""What the client owes: the balance, what of it is overdue, and credit apart, never netted."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply, Thing
from bot.which_invoice import MeantInvoice, find_meant_invoice, say_state
from bot.which_vehicle import find_meant_vehicles, say_unknown
from storage.accounts import ClientAccount
from storage.proof import Asked
from storage.vehicles import Vehicle

_NAMED = 3  # invoice numbers that fit into a text


class AskBalance(Intent):
    """The balance."""

    asks = Asked.RECORDS
    page = "invoices"
    section = "invoices"

    async def answer(self, context: Context) -> Reply:
        """The balance with the numbers of the unpaid invoices, oldest first."""
        account = await context.store.accounts.for_client(context.shop, context.peer.known_client_id(), context.today)
        meant = find_meant_invoice(context, account)
        if meant is not None:
            return _one(context, meant)
        vehicles = await find_meant_vehicles(context)
        if vehicles.one is not None and _is_known_for(vehicles.one, account):
            return _of_vehicle(context, account, vehicles.one)
        parts = [*say_unknown(context, vehicles), _owed(context, account), *_overdue(context, account)]
        if account.credit:
            parts.append(context.say("credit", amount=context.money(account.credit)))
        pages = (context.page("invoices"),) if account.invoices else ()
        about: dict[Thing, tuple[str, ...]] = {"invoice": tuple(view.invoice.id for view in account.unpaid)}
        return Reply(text=" ".join(parts), pages=pages, about=about)


def _one(context: Context, meant: MeantInvoice) -> Reply:
    """One invoice. Another client's is as unknown as one that does not exist."""
    view = meant.view
    if view is None:
        return Reply(text=context.say("no_invoice", number=meant.number), pages=(context.page("invoices"),))
    page = context.page("invoice", view.invoice.id)
    return Reply(text=say_state(context, view), pages=(page,), about={"invoice": (view.invoice.id,)})


def _is_known_for(vehicle: Vehicle, account: ClientAccount) -> bool:
    """Whether it can be said what is open for it: not where an open invoice names no vehicle at all."""
    of = {view.invoice.vehicle_id for view in account.unpaid}
    return vehicle.id in of or None not in of


def _of_vehicle(context: Context, account: ClientAccount, vehicle: Vehicle) -> Reply:
    """What is open for one vehicle, and what is open beside it, so that nothing seems paid which is not."""
    views = [view for view in account.unpaid if view.invoice.vehicle_id == vehicle.id]
    parts = [say_state(context, view) for view in views[:_NAMED]]
    if not views:
        parts.append(context.say("nothing_for", vehicle=vehicle.title))
    others = account.balance_due - sum(view.balance for view in views[:_NAMED])
    if others:
        parts.append(context.say("besides", amount=context.money(others)))
    return Reply(
        text=" ".join(parts),
        pages=(context.page("invoices"),) if account.invoices else (),
        about={"vehicle": (vehicle.id,), "invoice": tuple(view.invoice.id for view in views)},
    )


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
