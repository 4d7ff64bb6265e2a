"""A yes where the bot asked nothing: an answer to what the shop told them unasked is taken as that."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply

_TOLD = "told"  # the act of the log that says so


class Affirm(Intent):
    """A yes, an OK, a thumb."""

    async def answer(self, context: Context) -> Reply:
        """Thanks where the last thing that reached the client was the shop's word; nothing is confirmed by it."""
        return Reply(text=context.say("noted" if await _was_told(context) else "answer"))


async def _was_told(context: Context) -> bool:
    turn, messages = context.turn, context.store.messages
    asked = await messages.find(turn.shop.slug, turn.conversation_id, turn.message_id)
    if asked is None:
        return False
    before = await messages.before(turn.shop.slug, turn.conversation_id, asked.seq, 1)
    return bool(before) and before[0].act == _TOLD
