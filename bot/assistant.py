"""The assistant: one message of a client in, one answer out. Understands it, runs the intent, makes the links.

Nothing here stores or sends a message; the hub does. What an intent changes is keyed by the message's id.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.answers import Wording
from bot.catalog import Catalog
from bot.dialogue import Dialogue
from bot.gist import with_gist
from bot.hearing import Doubt, Heard, chosen, find_choice, parse_payload
from bot.links import Linker
from bot.peer import Peer
from bot.proving import Proving, identity_of
from bot.rasa_parse import RasaReader
from bot.reader import Reader
from bot.scene import Said, Scene
from bot.tracker import Tracker
from bot.turn import Answer, Turn
from bot.understanding import OUT_OF_SCOPE, Language, Understanding
from bot.understanding.card_numbers import held_card_number, without_card_numbers
from bot.understanding.language import says_language, wished_language
from bot.understanding.shop_models import Models
from storage.messages import Button
from storage.shops import Shop
from storage.store import Storage

_PAYING = "pay_invoice"
_NEITHER = "help"  # what is picked when "Did you mean" offers nothing that was meant
_EITHER = frozenset({"", "no", "ok", "okay", "stop"})


class Assistant:
    """The bot of one process. Shared by all turns; keeps nothing between them."""

    def __init__(
        self, *, store: Storage, models: Models, catalog: Catalog, public_url: str, rasa: RasaReader | None = None
    ) -> None:
        """`rasa`: the Rasa server that does the understanding, where there is one."""
        self._store = store
        self._reader = Reader(models, rasa)
        self._proving = Proving(store, catalog.common, self._understand)
        self._dialogue = Dialogue(catalog, self._proving)
        self._linker = Linker(store, public_url)
        self._names = {name: intent.answers["choice"]["en"] for name, intent in catalog.intents.items()}

    async def answer(self, turn: Turn) -> Answer | None:
        """The answer to this message, None where the bot is to stay silent. Errors of storage may pass."""
        tracker = Tracker.from_dict(turn.tracker).in_episode(turn.episode)
        peer = Peer(self._store, turn.shop, identity_of(turn.identity, tracker))
        scene = await self._scene(turn, peer, tracker)
        said = await self._dialogue.respond(scene)
        return None if said is None else await self._answer(said)

    async def check_code(self, shop: Shop, tracker: Mapping[str, Any], code: str) -> str | None:
        """The client whose code this is, if one was asked for in this conversation; it is then spent."""
        return await self._proving.check_code(shop, Tracker.from_dict(tracker), code)

    async def _scene(self, turn: Turn, peer: Peer, tracker: Tracker) -> Scene:
        if peer.client_id is not None and not turn.payload:
            await asyncio.gather(peer.client(), peer.vehicles())  # both are needed: at once rather than in turn
        settled = tracker.slots.get("language")
        language = settled or await _first_language(peer, turn)
        heard = await self._hear(turn, peer, tracker, language)
        if (wish := wished_language(turn.text)) is not None and turn.payload is None:
            heard = replace(heard, understanding=replace(heard.understanding, language=wish), wants_language=True)
            settled = None
        keeps = _is_either(turn.text) or (settled is not None and not says_language(turn.text))
        spoken = language if keeps else heard.understanding.language
        tracker = tracker.with_slots({"language": spoken})
        return Scene(turn=turn, peer=peer, tracker=tracker, heard=heard, wording=Wording(spoken, turn.shop.zone))

    async def _hear(self, turn: Turn, peer: Peer, tracker: Tracker, language: Language) -> Heard:
        payload = turn.payload
        if payload is None and (choice := find_choice(turn.text, tracker.choices)) is not None:
            payload = choice.payload
        picked = parse_payload(payload) if payload else None
        if picked is None and held_card_number(turn.text):  # whatever else it says: that must not be sent here
            text = without_card_numbers(turn.text)
            understanding = await self._understand(turn, text, peer, language)
            sure = replace(understanding, intent=_PAYING, confidence=1.0, alternatives=(), second_intent=None)
            return Heard(understanding=sure, picked=True)
        if picked is None:
            return Heard(understanding=await self._understand(turn, turn.text, peer, language))
        intent, given = picked
        said = tracker.slots.get("said") if given.get("said") else None
        if isinstance(said, str):  # "Did you mean": the message itself, with the intent that was picked
            doubtful = await self._understand(turn, said, peer, language)
            understanding = replace(doubtful, intent=intent, confidence=1.0, alternatives=(), second_intent=None)
            return Heard(understanding=understanding, picked=True, doubt=Doubt(doubtful, intent))
        doubt, asked = None, tracker.slots.get("said")
        if intent == _NEITHER and tracker.requested_slot == "intent" and isinstance(asked, str):
            doubt = Doubt(await self._understand(turn, asked, peer, language), OUT_OF_SCOPE)
        return Heard(understanding=chosen(intent, turn.text, language), given=given, picked=True, doubt=doubt)

    async def _understand(self, turn: Turn, text: str, peer: Peer, language: Language) -> Understanding:
        return await self._reader.understand(
            text,
            now=turn.now,
            shop=turn.shop,
            vehicles=await peer.vehicles(),
            default_language=language,
            message_id=turn.message_id,
        )

    async def _answer(self, said: Said) -> Answer:
        reply, context = said.reply, said.context
        hand_off = reply.hand_off and await with_gist(reply.hand_off, context, self._names)
        tracker = replace(said.tracker, choices=reply.choices)
        if hand_off is not None:
            tracker = tracker.without_form()
        if tracker.requested_slot != "intent":
            tracker = tracker.with_slots({"said": None})
        return Answer(
            text=reply.text,
            buttons=tuple(Button(choice.title, choice.payload) for choice in reply.choices),
            links=await self._linker.links(context, reply),
            hand_off=hand_off,
            tracker=tracker.to_dict(),
            identified_as=said.identified_as,
            unclear=said.unclear,
        )


def _is_either(text: str) -> bool:
    """Whether a text is in both languages, and so changes none."""
    return text.strip(" .!?").casefold() in _EITHER


async def _first_language(peer: Peer, turn: Turn) -> Language:
    client = await peer.client()
    own = client.language if client is not None else None
    return own or turn.language or peer.shop.language
