"""When a person will write: an honest word from the shop's opening hours."""

from bot.context import Context
from storage.opening_hours import is_open, next_opening


def when_someone_writes(context: Context) -> str:
    """`Someone from the shop will write here soon`, or when the shop opens next."""
    if is_open(context.shop, context.now):
        return context.say("person_soon")
    opening = next_opening(context.shop, context.now)
    if opening is None:
        return context.say("person_call", phone=context.shop_phone())
    return context.say("person_later", when=context.moment(opening))
