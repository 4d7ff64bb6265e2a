"""From a template's name and values to a page: language, formats and addresses are bound here, once for all pages."""

from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from config.colors import white_ground
from portal_views.booking_form import moment_text
from portal_views.formats import formats_for
from portal_views.look_urls import logo_url, look_url
from portal_views.statics import static_url
from portal_views.texts import LANGUAGES, texts_for
from portal_views.urls import page_urls
from storage.shops import Language, Shop

LANGUAGE_COOKIE = "pitline.lang"  # no slug has a dot, so no shop's cookie has this name

_YEAR = 365 * 24 * 3600
_PRIVATE = "no-store"


@cache
def environment() -> Environment:
    """The templates, made once. A name that a template uses and nobody gave is an error, never an empty space."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "button_color": lambda shop: white_ground(shop.accent) if shop.accent else None,
        "logo_url": logo_url,
        "look_url": look_url,
        "moment_text": moment_text,
        "static": static_url,
    }
    return made


def render(template: str, language: Language, shop: Shop | None = None, **values: Any) -> str:
    """The page's HTML. Every template has `t` (texts), `lang`, `shop`, `f` (formats, with a shop) and `static`."""
    texts = texts_for(language)
    bound: dict[str, Any] = {
        "client": None,
        "current": "",
        "f": formats_for(shop, texts) if shop is not None else None,
        "lang": language,
        "languages": LANGUAGES,
        "nav": (),
        "path": "",
        "preview": None,
        "shop": shop,
        "t": texts,
        "urls": page_urls(shop) if shop is not None else {},
    }
    return environment().get_template(template).render(bound | values)


def html(text: str, *, status: int = 200, private: bool = True) -> web.Response:
    """A page's response; what is `private` is kept by no cache."""
    headers = {"Cache-Control": _PRIVATE if private else "no-cache", "Vary": "Accept-Language, Cookie"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def pick_language(request: web.Request, client: Language | None = None, shop: Language | None = None) -> Language:
    """The reader's language: what they chose (`?lang=`, then its cookie), the client's, the browser's, the shop's."""
    chosen = _known(request.query.get("lang")) or _known(request.cookies.get(LANGUAGE_COOKIE))
    return chosen or client or _accepted(request.headers.get("Accept-Language", "")) or shop or "en"


def keep_language(request: web.Request, response: web.StreamResponse, *, secure: bool) -> None:
    """Remember a language that was just chosen by `?lang=`."""
    chosen = _known(request.query.get("lang"))
    if chosen is not None and request.cookies.get(LANGUAGE_COOKIE) != chosen:
        response.set_cookie(
            LANGUAGE_COOKIE, chosen, max_age=_YEAR, path="/", samesite="Lax", secure=secure, httponly=True
        )


def _known(name: str | None) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)


def _accepted(header: str) -> Language | None:
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";")
        known = _known(tag.strip().lower().partition("-")[0])
        if known is not None:
            wishes.append((-_weight(weight), place, known))
    return min(wishes)[2] if wishes else None


def _weight(text: str) -> float:
    try:
        return float(text.strip().removeprefix("q=")) if text.strip() else 1.0
    except ValueError:
        return 0.0
