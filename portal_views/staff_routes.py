"""Every address of the staff's pages beside the inbox, and the right that each asks for."""

from collections.abc import Mapping

from aiohttp import web

from portal_views import (
    staff_account,
    staff_chats,
    staff_client_portal,
    staff_clients,
    staff_logs,
    staff_password,
    staff_people,
    staff_reports,
    staff_settings,
    staff_settings_hours,
    staff_settings_labels,
    staff_settings_look,
    staff_settings_portal,
    staff_settings_replies,
    staff_settings_security,
    staff_settings_telling,
    staff_settings_tokens,
    staff_settings_widget,
    staff_telling,
    staff_understanding,
    staff_visit,
    staff_visit_move,
    staff_visits,
)
from portal_views.context import PortalContext
from portal_views.staff_access import StaffHandler, staff_page
from portal_views.staff_login import staff_login, staff_login_page, staff_sign_out
from portal_views.staff_second_step import submit_code, submit_set_up
from storage.staff_rights import Right

_CHAT = "/staff/logs/chats/{id:[0-9a-f]{24}}"
_ACCOUNT = "/staff/account"
_SETTINGS = "/staff/settings"
_VISIT = "/staff/visits/{id}"

# right -> address -> what shows it, and what takes its form
STAFF_PAGES: Mapping[Right, Mapping[str, tuple[StaffHandler, StaffHandler | None]]] = {
    "converse": {
        _ACCOUNT: (staff_account.show, staff_account.submit),
        "/staff/clients/{client}/tell": (staff_telling.show, staff_telling.submit),
        f"{_ACCOUNT}/second-factor": (staff_account.show_second_factor, staff_account.submit_second_factor),
    },
    "see_chats": {
        "/staff/logs/chats": (staff_chats.show, None),
        "/staff/logs/chats.{form:json|html}": (staff_chats.download, None),
        _CHAT: (staff_chats.show_one, None),
        _CHAT + ".{form:json|html}": (staff_chats.download_one, None),
    },
    "see_clients": {
        "/staff/clients": (staff_clients.show, None),
        "/staff/clients/{client}": (staff_clients.show_one, None),
    },
    "see_visits": {
        "/staff/visits": (staff_visits.show, None),
        _VISIT: (staff_visit.show, None),
    },
    "change_visits": {
        f"{_VISIT}/confirm": (staff_visit.to_visit, staff_visit.submit_confirm),
        f"{_VISIT}/move": (staff_visit_move.show, staff_visit_move.submit),
        f"{_VISIT}/cancel": (staff_visit.show_cancel, staff_visit.submit_cancel),
    },
    "client_portal": {
        "/staff/clients/{client}/portal": (staff_client_portal.show, staff_client_portal.submit),
    },
    "see_activity": {
        "/staff/logs": (staff_logs.show, None),
        "/staff/logs.{form:jsonl|html}": (staff_logs.download, None),
    },
    "see_reports": {
        "/staff/reports": (staff_reports.show, None),
        "/staff/reports.csv": (staff_reports.download, None),
    },
    "settings": {
        _SETTINGS: (staff_settings.show, None),
        f"{_SETTINGS}/hours": (staff_settings_hours.show, staff_settings_hours.submit),
        f"{_SETTINGS}/replies": (staff_settings_replies.show, None),
        f"{_SETTINGS}/replies/{{id}}": (staff_settings_replies.show_one, staff_settings_replies.submit),
        f"{_SETTINGS}/labels": (staff_settings_labels.show, staff_settings_labels.submit),
        f"{_SETTINGS}/look": (staff_settings_look.show, staff_settings_look.submit),
        f"{_SETTINGS}/portal": (staff_settings_portal.show, staff_settings_portal.submit),
        f"{_SETTINGS}/widget": (staff_settings_widget.show, staff_settings_widget.submit),
        f"{_SETTINGS}/telling": (staff_settings_telling.show, staff_settings_telling.submit),
    },
    "teach": {f"{_SETTINGS}/understanding": (staff_understanding.show, staff_understanding.submit)},
    "people": {f"{_SETTINGS}/people": (staff_people.show, staff_people.submit)},
    "security": {f"{_SETTINGS}/security": (staff_settings_security.show, staff_settings_security.submit)},
    "tokens": {f"{_SETTINGS}/tokens": (staff_settings_tokens.show, staff_settings_tokens.submit)},
}


def staff_routes(context: PortalContext) -> list[web.AbstractRouteDef]:
    """The routes: signing in, and the pages of those who have."""
    routes: list[web.AbstractRouteDef] = [
        web.get("/staff/login", staff_login_page(context)),
        web.post("/staff/login", staff_login(context)),
        web.post("/staff/login/code", submit_code(context)),
        web.post("/staff/login/set-up", submit_set_up(context)),
        web.post("/staff/sign-out", staff_sign_out(context)),
        web.get("/staff/forgotten", staff_password.show_forgotten),
        web.post("/staff/forgotten", staff_password.submit_forgotten(context)),
        web.get("/staff/password/{token}", staff_password.show_password(context)),
        web.post("/staff/password/{token}", staff_password.submit_password(context)),
    ]
    for right, pages in STAFF_PAGES.items():
        for address, (show, submit) in pages.items():
            routes.append(web.get(address, staff_page(context, show, right)))
            if submit is not None:
                routes.append(web.post(address, staff_page(context, submit, right)))
    return routes
