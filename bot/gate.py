"""Whether an intent may answer this peer: the table "Who may what", and the sections that shop and client show."""

from enum import Enum

from bot.action import Intent
from storage.proof import Identity, Rule, may_see, rule_for


class Gate(Enum):
    """What stands between a peer and an answer."""

    OPEN = "open"
    ASK_WHO = "ask_who"
    CODE_FIRST = "code_first"


def gate_for(intent: Intent, identity: Identity) -> Gate:
    """The table's word on this intent for this peer."""
    rule = rule_for(intent.asks, identity.proof)
    if rule is Rule.ASK_WHO:
        return Gate.ASK_WHO
    if rule is Rule.CODE_FIRST:
        return Gate.CODE_FIRST
    if rule in (Rule.LINK_SCOPE, Rule.LINK_SCOPE_READ_BACK):
        return Gate.OPEN if _is_linked(intent, identity) else Gate.CODE_FIRST
    return Gate.OPEN


def _is_linked(intent: Intent, identity: Identity) -> bool:
    """Whether the link that the peer came by is for what the intent tells or does."""
    if intent.page is None or identity.scope is None:
        return False
    return may_see(identity, intent.page, identity.scope.record_id if intent.by_record else None)
