"""Every address of the portal, on one page."""

from aiohttp import web

from portal_views import (
    book,
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
    link_page,
    login,
    look,
    notifications,
    papers,
    payments,
    photos,
    profile,
    profile_change,
    profile_settings,
    shop_card,
    shop_page,
    sign_out,
    spending,
    statics,
    vehicle,
    vehicles,
    visit,
    visit_calendar,
    visit_move,
    visits,
    work_order,
    work_orders,
)
from portal_views.access import ShopHandler, WebHandler, client_page
from portal_views.access import shop_page as public
from portal_views.context import PortalContext
from portal_views.front_door import front_door
from portal_views.staff_routes import staff_routes
from storage.proof import Asked

SHOP = "/s/{slug}"
PORTAL = "/s/{slug}/portal"


def portal_routes(context: PortalContext) -> list[web.AbstractRouteDef]:
    """The routes. A page for clients names what a link must be for to open it, and the section that switches it off."""
    return [
        web.get("/", front_door(context)),
        web.get("/static/tokens.css", statics.serve),
        web.get("/static/portal/{name}", statics.serve),
        # anybody
        web.get(SHOP, _with_slash),
        web.get(f"{SHOP}/", public(context, shop_page.show)),
        web.get(f"{SHOP}/look.css", look.serve_css(context)),
        web.get(f"{SHOP}/logo", look.serve_logo(context)),
        web.get(f"{SHOP}/book", public(context, book.show)),
        web.post(f"{SHOP}/book/check", public(context, book.submit_details)),
        web.post(f"{SHOP}/book", public(context, book.submit)),
        web.get(f"{SHOP}/book/done/{{key:[0-9a-f]{{32}}}}", public(context, book.show_done)),
        web.get(f"{SHOP}/book/done/{{key:[0-9a-f]{{32}}}}/visit.ics", public(context, book.show_calendar)),
        # signing in and out
        web.get(f"{SHOP}/login", public(context, login.show)),
        web.post(f"{SHOP}/login", public(context, login.submit_key)),
        web.post(f"{SHOP}/login/code", public(context, login.submit_contact)),
        web.post(f"{SHOP}/login/check", public(context, login.submit_code)),
        web.post(f"{SHOP}/login/who", public(context, login.submit_who)),
        web.post(f"{SHOP}/sign-out", public(context, sign_out.submit)),
        web.get(f"{SHOP}/k/{{token}}", public(context, link_page.show)),
        web.post(f"{SHOP}/k/{{token}}", public(context, link_page.submit)),
        *_signed_in(context),
        *staff_routes(context),
    ]


