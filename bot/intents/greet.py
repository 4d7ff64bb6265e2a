"""Says hello, by name to a client, and that it is the shop's assistant."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply


class Greet(Intent):
    """A greeting."""

    async def answer(self, context: Context) -> Reply:
        """Hello; the name only to a peer that is that client."""
        client = await context.peer.client()
        if client is None:
            return Reply(text=context.say("answer", shop=context.shop.name))
        return Reply(text=context.say("named", shop=context.shop.name, name=client.first_name))
