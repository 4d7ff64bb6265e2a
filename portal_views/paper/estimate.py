"""What an estimate says on paper."""

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
from storage.clients import Client
from storage.estimates import Estimate, EstimateStatus
from storage.shops import Shop
from storage.vehicles import Vehicle

_TONES: dict[EstimateStatus, Tone] = {
    "waiting": "warn",
    "approved": "good",
    "partly": "info",
    "declined": "plain",
    "expired": "plain",
}


def estimate_paper(
    shop: Shop,
    client: Client,
    vehicle: Vehicle | None,
    estimate: Estimate,
    state: EstimateStatus,
    *,
    t: Texts,
    f: Formats,
) -> Paper:
    """The estimate as it stands, with what was decided on each line."""
    title = t("estimate.title", number=estimate.number)
    days = [f.date(estimate.issued_on)]
    if estimate.valid_until:
        days.append(f"{t('estimates.until')} {f.date(estimate.valid_until)}")
    facts = [(t("invoice.for"), client_lines(client, f)), (t("estimate.issued"), days)]
    if vehicle is not None:
        facts.insert(1, (t("invoice.vehicle"), vehicle_lines(vehicle, t)))
    return Paper(
        language=t.language,
        country=shop.address.country,
        day=estimate.issued_on,
        sender=shop.name,
        sender_lines=sender_lines(shop, f),
        title=title,
        badge=(t(f"estimates.state.{state}"), _TONES[state]),
        facts=facts,
        note=t("estimate.expired") if state == "expired" else "",
        lines=_lines(estimate, t, f),
        sums=[Sum(name=t("estimates.total"), value=f.money(estimate.total), grand=True)],
        foot=foot_of(shop, title, t),
        accent=shop.accent,
    )


def _lines(estimate: Estimate, t: Texts, f: Formats) -> Table:
    work = {line.id for line in estimate.work}
    rows = [
        Row(
            cells=(
                line.description,
                t(f"invoice.kind.{line.kind}"),
                t(f"estimate.decision.{line.decision}") if line.decision and line.id in work else "",
                f.money(line.amount),
            )
        )
        for line in estimate.lines
    ]
    columns = (
        Column(name=t("invoice.description"), share=0.5),
        Column(name=t("paper.kind"), share=0.15),
        Column(name=t("paper.decided"), share=0.17),
        Column(name=t("invoice.amount"), share=0.18, right=True),
    )
    return Table(heading=t("estimate.lines"), columns=columns, rows=rows, none=t("estimate.no_lines"))
