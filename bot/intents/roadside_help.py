"""Broken down, or unsafe to drive: first get safe, then the shop's phone; a person is called at once."""

from bot.action import Intent
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.reply import HandOff, Reply
from storage.opening_hours import is_open


class RoadsideHelp(Intent):
    """A breakdown."""

    changes = True
    urgent = True

    async def answer(self, context: Context) -> Reply:
        """Whom to call: a closed shop is not said to be there."""
        key = "open" if is_open(context.shop, context.now) else "closed"
        text = f"{context.say(key, phone=context.shop_phone())} {when_someone_writes(context)}"
        return Reply(text=text, hand_off=HandOff(reason="urgent", urgent=True))
