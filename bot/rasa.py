"""The `actions` process: the same intents for a Rasa server, by the stock action-server protocol.

The protocol knows no authentication. It is served on loopback, and acts only for a sender that we have signed and whose
time is not over (`bot/rasa_sender.py`); any other is a visitor, told what anybody is told.
"""

import asyncio
import hashlib
import logging
import warnings
from dataclasses import dataclass, replace
from typing import Any

from rasa_sdk import Tracker as RasaTracker
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.action import Intent, Outcome
from bot.answers import Wording
from bot.catalog import Catalog, load_catalog
from bot.context import Context
from bot.dialogue import SURE
from bot.expectation import when_someone_writes
from bot.form import Form
from bot.gate import Gate, gate_for
from bot.hearing import chosen
from bot.links import Linker
from bot.peer import Peer
from bot.rasa_parse import YES
from bot.rasa_sender import Sender, SenderRefused, Senders
from bot.rasa_tracker import LANGUAGE, SHOP, find_picked, for_rasa, tracker_from_rasa
from bot.reply import PageRef, Reply
from bot.tracker import Tracker
from bot.turn import Turn
from bot.understanding import OUT_OF_SCOPE, Understander, Understanding
from config.clock import BusinessClock
from config.settings import Settings
from storage.ids import new_id
from storage.proof import VISITOR, Proof
from storage.records import NotFound
from storage.shops import Shop
from storage.store import Storage

_FALLBACK = "nlu_fallback"  # what Rasa's FallbackClassifier says in place of an intent
_ANSWERS = frozenset({"affirm", "deny", OUT_OF_SCOPE})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    """Who calls: `peer` is a visitor unless the sender is `signed`."""

    signed: bool
    conversation: str
    peer: Peer


