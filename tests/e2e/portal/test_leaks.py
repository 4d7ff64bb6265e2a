"""Every address of the service, tried with every id of somebody else's: a new page is covered by being there.

Peers: a client of the same shop, one who came by a link, nobody, and the other shop's client and its owner, who may do
everything there. All that Vera and Vito have holds a mark, and no answer may hold it.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from server import Running
from storage.proof import LinkScope, Proof
from storage.sessions import STAFF_COOKIE, client_cookie
from storage.store import Storage
from tests.cast import MARIA, OTHER_SHOP, RIVAL_RAY, SHOP
from tests.e2e import files_desk
from tests.e2e.portal.strangers import VERA, VITO, Stranger, everything_of, mark_key, move_in
from tests.e2e.running import Door
from tests.sample_files import photo

_NOT_PAGES = ("/socket.io/", "/static/", "/vendor/", "/webhooks/", "/simulator")
_READABLE = ("text/", "application/json", "application/javascript", "application/manifest+json")
_STEPS = {"/s/{slug}/sign-out", "/staff/sign-out"}  # they would end the session that all the others are tried with
# What stands in the place of a name in an address, beside `id` and `slug`. A page with another name says here what for.
_PLACES = {
    "client": [VERA.id, VITO.id],
    "token": ["gone"],
    "form": ["json", "html", "jsonl"],
    "name": ["x.css"],
    "mark": ["0"],
    "photo": ["0" * 24],  # those of others: test_inspection_photos.py
}


@dataclass
class Target:
    """Somebody else, and everything by which an address may name what they have."""

    stranger: Stranger
    ids: list[str]


@pytest.fixture
async def targets(running: Running, door: Door) -> list[Target]:
    """Vera and Vito, each with a chat and a photo in it."""
    return [await settled(running, door, one) for one in (VERA, VITO)]


async def settled(running: Running, door: Door, one: Stranger) -> Target:
    store, slug = running.store, one.shop.slug
    await move_in(store, one)
    person = await door.signed_in(one.id, slug)
    browser = await files_desk.client(running, one.id, slug)
    file_id = await browser.upload_id(photo(), f"{one.mark}.jpg")
    await person.ask("sync")
    await person.answer_to(await person.say(f"{one.mark} what do I owe?", attachments=[file_id]))
    await running.hub.projector.drain()
    kept = await everything_of(store, one)
    ids = {str(document["_id"]) for documents in kept.values() for document in documents}
    assert {f"{one.id}-invoice", f"{one.id}-estimate", file_id} <= ids
    return Target(one, sorted(ids | {mark_key(one), one.mark}))


@dataclass
class Peer:
    """A browser, and who uses it."""

    name: str
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, type and text of the answer; nothing is followed."""
        url = URL(path, encoded=True)
        async with self.http.request(method, url, data=data, allow_redirects=False) as response:
            body = await response.read()
            text = body.decode("utf-8", "replace") + str(response.headers)
            return response.status, response.content_type, text


@pytest.fixture
async def peers(running: Running) -> AsyncIterator[dict[str, Peer]]:
    """Everybody who is tried, by name."""
    sessions, mine = running.store.sessions, client_cookie(SHOP.slug)
    scope = LinkScope(page="invoice", record_id="inv1")
    cookies = {
        "maria": {mine: await sessions.open(SHOP.slug, client_id=MARIA.id)},
        "by_link": {mine: await sessions.open(SHOP.slug, client_id=MARIA.id, proof=Proof.LINK, scope=scope)},
        "nobody": {},
        "vera": {mine: await sessions.open(SHOP.slug, client_id=VERA.id)},
        "vito": {client_cookie(OTHER_SHOP.slug): await sessions.open(OTHER_SHOP.slug, client_id=VITO.id)},
        "rita": {STAFF_COOKIE: await sessions.open(OTHER_SHOP.slug, staff_id=RIVAL_RAY.id)},
    }
    made = {
        name: Peer(name, aiohttp.ClientSession(running.settings.public_url, cookies=jar))
        for name, jar in cookies.items()
    }
    yield made
    for peer in made.values():
        await peer.http.close()


