"""What every test may ask for: `database` and `store`, each fresh, and `browser`.

The database is the real thing over the real wire: one embedded engine per test process, in memory, or the MongoDB that
`TEST_MONGODB_URI` names. No test reaches beyond this machine.
"""

import ipaddress
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, async_playwright

from config.browser import ARGUMENTS, find_browser
from storage.mongo import Database
from storage.store import Storage
from tests.databases import Databases, Engine

# How long an example takes says how busy the machine is: no test fails for it.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


def _refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: a connection to anything but this machine is an error."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and isinstance(address[0], str) and address[0] != "localhost":
        try:
            loopback = ipaddress.ip_address(address[0]).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise RuntimeError(f"a test tried to reach {address[0]}")


sys.addaudithook(_refuse_the_world)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, in whatever order: else one process ends long after the others."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("timeout", "faults", "browser")))


@pytest.fixture(scope="session")
async def databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    """The databases of this process: none is made anew for each test, each is empty when a test gets it."""
    given = os.environ.get("TEST_MONGODB_URI")
    if given:
        databases = Databases(lambda: given)
        yield databases
        await databases.drop()
        return
    engine = Engine(lambda: tmp_path_factory.mktemp("engine"))
    databases = Databases(engine.uri)
    engine.before_end = databases.close
    try:
        yield databases
    finally:
        engine.stop()


@pytest.fixture
def mongodb_uri(databases: Databases) -> str:
    """The server that the tests run on, as long as this test lasts."""
    return databases.uri()


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    """An empty database of the test's own, indexes made."""
    database = await databases.take()
    try:
        yield database
    finally:
        databases.give_back(database)


@pytest.fixture
def store(database: Database) -> Storage:
    """Every repository on an empty database."""
    return Storage(database)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """One folder for all services of all runs. `make test` has the understanding trained into it beforehand."""
    return Path(__file__).parents[1] / "var" / "tests"


@pytest.fixture(scope="session")
def models(data_dir: Path) -> Path:
    """Where the trained understanding is kept: it knows when the examples or the code have changed."""
    return data_dir / "models"


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Without one a test is skipped, aloud; in CI it fails."""
    path = find_browser()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("there is no browser, and in CI the browser tests must run")
        pytest.skip("NO BROWSER: install Chromium or Chrome, or set BROWSER_PATH")
    return path


@pytest.fixture(scope="session")
def redis_at_hand() -> None:
    """Without a Redis a test of several processes is skipped, aloud; in CI it fails."""
    if shutil.which("redis-server") is None:
        if os.environ.get("CI"):
            pytest.fail("there is no redis-server, and in CI the tests of several processes must run")
        pytest.skip("NO REDIS: install redis-server")


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all; a test opens a context of its own in it (`await browser.new_context()`) and closes it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()
