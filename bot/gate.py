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
        return Gate.OPEN if intent.page is not None and may_see(identity, intent.page) else Gate.CODE_FIRST
    return Gate.OPEN
