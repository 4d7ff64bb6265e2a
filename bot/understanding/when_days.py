"""Which day a phrase means. Reads the one spelling of `when_words`; what it has read it replaces by `§`."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

DAY_MARK = "§"

Doubt = Literal["which_day", "impossible", "past", "unwanted"]

_RECENT = dt.timedelta(days=90)  # a date without a year that was so short a time ago is a date gone by, not next year's


@dataclass(frozen=True, slots=True)
class Day:
    """A day that was named. No date and "which_day" for what is as wide as a week."""

    date: dt.date | None
    doubt: Doubt | None = None
    vague: bool = False  # "next week": gives way to a day named beside it
    weekday: bool = False  # named by its weekday alone: today's may be next week's


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], dt.date], Day]


def find_days(line: str, today: dt.date) -> tuple[list[Day], str]:
    """The days named in a normalized line, in order of writing, and the line with `§` in their place."""
    found: list[tuple[int, Day]] = []
    for rule in _RULES:
        for match in list(rule.pattern.finditer(line)):
            found.append((match.start(), rule.read(match, today)))
            length = match.end() - match.start()
            line = line[: match.start()] + DAY_MARK * length + line[match.end() :]
    days = [
        Day(None, "which_day") if day.date and _OPEN.search(line[:start]) else day
        for start, day in sorted(found, key=lambda pair: pair[0])
        if day.doubt != "unwanted"
    ]
    named = [day for day in days if not day.vague]
    return named or days, re.sub(f"{DAY_MARK}+", DAY_MARK, line)


def _make(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _in_year(month: int, day: int, year: str | None, today: dt.date) -> Day:
    """A day of a month; without a year the next one, unless it has only just gone by."""
    if year:
        number = int(year)
        date = _make(number + 2000 if number < 100 else number, month, day)
        return _checked(date, today)
    date = _make(today.year, month, day)
    if date is None:
        return Day(None, "impossible")
    if date >= today or today - date <= _RECENT:
        return _checked(date, today)
    return _checked(_make(today.year + 1, month, day), today)


def _checked(date: dt.date | None, today: dt.date) -> Day:
    if date is None:
        return Day(None, "impossible")
    return Day(date, "past" if date < today else None)


def _after(today: dt.date, days: int) -> Day:
    try:
        return Day(today + dt.timedelta(days=days))
    except OverflowError:
        return Day(None, "impossible")


def _iso(match: re.Match[str], today: dt.date) -> Day:
    return _checked(_make(int(match["y"]), int(match["m"]), int(match["d"])), today)


def _slashed(match: re.Match[str], today: dt.date) -> Day:
    first, second = int(match["a"]), int(match["b"])
    month, day = (second, first) if first > 12 >= second else (first, second)
    return _with_weekday(_in_year(month, day, match["y"], today), match["wd"])


def _month_day(match: re.Match[str], today: dt.date) -> Day:
    day = {"first": 1, "second": 2, "third": 3, "primero": 1}.get(match["d"]) or int(match["d"])
    return _with_weekday(_in_year(int(match["mo"]), day, match["y"], today), match["wd"])


def _day_of_month(match: re.Match[str], today: dt.date) -> Day:
    """The next such day: of this month, or of the next month that has it."""
    number = int(match["d"])
    if not 1 <= number <= 31:
        return Day(None, "impossible")
    for ahead in range(4):
        years, month = divmod(today.month - 1 + ahead, 12)
        date = _make(today.year + years, month + 1, number)
        if date and date >= today:
            return _with_weekday(Day(date), match["wd"])
    return Day(None, "impossible")


def _with_weekday(day: Day, weekday: str | None) -> Day:
    """The same day, unless a weekday was named beside it that it is not."""
    if day.date and weekday and day.date.weekday() != int(weekday):
        return Day(None, "which_day")
    return day


def _weekday(match: re.Match[str], today: dt.date) -> Day:
    """The next such weekday. "Next" is next week's: to be asked about when this week's is still to come."""
    ahead = (int(match["wd"]) - today.weekday()) % 7
    said = f"{match['before'] or ''} {match['behind'] or ''}"
    if "last" in said or "pasado" in said or "previous" in said:
        return Day(today - dt.timedelta(days=(today.weekday() - int(match["wd"])) % 7 or 7), "past")
    if said.strip() == "week":  # "monday week"
        return _after(today, ahead + 7)
    if weeks := re.search(r"(\d) week", said):
        return _after(today, ahead + 7 * int(weeks[1]))
    if "after next" in said:
        return _after(today, ahead + 7)
    if "next" in said:
        in_next_week = int(match["wd"]) - today.weekday() + 7
        # a weekday of this week that is still to come: most mean next week's, some this one
        unsure = in_next_week > 7 and "week" not in said
        return Day(_after(today, in_next_week).date, "which_day" if unsure else None)
    return Day(_after(today, ahead).date, weekday="this" not in said)


_DAYS_OF = {"day": 1, "week": 7, "month": 30}


def _counted(match: re.Match[str], today: dt.date) -> Day:
    """So many days or weeks on. "A couple" and months are no day: which one is to be asked."""
    if match["n"] == "couple" or match["unit"] == "month":
        return _wide(match, today)
    return _after(today, int(match["n"]) * _DAYS_OF[match["unit"]])


def _counted_from(match: re.Match[str], today: dt.date) -> Day:
    """Two weeks from today, or from tomorrow."""
    if match["n"] == "couple" or match["unit"] == "month":
        return _wide(match, today)
    base = {"tomorrow": 1, "yesterday": -1}.get(match["base"], 0)
    return _after(today, base + int(match["n"]) * _DAYS_OF[match["unit"]])


def _fixed(days: int) -> Callable[[re.Match[str], dt.date], Day]:
    return lambda _match, today: Day(today + dt.timedelta(days=days), "past" if days < 0 else None)


def _ago(match: re.Match[str], today: dt.date) -> Day:
    days = int(match["n"]) * _DAYS_OF[match["unit"]]
    return Day(_after(today, -days).date, "past")


def _wide(_match: re.Match[str], _today: dt.date) -> Day:
    return Day(None, "which_day", vague=True)


def _unwanted(_match: re.Match[str], _today: dt.date) -> Day:
    return Day(None, "unwanted")


# a day that is a bound is not the day: "after the 20th", "antes del viernes"
_OPEN = re.compile(
    r"\b(?:after|before|later than|(?<!swing )(?<!come )(?<!stop )(?<!drop )(?<!roll )(?<!go )(?<!be )by|until|starting"
    r"|a partir del?|past)(?: (?:on|next|this|the|del?|el|at))*\s*$"
)
_BUT = r"(?:but|except|other than|besides|excluding|menos|excepto|que no sea|not)(?: (?:for|on|a|the|el|los|en))*"
_LISTED = r"(?: ?(?:,|or|and|y|o|ni|nor)(?: ?(?:on|the|el|los))* ?wd\d)*"
_SHARE = (
    r"(?:beginning|start|end|middle|mid|early|late|later|(?:first|last) (?:week|part|half)|sometime|in|en|during"
    r"|(?:a )?principios?|(?:a )?fin(?:al|ales|es)?|(?:a )?mediados|inicios?)"
    r"(?: ?-)?(?: (?:of|in|de|del|el|the|this|next))* ?"
)
_WD = r"(?:wd(?P<wd>\d) ?,? ?)"
_YEAR = r"(?:(?: ,| of| de| del)? (?P<y>20\d\d)\b)?"
_TH = r"(?: ?(?:th|st|nd|rd|o))?\b"
_UNIT = r"(?P<unit>day|week|month)\b"
_IN = r"(?:in|en|dentro de|de aqui a|after)(?: (?:at|another|otr[ao]s?))?"
_NOT_CLOCK = r"(?! ?(?:am|pm|oclock|ish|:|-|to \d|and \d|y \d|a \d|day|week|month|hour|minute|mile|k\b|or \d|x \d))"
_RULES = tuple(
    _Rule(re.compile(pattern), read)
    for pattern, read in (
        (rf"\b(?:any|every|each|cualquier|all|todos los) ?day,? ?{_BUT} wd\d{_LISTED}", _wide),
        (r"\bwd\d no(?= ?(?:,|mejor|$))", _unwanted),
        (
            (
                rf"\bmo\d+ (?:the )?\d{{1,2}}{_TH} ?(?:or|and|to|-|thru|through|o|y|al?) ?(?:the |el )?\d{{1,2}}{_TH}"
                r"(?! ?(?:am|pm|oclock|:|\d|at))"
            ),
            _wide,
        ),
        (r"\b(?:el )?\d{1,2} (?:or|o|y) (?:el )?\d{1,2}(?: de)? mo\d+\b", _wide),
        (r"\bel \d{1,2} (?:or|o) \d{1,2}\b(?! ?(?:am|pm|oclock|:|de la))", _wide),
        (rf"(?<!if )(?<!why )\b(?:not|que no sea)(?: (?:on|a|the|el|en))* wd\d{_LISTED}", _unwanted),
        (r"\bweek of (?:the )?(?:mo\d+ (?:the )?\d{1,2}|\d{1,2})(?: ?(?:th|st|nd|rd))?(?: (?:of )?mo\d+)?\b", _wide),
        (r"\bsemana del (?:wd\d )?\d{1,2}(?: de mo\d+)?\b", _wide),
        (r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", _iso),
        (rf"\b{_WD}?(?:the |el )?\b(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?:/(?P<y>\d{{2,4}}))?\b", _slashed),
        # "4-15": a day of the month, as no span begins at 4 and ends at 15
        (
            (
                rf"(?<![\d-] )(?<!/)\b{_WD}?(?:the |el )?(?P<a>1[0-2]|0?[1-9]) ?- ?(?P<b>1[3-9]|2\d|3[01])"
                r"(?: ?- ?(?P<y>\d{2,4}))?\b(?! ?(?:-|:|minute|mile|hour|day|week|month|percent|%))"
            ),
            _slashed,
        ),
        (rf"\b{_WD}?(?:the |el )?mo(?P<mo>\d+) (?:the )?(?P<d>\d{{1,2}}){_TH}{_NOT_CLOCK}{_YEAR}", _month_day),
        (
            (
                rf"\b{_WD}?(?:the |el )?(?P<d>\d{{1,2}}|first|second|third|primero){_TH}"
                rf"(?: of| de)? mo(?P<mo>\d+)\b{_YEAR}"
            ),
            _month_day,
        ),
        (r"\b(?:the )?week after next\b|\ben 2 week\b(?= next)", _wide),
        (
            (
                r"\b(?P<before>(?:this|next|coming|last|previous|\d week (?:from|on|after)(?: this| next)?"
                r"|(?:late |early )?next week(?: on)?)(?: coming)? )"
                r"(?:el )?wd(?P<wd>\d)(?P<behind> next week| next)?\b"
            ),
            _weekday,
        ),
        (
            (
                r"\b(?P<before>)wd(?P<wd>\d)(?P<behind> (?:of |de (?:la )?)?next week| after next"
                r"| week next| next| pasado| 1 week|(?= week\b) week)\b"
            ),
            _weekday,
        ),
        (rf"\b{_WD}(?:the |el |dia |day )?(?P<d>\d{{1,2}}) ?(?:th|st|nd|rd)\b", _day_of_month),
        (rf"\b{_WD}(?P<d>1[3-9]|[23]\d)\b{_NOT_CLOCK}", _day_of_month),
        (
            r"\b(?P<wd>(?!))?(?:on )?(?:the )?(?P<d>\d{1,2}) ?(?:th|st|nd|rd)\b(?! (?:time|gear|street|st|ave|floor))",
            _day_of_month,
        ),
        (rf"\b(?P<wd>(?!))?(?:on the|el day|el) (?P<d>\d{{1,2}})\b{_NOT_CLOCK}", _day_of_month),
        (r"\bdayafter\b", _fixed(2)),
        (
            rf"\b(?P<n>\d{{1,3}}|couple) {_UNIT} (?:from|after|de) (?P<base>today|now|tomorrow)\b(?! (?:en|in))",
            _counted_from,
        ),
        (r"\b1 week (?:from )?tomorrow\b|\btomorrow week\b", _fixed(8)),
        (r"\b1 week from (?:today|now)\b|\bde today en 8\b", _fixed(7)),
        (r"\b(?:anteayer|antier|day before yesterday)\b", _fixed(-2)),
        (r"\byesterday\b", _fixed(-1)),
        (r"\btomorrow\b", _fixed(1)),
        (r"\b(?:later )?today\b|\b(?=tonight\b)|\b(?=this (?:morning|afternoon|evening)\b)", _fixed(0)),
        (r"\bal rato\b", _fixed(0)),
        (
            (
                r"\b(?:in|en) (?:at )?(?:\d{1,3} ?(?:or|to|-|a|o) ?\d{1,3}|(?:a )?few|un[ao]s(?: \d)?|several)"
                r" (?:day|week)\b"
            ),
            _wide,
        ),
        (rf"\b{_IN} (?P<n>\d{{1,3}}|couple) {_UNIT}(?! (?:ago|early|late))", _counted),
        (rf"\b(?P<n>\d{{1,3}}|couple) {_UNIT} (?:from (?:now|today)|out)", _counted),
        (rf"\b(?P<n>\d{{1,3}}) {_UNIT} ago\b", _ago),
        (rf"\bhace (?P<n>\d{{1,3}}) {_UNIT}", _ago),
        (r"\b(?P<before>)(?P<behind>)wd(?P<wd>\d)\b", _weekday),
        (
            (
                rf"\b(?:{_SHARE})?(?:next|this|la next|la|coming|la coming|any ?day this|la otra|another) week"
                r"(?: next)?\b(?! ago| pasad)"
            ),
            _wide,
        ),
        (rf"\b{_SHARE}(?<!in )(?<!en )week\b|\bthe week after\b(?! \d)|\b1 week later\b", _wide),
        (r"\b(?:this coming|rest of the) week\b", _wide),
        (rf"\b{_SHARE}(?:mo\d+|month|year)\b", _wide),
        (r"\b(?:any |a |some |on |during the )?weekday\b|\bentre week\b", _wide),
        (r"\b(?:next|this|the|el|on the)? ?weekend\b|\b(?:next month|el month next)\b", _wide),
    )
)
