"""Which time of day a phrase means. Reads what `when_days` left; the shop's hours decide between 7 and 19 o'clock."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Literal

DayPart = Literal["morning", "afternoon", "evening"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as said: `half` where the words say which half of the day. Hour and minute exist."""

    hour: int
    minute: int = 0
    half: Literal["am", "pm"] | None = None

    def readings(self) -> tuple[dt.time, ...]:
        """The times it may mean, earlier first."""
        if self.hour > 12 or self.hour == 0:
            return (dt.time(self.hour, self.minute),)
        morning, evening = dt.time(self.hour % 12, self.minute), dt.time(self.hour % 12 + 12, self.minute)
        return {"am": (morning,), "pm": (evening,), None: (morning, evening)}[self.half]


@dataclass(frozen=True, slots=True)
class Said:
    """The times of a message as said, before the shop's hours decide. `impossible`: a clock no day has."""

    at: tuple[Clock, ...] = ()
    start: Clock | None = None
    end: Clock | None = None
    part: DayPart | None = None
    impossible: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was said of the time."""
        return self == Said()


@dataclass(frozen=True, slots=True)
class Hours:
    """When the shop is open on the day in question, first opening to last closing; `now` only if that is today."""

    opens: dt.time
    closes: dt.time
    now: dt.time | None = None

    def fits(self, time: dt.time, *, closing: bool = False) -> bool:
        """Whether someone could come then; with `closing` the last minute counts."""
        return self.opens <= time < self.closes or (closing and time == self.closes)


def decide(clock: Clock, hours: Hours, part: DayPart | None = None, *, closing: bool = False) -> dt.time | None:
    """The one time that a clock means, None where a receptionist would have to ask."""
    times = clock.readings()
    if len(times) == 1:
        return times[0]
    if part:
        return times[0] if part == "morning" else times[1]
    fitting = [time for time in times if hours.fits(time, closing=closing)]
    if len(fitting) == 2 and hours.now:
        fitting = [time for time in fitting if time > hours.now] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting or hours.opens == hours.closes:
        return None
    # the shop is closed at both: what people mean by it in the daytime
    return times[1] if clock.hour == 12 or clock.hour < 7 else times[0]


def _clock(n: int) -> str:
    exactly = r"(?: ?-? ?(?:oclock|ish|hour|en punto|sharp))?"
    return rf"(?P<h{n}>\d{{1,2}})(?::(?P<m{n}>\d{{2}}))?{exactly}(?: ?(?P<half{n}>am|pm)\b)?"


# "2 cars", "20 th", "555 - 201": no clock
_END = (
    r"(?![\d:/%$]| ?(?:mile|mill|k\b|car|vehicle|year|day|week|month|minute|hour|people|buck|dollar|dolar|peso|tire|new"
    r"|bay|degree|grado|percent|por ciento|mph|psi|rpm|hundred|thousand|mil\b|grand\b|quart|gallon|time|vez|veces|troca"
    r"|llanta|guy|kid|person|of (?:the|my|them|us|you)\b|de (?:los|las|mis)\b|thing|question|issue|problem|pregunta"
    r"|cosa|inch|feet|th\b|st\b|nd\b|rd\b|- \d{3}))"
)
_THE = r"(?: ?(?:at|las?|like))*"
_ONE, _TWO = _clock(1), _clock(2)
_SPANS = (
    re.compile(rf"\b(?:between|from|entre|de){_THE} {_ONE} (?:and|to|-|y|a|until|&){_THE} {_TWO}{_END}"),
    re.compile(rf"(?<![\d-])(?<!\d ){_ONE} ?(?:-|to|until){_THE} ?{_TWO}{_END}(?! ?-)"),
)
_FROM = (
    re.compile(
        r"\b(?:after|past|from|not before|no earlier than|(?<!no )later than|starting|a partir de|pasadas)"
        rf"{_THE}(?: de)?{_THE} {_ONE}{_END}"
    ),
    re.compile(rf"\b{_ONE} (?:or later|or after|onwards?|en adelante|o mas tarde)\b"),
)
_UNTIL = (
    re.compile(rf"\b(?:before|by|until|no later than|mas tardar){_THE}(?: de)?{_THE} {_ONE}{_END}"),
    re.compile(rf"\b{_ONE} (?:or earlier|or before|o antes)\b"),
)
_AT = (
    re.compile(rf"\b(?:at|las|make it|say|for|the){_THE} {_ONE}(?= (?:or|o) {_THE.strip()} ?\d)"),
    re.compile(rf"§ ?,?{_THE} {_ONE}(?= (?:or|o){_THE} \d)"),
    re.compile(rf"\b{_ONE}(?= (?:or|o){_THE} \d{{1,2}}(?::\d\d)?(?: [ap]m)? ?,?(?: on| el)? ?§)"),
    re.compile(rf"\b(?:or|o){_THE} {_ONE}(?=\s*(?:$|,|works|on §|§))"),
    re.compile(rf"\b(?:at|las){_THE} {_ONE}{_END}"),
    re.compile(rf"§ ?,?(?: at| for| @)? ?{_ONE}{_END}"),
    re.compile(rf"(?<![\d-] )\b{_ONE} ,? ?(?:on |el )?(?=§)"),
    re.compile(r"\b(?P<h1>\d{1,2}):(?P<m1>\d{2})(?: ?(?P<half1>am|pm))?\b"),
    re.compile(r"\b(?P<h1>\d{1,2})(?P<m1>)? ?(?:oclock|ish|sharp|en punto)?(?: ?(?P<half1>am|pm)\b)"),
    re.compile(r"\b(?P<h1>\d{1,2})(?P<m1>)(?P<half1>)? ?(?:oclock|ish|en punto)\b"),
    re.compile(rf"\bis {_ONE} (?:too|ok|okay|good|available|open|free|fine)\b"),
    re.compile(
        rf"\b(?:do|take|say|maybe|perhaps|how about|bout|que tal){_THE} {_ONE}{_END}(?=\s*(?:$|,|pl|then|works|§|on ))"
    ),
    re.compile(
        rf"^(?:mejor |maybe |make it |how bout |ok |si |yes )?{_ONE}(?: (?:works|is fine|is good|please|esta bien))?$"
    ),
)
# "930" is a clock where a time may stand; in a message with a day more places are such
_NOT_COUNTED = r"(?!\d| ?(?:mile|mill|dollar|dolar|peso|buck|k\b|-|,\d|rpm|gr))"
_HHMM = rf"(1[0-2]|0?[1-9])([0-5][05])\b{_NOT_COUNTED}"
_JOINED = (
    re.compile(r"\b()(1[0-2]|0?[1-9])([0-5]\d)(?= ?[ap]m\b)"),
    re.compile(rf"(^|\b(?:at|las|after|before|by|do|make it) ){_HHMM}(?= ?(?:$|§|[a-z,-]))"),
)
_JOINED_BY_DAY = (
    re.compile(rf"(§ ?,? ?|\b(?:from|to|until|between|or|and|y|a|-|say|maybe) ){_HHMM}"),
    re.compile(rf"(\b){_HHMM}(?=,? ?(?:on |el )?§)"),
    re.compile(rf"(§ (?:at )?|\bat )(1[3-9])([0-5][05])\b{_NOT_COUNTED}"),
    re.compile(r"(\b)(1[3-8])([0-5][05])(?= ?(?:hour|,? ?§))"),
)
_PARTS: tuple[tuple[DayPart, re.Pattern[str]], ...] = (
    (
        "evening",
        re.compile(
            r"\b(?:evening|tonight|dinner ?time|after (?:my |the )?(?:work|school|hours|shift|class|job|office)"
            r"|(?:after|when|once|soon as) i(?: ?, ?m|m| am| get)? (?:off|out|done)"
            r"|(?:after|saliendo|al salir|(?:cuando )?(?:salgo|salga)) (?:del?|de la)"
            r" (?:trabajo|trabajar|jale|chamba|oficina|escuela|turno))\b"
        ),
    ),
    (
        "afternoon",
        re.compile(
            r"\b(?:afternoon|after (?:my )?lunch|(?:end|close) of (?:the |business )?day|eod|close of business|cob"
            r"|late in the day|after noon"
            r"|after de (?:comer|la comida|almorzar)|later in the day|in the pm|before (?:you|yall|u|ya) close"
            r"|(?:before|at) closing|before de (?:que )?cerrar|(?:cuando|before de que) cierr[ae]n|al cierre)\b"
            r"|(?<=§) pm\b"
        ),
    ),
    (
        "morning",
        re.compile(
            r"\b(?:morning|first thing|before (?:work|noon|lunch)|early in the day|crack of dawn"
            r"|(?:when|whenever|soon as|once) (?:you|yall|u|ya|you guys|the shop)(?: , ll)? opens?"
            r"|at open(?:ing)?|opening time"
            r"|bright and early|a primera (?:hour|hora)|primera hour|tempran(?:o|ito)"
            r"|in the am|before del? (?:trabajo|trabajar|jale)|cuando abr[ae]n|en cuanto abr[ae]n)\b"
            r"|\bearly (?=§|on )|(?<=§ )early\b|(?<=§) am\b"
        ),
    ),
)
_NOON_WORD = re.compile(r"\bnoon(?: (30|15|45))?\b")
_BEFORE_NOON = re.compile(r"\bbefore (?:del? |the )?noon\b")
_LUNCH = re.compile(r"\b(?:lunch ?time|lunch|(?:at|over|during) lunch|la hour de comer)\b")
_IN_A_WHILE = re.compile(r"\b(?:in|en|dentro de) (?P<n>\d{1,3}) (?P<unit>hour|minute)\b")


def find_times(line: str) -> Said:
    """The times said in a line of `find_days`. Never raises."""
    for pattern in (*_JOINED, *(_JOINED_BY_DAY if "§" in line else ())):
        line = pattern.sub(r"\1\2:\3", line)
    line = _NOON_WORD.sub(_noon, _BEFORE_NOON.sub("before lunch", line))
    line = re.sub(r"(?<!:)\b0(\d) ?(?=am|pm)", r"\1 ", line)
    said = Said()
    for pattern in _SPANS:
        if match := pattern.search(line):
            said = _both(said, match)
            line = _blank(line, match)
            break
    for name, patterns in (("start", _FROM), ("end", _UNTIL)):
        for pattern in patterns:
            if getattr(said, name) is None and (match := pattern.search(line)):
                said = _with(said, name, match)
                line = _blank(line, match)
    for pattern in _AT:
        while match := pattern.search(line):
            said = _with(said, "at", match)
            line = _blank(line, match)
    part = next((part for part, pattern in _PARTS if pattern.search(line)), None)
    if not part and said.empty and _LUNCH.search(line):
        return Said(start=Clock(12, half="pm"), end=Clock(1, half="pm"))
    return replace(said, part=part)


def _noon(match: re.Match[str]) -> str:
    return f"12:{match[1] or '00'} pm"


def find_wait(line: str) -> dt.timedelta | None:
    """How long from now: "in 2 hours"."""
    match = _IN_A_WHILE.search(line)
    return dt.timedelta(**{f"{match['unit']}s": int(match["n"])}) if match else None


def _read(match: re.Match[str], n: int = 1) -> Clock | None:
    hour, minute = int(match[f"h{n}"]), int(match[f"m{n}"] or 0)
    half = match[f"half{n}"]
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 23):
        return None
    return Clock(hour, minute, "am" if half == "am" else "pm" if half == "pm" else None)


def _is_clock(match: re.Match[str], n: int = 1) -> bool:
    """Whether it is written as a clock: "25:00", never the 80 of "at 80 degrees"."""
    return bool(match[f"m{n}"] or match[f"half{n}"])


def _with(said: Said, name: str, match: re.Match[str]) -> Said:
    clock = _read(match)
    if clock is None:
        return replace(said, impossible=True) if _is_clock(match) else said
    if name == "at":
        return replace(said, at=(*said.at, clock))
    return replace(said, start=clock) if name == "start" else replace(said, end=clock)


def _both(said: Said, match: re.Match[str]) -> Said:
    """Both ends of a span; "2-4pm" says the half of the day for both."""
    start, end = _read(match, 1), _read(match, 2)
    if start is None or end is None:
        return replace(said, impossible=True) if _is_clock(match, 1) or _is_clock(match, 2) else said
    if end.half and not start.half and start.hour % 12 <= end.hour % 12 and start.hour <= 12:
        start = replace(start, half=end.half)
    return replace(said, start=start, end=end)


def _blank(line: str, match: re.Match[str]) -> str:
    return f"{line[: match.start()]} , {line[match.end() :]}"
