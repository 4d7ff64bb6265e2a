"""What is said when the bot fails or takes too long: a person is called. Reads nothing but the turn, since storage
may be what failed.
"""

from functools import cache

from bot.answers import Answers, Wording, load_common
from bot.reply import HandOff
from bot.turn import Answer, Turn
from storage.opening_hours import is_open, next_opening
from storage.phones import format_phone


def apologise(turn: Turn) -> Answer:
    """An apology, when to expect a person, and the hand-off. The dialogue's state stays as it was."""
    language = str(turn.tracker.get("slots", {}).get("language") or turn.shop.language)
    wording = Wording(language, turn.shop.zone)
    gist = f'Who: see the card\nWants: "{turn.text[:160]}"\nTried: the assistant failed on this message'
    return Answer(
        text=f"{wording.text(_texts(), 'failed')} {_expectation(turn, wording)}",
        hand_off=HandOff(reason="failed", gist=gist),
        tracker=turn.tracker,
    )


def _expectation(turn: Turn, wording: Wording) -> str:
    if is_open(turn.shop, turn.now):
        return wording.text(_texts(), "person_soon")
    opening = next_opening(turn.shop, turn.now)
    if opening is None:
        phone = format_phone(turn.shop.phone, turn.shop.address.country)
        return wording.text(_texts(), "person_call", phone=phone)
    today = turn.now.astimezone(turn.shop.zone).date()
    return wording.text(_texts(), "person_later", when=wording.moment(opening, today))


@cache
def _texts() -> Answers:
    return load_common()
