"""What has a form of its own: invoice and estimate numbers, amounts, e-mail, phone, plate, address, name."""

import re
from dataclasses import dataclass

from storage.phones import NotAPhone, parse_phone

Span = tuple[int, int]

_NUMBER_WORD = r"(?:\s*(?:number|num|no\.?|nro\.?|n[uú]mero|nr|#|:|n°)(?:\s+(?:is|was|es)\b)?){0,3}\s*[#:]?\s*"
_NUMBER = (
    r"(?P<number>(?:[A-Z]{1,5}-?)?\d{2,}(?:-\d+)*)\b(?!\.\d|/|:|\s*(?:%|dollars|bucks|d[oó]lares|miles|am\b|pm\b))"
)
# as they are often misspelt too
_INVOICE_WORD = (
    r"(?:inv[oi]+[cs]+(?:ie|ei|e)?s?|inovices?|invocies?|inv|bills?|rec[ei]{1,2}p?t?s?|receipts?|reciepts?"
    r"|fac?tu?ras?|factuar|re[cs]ibos?|fac|folio|nota)"
)
_ESTIMATE_WORD = r"(?:est[ia]+m[ae]te?s?|estimats?|esimates?|est|quotes?|presupuestos?|coti[zs]aci[oó]n)"
_INVOICE = re.compile(rf"\b{_INVOICE_WORD}\b{_NUMBER_WORD}{_NUMBER}", re.IGNORECASE)
_ESTIMATE = re.compile(rf"\b{_ESTIMATE_WORD}\b{_NUMBER_WORD}{_NUMBER}", re.IGNORECASE)
_INVOICE_BEHIND = re.compile(rf"(?<![\w.$/:-])(?P<number>\d{{4,}})\s+{_INVOICE_WORD}\b", re.IGNORECASE)
_INVOICE_ALONE = re.compile(r"\b(?P<number>(?:INV|FAC?|I)-?\d{2,}(?:-\d+)*)\b", re.IGNORECASE)
_ESTIMATE_ALONE = re.compile(r"\b(?P<number>(?:EST|E|Q|QT|PRE|COT)-?\d{2,}(?:-\d+)*)\b", re.IGNORECASE)
_HASH = re.compile(r"(?<!\w)#\s?(?P<number>[A-Z]{0,4}-?\d{2,}(?:-\d+)*)\b", re.IGNORECASE)
_ABOUT_ESTIMATE = re.compile(r"\b(?:estimates?|quote|presupuesto|cotizaci[oó]n)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"\$\s?(?P<a>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,2})?)\b"
    r"|(?<![\d.:/-])(?P<b>\d{1,3}(?:,\d{3})*\.\d{2}|\d+\.\d{2}|\d{1,3}(?:,\d{3})+|\d+)(?=\s?(?:dollars|bucks|usd|d[oó]lares)\b)"
    r"|(?<![\d.:/-])(?P<c>\d{1,3}(?:,\d{3})*\.\d{2}|\d{2,}\.\d{2})(?![\d.]|\s?[ap]\.?m?\b)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
