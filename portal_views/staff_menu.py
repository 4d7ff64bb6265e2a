"""The menu of the staff's pages: what each role finds in it."""

from dataclasses import dataclass

from storage.staff import Role
from storage.staff_rights import Right, may


@dataclass(frozen=True, slots=True)
class StaffMenuItem:
    """One entry: its name among the texts (`staff_menu.<name>`), and where it leads."""

    name: str
    url: str


_MENU: tuple[tuple[str, str, Right], ...] = (
    ("inbox", "/staff/", "converse"),
    ("visits", "/staff/visits", "see_visits"),
    ("clients", "/staff/clients", "see_clients"),
    ("chats", "/staff/logs/chats", "see_chats"),
    ("reports", "/staff/reports", "see_reports"),
    ("activity", "/staff/logs", "see_activity"),
    ("settings", "/staff/settings", "settings"),
    ("account", "/staff/account", "converse"),
)
_SETTINGS: tuple[tuple[str, str, Right], ...] = (
    ("hours", "/staff/settings/hours", "settings"),
    ("replies", "/staff/settings/replies", "settings"),
    ("labels", "/staff/settings/labels", "settings"),
    ("look", "/staff/settings/look", "settings"),
    ("widget", "/staff/settings/widget", "settings"),
    ("portal", "/staff/settings/portal", "settings"),
    ("telling", "/staff/settings/telling", "settings"),
    ("understanding", "/staff/settings/understanding", "teach"),
    ("people", "/staff/settings/people", "people"),
    ("security", "/staff/settings/security", "security"),
    ("tokens", "/staff/settings/tokens", "tokens"),
)


def menu_for(role: Role) -> list[StaffMenuItem]:
    """The pages of this role."""
    return [StaffMenuItem(name, url) for name, url, right in _MENU if may(role, right)]


def settings_menu_for(role: Role) -> list[StaffMenuItem]:
    """The settings of this role."""
    return [StaffMenuItem(name, url) for name, url, right in _SETTINGS if may(role, right)]
