"""The client's payments: the last few, what was paid in a year, whether one arrived, or those of one invoice."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.action import Intent
from bot.context import Context
from bot.payment_claim import Claim, find_claim
from bot.payment_words import method_title
from bot.reply import Reply, Thing
from bot.understanding.features import fold
from bot.which_invoice import find_meant_invoice, say_state
from bot.which_vehicle import find_meant_vehicles, say_unknown
from storage.accounts import ClientAccount, InvoiceView
from storage.payments import Payment
from storage.proof import Asked

_SHOWN = 3
_FRESH = timedelta(days=14)
_ARRIVED = re.compile(
    r"\b(?:did|do|does|has|have|was|is|are|confirm|can|check)\b.*\b(?:get|got|gotten|go(?:ne)? thr(?:ough|u)|went"
    r"|received?|arrived?|come in|post(?:ed)?|clear(?:ed)?|process(?:ed)?|appl(?:y|ied)|credited|deposited|see|work"
    r"|pending|in the system|shown? up)\b"
    r"|\bpaid already\b|\balready paid\b|^\W*i paid\b|\bpayment (?:received|status)\b|\bproof of\b"
    r"|\b(?:llego|recibieron|paso|reflejo|cayo|proceso|aplico|aparece|reciben|ya pague)\b"
)
_HOW_MUCH = re.compile(
    r"\b(?:how much|cuanto)\b.*\b(?:(?:have|has) .*paid|paid (?:so|this|last)|he(?:mos)? pagado|(?:this|last) year"
    r"|ano)\b"
)
_LAST_YEAR = re.compile(r"\b(?:last year|ano pasado)\b")
_THIS_YEAR = re.compile(r"\b(?:this year|este ano)\b")
_LAST = re.compile(r"\b(?:last(?! (?:week|month|year|few))|latest|most recent|ultim[oa]|how did i pay|which card)\b")


class PaymentHistory(Intent):
    """What did I pay, did it arrive?"""

    asks = Asked.RECORDS
    page = "payments"
    section = "payments"

    async def answer(self, context: Context) -> Reply:
        """What is asked of the payments on file; what is not there is not there yet, for people enter them."""
        account = await context.store.accounts.for_client(context.shop, context.peer.known_client_id(), context.today)
        names_invoices = await context.peer.may_read("invoices")
        claim = find_claim(context)
        meant = find_meant_invoice(context, account) if names_invoices else None
        if meant is not None and not claim.says_something:
            return _of_invoice(context, meant.number, meant.view)
        if not names_invoices:
            account = _nameless(account)
        text = fold(context.heard.text)
        if not account.payments:
            arrived = _ARRIVED.search(text) or claim.says_something
            return _missing(context, context.say("none"), account) if arrived else Reply(text=context.say("none"))
        if _HOW_MUCH.search(text):
            return _total(context, account, text)
        asks_how = _LAST.search(text) and claim.amount is None and claim.day is None  # "which card did I use last time"
        if _ARRIVED.search(text) or (claim.says_something and not asks_how):
            return _arrived(context, account, claim)
        return await _list(context, account, text)


def _of_invoice(context: Context, number: str, view: InvoiceView | None) -> Reply:
    """How an invoice stands, and what was paid on it. Another client's is as unknown as one that does not exist."""
    if view is None:
        return Reply(text=context.say("no_invoice", number=number), pages=(context.page("payments"),))
    items = "; ".join(_plain(context, payment) for payment in view.payments[:_SHOWN])
    paid = context.say("on_invoice", payments=items) if items else context.say("none_on_invoice")
    return Reply(
        text=f"{say_state(context, view)} {paid}",
        pages=(context.page("invoice", view.invoice.id),),
        about={"invoice": (view.invoice.id,), "payment": tuple(payment.id for payment in view.payments)},
    )


