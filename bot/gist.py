"""What staff read first when a person is called: who, what they want, what was tried; a line each."""

from dataclasses import replace

from bot.context import Context
from bot.reply import HandOff
from storage.phones import format_phone
from storage.proof import Proof

_LONGEST = 160


async def with_gist(hand_off: HandOff, context: Context) -> HandOff:
    """The hand-off with its gist, in the shop's own language only as far as the client's words are."""
    if hand_off.gist:
        return hand_off
    lines = [await _who(context), _wanted(context), _tried(hand_off, context)]
    return replace(hand_off, gist="\n".join(lines))


async def _who(context: Context) -> str:
    client = await context.peer.client()
    phone = context.peer.identity.phone
    number = format_phone(phone, context.shop.address.country) if phone else ""
    if client is None:
        who = {Proof.SHARED_PHONE: "One of several clients with this number"}.get(
            context.peer.identity.proof, "Not a known client"
        )
        return f"Who: {who}{number and f', {number}'}"
    cars = ", ".join(vehicle.title for vehicle in await context.peer.vehicles())
    return f"Who: {client.name}{cars and f' ({cars})'}"


def _wanted(context: Context) -> str:
    said = " ".join(context.turn.text.split())[:_LONGEST]
    topic = context.heard.intent.replace("_", " ")
    return f'Wants: {topic}: "{said}"' if said else f"Wants: {topic}"


def _tried(hand_off: HandOff, context: Context) -> str:
    if hand_off.reason == "not_understood":
        return "Tried: the assistant did not understand two messages in a row"
    form = context.tracker.active_loop
    if form is not None:
        filled = ", ".join(f"{name}: {value}" for name, value in context.tracker.slots.items() if name in _TOLD)
        return f"Tried: {form.replace('_', ' ')}{filled and f' ({filled})'}"
    before = context.tracker.latest_intent
    return f"Tried: {before.replace('_', ' ')} before that" if before else "Tried: nothing yet"


_TOLD = ("services", "vehicle_text", "day", "name", "phone")
