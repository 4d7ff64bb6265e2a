"""The `actions` process: the same intents for a Rasa server, by the stock action-server protocol.

The protocol knows no authentication: it is served on loopback, and a sender that the hub has not signed is a visitor of
whom nothing is known, told what anybody is told.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker as RasaTracker
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from bot.action import Intent, Outcome
from bot.answers import Wording
from bot.catalog import Catalog, load_catalog
from bot.context import Context
from bot.gate import Gate, gate_for
from bot.links import Linker
from bot.peer import Peer
from bot.reply import PageRef, Reply
from bot.tracker import Tracker
from bot.turn import Turn
from bot.understanding import Understander
from config.clock import BusinessClock
from config.settings import Settings
from storage.ids import new_id
from storage.proof import VISITOR
from storage.records import NotFound
from storage.shops import Shop
from storage.store import Storage

HOST = "127.0.0.1"
PORT = 5055  # where Rasa expects its action server

_log = logging.getLogger(__name__)


class ActionDesk:
    """Receives calls from outside: makes the context that an intent needs, asks the table, runs it."""

    def __init__(
        self, store: Storage, understander: Understander, clock: BusinessClock, linker: Linker, catalog: Catalog
    ) -> None:
        self._store = store
        self._understander = understander
        self._clock = clock
        self._linker = linker
        self._catalog = catalog

    async def receive(self, intent: Intent, tracker: RasaTracker) -> Outcome:
        """What the intent says to this sender, its pages as links below the text. Errors are told, never shown."""
        try:
            context = await self._context(intent, tracker)
            outcome = await self._outcome(intent, context)
            links = await self._linker.links(context, outcome.reply)
        except NotFound:
            return Outcome(reply=Reply(text="There is no shop here yet."))
        except Exception:  # noqa: BLE001 - the stock server would send it, and the tracker, to the caller
            _log.exception("%s failed", intent.name())
            return Outcome(reply=Reply(text="Something went wrong. Please try again."))
        text = "\n".join([outcome.reply.text, *(f"{link.title}: {link.url}" for link in links)])
        return replace(outcome, reply=replace(outcome.reply, text=text, pages=(), links=()))

    async def _outcome(self, intent: Intent, context: Context) -> Outcome:
        if gate_for(intent, context.peer.identity) is Gate.OPEN:
            return await intent.step(context)
        page = PageRef(page="login", title=context.say("page_login"))
        return Outcome(reply=Reply(text=context.say("sign_in_first"), pages=(page,)))

    async def _context(self, intent: Intent, tracker: RasaTracker) -> Context:
        shop = await self._shop(tracker)
        text = str(tracker.latest_message.get("text") or "")
        now = self._clock.now()
        heard = await asyncio.to_thread(self._understander.understand, text, now=now, shop=shop)
        turn = Turn(
            shop=shop,
            conversation_id=str(tracker.sender_id),
            message_id=str(tracker.latest_message.get("message_id") or new_id()),
            text=text,
            payload=None,
            channel="web",
            identity=VISITOR,
            status="bot",
            now=now,
        )
        described = self._catalog.intents[intent.intent]
        slots = {name: value for name, value in tracker.slots.items() if value is not None}
        return Context(
            turn=turn,
            heard=replace(heard, intent=_intent_name(tracker) or heard.intent),
            peer=Peer(self._store, shop, VISITOR),
            tracker=Tracker(
                slots={name: value for name, value in slots.items() if name != "requested_slot"},
                active_loop=tracker.active_loop_name,
                requested_slot=slots.get("requested_slot"),
            ),
            wording=Wording(heard.language, shop.zone),
            answers=described.answers,
        )

    async def _shop(self, tracker: RasaTracker) -> Shop:
        """The shop that the slot `shop` names, else the deployment's first one. Raises `NotFound`."""
        slug = tracker.slots.get("shop")
        if isinstance(slug, str):
            return await self._store.shops.get(slug)
        shops = await self._store.shops.list()
        if not shops:
            raise NotFound("shop", "any")
        return shops[0]


def make_app(store: Storage, understander: Understander, clock: BusinessClock, public_url: str) -> Any:
    """The action server's application over these records."""
    desks: list[ActionDesk] = []

    async def receive(intent: Intent, tracker: RasaTracker) -> Outcome:
        return await desks[0].receive(intent, tracker)

    catalog = load_catalog(desk=receive)
    desks.append(ActionDesk(store, understander, clock, Linker(store, public_url), catalog))
    executor = ActionExecutor()
    for described in catalog.intents.values():
        executor.register_action(described.action)
    return create_app(executor, cors_origins=[])


async def serve_actions(settings: Settings, store: Storage) -> int:
    """Serve until cancelled."""
    examples = load_catalog().examples
    understander = await asyncio.to_thread(Understander.train_or_load, settings.data_dir / "models", examples)
    app = make_app(store, understander, BusinessClock(settings.now), settings.public_url)
    server: Any = await app.create_server(host=HOST, port=PORT, return_asyncio_server=True, access_log=False)
    await server.startup()
    _log.info("actions are served to Rasa on http://%s:%s/webhook", HOST, PORT)
    try:
        await server.serve_forever()
    finally:
        await server.close()
    return 0


def _intent_name(tracker: RasaTracker) -> str | None:
    name = (tracker.latest_message.get("intent") or {}).get("name")
    return name if isinstance(name, str) else None