def addresses(app: web.Application, method: str, ids: list[str]) -> Iterator[str]:
    """Every address that this method is for, each place in it filled with all that it may hold."""
    for route in app.router.routes():
        pattern = route.resource.canonical if route.resource is not None else ""
        if route.method != method or not pattern or pattern.startswith(_NOT_PAGES) or pattern in _STEPS:
            continue
        filled = [pattern]
        for place in re.findall(r"{(\w+)}", pattern):
            values = (
                ids if place in ("id", "key") else [SHOP.slug, OTHER_SHOP.slug] if place == "slug" else _PLACES[place]
            )
            filled = [path.replace(f"{{{place}}}", value) for path in filled for value in values]
        yield from filled


async def marks_seen(
    peer: Peer, app: web.Application, targets: list[Target], foreign: tuple[Stranger, ...]
) -> set[str]:
    """The addresses whose answer holds a mark of one of these, or is a file of theirs."""
    ids = [one for target in targets for one in target.ids]
    others = [one for target in targets if target.stranger in foreign for one in target.ids]
    seen = set()
    for path in addresses(app, "GET", ids):
        status, kind, text = await peer.ask("GET", path)
        assert status < 500, (peer.name, path)
        told = text.replace(path, "")  # an address that is repeated tells nothing
        is_file = status == 200 and not kind.startswith(_READABLE) and any(one in path for one in others)
        if is_file or any(one.mark in told for one in foreign):
            seen.add(path)
    return seen


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        ("maria", (VERA, VITO)),
        ("by_link", (VERA, VITO)),
        ("nobody", (VERA, VITO)),
        ("vito", (VERA,)),
        ("rita", (VERA,)),
    ],
)
async def test_no_address_tells_what_is_somebody_elses(
    running: Running, targets: list[Target], peers: dict[str, Peer], name: str, foreign: tuple[Stranger, ...]
) -> None:
    assert await marks_seen(peers[name], running.app, targets, foreign) == set()


@pytest.mark.timeout(120)
async def test_the_owner_of_the_mark_sees_it_on_every_page_of_theirs(
    running: Running, targets: list[Target], peers: dict[str, Peer]
) -> None:
    vera = await marks_seen(peers["vera"], running.app, targets[:1], (VERA,))
    of_one = {re.sub(r"vera-\w+", "ID", path).rpartition("/portal/")[2] for path in vera}
    assert {"", "invoices", "invoices/ID", "estimates/ID", "vehicles/ID", "inspections/ID", "work-orders"} <= of_one
    assert len(vera) >= 10


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["maria", "by_link", "nobody", "vito", "rita"])
async def test_no_form_changes_what_is_somebody_elses(
    store: Storage, running: Running, targets: list[Target], peers: dict[str, Peer], name: str
) -> None:
    (vera, _) = targets
    before = await everything_of(store, VERA)
    tried = 0
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in addresses(running.app, method, vera.ids):
            for form in forms(vera):
                status, _, text = await peers[name].ask(method, path, form)
                assert status < 500, (name, path)
                assert VERA.mark not in text.replace(path, "").replace(form["key"], ""), (name, path)
                tried += 1
    assert tried > 100
    assert await everything_of(store, VERA) == before


def forms(target: Target) -> Iterator[dict[str, str]]:
    """Forms that name what is Vera's where a page asks for an id of any kind."""
    names = (
        "id",
        "client",
        "client_id",
        "vehicle",
        "vehicle_id",
        "visit",
        "visit_id",
        "invoice",
        "estimate",
        "session",
    )
    more = {
        "decision-a": "approved",
        "a": "approved",
        "confirm": "yes",
        "yes": "1",
        "action": "approve",
        "step": "done",
    }
    yield {**dict.fromkeys(names, f"{target.stranger.id}-estimate"), **more, "key": "0" * 32}
    yield {**dict.fromkeys(names, target.stranger.id), **more, "key": "1" * 32, "what": "delete"}
