"""What a client decided on an estimate, and what they saw when they did: one document a press, never changed.

The estimate itself goes on: the shop's software sends other lines, prices, a status of its own. This stays as evidence
of who decided what, when, from where, and over which lines and totals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.estimates import Decision, Estimate
from storage.invoices import LineKind
from storage.mongo import Database
from storage.news import News
from storage.proof import Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """One line as it was shown, `amount` in cents; the decision that was taken on it, if one was."""

    id: str
    description: str
    kind: LineKind
    amount: int
    decision: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where it came from: the page, the chat or a text; how well the client was known; what is known of the device.

    `address` is the network address, `session` the portal's session, `link` whether a link from a message opened it;
    `message` the yes in the chat, `phone` the number that a text came from.
    """

    place: str  # "portal", or the channel: "web", "sms"
    proof: Proof
    address: str | None = None
    agent: str | None = None
    session: str | None = None
    message: str | None = None
    phone: str | None = None

    @property
    def by_link(self) -> bool:
        """Whether a link from a message opened the page."""
        return self.proof is Proof.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateDecision:
    """One press, or one yes. `total` is the estimate's own, `approved` the sum shown of what is approved."""

    id: str
    shop: str
    client_id: str
    estimate_id: str
    number: str
    at: datetime
    origin: Origin
    language: str
    content_mark: str
    lines: tuple[SeenLine, ...]
    total: int
    approved: int | None = None


INDEXES = [IndexModel([("shop", ASCENDING), ("estimate_id", ASCENDING), ("at", ASCENDING)], name="decision_estimate")]


def decision_record(
    news: News, shown: Estimate, decisions: Mapping[str, Decision], *, origin: Origin, language: str, at: datetime
) -> EstimateDecision:
    """The record of what became this news, `shown` being the estimate as it was read back."""
    approved = [line_id for line_id, decision in decisions.items() if decision == "approved"]
    lines = tuple(
        SeenLine(
            id=line.id,
            description=line.description,
            kind=line.kind,
            amount=line.amount,
            decision=decisions.get(line.id),
        )
        for line in shown.lines
    )
    return EstimateDecision(
        id=news.id,
        shop=news.shop,
        client_id=shown.client_id,
        estimate_id=shown.id,
        number=shown.number,
        at=at,
        origin=origin,
        language=language,
        content_mark=shown.content_mark,
        lines=lines,
        total=shown.total,
        approved=shown.sum_of(approved) if approved else None,
    )


class EstimateDecisions:
    """What was decided, of all shops. There is no way to change or take away what is here."""

    name = "estimate_decisions"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def append(self, decision: EstimateDecision) -> None:
        """Write it down; the same press again is there already."""
        try:
            await self._collection.insert_one(to_document(decision))
        except DuplicateKeyError:
            return

    async def find(self, shop: str, decision_id: str) -> EstimateDecision | None:
        """The decision with this id (its news'), or None."""
        found = await self._collection.find_one({"_id": decision_id, "shop": shop})
        return None if found is None else from_document(EstimateDecision, found)

    async def list_for_estimate(self, shop: str, estimate_id: str) -> list[EstimateDecision]:
        """All that were taken on an estimate, oldest first."""
        found = self._collection.find({"shop": shop, "estimate_id": estimate_id}).sort("at", 1)
        return [from_document(EstimateDecision, document) async for document in found]
