"""What the shop does, from its own list and with its list prices; what is not on the list is never promised."""

import re

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import Reply
from bot.understanding.features import fold
from storage.shops import Service

_SHOWN = 6
# asks for the list; anything else asks for something on it
_ALL = re.compile(
    r"\b(?:what|which|list|menu|everything|que|cuales|lista)\b|^\W*(?:your |the |sus |los )?(?:services?|servicios)\W*$"
    r"|\b(?:show|see|ver) (?:me )?(?:your |the |sus |los )?(?:services|servicios)\b"
)
_CARS = re.compile(
    r"\b(?:diesel|diesels|hybrids?|hibridos?|electric|electricos?|evs?|motorcycles?|motos?|rvs?|trailers?|foreign|european"
    r"|imports?|makes|marcas|heavy|semis?)\b"
)


class ServicesOffered(Intent):
    """Do you do X?"""

    async def answer(self, context: Context) -> Reply:
        """Yes to what is on the list; what is not is for a person to say."""
        if not context.shop.services:
            return Reply(text=context.say("ask_the_shop", phone=context.shop_phone()))
        asked = _asked_for(context)
        if asked:
            return _yes(context, asked)
        values = {"services": _list(context)}
        if context.entities.service is None and _ALL.search(fold(context.heard.text)):
            return Reply(text=context.say("list", **values), pages=(context.page("shop"),))
        if context.entities.service is None and not context.heard.text:
            return Reply(text=context.say("list", **values), pages=(context.page("shop"),))
        about_cars = context.entities.vehicle is not None or _CARS.search(fold(context.heard.text))
        key = "cars" if about_cars and context.entities.service is None else "unsure"
        person = context.choice("to_person", "/talk_to_human")
        return Reply(text=context.say(key, **values), choices=(person,), pages=(context.page("shop"),))


def _asked_for(context: Context) -> list[Service]:
    """The services named, or those that the one named may be."""
    codes = context.entities.service_codes or context.entities.service_options
    return [service for service in context.shop.services if service.code in codes]


def _yes(context: Context, asked: list[Service]) -> Reply:
    items = context.wording.every([_item(context, service) for service in asked[:_SHOWN]])
    wish = f'{{"service": "{asked[0].code}"}}' if len(asked) == 1 else ""
    return Reply(
        text=context.say("does", services=items), choices=(context.choice("book", f"/book_appointment{wish}"),)
    )


def _item(context: Context, service: Service) -> str:
    """`oil change, from $49.00`."""
    title = uncapital(service.title(context.language))
    if service.price_from is None:
        return title
    return context.say("from_price", service=title, price=context.money(service.price_from))


def _list(context: Context) -> str:
    titles = [uncapital(service.title(context.language)) for service in context.shop.services]
    if len(titles) <= _SHOWN:
        return context.wording.every(titles)
    return ", ".join([*titles[:_SHOWN], context.say("more")])
