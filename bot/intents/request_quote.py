"""What does it cost? The price on the shop's list where there is one; any other is asked for, and a person tells it."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.action import Outcome
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.form import Done, Form, Slot
from bot.gist import who_writes
from bot.quote_slots import QuoteCarSlot, WorkSlot, car_of
from bot.reply import HandOff, Reply
from bot.understanding.features import fold
from storage.shops import Service

_SHOWN = 4
_NEVER_ANSWERS = frozenset({"talk_to_human", "complaint", "roadside_help", "stop_messages"})
_SHORT = 8  # words of an answer
_ASKS = re.compile(
    r"\?|^\W*(?:what|when|where|who|why|how|is|are|do|does|did|can|could|will|que|cual|cuando|cuanto|donde|quien|como)\b"
)
_BOOKS = re.compile(r"\b(?:book\w*|appointments?|appt|schedul\w*|reserv\w*|citas?|agend\w*)\b")
_ALL_PRICES = re.compile(r"\b(?:prices|price list|rates|precios)\b")


class RequestQuote(Form):
    """The price of some work."""

    yields = True
    no_drops = True
    slots: ClassVar[tuple[Slot, ...]] = (WorkSlot(), QuoteCarSlot())

    def is_answer(self, context: Context) -> bool:
        """Also the work or the car that was asked for, in any words, unless they ask something."""
        text = fold(context.turn.text)
        if context.heard.intent in _NEVER_ANSWERS or _ASKS.search(text) or _BOOKS.search(text):
            return False
        entities = context.entities
        asked = {"work": entities.service, "car": entities.vehicle}
        is_short = len(context.turn.text.split()) <= _SHORT
        requested = context.tracker.requested_slot or ""
        return bool(asked.get(requested)) or (requested in asked and is_short) or super().is_answer(context)

    async def step(self, context: Context) -> Outcome:
        """List prices; for anything else a form, or in the middle of another one a person at once."""
        loop = context.tracker.active_loop
        listed = [service for service in _asked_about(context) if service.price_from is not None]
        if listed and context.heard.intent == self.intent and not context.resuming:
            kept = loop if loop != self.intent else None
            return Outcome(
                reply=_list_prices(context, listed),
                active_loop=kept,
                requested_slot=context.tracker.requested_slot if kept else None,
                slots={} if kept else dict.fromkeys(("work", "vehicle", "car", "wish")),
            )
        if loop not in (None, self.intent):
            text = f"{context.say('answer')} {when_someone_writes(context)}"
            return Outcome(reply=Reply(text=text, hand_off=HandOff(reason="needs_person")))
        return await super().step(context)

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What the shop will be asked."""
        return context.say("read_back", work=filled["work"], car=await car_of(context, filled))

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Hand it to a person, who reads who wants a price for what."""
        work, car = filled["work"], await car_of(context, filled)
        lines = [await who_writes(context), f"Wants: a price for {work}, {car}"]
        if filled.get("wish"):
            lines.append(f'Said: "{filled["wish"]}"')
        text = f"{context.say('passed_on', work=work, car=car)} {when_someone_writes(context)}"
        return Done(reply=Reply(text=text, hand_off=HandOff(reason="needs_person", gist="\n".join(lines))))


def _list_prices(context: Context, listed: list[Service]) -> Reply:
    """List prices, with the way to a visit and to a person."""
    prices = "; ".join(
        context.say("price", service=service.title(context.language), price=context.money(service.price_from or 0))
        for service in listed
    )
    if context.tracker.active_loop not in (None, "request_quote"):  # another form is open: its own question follows
        return Reply(text=prices)
    wish = f'{{"service": "{listed[0].code}"}}' if len(listed) == 1 else ""
    person = context.choice("person", "/talk_to_human")
    return Reply(text=prices, choices=(context.choice("book", f"/book_appointment{wish}"), person))


def _asked_about(context: Context) -> list[Service]:
    """The services named; none named while a visit is being booked: those it is for; all where prices are asked for."""
    entities = context.entities
    codes = entities.service_codes or entities.service_options
    if not codes and not entities.service and context.tracker.active_loop and context.turn.payload is None:
        codes = tuple(context.tracker.slots.get("services") or ())
    if not codes and not entities.service and _ALL_PRICES.search(fold(context.heard.text)):
        return [service for service in context.shop.services if service.price_from is not None][:_SHOWN]
    return [service for service in context.shop.services if service.code in codes]
