"""Who may be told what, and who may do what: the table "Who may what" of the protocol, in its one place.

The bot asks it before it reads or does anything; the portal asks it before it shows a page.
"""

from dataclasses import dataclass
from enum import StrEnum


class Proof(StrEnum):
    """How well a peer is known."""

    VISITOR = "visitor"  # web, nobody yet
    PHONE = "phone"  # a text from a number on exactly one client's file
    SHARED_PHONE = "shared_phone"  # a text from a number on several clients' files
    LINK = "link"  # came by a link from a message
    FULL = "full"  # login key or one-time code


class Asked(StrEnum):
    """What is asked for: the rows of the table."""

    PUBLIC = "public"  # hours, place, services, list prices
    RECORDS = "records"  # balance, records, status
    BOOK = "book"
    MOVE = "move"  # move or cancel a visit
    DECIDE = "decide"  # approve or decline an estimate
    DETAILS = "details"  # change one's details
    PORTAL = "portal"  # the whole portal


class Rule(StrEnum):
    """The cells of the table."""

    YES = "yes"
    CODE_FIRST = "code_first"
    ASK_WHO = "ask_who"  # which of the clients with this number; then as `Proof.PHONE`
    AS_REQUEST = "as_request"  # book as a new or named client: status `requested`, with name and phone
    READ_BACK = "read_back"  # repeat what will be done, then a plain yes
    READ_BACK_OR_LINK = "read_back_or_link"  # as READ_BACK; above the shop's limit a link to confirm
    LINK_SCOPE = "link_scope"  # what the link is for, else a code first
    LINK_SCOPE_READ_BACK = "link_scope_read_back"  # the same, and read-back
    STAFF_REQUEST = "staff_request"  # written down for staff to accept
    LINK = "link"  # a link is sent


_TABLE: dict[Asked, dict[Proof, Rule]] = {
    asked: dict(zip(Proof, rules, strict=True))
    for asked, rules in {
        #              visitor          phone                   shared phone  link                       key or code
        Asked.PUBLIC: (Rule.YES, Rule.YES, Rule.YES, Rule.YES, Rule.YES),
        Asked.RECORDS: (Rule.CODE_FIRST, Rule.YES, Rule.ASK_WHO, Rule.LINK_SCOPE, Rule.YES),
        Asked.BOOK: (Rule.AS_REQUEST, Rule.READ_BACK, Rule.ASK_WHO, Rule.READ_BACK, Rule.READ_BACK),
        Asked.MOVE: (Rule.CODE_FIRST, Rule.READ_BACK, Rule.ASK_WHO, Rule.LINK_SCOPE_READ_BACK, Rule.READ_BACK),
        Asked.DECIDE: (
            Rule.CODE_FIRST,
            Rule.READ_BACK_OR_LINK,
            Rule.ASK_WHO,
            Rule.LINK_SCOPE_READ_BACK,
            Rule.READ_BACK,
        ),
        Asked.DETAILS: (Rule.CODE_FIRST, Rule.STAFF_REQUEST, Rule.ASK_WHO, Rule.CODE_FIRST, Rule.STAFF_REQUEST),
        Asked.PORTAL: (Rule.CODE_FIRST, Rule.LINK, Rule.ASK_WHO, Rule.CODE_FIRST, Rule.YES),
    }.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkScope:
    """What a link signs in for: one page, and one record on it where `record_id` is given."""

    page: str
    record_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a peer is, from its connection alone, never from what it says.

    `client_id` is set when exactly one client is meant. `candidates` are the clients that share the number.
    """

    proof: Proof
    client_id: str | None = None
    candidates: tuple[str, ...] = ()
    phone: str | None = None  # E.164, the number a text came from
    scope: LinkScope | None = None  # for Proof.LINK
    session_id: str | None = None
    visitor: str | None = None  # of a guest in a visitor's chat: the hash of their own token, which a code raises

    def chosen(self, client_id: str) -> "Identity":
        """The same peer after it said which of the candidates it is."""
        if client_id not in self.candidates:
            raise ValueError("not one of the clients with this number")
        return Identity(proof=Proof.PHONE, client_id=client_id, phone=self.phone)


VISITOR = Identity(proof=Proof.VISITOR)


# A link for the list is for each on it, where the list's own page cannot do what it is for.
_LIST_OF = {"visit": "visits"}


def rule_for(asked: Asked, proof: Proof) -> Rule:
    """The cell of the table."""
    return _TABLE[asked][proof]


def may_see(identity: Identity, page: str, record_id: str | None = None) -> bool:
    """Whether this peer may be shown a client's page or record: the row RECORDS of the table."""
    rule = rule_for(Asked.RECORDS, identity.proof)
    if rule is Rule.LINK_SCOPE:
        scope = identity.scope
        named = scope is not None and scope.page in (page, _LIST_OF.get(page))
        return named and scope is not None and scope.record_id in (None, record_id)
    return rule is Rule.YES and identity.client_id is not None
