"""Every page of a signed-in client, in one table: its address as the client opens it, and as staff preview it.

A page that is entered here is both at once; what takes a form has no preview.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from portal_views import (
    chat_page,
    contact,
    dashboard,
    estimate,
    estimates,
    help_centre,
    inspection,
    inspections,
    invoice,
    invoices,
    notifications,
    papers,
    payments,
    photos,
    profile,
    profile_change,
    profile_settings,
    shop_card,
    spending,
    vehicle,
    vehicles,
    visit,
    visit_calendar,
    visit_move,
    visits,
    work_order,
    work_orders,
)
from portal_views.access import ShopHandler, client_page
from portal_views.context import PortalContext
from portal_views.preview import preview_page
from storage.proof import Asked
from storage.shops import Section

PORTAL = "/s/{slug}/portal"
PREVIEW = "/staff/clients/{client}/portal/preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """A page below the portal: what shows it, what takes its form; either may be missing.

    `name` is what a link must be for to open it, `section` what switches it off, `asks` what it does for the table of
    proof. A `stream` is sent in pieces and answers no HEAD.
    """

    path: str
    name: str
    section: Section | None = None
    show: ShopHandler | None = None
    submit: ShopHandler | None = None
    asks: Asked = Asked.RECORDS
    stream: bool = False


def _plain(name: str, show: ShopHandler, path: str | None = None, submit: ShopHandler | None = None) -> ClientPage:
    return ClientPage(path=name if path is None else path, name=name, show=show, submit=submit)


def _records(section: Section, show: ShopHandler, path: str | None = None) -> ClientPage:
    return ClientPage(path=path or section, name=section, section=section, show=show)


def _record(  # noqa: PLR0917  # a line of the table
    path: str, name: str, section: Section, show: ShopHandler, submit: ShopHandler | None = None, stream: bool = False
) -> ClientPage:
    return ClientPage(path=path, name=name, section=section, show=show, submit=submit, stream=stream)


def _details(path: str, show: ShopHandler | None, submit: ShopHandler) -> ClientPage:
    """What is done on the profile: for all of it a link's session needs a code first."""
    return ClientPage(path=f"profile/{path}", name="profile", show=show, submit=submit, asks=Asked.DETAILS)


CLIENT_PAGES = (
    _plain("dashboard", dashboard.show, ""),
    _records("invoices", invoices.show),
    _record("invoices/{id}.pdf", "invoice", "invoices", papers.show_invoice),
    _record("invoices/{id}", "invoice", "invoices", invoice.show),
    _records("estimates", estimates.show),
    _record("estimates/{id}.pdf", "estimate", "estimates", papers.show_estimate),
    _record("estimates/{id}", "estimate", "estimates", estimate.show, estimate.submit),
    _records("payments", payments.show),
    _records("visits", visits.show),
    _record("visits/{id}", "visit", "visits", visit.show),
    _record("visits/{id}/move", "visit", "visits", visit_move.show, visit_move.submit),
    _record("visits/{id}/cancel", "visit", "visits", visit.show_cancel, visit.submit_cancel),
    _record("visits/{id}/visit.ics", "visit", "visits", visit_calendar.show),
    _records("vehicles", vehicles.show),
    _record("vehicles/{id}", "vehicle", "vehicles", vehicle.show),
    _records("inspections", inspections.show),
    _record("inspections/{id}", "inspection", "inspections", inspection.show),
    _record("inspections/{id}/photos/{photo}", "inspection", "inspections", photos.show, stream=True),
    _record("inspections/{id}/photos/{photo}/small", "inspection", "inspections", photos.show_small, stream=True),
    _record("reports", "reports", "invoices", spending.show),
    _record("reports.csv", "reports", "invoices", spending.download),
    _plain("profile", profile.show),
    _details("change", profile_change.show, profile_change.submit),
    _details("withdraw", None, profile_change.submit_withdrawal),
    _details("sessions", None, profile_settings.submit_sessions),
    _details("consent", None, profile_settings.submit_consent),
    _details("language", None, profile_settings.submit_language),
    _records("work_orders", work_orders.show, "work-orders"),
    _record("work-orders/{id}", "work_order", "work_orders", work_order.show),
    _plain("chat", chat_page.show),
    _plain("notifications", notifications.show),
    _plain("help", help_centre.show),
    _plain("contact", contact.show, "help/contact", contact.submit),
    _plain("shop_card", shop_card.show, "shop"),
)


def client_routes(context: PortalContext) -> Iterator[web.AbstractRouteDef]:
    """The routes of the table."""
    for page in CLIENT_PAGES:
        if page.show is not None:
            shown = client_page(context, page.show, page.name, page.section, page.asks)
            yield web.get(f"{PORTAL}/{page.path}", shown, allow_head=not page.stream)
            previewed = preview_page(context, page.show, page.section)
            yield web.get(f"{PREVIEW}/{page.path}", previewed, allow_head=not page.stream)
        if page.submit is not None:
            taken = client_page(context, page.submit, page.name, page.section, page.asks)
            yield web.post(f"{PORTAL}/{page.path}", taken)
