"""What the shop does, from its own list and with its list prices; a price that is not on the list is never guessed."""

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import Reply

_SHOWN = 6


class ServicesOffered(Intent):
    """Do you do X?"""

    async def answer(self, context: Context) -> Reply:
        """Yes to a service on the list, else the list."""
        if not context.shop.services:
            return Reply(text=context.say("ask_the_shop", phone=context.shop_phone()))
        service = context.shop.service(context.entities.service_code or "")
        if service is None:
            key = "unsure" if context.entities.service else "list"
            return Reply(text=context.say(key, services=_list(context)), pages=(context.page("shop"),))
        title = uncapital(service.title(context.language))
        if service.price_from is None:
            text = context.say("does", service=title)
        else:
            text = context.say("does_price", service=title, price=context.money(service.price_from))
        return Reply(text=text, choices=(context.choice("book", f'/book_appointment{{"service": "{service.code}"}}'),))


def _list(context: Context) -> str:
    titles = [uncapital(service.title(context.language)) for service in context.shop.services]
    if len(titles) <= _SHOWN:
        return context.wording.every(titles)
    return ", ".join([*titles[:_SHOWN], context.say("more")])
