"""The page of reports: what it says is what happened, to whom it may be said, and the same as a file."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from config.clock import utc_now
from storage.activity import ActivityQuery
from storage.conversations import new_conversation
from storage.episode import Share
from storage.messages import Rating
from storage.store import Storage
from tests.e2e.staff.conftest import Desk
from tests.portal_cast import OTHER_SCRIPT
from tests.unit.storage.test_episodes import made

NASTY = '=HYPERLINK("http://evil.example","<b>pay</b>")'


async def fill(store: Storage) -> None:
    """A month of the garage: one conversation every five hours, one still running, one of another shop."""
    now = utc_now()
    episodes = [
        made(n, shop="garage", rating=Rating(score=4, comment="+1 quick <b>") if n == 3 else None, labels=())
        for n in range(1, 120)
    ]
    episodes[7] = replace(episodes[7], labels=(NASTY,), shares=(Share("x", "@Ana", 2),))
    other = made(1, number=3, shop="rival", rating=Rating(score=1, comment="secret"))
    await store.episodes.put_many([*episodes, other])
    running = made(0, shop="garage", conversation="running", resolved_at=None, ending=None, rating=None)
    conversation = new_conversation("garage", "client:maria", title="Maria Lopez")
    state = replace(conversation.state, status="open")
    named = replace(conversation, id="c3", key="client:named", title="Tom <i>Reed</i>")
    await store.conversations.add(
        replace(conversation, state=state, last_seq=9, last_at=now, episode=replace(running, started_at=now))
    )
    await store.conversations.add(named)


def table(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


async def test_only_owners_and_advisors_of_the_shop_see_its_figures(store: Storage, desks: dict[str, Desk]) -> None:
    await fill(store)
    for path in ("/staff/reports", "/staff/reports.csv?table=days"):
        assert [await desks[name].status(path) for name in ("nobody", "tess")] == [303, 403]
        assert [await desks[name].status(path) for name in ("olga", "ray", "rita")] == [200, 200, 200]
    assert "secret" not in await desks["olga"].read("/staff/reports?days=90")
    theirs = await desks["rita"].read("/staff/reports?days=90")
    assert "secret" in theirs
    assert await desks["olga"].status("/staff/reports.csv?table=passwords") == 404


async def test_the_page_says_what_the_files_say(store: Storage, desks: dict[str, Desk]) -> None:
    await fill(store)
    page = await desks["ray"].read("/staff/reports?days=7&lang=en")
    days = table(await desks["ray"].read("/staff/reports.csv?table=days&days=7"))
    everyone = table(await desks["ray"].read("/staff/reports.csv?table=conversations&days=7"))
    total = sum(int(row["conversations"]) for row in days)
    assert len(days) == 7
    assert total == len(everyone)
    assert f'<p class="figure-value">{total}</p>' in page
    assert 'class="figure-value">7 min<' in page  # everybody waited seven minutes
    assert any(row["ended"] == "" for row in everyone)  # the one that is running
    assert "Tom &lt;i&gt;Reed&lt;/i&gt;" in page
    assert "+1 quick &lt;b&gt;" in page
    assert re.findall(OTHER_SCRIPT, page) == []
    assert " style=" not in page
    spanish = await desks["ray"].read("/staff/reports?days=7&lang=es")
    assert "Primera respuesta de una persona" in spanish


async def test_what_looks_like_a_formula_is_text_in_a_file(store: Storage, desks: dict[str, Desk]) -> None:
    await fill(store)
    response = await desks["olga"].get("/staff/reports.csv?table=conversations&days=90")
    assert response.headers["Content-Disposition"].startswith('attachment; filename="garage-conversations-')
    text = await response.text()
    cells = [cell for row in csv.reader(io.StringIO(text[1:])) for cell in row]
    assert f"'{NASTY}" in cells
    assert "'@Ana" in cells
    assert "'+1 quick <b>" in cells
    assert [cell for cell in cells if re.match(r"\s*[=+@|%-]", cell)] == []
    noted = await store.activity.list("garage", ActivityQuery(group="export"), 5)
    assert [(one.actor.id, one.details["table"]) for one in noted.entries] == [("olga", "conversations")]


@pytest.mark.parametrize(
    "query",
    ["from=x&to=y", "from=2026-13-40", "days=1e9", "from=9999-12-31&to=0001-01-01", "days=-7", "from=2020-01-01"],
)
async def test_whatever_period_is_asked_for_there_is_a_page(desks: dict[str, Desk], query: str) -> None:
    page = await desks["olga"].read(f"/staff/reports?{query}&lang=en")
    assert "Nothing in these days" in page


async def test_a_period_is_of_the_days_that_are_named(store: Storage, desks: dict[str, Desk]) -> None:
    await fill(store)
    first = (utc_now() - timedelta(days=20)).date()
    rows = table(await desks["olga"].read(f"/staff/reports.csv?table=days&from={first + timedelta(days=2)}&to={first}"))
    assert [row["day"] for row in rows] == [str(first + timedelta(days=n)) for n in range(3)]
