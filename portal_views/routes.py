"""Every address of the portal, on one page."""

from aiohttp import web

from portal_views import (
    book,
    chat_page,
    dashboard,
    estimate,
    estimates,
    inspection,
    inspections,
    invoice,
    invoices,
    link_page,
    login,
    payments,
    profile,
    shop_page,
    sign_out,
    staff_chats,
    staff_logs,
    staff_reports,
    staff_understanding,
    statics,
    vehicle,
    vehicles,
    visits,
    work_orders,
)
from portal_views.access import WebHandler, client_page
from portal_views.access import shop_page as public
from portal_views.context import PortalContext
from portal_views.front_door import front_door
from portal_views.staff_access import StaffHandler, staff_page
from portal_views.staff_login import staff_login, staff_login_page, staff_sign_out

SHOP = "/s/{slug}"
PORTAL = "/s/{slug}/portal"
UNDERSTANDING = "/staff/settings/understanding"


def portal_routes(context: PortalContext) -> list[web.AbstractRouteDef]:
    """The routes. A page for clients names what a link must be for to open it, and the section that switches it off."""
    return [
        web.get("/", front_door(context)),
        web.get("/static/tokens.css", statics.serve),
        web.get("/static/portal/{name}", statics.serve),
        # anybody
        web.get(SHOP, _with_slash),
        web.get(f"{SHOP}/", public(context, shop_page.show)),
        web.get(f"{SHOP}/book", public(context, book.show)),
        web.post(f"{SHOP}/book/check", public(context, book.submit_details)),
        web.post(f"{SHOP}/book", public(context, book.submit)),
        web.get(f"{SHOP}/book/done/{{key:[0-9a-f]{{32}}}}", public(context, book.show_done)),
        # signing in and out
        web.get(f"{SHOP}/login", public(context, login.show)),
        web.post(f"{SHOP}/login", public(context, login.submit_key)),
        web.post(f"{SHOP}/login/code", public(context, login.submit_contact)),
        web.post(f"{SHOP}/login/check", public(context, login.submit_code)),
        web.post(f"{SHOP}/login/who", public(context, login.submit_who)),
        web.post(f"{SHOP}/sign-out", public(context, sign_out.submit)),
        web.get(f"{SHOP}/k/{{token}}", public(context, link_page.show)),
        web.post(f"{SHOP}/k/{{token}}", public(context, link_page.submit)),
        # signed in
        web.get(PORTAL, _with_slash),
        web.get(f"{PORTAL}/", client_page(context, dashboard.show, "dashboard")),
        web.get(f"{PORTAL}/invoices", client_page(context, invoices.show, "invoices", "invoices")),
        web.get(f"{PORTAL}/invoices/{{id}}", client_page(context, invoice.show, "invoice", "invoices")),
        web.get(f"{PORTAL}/estimates", client_page(context, estimates.show, "estimates", "estimates")),
        web.get(f"{PORTAL}/estimates/{{id}}", client_page(context, estimate.show, "estimate", "estimates")),
        web.post(f"{PORTAL}/estimates/{{id}}", client_page(context, estimate.submit, "estimate", "estimates")),
        web.get(f"{PORTAL}/payments", client_page(context, payments.show, "payments", "payments")),
        web.get(f"{PORTAL}/visits", client_page(context, visits.show, "visits", "visits")),
        web.get(f"{PORTAL}/vehicles", client_page(context, vehicles.show, "vehicles", "vehicles")),
        web.get(f"{PORTAL}/vehicles/{{id}}", client_page(context, vehicle.show, "vehicle", "vehicles")),
        web.get(f"{PORTAL}/inspections", client_page(context, inspections.show, "inspections", "inspections")),
        web.get(f"{PORTAL}/inspections/{{id}}", client_page(context, inspection.show, "inspection", "inspections")),
        web.get(f"{PORTAL}/profile", client_page(context, profile.show, "profile")),
        web.get(f"{PORTAL}/work-orders", client_page(context, work_orders.show, "work_orders", "work_orders")),
        web.get(f"{PORTAL}/chat", client_page(context, chat_page.show, "chat")),
        # staff
        web.get("/staff/login", staff_login_page(context)),
        web.post("/staff/login", staff_login(context)),
        web.post("/staff/sign-out", staff_sign_out(context)),
        web.get(UNDERSTANDING, staff_page(context, staff_understanding.show, "owner", "advisor")),
        web.post(UNDERSTANDING, staff_page(context, staff_understanding.submit, "owner", "advisor")),
        *_looking_back(context),
    ]


def _looking_back(context: PortalContext) -> list[web.AbstractRouteDef]:
    """Reports, every chat there was, and who did what: for owners and advisors."""

    def page(show: StaffHandler) -> WebHandler:
        return staff_page(context, show, "owner", "advisor")

    chat = "/staff/logs/chats/{id:[0-9a-f]{24}}"
    return [
        web.get("/staff/logs", page(staff_logs.show)),
        web.get("/staff/logs.{form:jsonl|html}", page(staff_logs.download)),
        web.get("/staff/logs/chats", page(staff_chats.show)),
        web.get("/staff/logs/chats.{form:json|html}", page(staff_chats.download)),
        web.get(chat, page(staff_chats.show_one)),
        web.get(chat + ".{form:json|html}", page(staff_chats.download_one)),
        web.get("/staff/reports", page(staff_reports.show)),
        web.get("/staff/reports.csv", page(staff_reports.download)),
    ]


async def _with_slash(request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently(str(request.rel_url.with_path(request.path + "/", keep_query=True)))
