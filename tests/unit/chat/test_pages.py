"""The pages of the chat: who may frame them, who gets in, what is served and for how long it may be kept."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from chat.pages import ChatPages, chat_routes, frame_policy
from chat.statics import ChatStatics, VendorFileMissing
from config.packing import without_comments
from config.settings import Settings
from storage.sessions import STAFF_COOKIE
from storage.shop_settings import ShopSettings, WidgetSettings
from storage.store import Storage
from tests.cast import MARIA, RAY, SHOP, move_in

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def node_modules(tmp_path: Path) -> Path:
    """Stands for what npm brings."""
    folder = tmp_path / "socket.io-client" / "dist"
    folder.mkdir(parents=True)
    (folder / "socket.io.esm.min.js").write_text("export const io = 1;")
    (folder / "secret.js").write_text("not to be served")
    return tmp_path


@pytest.fixture
async def pages(store: Storage, node_modules: Path, aiohttp_client: Callable[[Any], Awaitable[Client]]) -> Client:
    """The chat's pages with the cast in the database."""
    await move_in(store)
    app = web.Application()
    app.add_routes(chat_routes(ChatPages(settings=Settings(env="test"), store=store, node_modules=node_modules)))
    return await aiohttp_client(app)


def test_the_shops_origins_may_frame_the_chat_and_nobody_else() -> None:
    policy = frame_policy(replace(SHOP, origins=("https://elm.example", "https://*.elm.example/")), "line.example")
    assert policy.endswith("frame-ancestors 'self' https://elm.example https://*.elm.example")
    assert "wss://line.example" in policy


@pytest.mark.parametrize("origin", ["https://a.example; script-src *", "*", "javascript:x", "https://a b", ""])
def test_what_is_no_origin_is_left_out_of_the_policy(origin: str) -> None:
    assert frame_policy(replace(SHOP, origins=(origin,)), "h").endswith("frame-ancestors 'self'")


def test_a_forged_host_stays_out_of_the_policy() -> None:
    assert "evil" not in frame_policy(SHOP, "x; script-src evil")


def test_what_a_developer_tries_on_this_machine_may_frame_it_too() -> None:
    policy = frame_policy(SHOP, "h", ("http://localhost:*",))
    assert policy.endswith("frame-ancestors 'self' http://localhost:*")


async def test_the_frame_has_nothing_inline(pages: Client) -> None:
    text = await (await pages.get("/widget/garage")).text()
    assert "Garage on Elm" in text
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|<style", text)


async def test_a_shops_name_cannot_break_the_page(pages: Client, store: Storage) -> None:
    await store.shops.put(replace(SHOP, name="<b>\"&'", origins=()))
    text = await (await pages.get("/widget/garage")).text()
    assert "<b>" not in text


async def test_an_unknown_shop_has_no_chat(pages: Client) -> None:
    assert (await pages.get("/widget/nobody")).status == 404


async def test_the_inbox_asks_to_sign_in(pages: Client, store: Storage) -> None:
    for cookie in ("", "forged", await store.sessions.open(SHOP.slug, client_id=MARIA.id)):
        answer = await pages.get("/staff/", cookies={STAFF_COOKIE: cookie}, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, "/staff/login?next=/staff/")


async def test_staff_get_their_inbox_and_nobody_keeps_it(pages: Client, store: Storage) -> None:
    token = await store.sessions.open(SHOP.slug, staff_id=RAY.id)
    answer = await pages.get("/staff/", cookies={STAFF_COOKIE: token})
    text = await answer.text()
    assert f'data-staff="{RAY.id}"' in text
    assert answer.headers["Cache-Control"] == "no-store"


async def test_every_file_that_the_pages_name_is_served_for_ever(pages: Client) -> None:
    text = await (await pages.get("/widget/garage")).text()
    urls = [url for url in re.findall(r'(?:href|src)="(/[^"]+)"', text) if not url.startswith("/static/tokens")]
    assert len(urls) > 10
    for url in urls:
        answer = await pages.get(url)
        assert answer.status == 200, url
        assert "immutable" in answer.headers["Cache-Control"]


async def test_without_its_mark_a_file_is_asked_for_again(pages: Client) -> None:
    answer = await pages.get("/static/chat/log.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = await pages.get("/static/chat/log.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize(
    "path",
    ["/vendor/secret.js", "/vendor/..%2fsecret.js", "/static/chat/..%2fpages.py", "/static/chat/x/pages.py"],
)
async def test_nothing_else_is_served(pages: Client, path: str) -> None:
    assert (await pages.get(path)).status == 404


async def test_the_loader_may_be_loaded_by_any_site(pages: Client) -> None:
    answer = await pages.get("/widget.js")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Type"].startswith("text/javascript")


def test_all_modules_of_a_page_are_found(node_modules: Path) -> None:
    modules = ChatStatics(node_modules).modules_of("frame.js")
    assert {"chat.js", "log.js", "timers.js", "words.js"} <= set(modules)
    assert "inbox-desk.js" not in modules


def test_without_npm_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(VendorFileMissing, match="npm ci"):
        ChatStatics(tmp_path)


def test_what_is_served_has_the_code_as_written_and_no_comment_lines():
    comments = b"/** Says. */\n%b\n/*\n * Two\n */\n%b  // goes\n%b"
    code = (b'import "x";\n', b"const a = 1; // stays\n", b'/* kept */ const b = "// text";\n')
    assert without_comments(comments % code) == b"%b\n%b%b" % code


async def test_the_shops_own_greeting_and_colour_reach_the_frame(store: Storage, pages: Client) -> None:
    plain = await (await pages.get(f"/widget/{SHOP.slug}")).text()
    assert 'data-shop="garage"' in plain
    assert "data-accent" not in plain
    look = WidgetSettings(greeting={"es": "¿Qué le pasa a su auto?"}, accent="#7a2a5e")
    await store.settings.put(ShopSettings(shop=SHOP.slug, widget=look))
    text = await (await pages.get(f"/widget/{SHOP.slug}")).text()
    assert 'data-accent="#7a2a5e"' in text
    assert 'data-greeting-es="¿Qué le pasa a su auto?"' in text
    assert "data-greeting-en" not in text
