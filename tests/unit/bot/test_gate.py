import pytest

from bot.action import Intent
from bot.gate import Gate, gate_for
from storage.proof import VISITOR, Asked, Identity, LinkScope, Proof


def asking(asks: Asked, page: str | None = None, *, by_record: bool = False) -> Intent:
    return type("Asking", (Intent,), {"asks": asks, "page": page, "by_record": by_record})("asking")  # type: ignore[no-any-return]


FULL = Identity(proof=Proof.FULL, client_id="maria")
PHONE = Identity(proof=Proof.PHONE, client_id="maria", phone="+15125550101")
SHARED = Identity(proof=Proof.SHARED_PHONE, candidates=("ann", "tom"), phone="+15125550103")


@pytest.mark.parametrize(
    ("identity", "asks", "gate"),
    [
        (VISITOR, Asked.PUBLIC, Gate.OPEN),
        (VISITOR, Asked.RECORDS, Gate.CODE_FIRST),
        (VISITOR, Asked.BOOK, Gate.OPEN),
        (VISITOR, Asked.PORTAL, Gate.CODE_FIRST),
        (PHONE, Asked.RECORDS, Gate.OPEN),
        (PHONE, Asked.PORTAL, Gate.OPEN),
        (SHARED, Asked.PUBLIC, Gate.OPEN),
        (SHARED, Asked.RECORDS, Gate.ASK_WHO),
        (SHARED, Asked.BOOK, Gate.ASK_WHO),
        (FULL, Asked.RECORDS, Gate.OPEN),
    ],
)
def test_the_table_decides(identity: Identity, asks: Asked, gate: Gate) -> None:
    assert gate_for(asking(asks), identity) is gate


def test_a_link_answers_what_it_is_for_and_nothing_else() -> None:
    identity = Identity(proof=Proof.LINK, client_id="maria", scope=LinkScope(page="invoices"))
    assert gate_for(asking(Asked.RECORDS, "invoices"), identity) is Gate.OPEN
    assert gate_for(asking(Asked.RECORDS, "visits"), identity) is Gate.CODE_FIRST
    assert gate_for(asking(Asked.PORTAL, "dashboard"), identity) is Gate.CODE_FIRST


def test_a_link_to_one_record_is_no_key_to_all() -> None:
    identity = Identity(proof=Proof.LINK, client_id="maria", scope=LinkScope(page="invoices", record_id="inv1"))
    assert gate_for(asking(Asked.RECORDS, "invoices"), identity) is Gate.CODE_FIRST


def test_a_link_to_one_record_opens_what_keeps_to_that_record() -> None:
    identity = Identity(proof=Proof.LINK, client_id="maria", scope=LinkScope(page="estimate", record_id="est1"))
    assert gate_for(asking(Asked.DECIDE, "estimate", by_record=True), identity) is Gate.OPEN
    assert gate_for(asking(Asked.DECIDE, "estimate"), identity) is Gate.CODE_FIRST
    assert gate_for(asking(Asked.DECIDE, "invoice", by_record=True), identity) is Gate.CODE_FIRST
    assert gate_for(asking(Asked.DECIDE, "estimate", by_record=True), VISITOR) is Gate.CODE_FIRST
