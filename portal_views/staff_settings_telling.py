"""What clients are told unasked: of which things, at which hours, how many days before."""

from dataclasses import dataclass, replace
from typing import Final, get_args

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.notifications import NotificationKind
from storage.shop_settings import TellingSettings
from storage.telling_hours import is_span

TELLING = "/staff/settings/telling"
KINDS: Final[tuple[NotificationKind, ...]] = tuple(
    kind for kind in get_args(NotificationKind) if kind != "change_decided"
)
_MOST_DAYS: Final = {"visit_days": 7, "service_days": 60, "invoice_days": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    on: tuple[str, ...]
    begin: str
    end: str
    days: dict[str, str]


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`."""
    telling = (await asked.context.store.settings.get(asked.shop.slug)).telling
    form = _Form(
        on=tuple(kind for kind in KINDS if kind not in telling.off),
        begin=telling.hours[0],
        end=telling.hours[1],
        days={name: str(getattr(telling, name)) for name in _MOST_DAYS},
    )
    return _page(asked, form, {})


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`."""
    given = await asked.request.post()
    form = _Form(
        on=tuple(kind for kind in KINDS if kind in given.getall("on", [])),
        begin=str(given.get("begin", "")).strip()[:5],
        end=str(given.get("end", "")).strip()[:5],
        days={name: str(given.get(name, "")).strip()[:3] for name in _MOST_DAYS},
    )
    problems = {name: "days" for name, most in _MOST_DAYS.items() if not _is_number(form.days[name], most)}
    if not is_span(form.begin, form.end):
        problems["hours"] = "hours"
    if problems:
        return _page(asked, form, problems)
    store = asked.context.store
    settings = await store.settings.get(asked.shop.slug)
    telling = TellingSettings(
        off=tuple(kind for kind in KINDS if kind not in form.on),
        hours=(form.begin, form.end),
        visit_days=int(form.days["visit_days"]),
        service_days=int(form.days["service_days"]),
        invoice_days=int(form.days["invoice_days"]),
    )
    if telling != settings.telling:
        await store.settings.put(replace(settings, telling=telling))
        await asked.note(
            "settings.changed", "telling", {"hours": f"{form.begin}-{form.end}", "off": ", ".join(telling.off)}
        )
    return asked.go(TELLING, "saved")


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= most


def _page(asked: StaffRequest, form: _Form, problems: dict[str, str]) -> web.Response:
    status = 422 if problems else 200
    return asked.page(
        "staff_settings_telling.html", status=status, form=form, problems=problems, kinds=KINDS, most=_MOST_DAYS
    )
