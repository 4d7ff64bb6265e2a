"""The words of days and times, both languages, in the one spelling that `when_days` and `when_times` read.

Weekdays become `wd0` (Monday) to `wd6`, months `mo1` to `mo12`, number words digits, "half past nine" `9:30`.
Tokens are parted by one blank; punctuation becomes a comma.
"""

import re
from functools import lru_cache

from bot.understanding.features import fold
from bot.understanding.spelling import find_nearest, is_real_word

_WEEKDAYS = (
    "monday mondays mon lunes lun",
    "tuesday tuesdays tues tue tuesady martes",
    "wednesday wednesdays weds wed wensday wendsday miercoles mier mie",
    "thursday thursdays thurs thur thu thursdy jueves jue",
    "friday fridays fri viernes vier vie",
    "saturday saturdays sat sabado sab",
    "sunday sundays sun domingo dom",
)
_MONTHS = (
    "january jan enero ene",
    "february feb febrero",
    "march mar marzo",
    "april apr abril abr",
    "may mayo",
    "june jun junio",
    "july jul julio",
    "august aug agosto",
    "september sept sep septiembre",
    "october oct octubre",
    "november nov noviembre",
    "december dec diciembre dic",
)
_NUMBERS = (
    "one una uno",
    "two dos",
    "three tres",
    "four cuatro",
    "five cinco",
    "six seis",
    "seven siete",
    "eight ocho",
    "nine nueve",
    "ten diez",
    "eleven once",
    "twelve doce",
    "thirteen trece",
    "fourteen catorce",
    "fifteen quince",
    "sixteen dieciseis",
    "seventeen diecisiete",
    "eighteen dieciocho",
    "nineteen diecinueve",
    "twenty veinte",
    "veintiuno",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
    "thirty treinta",
)
_FEW = {"first": 1, "second": 2, "third": 3}
_ORDINALS = (
    "fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
    " seventeenth eighteenth nineteenth twentieth"
)
_SAME = {
    "today": "today tday hoy 2day",
    "tomorrow": "tomorrow tmrw tmrow tmr tmw tomorow tommorow tommorrow tomm 2morrow 2moro tomoro",
    "yesterday": "yesterday ayer",
    "tonight": "tonight tonite",
    "morning": "morning mornings mornin morn midmorning",
    "afternoon": "afternoon afternoons aft tarde tardecita arvo midafternoon",
    "evening": "evening evenings eve night noche",
    "week": "week wk weeks wks semana semanas",
    "day": "day days dia dias",
    "month": "month months mes meses",
    "hour": "hour hours hr hrs hora horas",
    "minute": "minute minutes min mins minuto minutos",
    "weekend": "weekend wknd",
    "next": "next nxt proximo proxima siguiente",
    "this": "this este esta",
    "coming": "coming upcoming",
    "noon": "noon midday mediodia noontime",
    "half": "half media",
    "quarter": "quarter cuarto",
    "oclock": "oclock",
    "40": "forty cuarenta",
    "50": "fifty cincuenta",
    "fortnight": "fortnight",
    "weekday": "weekday weekdays",
    "at": "at @ around about like sobre approx approximately aprox",
    "before": "before b4 antes",
    "after": "after despues",
    "between": "between btw btwn entre",
    "until": "until til till hasta",
    "couple": "couple cpl",
    "from": "from desde",
}


def _table() -> dict[str, str]:
    table = {word: f"wd{n}" for n, words in enumerate(_WEEKDAYS) for word in words.split()}
    table |= {word: f"mo{n}" for n, words in enumerate(_MONTHS, start=1) for word in words.split()}
    table |= {word: str(n) for n, words in enumerate(_NUMBERS, start=1) for word in words.split()}
    table |= {word: f"{n}th" for n, word in enumerate(_ORDINALS.split(), start=4)}
    return table | {word: name for name, words in _SAME.items() for word in words.split()}


