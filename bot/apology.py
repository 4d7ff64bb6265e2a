"""What is said when the bot fails or takes too long: a person is called. Reads nothing but the turn, since storage
may be what failed.
"""

from functools import cache

from bot.answers import Answers, Wording, load_common
from bot.expectation import expectation
from bot.reply import HandOff
from bot.turn import Answer, Turn


def apologise(turn: Turn) -> Answer:
    """An apology, when to expect a person, and the hand-off. The dialogue's state stays as it was."""
    language = str(turn.tracker.get("slots", {}).get("language") or turn.shop.language)
    wording = Wording(language, turn.shop.zone)
    gist = f'Who: see the card\nWants: "{turn.text[:160]}"\nTried: the assistant failed on this message'
    return Answer(
        text=f"{wording.text(_texts(), 'failed')} {expectation(turn, wording, _texts())}",
        hand_off=HandOff(reason="failed", gist=gist),
        tracker=turn.tracker,
    )


@cache
def _texts() -> Answers:
    return load_common()
