"""What does it cost? The price on the shop's list where there is one; any other is a person's to say, never guessed."""

from bot.action import Intent
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.reply import HandOff, Reply
from storage.shops import Service


class RequestQuote(Intent):
    """The price of some work."""

    changes = True  # it may call a person

    async def answer(self, context: Context) -> Reply:
        """List prices, with the way to a visit and to a person; else the hand-off."""
        listed = [service for service in _asked_about(context) if service.price_from is not None]
        if not listed:
            text = f"{context.say('answer')} {when_someone_writes(context)}"
            return Reply(text=text, hand_off=HandOff(reason="needs_person"))
        prices = "; ".join(
            context.say("price", service=service.title(context.language), price=context.money(service.price_from or 0))
            for service in listed
        )
        person = context.choice("person", "/talk_to_human")
        if context.tracker.active_loop is not None:  # a visit is being booked: its own question follows
            return Reply(text=prices)
        wish = f'{{"service": "{listed[0].code}"}}' if len(listed) == 1 else ""
        return Reply(text=prices, choices=(context.choice("book", f"/book_appointment{wish}"), person))


def _asked_about(context: Context) -> list[Service]:
    """The services named; none named while a visit is being booked: those it is for."""
    entities = context.entities
    codes = entities.service_codes or entities.service_options
    if not codes and not entities.service and context.tracker.active_loop and context.turn.payload is None:
        codes = tuple(context.tracker.slots.get("services") or ())
    return [service for service in context.shop.services if service.code in codes]
