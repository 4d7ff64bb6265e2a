"""The intents that need no Python of their own: those that answer from their texts, and those that call a person."""

from bot.action import Desk, Intent
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.reply import HandOff, HandOffReason, Reply


class PlainIntent(Intent):
    """Answers with its text `answer`; placeholders are those of the shop's card."""

    async def answer(self, context: Context) -> Reply:
        """The text, with the shop's card filled in."""
        return Reply(text=context.say("answer", **card(context)))


class HandOffIntent(Intent):
    """Calls a person, and says honestly when one will write."""

    changes = True

    def __init__(self, intent: str, desk: Desk | None = None, *, reason: HandOffReason, urgent: bool = False) -> None:
        super().__init__(intent, desk)
        self._reason: HandOffReason = reason
        self.urgent = urgent

    async def answer(self, context: Context) -> Reply:
        """The hand-off, with the intent's own opening words where it has some."""
        opening = [context.say("answer", **card(context))] if "answer" in context.answers else []
        text = " ".join([*opening, when_someone_writes(context)])
        return Reply(text=text, hand_off=HandOff(reason=self._reason, urgent=self.urgent))


def card(context: Context) -> dict[str, str]:
    """The shop's card, as placeholders."""
    shop = context.shop
    return {
        "shop": shop.name,
        "phone": context.shop_phone(),
        "email": shop.email,
        "address": shop.address.one_line,
    }
