"""What each role of the staff may do: one table, asked by pages and by the inbox."""

from typing import Final, Literal, TypeAlias, get_args

from storage.staff import Role

Right: TypeAlias = Literal[
    "converse",  # see and write in conversations, take them, note, label, snooze
    "see_chats",  # read and export what was said
    "see_clients",  # the list of clients, a client's file in short
    "see_visits",  # who comes when
    "change_visits",  # confirm, move and cancel them
    "client_portal",  # preview a client's portal, make a key, send a link, switch access, choose sections
    "decide",  # accept or decline what a client wants changed, approve what costs money
    "see_reports",
    "see_activity",
    "teach",  # say what messages meant
    "settings",  # hours, canned replies, labels, the widget
    "people",  # who works here, in which role; their second factors and sessions
    "security",  # the second factor for all
    "tokens",  # what programs sign in with, as people of the shop
]

RIGHTS: Final[tuple[Right, ...]] = get_args(Right)
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_TABLE: Final[dict[Right, tuple[bool, bool, bool]]] = {
    #                owner  advisor technician
    "converse": (True, True, True),
    "see_chats": (True, True, False),
    "see_clients": (True, True, True),
    "see_visits": (True, True, True),
    "change_visits": (True, True, False),
    "client_portal": (True, True, False),
    "decide": (True, True, False),
    "see_reports": (True, True, False),
    "see_activity": (True, True, False),
    "teach": (True, True, False),
    "settings": (True, True, False),
    "people": (True, False, False),
    "security": (True, False, False),
    "tokens": (True, False, False),
}


def may(role: Role, right: Right) -> bool:
    """Whether somebody in this role may do this."""
    return _TABLE[right][ROLES.index(role)]


def roles_with(right: Right) -> tuple[Role, ...]:
    """The roles that may do this."""
    return tuple(role for role in ROLES if may(role, right))