_PHONE = re.compile(r"(?<![\w.-])(?!(?:19|20)\d\d-\d\d?-\d\d?\b)(?:\+\s?)?\(?\d(?:[\s().-]{0,3}\d){6,14}(?![\w@])")
_PLATE = re.compile(
    r"\b(?:plates?|tag|placas?|matr[ií]cula)\b(?:\s+(?:number|no\.?|n[uú]mero|is|are|es|son|now|to|a|(?:on|for|de|del)\s+(?:\w+\s+){1,4}?(?:changed\s+to|to|is(?:\s+now)?|a|es)|changed\s+to|:)(?!\w))*\s*[:#]?\s*"
    r"(?P<plate>(?=[A-Z0-9 -]{4,9}\b)(?:[A-Z]{2,4}[ -]?\d[A-Z0-9]{1,4}|[A-Z0-9]*\d[A-Z0-9]*(?:[ -]?[A-Z0-9]{2,4})?))\b",
    re.IGNORECASE,
)
_STREET = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|hill|circle|cir|trail|trl|terrace"
    r"|parkway|pkwy|highway|hwy|loop|square|sq)\b\.?"
)
_UNIT = r"(?:,?\s+(?:apt|unit|suite|ste|#|apartment)\.?\s*#?\w+)?"
_ADDRESS = re.compile(
    rf"\b\d{{1,6}}[a-z]?\s+(?:[nsew]\.?\s+|north\s+|south\s+|east\s+|west\s+)?(?:[a-z0-9'.]+\s+){{1,3}}?{_STREET}{_UNIT}"
    r"(?:,\s*[A-Za-z][A-Za-z .]{0,28}[A-Za-z](?:,\s*[A-Z]{2})?(?:,?\s+\d{5}(?:-\d{4})?\b)?)?"
    r"|\b(?:calle|avenida|av\.|calz\.?|calzada|camino)\s+(?:[^\W\d_]+\s+){1,4}?#?\d{1,6}\b(?:,\s*[^\W\d_ ]+)?",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:my (?:(?:last|new|full) )?name(?: is|'s)(?: now)?|last name is now|i am called|me llamo"
    r"|mi (?:nuevo )?nombre es|mi apellido es)\s+"
    r"(?P<name>[^\W\d_][\w'-]+(?:\s+(?!and\b|y\b|on\b|now\b|not\b|i\b|but\b|my\b|is\b)[^\W\d_][\w'-]+){0,2})",
    re.IGNORECASE,
)
_NOT_NAMES_WORDS = "wrong misspelled spelled incorrect not on in mal different changed"
_NOT_NAMES = frozenset(_NOT_NAMES_WORDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What was found, and `spans`, where it stands: no day, vehicle or service is looked for in there."""

    invoice_number: str | None = None
    estimate_number: str | None = None
    amount: str | None = None
    email: str | None = None
    phone: str | None = None
    plate: str | None = None
    address: str | None = None
    name: str | None = None
    spans: tuple[Span, ...] = ()


def find_numbers(text: str, country: str) -> Numbers:
    """What a cleaned message holds of these. `country` (two letters) reads phone numbers. Never raises."""
    spans: list[Span] = []
    email = _take(_EMAIL, text, spans)
    plate = _take(_PLATE, text, spans, "plate")
    if plate is not None:  # the words before it may name the car
        spans[-1] = (spans[-1][1] - len(plate), spans[-1][1])
    estimate = _take(_ESTIMATE, text, spans, "number") or _take(_ESTIMATE_ALONE, text, spans, "number")
    invoice = _take(_INVOICE, text, spans, "number") or _take(_INVOICE_ALONE, text, spans, "number")
    if not (invoice or estimate):
        invoice = _take(_INVOICE_BEHIND, text, spans, "number")
    if not (invoice or estimate) and (hashed := _take(_HASH, text, spans, "number")):
        invoice, estimate = (None, hashed) if _ABOUT_ESTIMATE.search(text) else (hashed, None)
    address = _take(_ADDRESS, text, spans)
    phone = _find_phone(text, country, spans)
    amount = _take(_AMOUNT, text, spans, "a", "b", "c")
    name = _take(_NAME, text, spans, "name")
    return Numbers(
        invoice_number=invoice,
        estimate_number=estimate,
        amount=_two_places(amount) if amount else None,
        email=email,
        phone=phone,
        plate=plate,
        address=address,
        name=name if name and name.split()[0].lower() not in _NOT_NAMES else None,
        spans=tuple(spans),
    )


def _take(pattern: re.Pattern[str], text: str, spans: list[Span], *groups: str) -> str | None:
    """The first match that overlaps nothing found before."""
    for match in pattern.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in spans):
            continue
        spans.append(match.span())
        return next((match[group] for group in groups if match[group]), match[0]).strip()
    return None


def _find_phone(text: str, country: str, spans: list[Span]) -> str | None:
    for match in _PHONE.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in spans):
            continue
        try:
            phone = parse_phone(match[0], country or "US")
        except NotAPhone:
            continue
        spans.append(match.span())
        return phone
    return None


def _two_places(amount: str) -> str:
    """`1,250.5` as `1250.50`."""
    whole, _, cents = amount.replace(",", "").partition(".")
    return f"{whole}.{cents:0<2}"
