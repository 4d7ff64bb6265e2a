"""The way into the portal."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from storage.proof import Asked


class PortalLink(Intent):
    """A link to the client's portal."""

    asks = Asked.PORTAL
    page = "dashboard"

    async def answer(self, context: Context) -> Reply:
        """The link, if the shop lets this client in."""
        client = await context.peer.client()
        if client is None or not client.portal.enabled:
            return Reply(text=context.say("ask_the_shop", phone=context.shop_phone()))
        return Reply(text=context.say("answer"), pages=(context.page("dashboard"),))