class ActionDesk:
    """Receives calls from outside: finds out who it is, asks the table, runs the intent, and the open form after it."""

    def __init__(
        self,
        store: Storage,
        understander: Understander,
        clock: BusinessClock,
        *,
        linker: Linker,
        catalog: Catalog,
        senders: Senders,
    ) -> None:
        self._store = store
        self._understander = understander
        self._clock = clock
        self._linker = linker
        self._catalog = catalog
        self._senders = senders

    async def receive(self, intent: Intent, tracker: RasaTracker) -> Outcome:
        """What the intent says to this sender, its pages as links below the text. Errors are told, never shown."""
        before = tracker_from_rasa(tracker.slots, tracker.active_loop_name, self._catalog)
        try:
            caller = await self._caller(tracker)
            context, picked = await self._context(caller, tracker, before)
            outcome = await self._outcome(intent, context, caller, picked=picked)
        except NotFound:
            return Outcome(reply=Reply(text="There is no shop here yet."))
        except Exception:  # noqa: BLE001 - the stock server would send it, and the tracker, to the caller
            _log.exception("%s failed", intent.name())
            failed = Outcome(
                reply=Reply(text="Something went wrong. Please try again."),
                active_loop=before.active_loop,
                requested_slot=before.requested_slot,
            )
            return for_rasa(failed, before, self._catalog)
        spoken = replace(outcome, slots={**outcome.slots, LANGUAGE: context.language})
        return for_rasa(spoken, before, self._catalog)

    async def _caller(self, tracker: RasaTracker) -> _Caller:
        """Who a sender id stands for. Of a client who is gone, or may no longer come in, it stands for nobody."""
        try:
            sender = self._senders.parse_sender_id(str(tracker.sender_id))
        except SenderRefused as refused:
            _log.debug("an action is called by a visitor: %s", refused)
            return self._visitor(await self._shop(tracker.slots.get(SHOP)), tracker)
        peer = Peer(self._store, await self._shop(sender.shop), sender.identity)
        if not await _may_come_in(peer, sender):
            return self._visitor(peer.shop, tracker)
        return _Caller(signed=True, conversation=sender.conversation, peer=peer)

    def _visitor(self, shop: Shop, tracker: RasaTracker) -> _Caller:
        peer = Peer(self._store, shop, VISITOR)
        return _Caller(signed=False, conversation=str(tracker.sender_id), peer=peer)

    async def _shop(self, slug: Any) -> Shop:
        """The shop of this name, else the deployment's first one. Raises `NotFound`."""
        if isinstance(slug, str):
            return await self._store.shops.get(slug)
        shops = await self._store.shops.list()
        if not shops:
            raise NotFound("shop", "any")
        return shops[0]

    async def _context(self, caller: _Caller, tracker: RasaTracker, before: Tracker) -> tuple[Context, bool]:
        """What an intent is handed (yet without its own texts), and whether the message is a quick reply."""
        message, shop = tracker.latest_message, caller.peer.shop
        text = str(message.get("text") or "")
        client = await caller.peer.client()
        language = before.slots.get(LANGUAGE) or (client and client.language) or shop.language
        now = self._clock.now()
        picked = find_picked(text, tracker.events)
        if picked is not None:
            heard = chosen(picked.intent, text, language)
        else:
            vehicles = await caller.peer.vehicles()
            heard = await asyncio.to_thread(
                self._understander.understand, text, now=now, shop=shop, vehicles=vehicles, default_language=language
            )
            heard = self._by_rasa(heard, message.get("intent") or {})
        turn = Turn(
            shop=shop,
            conversation_id=caller.conversation,
            message_id=_message_id(caller, message),
            text=text,
            payload=text if picked is not None else None,
            channel="web",
            identity=caller.peer.identity,
            status="bot",
            now=now,
        )
        context = Context(
            turn=turn,
            heard=heard,
            peer=caller.peer,
            tracker=before,
            wording=Wording(heard.language, shop.zone),
            answers=self._catalog.common,
            given=picked.given if picked is not None else {},
        )
        return context, picked is not None

    def _by_rasa(self, heard: Understanding, intent: dict[str, Any]) -> Understanding:
        """The message with the intent that Rasa has found, where it is one of ours; a yes is one if we hear it, too."""
        name = OUT_OF_SCOPE if intent.get("name") == _FALLBACK else intent.get("name")
        if not isinstance(name, str) or name not in self._catalog.intents:
            return heard
        if name == YES and heard.intent != YES:
            return heard
        confidence = intent.get("confidence")
        sure = float(confidence) if isinstance(confidence, int | float) else heard.confidence
        return replace(heard, intent=name, confidence=sure, alternatives=(), second_intent=None)

    async def _outcome(self, intent: Intent, context: Context, caller: _Caller, *, picked: bool) -> Outcome:
        """The intent's word; in the middle of a form a question is answered first, and the form asks on."""
        digression = self._find_digression(intent, context, picked=picked)
        if digression is None:
            return await self._said(intent, context, caller)
        first = await self._said(digression, context, caller)
        if first.active_loop == digression.intent:
            return replace(first, reply=Reply(text=""))  # Rasa calls the form that is open now, and that speaks
        on = await self._said(intent, replace(context, resuming=True), caller)
        text = f"{first.reply.text}\n{on.reply.text}"
        return replace(on, reply=Reply(text=text, choices=on.reply.choices or first.reply.choices))

    def _find_digression(self, form: Intent, context: Context, *, picked: bool) -> Intent | None:
        """The intent of a message that has nothing to do with the form that Rasa goes on with."""
        name = context.heard.intent
        if not isinstance(form, Form) or context.tracker.active_loop != form.intent:
            return None
        if name in (form.intent, *_ANSWERS) or name not in self._catalog.intents:
            return None
        sure = picked or (context.heard.confidence >= SURE and not form.is_answer(context))
        return self._catalog.intents[name].action if sure else None

    async def _said(self, intent: Intent, context: Context, caller: _Caller) -> Outcome:
        """One intent's outcome as plain text with its links, after the table and the sections have been asked."""
        context = replace(context, answers=self._catalog.intents[intent.intent].answers)
        outcome = await self._answered(intent, context, caller)
        reply = outcome.reply
        text = reply.text if reply.hand_off is None else _without_a_person(context, reply.text)
        links = await self._linker.links(context, reply)
        lines = "\n".join([text, *(f"{link.title}: {link.url}" for link in links)])
        return replace(outcome, reply=Reply(text=lines, choices=reply.choices))

    async def _answered(self, intent: Intent, context: Context, caller: _Caller) -> Outcome:
        changes = isinstance(intent, Form)
        if (changes and not caller.signed) or gate_for(intent, caller.peer.identity) is not Gate.OPEN:
            page = PageRef(page="login", title=context.say("page_login"))
            return _kept(context, intent, Reply(text=context.say("sign_in_first"), pages=(page,)))
        if intent.section is not None and caller.peer.client_id and not await caller.peer.may_read(intent.section):
            text = context.say("call_the_shop", phone=context.shop_phone())
            return _kept(context, intent, Reply(text=text))
        return await intent.step(context)


