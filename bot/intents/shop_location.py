"""Where the shop is: address, a map, and an honest word on parking, of which nothing is known."""

import re

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from bot.understanding.features import fold
from storage.messages import Link

_PARKING = re.compile(r"\b(?:park|parking|estacion\w*|aparca\w*)\b")


class ShopLocation(Intent):
    """Where are you?"""

    async def answer(self, context: Context) -> Reply:
        """The address, with a map; without an address, whom to ask."""
        address, phone = context.shop.address, context.shop_phone()
        url = address.map_url
        if url is None:
            return Reply(text=context.say("ask_the_shop", phone=phone))
        parts = [context.say("answer", address=address.one_line, phone=phone)]
        if _PARKING.search(fold(context.heard.text)):
            parts.append(context.say("parking"))
        return Reply(text=" ".join(parts), links=(Link(context.say("map"), url),))
