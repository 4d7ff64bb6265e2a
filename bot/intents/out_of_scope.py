"""What the bot does not understand, or is not there for: what it can do instead; twice in a row, a person."""

from bot.action import Intent
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.reply import HandOff, Reply

_PATIENCE = 2  # messages in a row


class OutOfScope(Intent):
    """Not understood."""

    async def answer(self, context: Context) -> Reply:
        """What can be asked, or a person."""
        if context.tracker.misunderstood < _PATIENCE:
            return Reply(text=context.say("answer"))
        text = f"{context.say('given_up')} {when_someone_writes(context)}"
        return Reply(text=text, hand_off=HandOff(reason="not_understood"))
