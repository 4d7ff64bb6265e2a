"""What an invoice says on paper."""

from collections import Counter

from portal_views.formats import Formats
from portal_views.paper.content import (
    Column,
    Paper,
    Row,
    Sum,
    Table,
    Tone,
    client_lines,
    foot_of,
    sender_lines,
    vehicle_lines,
)
from portal_views.texts import Texts
from storage.accounts import InvoiceState, InvoiceView
from storage.clients import Client
from storage.invoices import Invoice
from storage.payments import Payment
from storage.shops import Shop
from storage.vehicles import Vehicle

_TONES: dict[InvoiceState, Tone] = {"paid": "good", "due": "info", "overdue": "bad", "void": "plain", "draft": "plain"}


def invoice_paper(
    shop: Shop,
    client: Client,
    vehicle: Vehicle | None,
    view: InvoiceView,
    *,
    show_payments: bool,
    t: Texts,
    f: Formats,
) -> Paper:
    """The invoice as it stands; what was paid on it is left out where the client is not shown payments."""
    invoice, title = view.invoice, t("invoice.title", number=view.invoice.number)
    days = [f.date(invoice.issued_on)]
    if invoice.due_on:
        days.append(f"{t('invoice.due')} {f.date(invoice.due_on)}")
    facts = [(t("invoice.for"), client_lines(client, f)), (t("invoice.issued"), days)]
    if vehicle is not None:
        facts.insert(1, (t("invoice.vehicle"), vehicle_lines(vehicle, t)))
    pay_url = invoice.pay_link(shop)
    return Paper(
        language=t.language,
        country=shop.address.country,
        day=invoice.issued_on,
        sender=shop.name,
        sender_lines=sender_lines(shop, f),
        title=title,
        badge=(t(f"invoices.state.{view.state}"), _TONES[view.state]),
        facts=facts,
        note=t("invoice.void") if view.state == "void" else "",
        lines=_lines(invoice, t, f),
        sums=_sums(view, t, f, show_payments=show_payments),
        payments=_payments(view.payments, t, f) if show_payments and view.payments else None,
        links=[(t("invoice.pay"), pay_url)] if view.balance and pay_url else [],
        foot=foot_of(shop, title, t),
        accent=shop.accent,
    )


def _lines(invoice: Invoice, t: Texts, f: Formats) -> Table:
    rows = [
        Row(
            cells=(
                line.description,
                t(f"invoice.kind.{line.kind}"),
                line.quantity or "",
                "" if line.unit_price is None else f.money(line.unit_price),
                f.money(line.amount),
            )
        )
        for line in invoice.lines
    ]
    columns = (
        Column(name=t("invoice.description"), share=0.46),
        Column(name=t("paper.kind"), share=0.14),
        Column(name=t("invoice.quantity"), share=0.08, right=True),
        Column(name=t("invoice.unit_price"), share=0.15, right=True),
        Column(name=t("invoice.amount"), share=0.17, right=True),
    )
    return Table(heading=t("invoice.lines"), columns=columns, rows=rows, none=t("invoice.no_lines"))


def _sums(view: InvoiceView, t: Texts, f: Formats, *, show_payments: bool) -> list[Sum]:
    kinds: Counter[str] = Counter()
    for line in view.invoice.lines:
        kinds[line.kind] += line.amount
    sums = []
    if view.adds_up and len(kinds) > 1:  # where the lines say otherwise than the total, their sums would too
        sums = [Sum(name=t(f"kinds.{kind}"), value=f.money(amount)) for kind, amount in kinds.items()]
    sums.append(Sum(name=t("invoice.total"), value=f.money(view.invoice.total), grand=True))
    if show_payments:
        sums.append(Sum(name=t("invoice.paid"), value=f.money(view.paid)))
    if view.state != "void":
        sums.append(Sum(name=t("invoice.balance"), value=f.money(view.balance), grand=True))
    return sums


def _payments(payments: tuple[Payment, ...], t: Texts, f: Formats) -> Table:
    rows = [
        Row(
            cells=(
                t("invoice.refund") if payment.amount < 0 else t(f"method.{payment.method}"),
                f.date(payment.paid_on),
                f.money(payment.amount),
            ),
            below=t("invoice.reference", reference=payment.reference) if payment.reference else "",
        )
        for payment in payments
    ]
    columns = (
        Column(name=t("paper.how"), share=0.6),
        Column(name=t("invoice.issued"), share=0.2, right=True),
        Column(name=t("invoice.amount"), share=0.2, right=True),
    )
    return Table(heading=t("invoice.payments"), columns=columns, rows=rows, none=t("invoice.no_payments"))
