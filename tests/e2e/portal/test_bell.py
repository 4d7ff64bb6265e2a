"""How many notifications are new, asked by a page that stays open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.clock import utc_now
from portal_views.bell import A_MINUTE
from storage.clients import Portal
from storage.proof import LinkScope, Proof
from storage.sessions import client_cookie
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.e2e.portal.test_help import told
from tests.portal_cast import DANA

BELL = "/s/garland/bell"
JSON = {"Accept": "application/json"}


def become(browser: Browser, cookie: str, shop: str = "garland") -> None:
    browser.session.cookie_jar.update_cookies({client_cookie(shop): cookie}, browser.make_url("/"))


async def test_it_counts_the_clients_own_and_is_short_while_nothing_changes(sign_in, store: Storage) -> None:
    await store.notifications.append(told("a"))
    await store.notifications.append(told("of another", client="ray"))
    browser = await sign_in("dana")
    answer = await browser.get(BELL, headers=JSON)
    assert (answer.status, await answer.json()) == (200, {"unseen": 1})
    assert (answer.headers["ETag"], answer.headers["Cache-Control"], answer.headers["Vary"]) == (
        '"1"',
        "no-store",
        "Cookie",
    )
    same = await browser.get(BELL, headers=JSON | {"If-None-Match": '"1"'})
    assert (same.status, await same.read(), same.headers["ETag"]) == (304, b"", '"1"')
    await store.notifications.append(told("b", 1))
    other = await browser.get(BELL, headers=JSON | {"If-None-Match": '"1"'})
    assert (other.status, await other.json()) == (200, {"unseen": 2})
    assert await store.notifications.count_unseen("garland", "dana") == 2  # to ask is not to look


async def test_to_ask_is_neither_a_visit_nor_a_use_of_the_session(visitor: Browser, store: Storage) -> None:
    token = await store.sessions.open("garland", client_id="dana")
    await store.database["sessions"].update_many({}, {"$set": {"seen_at": utc_now() - timedelta(days=2)}})
    become(visitor, token)
    before = await store.database["sessions"].find({}).to_list(None)
    assert (await visitor.get(BELL, headers=JSON)).status == 200
    assert await store.database["sessions"].find({}).to_list(None) == before
    assert await store.looks.list_for_client("garland", "dana") == []


async def test_who_is_signed_out_or_came_by_a_link_is_told_nothing(visitor: Browser, store: Storage) -> None:
    await store.notifications.append(told("a"))
    refused = await visitor.get(BELL, headers=JSON)
    assert (refused.status, (await refused.json())["error"]["code"]) == (401, "unauthorized")
    assert refused.headers["Cache-Control"] == "no-store"
    scope = LinkScope(page="notifications")
    become(visitor, await store.sessions.open("garland", client_id="dana", proof=Proof.LINK, scope=scope))
    by_link = await visitor.get(BELL, headers=JSON)
    assert (by_link.status, (await by_link.json())["error"]["code"]) == (403, "forbidden")
    token = await store.sessions.open("garland", client_id="dana")
    become(visitor, token)
    assert (await visitor.get(BELL, headers=JSON)).status == 200
    become(visitor, token, "harbor")
    assert (await visitor.get("/s/harbor/bell", headers=JSON)).status == 401
    assert (await visitor.get("/s/none/bell", headers=JSON)).status == 404
    await store.clients.put(replace(DANA, portal=Portal(enabled=False)))
    assert (await visitor.get(BELL, headers=JSON)).status == 401


async def test_who_asks_without_end_is_slowed_down(sign_in, monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    monkeypatch.setattr("portal_views.bell.utc_now", lambda: now)
    browser = await sign_in("dana")
    statuses = [(await browser.get(BELL, headers=JSON)).status for _ in range(A_MINUTE + 1)]
    assert statuses == [200] * A_MINUTE + [429]
    now += timedelta(minutes=1)
    assert (await browser.get(BELL, headers=JSON)).status == 200


async def test_only_the_clients_own_pages_ask(sign_in, visitor: Browser) -> None:
    public = await (await visitor.get("/s/garland/")).text()
    assert "bell.js" not in public
    page = await (await (await sign_in("dana")).get("/s/garland/portal/")).text()
    assert 'data-bell="/s/garland/bell" data-unseen="0"' in page
    assert page.count("/static/portal/bell.js?v=") == 1
    assert 'data-other="Notifications, {count} new"' in page
