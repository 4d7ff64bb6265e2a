"""Between Rasa's tracker and ours: slots, the open form, and what a message gives beside its words.

In Rasa's domain a form has the name of its action: Rasa then runs our action in place of its own form. What a form
keeps beside the slots that it declares travels in one slot more, so that no form can lose anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.action import Outcome, action_name
from bot.catalog import Catalog
from bot.form import Form
from bot.hearing import find_choice, parse_payload
from bot.reply import Choice
from bot.tracker import LASTING, Slots, Tracker

SHOP = "shop"  # slug, for a sender that nobody has signed
BESIDE = "beside"  # what a form keeps in no slot of its own: a mapping
LANGUAGE = "language"

_REQUESTED = "requested_slot"


@dataclass(frozen=True, slots=True)
class Picked:
    """A quick reply: the intent that it names, and its slots."""

    intent: str
    given: Mapping[str, Any]


def declared_slots(catalog: Catalog) -> tuple[str, ...]:
    """The slots that Rasa's domain has, by name, without the one that Rasa adds itself (`requested_slot`)."""
    forms = [described.action for described in catalog.intents.values() if isinstance(described.action, Form)]
    names = {name for form in forms for slot in form.slots for name in slot.clears}
    return tuple(sorted({*names, SHOP, BESIDE, LANGUAGE}))


def tracker_from_rasa(slots: Mapping[str, Any], loop: str | None, catalog: Catalog) -> Tracker:
    """Our tracker with what Rasa's holds of ours; slots of somebody's own stay out of it."""
    beside = slots.get(BESIDE)
    names = {*declared_slots(catalog)} - {SHOP, BESIDE}
    kept = {name: value for name, value in slots.items() if name in names and value is not None}
    loops = {
        action_name(name): name for name, described in catalog.intents.items() if isinstance(described.action, Form)
    }
    return Tracker(
        slots={**(beside if isinstance(beside, dict) else {}), **kept},
        active_loop=loops.get(loop or ""),
        requested_slot=slots.get(_REQUESTED),
    )


def for_rasa(outcome: Outcome, before: Tracker, catalog: Catalog) -> Outcome:
    """The outcome in Rasa's names. With the form that kept them, its slots go, too."""
    changed: Slots = dict(outcome.slots)
    if outcome.active_loop != before.active_loop:
        gone = (name for name in before.slots if name not in LASTING)
        changed = {**dict.fromkeys(gone), **changed}
    declared = declared_slots(catalog)
    beside = {name: value for name, value in changed.items() if name not in declared}
    told = {name: value for name, value in changed.items() if name in declared}
    if beside:
        kept = {name: value for name, value in before.slots.items() if name not in declared}
        told[BESIDE] = {name: value for name, value in {**kept, **beside}.items() if value is not None} or None
    loop = action_name(outcome.active_loop) if outcome.active_loop else None
    return replace(outcome, slots=told, active_loop=loop)


def find_picked(text: str, events: Iterable[Mapping[str, Any]]) -> Picked | None:
    """The quick reply that a message is: its payload, or the number or title of a button of the last answer."""
    picked = parse_payload(text)
    if picked is None and (choice := find_choice(text, _buttons(events))) is not None:
        picked = parse_payload(choice.payload)
    return Picked(*picked) if picked else None


def _buttons(events: Iterable[Mapping[str, Any]]) -> list[Choice]:
    """The buttons of what the bot said last."""
    for event in reversed(list(events)):
        if event.get("event") == "bot":
            data = event.get("data") or {}
            buttons = data.get("buttons") or ()
            return [Choice(str(button.get("title")), str(button.get("payload"))) for button in buttons]
    return []
