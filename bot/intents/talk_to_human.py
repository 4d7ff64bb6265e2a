"""A person is wanted: at once, with an honest word on when one will write."""

from bot.action import Intent
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.reply import HandOff, Reply


class TalkToHuman(Intent):
    """Calls a person."""

    changes = True

    async def answer(self, context: Context) -> Reply:
        """The hand-off. In a conversation that waits for a person already nothing new is called for."""
        text = f"{context.say('answer')} {when_someone_writes(context)}"
        return Reply(text=text, hand_off=HandOff(reason="asked"))
