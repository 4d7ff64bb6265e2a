"""The client's invoices: the last few, or one by its number if it is this client's own."""

import re

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply, Thing
from bot.understanding.features import fold
from bot.which_invoice import MeantInvoice, find_meant_invoice
from bot.which_vehicle import find_meant_vehicles, say_unknown
from storage.accounts import InvoiceView
from storage.proof import Asked

_SHOWN = 3
_LAST = re.compile(
    r"\b(?:last|latest|newest|most recent) (?:invoice|bill|receipt|one)\b|\bultim[oa] (?:factura|recibo|cuenta)\b"
)


class ListInvoices(Intent):
    """Invoices."""

    asks = Asked.RECORDS
    page = "invoices"
    section = "invoices"

    async def answer(self, context: Context) -> Reply:
        """One invoice where a number is named, else the newest ones."""
        account = await context.store.accounts.for_client(context.shop, context.peer.known_client_id(), context.today)
        meant = find_meant_invoice(context, account)
        if meant is not None:
            return _one(context, meant)
        if not account.invoices:
            return Reply(text=context.say("none"))
        vehicles = await find_meant_vehicles(context)
        shown = [view for view in account.invoices if vehicles.includes(view.invoice.vehicle_id)]
        if not shown and vehicles.one is not None:
            none = context.say("none_of_it", vehicle=vehicles.one.title)
            return Reply(text=none, pages=(context.page("invoices"),), about={"vehicle": (vehicles.one.id,)})
        if _LAST.search(fold(context.heard.text)):
            return _one(context, MeantInvoice(number=shown[0].invoice.number, view=shown[0]))
        shown = shown[:_SHOWN]
        items = [_item(context, "item_left" if _is_part_paid(view) else "item", view) for view in shown]
        last = context.say("only" if len(items) == 1 else "last", invoices="; ".join(items))
        text = " ".join([*say_unknown(context, vehicles), last])
        about: dict[Thing, tuple[str, ...]] = {"invoice": tuple(view.invoice.id for view in shown)}
        return Reply(text=text, pages=(context.page("invoices"),), about=about)


def _one(context: Context, meant: MeantInvoice) -> Reply:
    """Another client's invoice is as unknown as one that does not exist."""
    view = meant.view
    if view is None:
        return Reply(text=context.say("not_yours", number=meant.number), pages=(context.page("invoices"),))
    text = _item(context, "by_number", view)
    if _is_part_paid(view):
        text = f"{text} {context.say('left', amount=context.money(view.balance))}"
    page = context.page("invoice", view.invoice.id)
    return Reply(text=text, pages=(page,), about={"invoice": (view.invoice.id,)})


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
