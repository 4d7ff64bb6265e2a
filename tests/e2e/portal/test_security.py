"""What every response carries and every request must pass."""

import re

import pytest
from aiohttp import web

from config.settings import Settings
from portal_views.security import security_middleware
from portal_views.statics import static_files

PAGES = ("/", "/s/garland/", "/s/garland/login", "/s/garland/book", "/s/garland/k/nothing", "/staff/login", "/s/none/")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_guarded(visitor, path) -> None:
    response = await visitor.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "origin" in response.headers["Referrer-Policy"]
    text = await response.text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)


@pytest.mark.parametrize("path", ["/static/tokens.css", "/static/portal/portal.js"])
async def test_pieces_of_pages_are_not_sniffed_and_carry_no_pages_headers(visitor, path) -> None:
    response = await visitor.get(path)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" not in response.headers
    assert "aiohttp" not in response.headers["Server"]


async def test_a_links_page_tells_nobody_its_address(visitor) -> None:
    response = await visitor.get("/s/garland/k/nothing")
    assert response.headers["Referrer-Policy"].startswith("no-referrer")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "http://localhost:8080"}, True),
    ],
)
async def test_a_form_is_taken_from_our_own_pages_only(visitor, headers, taken) -> None:
    response = await visitor.post("/s/garland/login", data={"key": "x"}, headers=headers)
    assert (response.status != 403) is taken


async def test_the_browsers_own_host_counts_as_ours(visitor) -> None:
    origin = f"http://{visitor.host}:{visitor.port}"
    response = await visitor.post("/s/garland/login", data={"key": "x"}, headers={"Origin": origin})
    assert response.status == 401


async def test_errors_are_pages_for_people_and_codes_for_programs(aiohttp_client) -> None:
    async def broken(request: web.Request) -> web.Response:
        raise RuntimeError("the secret is 42")

    async def refused(request: web.Request) -> web.Response:
        raise web.HTTPConflict(text='{"error": {"code": "conflict"}}', content_type="application/json")

    app = web.Application(middlewares=[security_middleware(Settings(env="test"))])
    app.add_routes([web.get("/broken", broken), web.get("/api/v1/broken", broken), web.get("/refused", refused)])
    client = await aiohttp_client(app)
    page = await client.get("/broken")
    assert (page.status, page.content_type) == (500, "text/html")
    assert "42" not in await page.text()
    coded = await client.get("/api/v1/broken")
    assert coded.status == 500
    assert (await coded.json())["error"]["code"] == "unavailable"
    assert (await (await client.get("/api/v1/none")).json())["error"]["code"] == "not_found"
    assert (await (await client.get("/none", headers={"Accept": "application/json"})).json())["error"][
        "code"
    ] == "not_found"
    assert (await (await client.get("/refused")).json())["error"]["code"] == "conflict"


async def test_production_asks_for_https_for_good(aiohttp_client) -> None:
    settings = Settings(env="production", base_url="https://shop.example")
    client = await aiohttp_client(web.Application(middlewares=[security_middleware(settings)]))
    assert "max-age" in (await client.get("/")).headers["Strict-Transport-Security"]


async def test_pages_travel_compressed(visitor) -> None:
    response = await visitor.get("/s/garland/", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("path", sorted(static_files()))
async def test_files_may_be_kept_for_ever_under_their_mark(visitor, path) -> None:
    mark = static_files()[path].mark
    response = await visitor.get(path, params={"v": mark}, headers={"Accept-Encoding": "gzip"})
    assert response.status == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Content-Encoding"] == "gzip"
    assert (await visitor.get(path, params={"v": "old"})).headers["Cache-Control"] == "no-cache"
    again = await visitor.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("name", ["..%2Froutes.py", "nothing.css", "%2e%2e/texts.py"])
async def test_only_the_listed_files_are_served(visitor, name) -> None:
    assert (await visitor.get(f"/static/portal/{name}")).status == 404