def make_app(
    store: Storage, understander: Understander, clock: BusinessClock, public_url: str, senders: Senders
) -> Any:
    """The action server's application over these records."""
    desks: list[ActionDesk] = []

    async def receive(intent: Intent, tracker: RasaTracker) -> Outcome:
        return await desks[0].receive(intent, tracker)

    catalog = load_catalog(desk=receive)
    linker = Linker(store, public_url)
    desks.append(ActionDesk(store, understander, clock, linker=linker, catalog=catalog, senders=senders))
    executor = ActionExecutor()
    for described in catalog.intents.values():
        executor.register_action(described.action)
    app = create_app(executor, cors_origins=[])
    app.register_middleware(_hide_failure, "response")
    return app


async def serve_actions(settings: Settings, store: Storage) -> int:
    """Serve until cancelled."""
    host, port = settings.actions.host, settings.actions.port
    examples = load_catalog().examples
    understander = await asyncio.to_thread(Understander.train_or_load, settings.data_dir / "models", examples)
    senders = Senders(settings.secret_key.get_secret_value())
    app = make_app(store, understander, BusinessClock(settings.now), settings.public_url, senders)
    server: Any = await app.create_server(host=host, port=port, return_asyncio_server=True, access_log=False)
    await server.startup()
    # Rasa 3.6 calls a newer SDK: its recorded calls are part of our tests
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk", category=UserWarning)
    if host not in _LOOPBACK:
        _log.warning("ACTIONS_HOST is %s: see to it that only your Rasa server reaches that", host)
    _log.info("actions are served to Rasa on http://%s:%s/webhook", host, port)
    try:
        await server.serve_forever()
    finally:
        await server.close()
    return 0


async def _hide_failure(_: Request, response: HTTPResponse) -> HTTPResponse | None:
    """The stock server shows what went wrong, and the whole tracker, to whoever calls."""
    return json_response({"error": "the call cannot be read"}, status=500) if response.status == 500 else None


async def _may_come_in(peer: Peer, sender: Sender) -> bool:
    if sender.identity.client_id is None:
        return True
    client = await peer.client()
    return client is not None and (client.portal.enabled or sender.identity.proof is Proof.PHONE)


def _message_id(caller: _Caller, message: dict[str, Any]) -> str:
    """What a change is keyed by: the front's own id of the message, else Rasa's; each conversation has its own."""
    told = (message.get("metadata") or {}).get("message_id") or message.get("message_id")
    if not isinstance(told, str) or not told:
        return new_id()
    about = f"{caller.peer.shop.slug}\x1f{caller.conversation}\x1f{told}"
    return hashlib.blake2b(about.encode("utf-8", "replace"), digest_size=12, person=b"rasa-message").hexdigest()


def _kept(context: Context, intent: Intent, reply: Reply) -> Outcome:
    """A refusal: the form itself is over by it, another that is open is not."""
    tracker = context.tracker
    if tracker.active_loop == intent.intent:
        return Outcome(reply=reply)
    return Outcome(reply=reply, active_loop=tracker.active_loop, requested_slot=tracker.requested_slot)


def _without_a_person(context: Context, text: str) -> str:
    """A hand-off's words where nobody of the shop reads along: the phone in place of the promise to write."""
    promise, phone = when_someone_writes(context), context.say("call_the_shop", phone=context.shop_phone())
    return text.replace(promise, phone) if promise in text else f"{text} {phone}"
