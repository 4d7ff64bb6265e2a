"""What the shop does, from its own list and with its list prices; what is not on the list is never promised."""

import re

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import Reply
from bot.understanding.features import fold
from bot.work_words import kinds_of
from storage.shops import Service

_SHOWN = 6
# asks for the list; anything else asks for something on it
_ALL = re.compile(
    r"^\W*(?:and |so |y )?(?:what|which|que|cuales)\b|\b(?:list|lista|menu|everything)\b"
    r"|\bwhat (?:services|kind|all|you)\b|\b(?:que|cuales) servicios\b"
    r"|^\W*(?:your |the |sus |los )?(?:services?|servicios)\W*$"
    r"|\b(?:show|see|ver) (?:me )?(?:your |the |sus |los )?(?:services|servicios)\b"
)
_CARS = re.compile(
    r"\b(?:diesel|diesels|hybrids?|hibridos?|electric|electricos?|evs?|motorcycles?|motos?|rvs?|foreign|european"
    r"|europeos?|imports?|makes|brands|marcas|heavy|semis?)\b"
)
_WORK_ON = re.compile(r"\b(?:works? on|service|fix|repair|trabaj\w+|arregl\w+|repar\w+|dan servicio)\b")
# a part that is sold, or a tire that is flat, is not the service that has its name
_NOT_IT = re.compile(r"\b(?:sell|carry|stock|bought|flats?|venden|ponchad\w+)\b")


class ServicesOffered(Intent):
    """Do you do X?"""

    async def answer(self, context: Context) -> Reply:
        """Yes to what is on the list; what is not is for a person to say."""
        if not context.shop.services:
            return Reply(text=context.say("ask_the_shop", phone=context.shop_phone()))
        asked = _asked_for(context)
        if asked:
            return _yes(context, asked)
        key = _other(context)
        person = () if key == "list" else (context.choice("to_person", "/talk_to_human"),)
        text = context.say(key, services=_list(context))
        return Reply(text=text, choices=person, pages=(context.page("shop"),))


def _other(context: Context) -> str:
    """The text for a message that names nothing on the list: whose cars, what all, or something else."""
    text = fold(context.heard.text)
    if context.entities.service is not None:
        return "unsure"
    if _CARS.search(text) or (context.entities.vehicle is not None and _WORK_ON.search(text)):
        return "cars"
    return "list" if not text or _ALL.search(text) else "unsure"


def _asked_for(context: Context) -> list[Service]:
    """The services named, or those that the one named may be."""
    codes = context.entities.service_codes or context.entities.service_options
    return [service for service in context.shop.services if service.code in codes]


def _yes(context: Context, asked: list[Service]) -> Reply:
    items = context.wording.every([_item(context, service) for service in asked[:_SHOWN]])
    wish = f'{{"service": "{asked[0].code}"}}' if len(asked) == 1 else ""
    book = context.choice("book", f"/book_appointment{wish}")
    if _is_surely(context, asked):
        return Reply(text=context.say("does", services=items), choices=(book,))
    person = context.choice("to_person", "/talk_to_human")
    return Reply(text=context.say("near", services=items), choices=(book, person))


def _is_surely(context: Context, asked: list[Service]) -> bool:
    """Whether what is named is of the kind of what is on the list, not only near to it: tires are no tire rotation."""
    if _NOT_IT.search(fold(context.heard.text)):
        return False
    named = context.entities.service or ""
    titles = [name for service in asked for name in service.name.values()]
    kinds = {kind for title in titles for kind in kinds_of(title)}
    return bool(kinds_of(named) & kinds) or fold(named) in map(fold, titles)


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
