"""No page of the portal looks through all records of a kind: what is slow at 100,000 clients is seen with eight."""

from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from pymongo import monitoring

from storage.mongo import Database, connect
from storage.store import Storage
from tests.e2e.portal.walking import walked
from tests.portal_cast import fill, portal_app


class Heard(monitoring.CommandListener):
    """The searches in one database, each kind once."""

    def __init__(self, database: str) -> None:
        self._database = database
        self.finds: dict[tuple[str, ...], dict[str, Any]] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command goes out."""
        if event.database_name == self._database and event.command_name == "find":
            asked = {name: event.command[name] for name in ("find", "filter", "sort", "limit") if name in event.command}
            self.finds.setdefault((asked["find"], *asked["filter"], *asked.get("sort", ())), asked)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """It was heard when it went out."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """It was heard when it went out."""


async def test_every_search_of_a_clients_pages_has_an_index(mongodb_uri: str, database: Database) -> None:
    heard = Heard(database.name)
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
    finds = list(heard.finds.values())
    assert {"invoices", "reminders", "vehicles", "visits", "work_orders"} <= {find["find"] for find in finds}
    plans = [(find, (await own.command({"explain": find}))["queryPlanner"]["winningPlan"]) for find in finds]
    own.close()
    # The embedded engine says of `_id` and another field that it looks through all, and goes by `_id`.
    assert [find for find, plan in plans if "COLLSCAN" in str(plan) and "_id" not in find["filter"]] == []
