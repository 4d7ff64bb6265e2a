"""A browser in front of a running service with the cast in it, and a page of another site that has the shop's chat."""

import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page

from server import Running
from storage.sessions import STAFF_COOKIE, client_cookie
from storage.store import Storage
from tests.cast import MARIA, RAY, SHOP, move_in
from tests.e2e.running import free_port, serving

_AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_LOOK = f"""axe.run(document, {{ runOnly: {_RULES!r}, resultTypes: ['violations'] }}).then((found) =>
  found.violations.map(({{ id, nodes }}) => ({{ id, targets: nodes.map(({{ target }}) => target) }})))"""
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
_SITE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>The shop</title>
<main><h1>We fix cars</h1><a href="#x">A link</a></main><script src="{src}" data-shop="{shop}" async></script></html>"""


@dataclass
class Scene:
    """The service, its browser, and who looks at it."""

    running: Running
    browser: Browser
    site: str  # the address of another site's page with the chat in it
    contexts: list[BrowserContext]

    @property
    def url(self) -> str:
        """The service's origin."""
        return self.running.settings.public_url

    async def visitor(self, size: dict[str, int] = PHONE, language: str = "en-US") -> Page:
        """Nobody yet."""
        return await self._page(size, {}, language)

    async def client(self, size: dict[str, int] = PHONE) -> Page:
        """Maria, signed in to the portal."""
        token = await self.running.store.sessions.open(SHOP.slug, client_id=MARIA.id)
        return await self._page(size, {client_cookie(SHOP.slug): token})

    async def staff(self, size: dict[str, int] = DESK, zone: str | None = None) -> Page:
        """Ray, signed in to the inbox; his computer's clock is in this time zone."""
        token = await self.running.store.sessions.open(SHOP.slug, staff_id=RAY.id)
        return await self._page(size, {STAFF_COOKIE: token}, zone=zone)

    async def _page(
        self, size: dict[str, int], cookies: dict[str, str], language: str = "en-US", zone: str | None = None
    ) -> Page:
        context = await self.browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            locale=language,
            timezone_id=zone,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        for name, value in cookies.items():
            await context.add_cookies([{"name": name, "value": value, "url": self.url}])
        return await context.new_page()


async def find_violations(page: Page) -> list[str]:
    """What axe-core has to say against a page. What it has nothing against, most of the page, stays in the browser."""
    found = await page.evaluate(f"{_axe()};{_LOOK}")
    return [f"{one['id']}: {one['targets']}" for one in found]


@functools.cache
def _axe() -> str:
    return _AXE.read_text()


@pytest.fixture
async def scene(store: Storage, data_dir: Path, browser: Browser) -> AsyncIterator[Scene]:
    """The service with the cast in it, and a browser; the shop's chat may stand on the other site."""
    await move_in(store)
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    await store.shops.put(replace(SHOP, origins=(site,)))
    async with serving(store, data_dir) as running:
        runner = await _site(f"{running.settings.public_url}/widget.js", port)
        scene = Scene(running, browser, site, [])
        try:
            yield scene
        finally:
            for context in scene.contexts:
                await context.close()
            await runner.cleanup()


async def _site(src: str, port: int) -> web.AppRunner:
    async def show(_: web.Request) -> web.Response:
        return web.Response(text=_SITE.format(src=src, shop=SHOP.slug), content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/", show)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner
