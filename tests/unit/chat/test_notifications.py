"""Who is told of what: the table, line by line."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chat.notifications import Audience, Colleague, Happening, find_audience, find_happenings, first_line
from storage.messages import Author, Entry, State
from storage.notification_settings import NotificationSettings
from storage.staff import Role

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def who(staff_id: str, role: Role, **settings: Any) -> Colleague:
    return Colleague(staff_id, role, NotificationSettings(id=staff_id, shop="garage", **settings))


OWEN, ADA, TIM = who("owen", "owner"), who("ada", "advisor"), who("tim", "technician")
SHOP = (OWEN, ADA, TIM)
MESSAGE, PAPER = Happening(kind="message"), Happening(kind="estimate")
WAITING, NOBODYS = State(status="waiting"), State(status="open")
TIMS, ADAS = State(status="open", assignee="tim"), State(status="snoozed", assignee="ada")

# what happens, how the conversation stands, who works there -> who is told, whose devices are rung
TABLE: list[tuple[Happening, State, tuple[Colleague, ...], str, str]] = [
    (MESSAGE, State(status="bot"), SHOP, "", ""),
    (MESSAGE, State(status="resolved"), SHOP, "", ""),
    (MESSAGE, WAITING, SHOP, "owen ada", "owen ada"),
    (MESSAGE, NOBODYS, SHOP, "owen ada", "owen ada"),
    (MESSAGE, TIMS, SHOP, "tim", "tim"),
    (MESSAGE, ADAS, SHOP, "ada", "ada"),
    (MESSAGE, State(status="open", assignee="left"), SHOP, "owen ada", "owen ada"),
    (MESSAGE, WAITING, (OWEN, who("ada", "advisor", unassigned=False)), "owen", "owen"),
    (MESSAGE, WAITING, (who("tim", "technician", unassigned=True),), "tim", "tim"),
    (MESSAGE, TIMS, (OWEN, who("tim", "technician", muted=True)), "tim", ""),
    (MESSAGE, TIMS, (OWEN, who("tim", "technician", muted_until=LATER)), "tim", ""),
    (MESSAGE, TIMS, (OWEN, who("tim", "technician", muted_until=NOW)), "tim", "tim"),
    (MESSAGE, WAITING, (OWEN, who("ada", "advisor", quiet_when_closed=True)), "owen ada", "owen ada"),
    (Happening(kind="message", by="ada"), WAITING, SHOP, "owen", "owen"),
    (Happening(kind="mention", by="ada", called=("tim", "ada", "left", "tim")), WAITING, SHOP, "tim", "tim"),
    (Happening(kind="assigned", by="ada", called=("tim",)), TIMS, SHOP, "tim", "tim"),
    (Happening(kind="assigned", by="tim", called=("tim",)), TIMS, SHOP, "", ""),
    (PAPER, State(status="bot"), SHOP, "owen ada", "owen ada"),
    (PAPER, TIMS, SHOP, "owen ada tim", "owen ada tim"),
    (PAPER, ADAS, (who("owen", "owner", papers=False), ADA), "ada", "ada"),
    (Happening(kind="change_request"), WAITING, (TIM, who("ada", "advisor", papers=False)), "", ""),
]


@pytest.mark.parametrize(("happening", "state", "people", "told", "rung"), TABLE)
def test_who_is_told(happening: Happening, state: State, people: tuple[Colleague, ...], told: str, rung: str) -> None:
    found = find_audience(happening, state, people, now=NOW, shop_open=True)
    assert found == Audience(tuple(told.split()), tuple(rung.split()))


def test_quiet_while_closed_is_quiet_on_devices_only() -> None:
    people = (OWEN, who("ada", "advisor", quiet_when_closed=True))
    found = find_audience(MESSAGE, WAITING, people, now=NOW, shop_open=False)
    assert found == Audience(("owen", "ada"), ("owen",))


def entry(kind: Any, author: Any, status: Any, **more: Any) -> Entry:
    return Entry(
        id="e",
        shop="garage",
        conversation="c",
        seq=1,
        client_prev=0,
        kind=kind,
        author=Author(kind=author, name="x", id="ray" if author == "staff" else None),
        at=NOW,
        state=State(status=status, assignee=more.pop("assignee", None)),
        **more,
    )


@pytest.mark.parametrize(
    ("stored", "kinds"),
    [
        (entry("message", "client", "bot"), []),
        (entry("message", "client", "waiting"), ["message"]),
        (entry("message", "client", "open"), ["message"]),
        (entry("message", "bot", "bot"), []),
        (entry("message", "bot", "waiting"), []),
        (entry("message", "bot", "waiting", gist="Maria asks for a person"), ["message"]),
        (entry("message", "staff", "open"), []),
        (entry("note", "staff", "open"), []),
        (entry("note", "staff", "open", mentions=("tim",)), ["mention"]),
        (entry("note", "system", "waiting", gist="CANCEL came by text"), ["message"]),
        (entry("note", "system", "waiting", gist="decided", ref="news:1"), []),
        (entry("act", "staff", "open", act="taken", assignee="ray"), []),
        (entry("act", "staff", "open", act="assigned", assignee="tim"), ["assigned"]),
        (entry("act", "staff", "waiting", act="unassigned"), ["message"]),
        (entry("act", "system", "open", act="woken", assignee="tim"), ["message"]),
        (entry("act", "staff", "resolved", act="resolved"), []),
    ],
)
def test_what_an_entry_is_to_staff(stored: Entry, kinds: list[str]) -> None:
    assert [one.kind for one in find_happenings(stored)] == kinds


def test_a_first_line_is_one_line_and_short() -> None:
    assert first_line("\n  My brakes  \nand more") == "My brakes"
    assert first_line(" \n") == ""
    assert len(first_line("word " * 100)) <= 120
    assert first_line("word " * 100).endswith("…")
