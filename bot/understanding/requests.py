"""One request or two in a message: "is the van done and what do i owe". Each part must be sure, and different."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.classifier import Scores
from bot.understanding.model import OUT_OF_SCOPE

_SURE_OF_PART = 0.8  # how sure each half of a message must be to count as a request of its own
_SHORTEST_PART = 2  # words
_MOST_PARTS = 6  # of a long story, the first ones count
# said beside a request, these are not requests
_MANNERS = frozenset(("greet", "goodbye", "thanks", "affirm", "deny", "help", OUT_OF_SCOPE))
# one thing to a person, however many sentences it takes: never split
_WHOLE = frozenset(("complaint", "roadside_help"))
# of these, one message asks for one
_RIVALS = (
    frozenset(("book_appointment", "reschedule_appointment", "cancel_appointment")),
    frozenset(("book_appointment", "roadside_help")),
    frozenset(("approve_estimate", "decline_estimate")),
    frozenset(("list_estimates", "approve_estimate")),
    frozenset(("list_estimates", "decline_estimate")),
)
# what points back to the part before it is no request of its own, unless all of the message says so too
_POINTS_BACK = re.compile(r"\b(?:it|that|one|them|this)\b", re.IGNORECASE)
_HEARD_IN_WHOLE = 0.06
_JOINT = re.compile(r"[.?!;\n]+|,|\b(?:and|also|plus|y|e|tambi[eé]n|adem[aá]s)\b|&|\+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent that might be meant; `confidence` is 0..1."""

    intent: str
    confidence: float


def split_parts(text: str) -> list[str]:
    """The parts of a cleaned message that may each be a request; none where it has no joint."""
    parts = [part.strip() for part in _JOINT.split(text) if len(part.split()) >= _SHORTEST_PART]
    return parts[:_MOST_PARTS] if len(parts) > 1 else []


def find_requests(whole: Scores, parts: Sequence[tuple[str, Scores]]) -> list[Candidate]:
    """The one or two requests of a message, in order, from the scores of all of it and of its parts."""
    best = Candidate(*whole.ranked[0])
    if not parts or best.intent in _WHOLE:
        return [best]
    found = _own_requests(whole, parts)
    weighty = [candidate for candidate in found if candidate.intent in _WHOLE]
    if weighty:  # too weighty to be one of two; a passing remark does not outdo what the whole surely says
        return [weighty[0] if weighty[0].confidence > best.confidence else best]
    if len(found) == 1 and best.intent in _MANNERS:
        return found  # "hi, I left the car this morning, is it ready": the greeting is not the request
    intents = {candidate.intent for candidate in found[:2]}
    if len(intents) < 2 or best.intent not in intents or any(intents <= rivals for rivals in _RIVALS):
        return [best]
    return found[:2]


def _own_requests(whole: Scores, parts: Sequence[tuple[str, Scores]]) -> list[Candidate]:
    """What the parts surely ask for, each thing once, in order."""
    heard = dict(whole.ranked)
    found: dict[str, Candidate] = {}
    for place, (text, scores) in enumerate(parts):
        candidate = Candidate(*scores.ranked[0])
        if candidate.confidence < _SURE_OF_PART or candidate.intent in _MANNERS:
            continue
        if place and _POINTS_BACK.search(text) and heard.get(candidate.intent, 0.0) < _HEARD_IN_WHOLE:
            continue
        found.setdefault(candidate.intent, candidate)
    return list(found.values())