_TABLE = _table()
_OFTEN_MISSPELT = (
    "manana",
    *(
        word
        for word, name in _TABLE.items()
        if (name.startswith(("wd", "mo")) and len(word) > 5) or name in ("tomorrow", "afternoon", "weekend")
    ),
)
_ALSO_WORDS_WORDS = "sat sun mon wed lun mie vie dom mar"
_ALSO_WORDS = frozenset(_ALSO_WORDS_WORDS.split())
# real words that are one slip from a day or a month
_NOT_SLIPS_WORDS = "sunny someday monda fiday sundae mundane marshal marvel augment mentiones manna frida manna mariana"
_NOT_SLIPS = frozenset(_NOT_SLIPS_WORDS.split())

_HALF_DAY = re.compile(r"(?<=[\d ])([ap])\.? ?m\b\.?|(?<=\d)([ap])\b(?! \d)")
_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[:.h]\d{2}(?!\d)|\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![\d/])|\d+|[^\W\d_]+|[-@]|[^\w\s]"
)
_SUN = re.compile(r"\bwd6 (?=(?:damage|roof|shade|visor|faded?|baked|glare|block|light|burn)\b)")
_WED = re.compile(r"\bwd2 (?=(?:like|at to|at you|love|prefer|rather|need|appreciate|have|be)\b)")
# "she sat", "the sun", "i wed", "it may": no day, no month
_NO_DAY = re.compile(
    r"\b(he|she|i|we|they|it|you|and|just|who|the|in the) (wd[256])\b(?= (?:by|on|in|down|at the|is|was|,|$))"
)

_REWRITES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bo ' clock\b|\bo clock\b", "oclock"),
        # a greeting is no wish: "good morning, ..."
        (r"\b(?:good|buen[ao]?s?) (?:morning|afternoon|evening|day|noches)\b", ","),
        (r"\balas? (?=\d)", "at "),
        (
            r"\b(?:not|no)(?: (?:in|the|a|por|en|la|wd\d))* (?:morning|afternoon|evening)\b(?! no\b)",
            ",",
        ),
        (r"^(?:morning|afternoon|evening) ?(?=,|yall|guys|all)", ","),
        (r"\b(?:good|great|nice|lovely|wonderful|blessed) (?:rest of your )?(?:day|week|weekend|evening)\b", ","),
        (r"\b(\d{1,2})th\b", r"\1 th"),
        (r"\b20 ([4-9]) th\b|\b20 (?:first|1 st)\b", lambda match: f"{20 + int(match[1] or 1)} th"),
        (r"\b(20|30) (second|third|first)\b", lambda match: f"{int(match[1]) + _FEW[match[2]]} th"),
        (r"\b(20|30|40|50) - ([1-9])\b", r"\1 \2"),
        (r"\b(30) y (1)\b(?! ?:)", "31"),
        (r"\b(\d{1,2}) ([2-5]0) ([1-9])\b", lambda match: f"{match[1]} {int(match[2]) + int(match[3])}"),
        (r"\b(20|30|40|50) (5)\b(?= (?:past|after|to|till))", lambda match: f"{int(match[1]) + 5}"),
        (r"\b(?:an? |1 )?fortnight\b", "2 week"),
        (r"\b(?:una )?quincena\b|\b1 quincena\b", "15 day"),
        (r"\bhalf (?:an? |1 )?hour\b", "30 minute"),
        (r"\b(?:1 )?hour (?:y|and) (?:a )?half\b|\b1 and (?:a )?half hour\b", "90 minute"),
        (r"\b(?:un|el|1) par de ", "couple "),
        (r"\bmas afternoon\b", "later"),
        (r"\b(\d{1,2})h(\d\d)\b|\b(\d{1,2})\.(\d\d)\b", r"\1\3:\2\4"),
        (r"\bhalf past (\d{1,2})\b|\bhalf (\d{1,2})\b", r"\1\2:30"),
        (r"\b(\d{1,2}) y half\b|\b(\d{1,2}) y 30\b", r"\1\2:30"),
        (r"\b(5|10|20|25)(?: minute)? (?:past|after) (\d{1,2})\b(?!:)", r"\2:\1"),
        (r"\b(\d{1,2}):5\b", r"\1:05"),
        (r"\b(?:a )?quarter (?:past|after) (\d{1,2})\b|\b(\d{1,2}) y (?:quarter|15)\b", r"\1\2:15"),
        (r"(?<!\d )\b(\d{1,2}) (30|15|45|20|25|35|40|50|55)\b(?! ?(?:day|week|minute|hour|mile|th\b|-|\d))", r"\1:\2"),
        (
            (
                r"\b(?:a )?(quarter|\d{1,2}(?= minute)|2[05](?= to)|\d{1,2}(?= para))(?: minute)?"
                r" (?:to|till|until|before|of|para las?) (1[0-2]|0?[1-9])\b(?!:| ?(?:minute|mile|day|week|k\b|%))"
            ),
            r"<\1 \2>",
        ),
        (r"\b(\d{1,2}) menos (quarter|5|10|20|15)\b", "<\\2 \\1>"),
        (r"\bmedio (?:day|dia)\b|\bmedioday\b", "noon"),
        (r"\bmanana (?:por|en|a) la manana\b", "tomorrow morning"),
        (r"\bpasado manana\b", "dayafter"),
        (r"\b(?:the )?day after tomorrow\b", "dayafter"),
        (r"\b(la|this|por la|en la|de la) manana\b", r"\1 morning"),
        (r"\bmanana\b", "tomorrow"),
        (r"\bfin de week\b|\bfinde\b", "weekend"),
        (r"\b(wd\d) que (?:viene|entra)\b", r"coming \1"),
        (r"\bque viene\b|\bque entra\b", "next"),
        (r"\b(?:(?:a|the) )?couple (?:of )?", "couple "),
        (r"\b(?:an?|un) (week|hour|month|day)\b", r"1 \1"),
        (r"\b(at|@) (?:at|las?) ", "at "),
        (r"\ba eso de (?:las?)? ?|\bcomo a las? |\ba las? |\btipo |\ben punto de las? ", "at "),
    )
)
# "ten to nine" in words is a clock; "10 to 2" in figures is a span
_SPELT_MINUTES = re.compile(
    r"(?<!from )(?<!between )\b(five|ten|twenty|twenty[ -]five)"
    r" (?=(?:to|till|past|after) (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))"
)
_TO = re.compile(r"<(\w+) (\d{1,2})>")