def _signed_in(context: PortalContext) -> list[web.AbstractRouteDef]:
    return [
        web.get(PORTAL, _with_slash),
        web.get(f"{PORTAL}/", client_page(context, dashboard.show, "dashboard")),
        web.get(f"{PORTAL}/invoices", client_page(context, invoices.show, "invoices", "invoices")),
        web.get(f"{PORTAL}/invoices/{{id}}.pdf", client_page(context, papers.show_invoice, "invoice", "invoices")),
        web.get(f"{PORTAL}/invoices/{{id}}", client_page(context, invoice.show, "invoice", "invoices")),
        web.get(f"{PORTAL}/estimates", client_page(context, estimates.show, "estimates", "estimates")),
        web.get(f"{PORTAL}/estimates/{{id}}.pdf", client_page(context, papers.show_estimate, "estimate", "estimates")),
        web.get(f"{PORTAL}/estimates/{{id}}", client_page(context, estimate.show, "estimate", "estimates")),
        web.post(f"{PORTAL}/estimates/{{id}}", client_page(context, estimate.submit, "estimate", "estimates")),
        web.get(f"{PORTAL}/payments", client_page(context, payments.show, "payments", "payments")),
        web.get(f"{PORTAL}/visits", client_page(context, visits.show, "visits", "visits")),
        web.get(f"{PORTAL}/visits/{{id}}", client_page(context, visit.show, "visit", "visits")),
        web.get(f"{PORTAL}/visits/{{id}}/move", client_page(context, visit_move.show, "visit", "visits")),
        web.post(f"{PORTAL}/visits/{{id}}/move", client_page(context, visit_move.submit, "visit", "visits")),
        web.get(f"{PORTAL}/visits/{{id}}/cancel", client_page(context, visit.show_cancel, "visit", "visits")),
        web.post(f"{PORTAL}/visits/{{id}}/cancel", client_page(context, visit.submit_cancel, "visit", "visits")),
        web.get(f"{PORTAL}/visits/{{id}}/visit.ics", client_page(context, visit_calendar.show, "visit", "visits")),
        web.get(f"{PORTAL}/vehicles", client_page(context, vehicles.show, "vehicles", "vehicles")),
        web.get(f"{PORTAL}/vehicles/{{id}}", client_page(context, vehicle.show, "vehicle", "vehicles")),
        *_inspections(context),
        web.get(f"{PORTAL}/reports", client_page(context, spending.show, "reports", "invoices")),
        web.get(f"{PORTAL}/reports.csv", client_page(context, spending.download, "reports", "invoices")),
        web.get(f"{PORTAL}/profile", client_page(context, profile.show, "profile")),
        *_profile_routes(context),
        web.get(f"{PORTAL}/work-orders", client_page(context, work_orders.show, "work_orders", "work_orders")),
        web.get(f"{PORTAL}/work-orders/{{id}}", client_page(context, work_order.show, "work_order", "work_orders")),
        web.get(f"{PORTAL}/chat", client_page(context, chat_page.show, "chat")),
        *_talking(context),
    ]


def _inspections(context: PortalContext) -> list[web.AbstractRouteDef]:
    return [
        web.get(f"{PORTAL}/inspections", client_page(context, inspections.show, "inspections", "inspections")),
        web.get(f"{PORTAL}/inspections/{{id}}", client_page(context, inspection.show, "inspection", "inspections")),
        web.get(
            f"{PORTAL}/inspections/{{id}}/photos/{{photo}}",
            client_page(context, photos.show, "inspection", "inspections"),
            allow_head=False,
        ),
        web.get(
            f"{PORTAL}/inspections/{{id}}/photos/{{photo}}/small",
            client_page(context, photos.show_small, "inspection", "inspections"),
            allow_head=False,
        ),
    ]


def _talking(context: PortalContext) -> list[web.AbstractRouteDef]:
    return [
        web.get(f"{PORTAL}/notifications", client_page(context, notifications.show, "notifications")),
        web.get(f"{PORTAL}/help", client_page(context, help_centre.show, "help")),
        web.get(f"{PORTAL}/help/contact", client_page(context, contact.show, "contact")),
        web.post(f"{PORTAL}/help/contact", client_page(context, contact.submit, "contact")),
        web.get(f"{PORTAL}/shop", client_page(context, shop_card.show, "shop_card")),
    ]


def _profile_routes(context: PortalContext) -> list[web.AbstractRouteDef]:
    """What is done on the profile: for all of it a link's session needs a code first."""

    def page(show: ShopHandler) -> WebHandler:
        return client_page(context, show, "profile", asks=Asked.DETAILS)

    return [
        web.get(f"{PORTAL}/profile/change", page(profile_change.show)),
        web.post(f"{PORTAL}/profile/change", page(profile_change.submit)),
        web.post(f"{PORTAL}/profile/withdraw", page(profile_change.submit_withdrawal)),
        web.post(f"{PORTAL}/profile/sessions", page(profile_settings.submit_sessions)),
        web.post(f"{PORTAL}/profile/consent", page(profile_settings.submit_consent)),
        web.post(f"{PORTAL}/profile/language", page(profile_settings.submit_language)),
    ]


async def _with_slash(request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently(str(request.rel_url.with_path(request.path + "/", keep_query=True)))
