"""No page of the portal looks through all records of a kind: what is slow at 100,000 clients is seen with eight."""

from aiohttp.test_utils import TestClient, TestServer
from pymongo import monitoring

from storage.mongo import Database, connect
from storage.store import Storage
from tests.e2e.portal.walking import walked
from tests.heard import HeardFinds
from tests.portal_cast import fill, portal_app

_SHAPE = ("find", "filter", "sort", "limit")  # what of a search decides on its plan


async def test_every_search_of_a_clients_pages_has_an_index(mongodb_uri: str, database: Database) -> None:
    heard = HeardFinds(database.name)
    monitoring.register(heard)  # for the connection made here
    own = connect(mongodb_uri, database.name)
    store = Storage(own)
    await fill(store)
    async with TestClient(TestServer(portal_app(store))) as browser:
        key = await store.keys.issue("garland", "dana")
        heard.finds.clear()
        await browser.post("/s/garland/login", data={"key": key}, allow_redirects=False)
        pages = await walked(browser, "/s/garland/portal/", "/s/garland/")
    assert len(pages) > 20
    asked = [{name: find[name] for name in _SHAPE if name in find} for find in heard.finds]
    finds = list({(find["find"], *find["filter"], *find.get("sort", ())): find for find in asked}.values())
    assert {"invoices", "reminders", "vehicles", "visits", "work_orders"} <= {find["find"] for find in finds}
    plans = [(find, (await own.command({"explain": find}))["queryPlanner"]["winningPlan"]) for find in finds]
    own.close()
    # The embedded engine says of `_id` and another field that it looks through all, and goes by `_id`.
    assert [find for find, plan in plans if "COLLSCAN" in str(plan) and "_id" not in find["filter"]] == []