@lru_cache(maxsize=4096)
def _one_spelling(word: str) -> str:
    known = _TABLE.get(word)
    if known or len(word) < 5 or word in _NOT_SLIPS or (len(word) == 5 and is_real_word(word)):
        return known or word
    nearest = find_nearest(word, _OFTEN_MISSPELT)
    return _TABLE.get(nearest, nearest) if nearest else word


def weekday_of(word: str) -> int | None:
    """0 (Monday) to 6 for a folded word that is a weekday and nothing else in either language, else None."""
    name = _TABLE.get(word, "") if word not in _ALSO_WORDS else ""
    return int(name[2]) if name.startswith("wd") else None


def weekday_names() -> list[str]:
    """Every folded word for a weekday that is nothing else in either language."""
    return [word for words in _WEEKDAYS for word in words.split() if word not in _ALSO_WORDS]


def normalize(text: str) -> str:
    """A message in the one spelling of the rules. `9:30`, `3/14` and `2026-03-14` stand as one token each."""
    folded = _HALF_DAY.sub(lambda match: f" {match[1] or match[2]}m ", fold(text).replace("o'clock", "oclock"))
    folded = _SPELT_MINUTES.sub(r"\1 minutes ", folded)
    folded = folded.replace("%", " percent ")
    tokens = [_one_spelling(word) if word.isalpha() or word == "@" else word for word in _TOKEN.findall(folded)]
    line = " ".join("," if len(word) == 1 and not word.isalnum() and word != "-" else word for word in tokens)
    for pattern, replacement in _REWRITES:
        line = pattern.sub(replacement, line)
    return _NO_DAY.sub(r"\1", _WED.sub("", _SUN.sub("", _TO.sub(_subtract, line))))


def _subtract(match: re.Match[str]) -> str:
    """`<quarter 10>` is 9:45."""
    minutes = 15 if match[1] == "quarter" else int(match[1])
    hour = int(match[2])
    return f"{hour - 1 if hour > 1 else 12}:{60 - minutes}"