def _arrived(context: Context, account: ClientAccount, claim: Claim) -> Reply:
    """The newest payment that fits what is said of it, else an honest no; nothing said of it: the newest."""
    fitting = [payment for payment in account.payments if claim.fits(payment)]
    if not fitting:
        newest = next((payment for payment in account.payments if payment.amount > 0), None)
        told = [context.say("newest", payment=_item(context, account, newest))] if newest is not None else []
        return _missing(context, " ".join([context.say("not_seen"), *told]), account)
    item = _item(context, account, fitting[0])
    about = _about(account, fitting[:1])
    # of the way it was paid alone, an old payment is no sign that a new one came
    if claim.amount is not None or claim.day is not None or (claim.method and _is_fresh(context, fitting[0])):
        return Reply(text=context.say("seen", payment=item), pages=(context.page("payments"),), about=about)
    text = f"{context.say('newest', payment=item)} {context.say('if_newer')}"
    person = context.choice("to_person", "/talk_to_human")
    return Reply(text=text, choices=(person,), pages=(context.page("payments"),), about=about)


def _is_fresh(context: Context, payment: Payment) -> bool:
    return context.today - payment.paid_on <= _FRESH


def _missing(context: Context, said: str, account: ClientAccount) -> Reply:
    """What is not on file may still be on somebody's desk."""
    return Reply(
        text=f"{said} {context.say('by_hand')}",
        choices=(context.choice("to_person", "/talk_to_human"),),
        pages=(context.page("payments"),) if account.payments else (),
    )


def _total(context: Context, account: ClientAccount, text: str) -> Reply:
    """What was paid in all, or in the year that is named, refunds taken off."""
    year = context.today.year if _THIS_YEAR.search(text) else None
    year = context.today.year - 1 if _LAST_YEAR.search(text) else year
    counted = [payment for payment in account.payments if year in (None, payment.paid_on.year)]
    amount, count = context.money(sum(payment.amount for payment in counted)), len(counted)
    if not counted:
        said = context.say("none_in_year", year=year)
    elif year is None:
        said = context.say("total_one" if count == 1 else "total", amount=amount, count=count)
    else:
        said = context.say("year_one" if count == 1 else "year", amount=amount, count=count, year=year)
    return Reply(text=said, pages=(context.page("payments"),), about=_about(account, counted[:_SHOWN]))


async def _list(context: Context, account: ClientAccount, text: str) -> Reply:
    """The newest payments; of a vehicle that is named, those on its invoices."""
    meant = await find_meant_vehicles(context)
    on_file = account.payments
    if meant.one is not None:
        on_file = tuple(payment for payment in on_file if _vehicle_of(account, payment) == meant.one.id)
        if not on_file:
            none = context.say("none_of_it", vehicle=meant.one.title)
            return Reply(text=none, pages=(context.page("payments"),), about={"vehicle": (meant.one.id,)})
    # the last payment is none that went back
    told = tuple(payment for payment in on_file if payment.amount > 0)[:1] if _LAST.search(text) else ()
    told = told or on_file[:_SHOWN]
    items = "; ".join(_item(context, account, payment) for payment in told)
    said = " ".join(
        [*say_unknown(context, meant), context.say("last_one" if len(told) == 1 else "last", payments=items)]
    )
    if len(on_file) > len(told) > 1:
        said = f"{said} {context.say('more', count=len(on_file) - len(told))}"
    return Reply(text=said, pages=(context.page("payments"),), about=_about(account, told))


def _item(context: Context, account: ClientAccount, payment: Payment) -> str:
    """`$100.00 by card on Thu Mar 5 for invoice 1042`."""
    view = account.find(payment.invoice_id or "")
    told = _plain(context, payment)
    return told if view is None else f"{told} {context.say('for_invoice', number=view.invoice.number)}"


def _plain(context: Context, payment: Payment) -> str:
    key = "refund" if payment.amount < 0 else "payment_ref" if payment.reference else "payment"
    return context.say(
        key,
        amount=context.money(abs(payment.amount)),
        method=method_title(context, payment.method),
        day=context.day(payment.paid_on),
        reference=payment.reference or "",
    )


def _about(account: ClientAccount, payments: Sequence[Payment]) -> dict[Thing, tuple[str, ...]]:
    invoices = [view.invoice.id for payment in payments if (view := account.find(payment.invoice_id or ""))]
    return {"payment": tuple(payment.id for payment in payments), "invoice": tuple(dict.fromkeys(invoices))}


def _vehicle_of(account: ClientAccount, payment: Payment) -> str | None:
    view = account.find(payment.invoice_id or "")
    return view.invoice.vehicle_id if view is not None else None


def _nameless(account: ClientAccount) -> ClientAccount:
    """The account without its invoices, where they are not to be told of."""
    return replace(account, invoices=())
