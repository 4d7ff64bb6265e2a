"""How to reach the shop: phone, e-mail, web site, its number for texts."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from storage.messages import Link


class ContactInfo(Intent):
    """What is your number?"""

    async def answer(self, context: Context) -> Reply:
        """All that the shop's card has of it."""
        shop = context.shop
        phone = context.shop_phone()
        parts = [
            context.say("answer", phone=phone, email=shop.email) if shop.email else context.say("call", phone=phone)
        ]
        if shop.sms_number and context.turn.channel != "sms":
            parts.append(context.say("text_us", number=context.phone(shop.sms_number)))
        website = shop.website if shop.website and shop.website.startswith(("https://", "http://")) else None
        links = (Link(context.say("website"), website),) if website else ()
        return Reply(text=" ".join(parts), links=links, pages=(context.page("shop"),))
