"""Addresses of pages: what the menu holds, where a link's scope leads, this page in another language."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from storage.proof import LinkScope
from storage.shops import Language, Section, Shop

# page name in a link's scope -> path below the portal; a page of one record has `{id}`
_PORTAL_PATHS: dict[str, str] = {
    "dashboard": "",
    "invoices": "invoices",
    "invoice": "invoices/{id}",
    "estimates": "estimates",
    "estimate": "estimates/{id}",
    "payments": "payments",
    "visits": "visits",
    "visit": "visits/{id}",
    "vehicles": "vehicles",
    "vehicle": "vehicles/{id}",
    "inspections": "inspections",
    "inspection": "inspections/{id}",
    "reports": "reports",
    "profile": "profile",
    "work_orders": "work-orders",
    "work_order": "work-orders/{id}",
    "chat": "chat",
    "notifications": "notifications",
    "help": "help",
    "contact": "help/contact",
    "shop_card": "shop",
}
_SHOP_PATHS = ("login", "book")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One entry of the menu. `thumb`: it is also in the bar at the bottom of a phone, where five fit. `apart`: it is
    below the line, where the client's records end.
    """

    name: str
    url: str
    thumb: bool
    apart: bool = False


_MENU: tuple[tuple[str, Section | None, bool], ...] = (
    ("dashboard", None, True),
    ("invoices", "invoices", True),
    ("estimates", "estimates", False),
    ("payments", "payments", False),
    ("visits", "visits", True),
    ("vehicles", "vehicles", False),
    ("inspections", "inspections", False),
    ("work_orders", "work_orders", True),
    ("reports", "invoices", False),
    ("chat", None, True),
)
_MENU_APART = ("profile", "help", "shop_card")


def shop_url(shop: Shop) -> str:
    """The shop's page; its other pages are below it."""
    return f"/s/{shop.slug}/"


def portal_home(shop: Shop) -> str:
    """The signed-in client's first page; the others are below it."""
    return f"/s/{shop.slug}/portal/"


def page_urls(shop: Shop, home: str | None = None) -> dict[str, str]:
    """The pages by name, those of one record left out: the portal's below `home` (the client's own by default), and
    those of the shop that anybody may see.
    """
    home = portal_home(shop) if home is None else home
    portal = {name: home + path for name, path in _PORTAL_PATHS.items() if "{id}" not in path}
    return portal | {"shop": shop_url(shop)} | {name: shop_url(shop) + name for name in _SHOP_PATHS}


def scope_url(shop: Shop, scope: LinkScope, home: str | None = None) -> str:
    """The page that a link is for; the portal's first page for one that is not built. Below `home`, if given."""
    if scope.page == "shop" or scope.page in _SHOP_PATHS:
        return shop_url(shop) + ("" if scope.page == "shop" else scope.page)
    path = _PORTAL_PATHS.get(scope.page, "")
    if "{id}" in path and scope.record_id is None:
        path = path.partition("/")[0]
    return (portal_home(shop) if home is None else home) + path.format(id=scope.record_id)


def navigation(urls: Mapping[str, str], sections: Mapping[str, bool]) -> tuple[MenuItem, ...]:
    """The menu of a signed-in client, whose pages have these addresses, without what is switched off."""
    records = tuple(
        MenuItem(name=name, url=urls[name], thumb=thumb)
        for name, section, thumb in _MENU
        if section is None or sections[section]
    )
    return (*records, *(MenuItem(name=name, url=urls[name], thumb=False, apart=True) for name in _MENU_APART))


def language_url(request: web.Request, language: Language, parameter: str = "lang") -> str:
    """This page in another language."""
    return str(request.rel_url.update_query({parameter: language}))
