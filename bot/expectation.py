"""When a person will write: an honest word from the shop's hours, who is there, and how many wait already.

What is not known is not said: no place in the line where nobody is at the desk, no minutes where too few have waited.
"""

from bot.answers import Answers, Wording
from bot.context import Context
from bot.turn import Line, Turn
from storage.opening_hours import Closure, find_closure
from storage.phones import format_phone


def when_someone_writes(context: Context) -> str:
    """`Someone from the shop will write here soon`, or when the shop is open again."""
    return expectation(context.turn, context.wording, context.answers)


def expectation(turn: Turn, wording: Wording, answers: Answers) -> str:
    """The same, of a turn alone. Who waits already is told no more than that the shop knows: it was said before."""
    if turn.status == "waiting":
        return wording.text(answers, "person_asked")
    closure = find_closure(turn.shop, turn.now)
    if closure is not None:
        return _when_open(turn, closure, wording, answers)
    line = turn.line
    if line is None:
        return wording.text(answers, "person_soon")
    if not line.people_online:
        return wording.text(answers, "person_away")
    return _in_line(line, wording, answers)


def _when_open(turn: Turn, closure: Closure, wording: Wording, answers: Answers) -> str:
    if closure.opens is None:
        phone = format_phone(turn.shop.phone, turn.shop.address.country)
        return wording.text(answers, "person_call", phone=phone)
    when = wording.moment(closure.opens, turn.now.astimezone(turn.shop.zone).date())
    if closure.reason == "break":
        return wording.text(answers, "person_break", time=wording.time(closure.opens))
    if closure.name is not None:
        return wording.text(answers, "person_holiday", name=closure.name, when=when)
    return wording.text(answers, "person_later", when=when)


def _in_line(line: Line, wording: Wording, answers: Answers) -> str:
    first = "person_next" if line.ahead == 0 else "person_one_ahead" if line.ahead == 1 else "person_ahead"
    said = wording.text(answers, first, ahead=line.ahead)
    return said if line.minutes is None else f"{said} {wording.text(answers, 'person_minutes', minutes=line.minutes)}"
