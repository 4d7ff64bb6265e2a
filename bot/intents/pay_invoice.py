"""How to pay: ways and place for anybody, and for a known client what is open and where to pay it. Takes no money."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.action import Intent
from bot.context import Context
from bot.payment_words import find_brand, find_method, method_title
from bot.reply import Reply
from bot.understanding.card_numbers import held_card_number
from bot.understanding.features import fold
from bot.which_invoice import find_meant_invoice, say_state
from storage.accounts import ClientAccount, InvoiceView
from storage.messages import Link
from storage.opening_hours import closes_at, next_opening
from storage.proof import may_see
from storage.shops import secure_url

_NAMED = 3  # invoices that fit into a text
_IN_PARTS = re.compile(
    r"\b(?:installments?|payment plans?|financ\w+|split|half|monthly|partial"
    r"|abonos|plazos|mitad|planes? de pago|parcialidades)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a client is told of the own bill: the text, where to pay it, which invoices it is about."""

    text: str
    links: tuple[Link, ...] = ()
    about: tuple[str, ...] = ()
    open: bool = True  # something is to be paid


class PayInvoice(Intent):
    """How do I pay?"""

    async def answer(self, context: Context) -> Reply:
        """The own bill where it may be told, then the ways to pay."""
        if held_card_number(context.turn.text):
            return Reply(
                text=" ".join(
                    [context.say("no_card_numbers"), *_taken(context), *_where(context, _shop_links(context))]
                ),
                links=_shop_links(context),
                choices=(context.choice("to_person", "/talk_to_human"),),
            )
        bill = await _bill(context)
        if bill is None:
            links = _shop_links(context)
            choices = [context.choice("bill", "/ask_balance")] if await _may_ask(context) else []
            parts = [*_taken(context), *_where(context, links)]
        else:
            links = bill.links
            choices = []
            # asked what is taken, that comes first
            told = [*_taken(context), bill.text] if _asks_how(context) else [bill.text, *_taken(context)]
            parts = [*told, *(_where(context, links) if bill.open else ())]
        if not links or _IN_PARTS.search(fold(context.heard.text)):
            choices.append(context.choice("to_person", "/talk_to_human"))
        pages = (context.page("invoices"),) if bill is not None and bill.about else ()
        about = bill.about if bill is not None else ()
        return Reply(
            text=" ".join(parts),
            links=links,
            choices=tuple(choices),
            pages=pages,
            about={"invoice": about} if about else {},
        )


async def _may_ask(context: Context) -> bool:
    """Whether the bill could be told once the peer has proved who it is; not where invoices are switched off."""
    return context.peer.client_id is None or await context.peer.may_read("invoices")


async def _bill(context: Context) -> Bill | None:
    """The own bill; None where this peer may not be told: a visitor, or a link that is for something else."""
    identity = context.peer.identity
    linked = identity.scope.record_id if identity.scope is not None and identity.scope.page == "invoice" else None
    every, one = may_see(identity, "invoices"), linked is not None and may_see(identity, "invoice", linked)
    if not (every or one) or not await context.peer.may_read("invoices"):
        return None
    account = await context.store.accounts.for_client(context.shop, context.peer.known_client_id(), context.today)
    if not every:  # by a link for one invoice: that one
        view = account.find(linked or "")
        return _one(context, view) if view is not None else None
    meant = find_meant_invoice(context, account)
    if meant is not None and meant.view is None:
        return Bill(text=context.say("no_invoice", number=meant.number), links=_shop_links(context))
    if meant is not None and meant.view is not None:
        return _one(context, meant.view)
    return _all(context, account)


def _one(context: Context, view: InvoiceView) -> Bill:
    links = _links(context, [view]) if view.balance else ()
    return Bill(text=say_state(context, view), links=links, about=(view.invoice.id,), open=bool(view.balance))


def _all(context: Context, account: ClientAccount) -> Bill:
    unpaid = account.unpaid
    if not unpaid:
        return Bill(text=context.say("nothing"), open=False)
    if len(unpaid) == 1:
        return _one(context, unpaid[0])
    items = [
        context.say("item", number=view.invoice.number, left=context.money(view.balance)) for view in unpaid[:_NAMED]
    ]
    total = context.money(account.balance_due)
    if len(unpaid) > _NAMED:
        text = context.say("many", total=total, count=len(unpaid), invoices=", ".join(items))
    else:
        text = context.say("several", total=total, invoices=context.wording.every(items))
    return Bill(text=text, links=_links(context, unpaid[:_NAMED]), about=tuple(view.invoice.id for view in unpaid))


def _links(context: Context, views: Sequence[InvoiceView]) -> tuple[Link, ...]:
    """Where each is paid: at its own address, else at the shop's, which is given once."""
    own = [
        Link(context.say("pay_number", number=view.invoice.number), url)
        for view in views
        if (url := secure_url(view.invoice.pay_url)) is not None
    ]
    return tuple(own) if len(own) == len(views) else (*own, *_shop_links(context))


def _shop_links(context: Context) -> tuple[Link, ...]:
    return (Link(context.say("pay_online"), context.shop.pay_link),) if context.shop.pay_link else ()


def _asks_how(context: Context) -> bool:
    return _asked_for(context) is not None or _IN_PARTS.search(fold(context.heard.text)) is not None


def _taken(context: Context) -> list[str]:
    """What is taken, and an honest word on what is not."""
    shop = context.shop
    titles = [method_title(context, name) for name in shop.payment_methods]
    taken = [context.say("takes", methods=context.wording.every(titles))] if titles else []
    asked = _asked_for(context)
    unlisted = [context.say("not_listed", method=asked)] if titles and asked and not _is_listed(context, asked) else []
    parts = [context.say("in_parts")] if _IN_PARTS.search(fold(context.heard.text)) else []
    return [*unlisted, *taken, *parts]


def _where(context: Context, links: tuple[Link, ...]) -> list[str]:
    """Where it is paid: by the link, else at the shop."""
    return [context.say("by_link") if links else _at_shop(context)]


def _asked_for(context: Context) -> str | None:
    """The way of paying that the message names, in words for people."""
    text = context.heard.text
    brand, method = find_brand(text), find_method(text)
    return brand or (method_title(context, method) if method is not None else None)


def _is_listed(context: Context, asked: str) -> bool:
    listed = " ".join(
        [*context.shop.payment_methods, *(method_title(context, m) for m in context.shop.payment_methods)]
    )
    return fold(asked) in fold(listed)


def _at_shop(context: Context) -> str:
    closes = closes_at(context.shop, context.now)
    if closes is not None:
        return context.say("at_shop_open", time=context.wording.time(closes))
    opens = next_opening(context.shop, context.now)
    if opens is None:
        return context.say("at_shop", phone=context.shop_phone())
    return context.say("at_shop_closed", when=context.moment(opens))
