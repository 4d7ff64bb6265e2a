"""Who is it? Two questions that come before an answer: which of the clients with this number, and a one-time code.

The question that led here waits in the tracker and is answered once the peer has proved who it is. The words are the
same whether a number or address is known or not.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.answers import Answers
from bot.codes import CodeDesk
from bot.context import Context
from bot.gate import Gate
from bot.hearing import Heard, chosen
from bot.peer import Peer
from bot.reply import Choice, Reply
from bot.scene import Said, Scene
from bot.tracker import Tracker
from bot.turn import Turn
from bot.understanding import OUT_OF_SCOPE, Language, Understanding
from bot.understanding.features import fold
from storage.attempts import TooManyAttempts
from storage.clients import Client
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.store import Storage

_SURE = 0.75  # of something else than the answer that was asked for
_NOBODY = "nobody"  # slot `who`: none of the clients with this number
_SHORT = 6  # words of a message that says who is writing
_KEPT = 300  # characters of a question that waits


def identity_of(identity: Identity, tracker: Tracker) -> Identity:
    """The peer after what it has said before about which of the clients with its number it is."""
    who = tracker.slots.get("who")
    if identity.proof is not Proof.SHARED_PHONE or who is None:
        return identity
    if who in identity.candidates:
        return identity.chosen(who)
    return Identity(proof=Proof.VISITOR, phone=identity.phone)


Understand = Callable[[Turn, str, Peer, Language], Awaitable[Understanding]]


class Proving:
    """The two questions, asked and answered."""

    def __init__(self, store: Storage, answers: Answers, understand: Understand) -> None:
        self._store = store
        self._answers = answers
        self._understand = understand
        self._codes = CodeDesk(store)

    async def ask(self, scene: Scene, context: Context, intent: str, gate: Gate) -> Said:
        """Ask what must be known before this intent may answer; the message waits meanwhile."""
        waiting = {"intent": intent, "text": scene.understanding.text[:_KEPT], "given": dict(scene.heard.given)}
        scene = replace(scene, tracker=replace(scene.tracker, after_proof=waiting))
        if gate is Gate.ASK_WHO:
            return await self._ask_who(scene, context)
        return _question(scene, context, "contact", context.say("code_first"))

    async def check_code(self, shop: Shop, tracker: Tracker, code: str) -> str | None:
        """The client whose code this is; it is then spent."""
        awaited = tracker.awaiting_code
        return None if awaited is None else await self._codes.check(shop, awaited, code)

    async def respond(self, scene: Scene) -> Said | Scene | None:
        """What a message is to these questions: an answer to reply to, a scene to go on with, or (None) nothing."""
        context = scene.context(self._answers)
        asked = scene.tracker.requested_slot
        if scene.intent == "code_accepted":
            return await self._resumed(scene, scene.peer)
        if scene.intent == "code_refused":
            return _question(scene, context, "code", context.say("code_refused"), _after_code(context))
        if scene.intent == "resend_code" and scene.tracker.awaiting_code is not None:
            return await self._send_code(scene, context, scene.tracker.awaiting_code["contact"])
        if scene.intent == "other_contact":
            return _question(scene, context, "contact", context.say("code_contact"))
        if asked == "who":
            return await self._take_who(scene, context)
        if asked in ("contact", "code"):
            return await self._take_contact(scene, context, asked)
        return await self._correct_who(scene)

    async def _ask_who(self, scene: Scene, context: Context) -> Said:
        names = _told_apart(await self._candidates(scene))
        choices = [Choice(name, f'/who{{"n": {place}}}') for place, name in enumerate(names, start=1)]
        choices.append(context.choice("nobody", '/who{"n": 0}'))
        return _question(scene, context, "who", context.say("who"), tuple(choices))

    async def _take_who(self, scene: Scene, context: Context) -> Said | Scene:
        candidates = await self._candidates(scene)
        place = scene.heard.given.get("n") if scene.intent == "who" else _named(scene.turn.text, candidates)
        if not isinstance(place, int) or not 0 <= place <= len(candidates):
            return _dropped(scene) if _is_sure(scene) else await self._ask_who(scene, context)
        client = candidates[place - 1] if place else None
        tracker = scene.tracker.with_slots({"who": client.id if client else _NOBODY})
        identity = identity_of(scene.turn.identity, tracker)
        return await self._resumed(replace(scene, tracker=tracker), Peer(self._store, scene.turn.shop, identity))

    async def _correct_who(self, scene: Scene) -> Scene | None:
        """Another of those with this number goes on ("no, this is Ellen"), and is greeted."""
        said = scene.tracker.slots.get("who")
        if (
            said is None
            or scene.turn.identity.proof is not Proof.SHARED_PHONE
            or _is_sure(scene, "greet", "update_details")
        ):
            return None
        candidates = await self._candidates(scene)
        place = _named(scene.turn.text, candidates)
        if place is None or candidates[place - 1].id == said or len(scene.turn.text.split()) > _SHORT:
            return None
        tracker = scene.tracker.without_form().with_slots({"who": candidates[place - 1].id})
        identity = identity_of(scene.turn.identity, tracker)
        return await self._resumed(replace(scene, tracker=tracker), Peer(self._store, scene.turn.shop, identity))

    async def _take_contact(self, scene: Scene, context: Context, asked: str) -> Said | Scene:
        contact = scene.understanding.entities.email or scene.understanding.entities.phone
        if contact is not None:
            return await self._send_code(scene, context, contact)
        if _is_sure(scene):
            return _dropped(scene)
        if scene.intent == "deny":
            return Said(reply=Reply(text=context.say("never_mind")), tracker=_dropped(scene).tracker, context=context)
        tracker = replace(scene.tracker, misunderstood=scene.tracker.misunderstood + 1)
        if tracker.misunderstood > 1:  # a third time would be no help: a person is
            return _dropped(replace(scene, tracker=tracker))
        scene = replace(scene, tracker=tracker)
        if asked == "code":
            return _question(scene, context, "code", context.say("code_digits"), _after_code(context))
        return _question(scene, context, "contact", context.say("code_contact"))

    async def _send_code(self, scene: Scene, context: Context, contact: str) -> Said:
        try:
            awaited = await self._codes.send(scene.turn, context, contact)
        except TooManyAttempts:
            text = context.say("code_too_many", phone=context.shop_phone())
            return Said(reply=Reply(text=text), tracker=_dropped(scene).tracker, context=context)
        tracker = replace(scene.tracker, awaiting_code=awaited, misunderstood=0)
        text = context.say("code_sent", contact=contact if "@" in contact else context.phone(contact))
        return _question(replace(scene, tracker=tracker), context, "code", text, _after_code(context))

    async def _resumed(self, scene: Scene, peer: Peer) -> Scene:
        """The scene of the question that waited, now that it is known who asks."""
        waiting = scene.tracker.after_proof or {"intent": "greet", "text": "", "given": {}}
        tracker = _dropped(scene).tracker
        language: Language = "es" if scene.wording.language == "es" else "en"
        understanding = chosen(waiting["intent"], waiting["text"], language)
        if waiting["text"]:
            heard = await self._understand(scene.turn, waiting["text"], peer, language)
            understanding = replace(heard, intent=waiting["intent"], confidence=1.0, alternatives=())
        heard_then = Heard(understanding=understanding, given=waiting["given"], picked=True)
        return replace(scene, peer=peer, tracker=tracker, heard=heard_then)

    async def _candidates(self, scene: Scene) -> list[Client]:
        shop, ids = scene.turn.shop.slug, scene.turn.identity.candidates
        found = await asyncio.gather(*(self._store.clients.find(shop, client_id) for client_id in ids))
        return [client for client in found if client is not None]


def _question(scene: Scene, context: Context, slot: str, text: str, choices: tuple[Choice, ...] = ()) -> Said:
    return Said(
        reply=Reply(text=text, choices=choices),
        tracker=replace(scene.tracker, requested_slot=slot),
        context=context,
    )


def _after_code(context: Context) -> tuple[Choice, ...]:
    return (context.choice("send_again", "/resend_code"), context.choice("other_contact", "/other_contact"))


def _dropped(scene: Scene) -> Scene:
    """The scene without the question that waited."""
    return replace(scene, tracker=replace(scene.tracker, after_proof=None, awaiting_code=None, requested_slot=None))


def _is_sure(scene: Scene, *but: str) -> bool:
    """Whether the message is clearly something else than an answer, which these intents are not either."""
    if scene.intent in ("affirm", "deny", OUT_OF_SCOPE, *but):
        return False
    return scene.heard.picked or scene.understanding.confidence >= _SURE


def _told_apart(clients: list[Client]) -> list[str]:
    """First names only; where two are the same, with the initial of the last one."""
    first = [client.first_name for client in clients]
    initials = [f"{client.first_name} {client.name.split()[-1][:1]}." for client in clients]
    return [initials[i] if first.count(name) > 1 else name for i, name in enumerate(first)]


def _named(text: str, clients: list[Client]) -> int | None:
    """The place (from 1) of the one client whose first name is in the text."""
    words = set(re.findall(r"\w+", fold(text)))
    places = [place for place, client in enumerate(clients, start=1) if fold(client.first_name) in words]
    return places[0] if len(places) == 1 else None
