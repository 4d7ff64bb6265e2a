"""What is done with a message once it is understood: a waiting question first, then an open form, then the intent."""

from dataclasses import replace

from bot.action import Runner
from bot.catalog import Catalog
from bot.expectation import when_someone_writes
from bot.followup import find_follow_up
from bot.form import Form
from bot.gate import Gate, gate_for
from bot.proving import Proving
from bot.reply import Choice, HandOff, Reply
from bot.scene import Said, Scene
from bot.unclear import find_unclear
from bot.understanding import OUT_OF_SCOPE

SURE = 0.75  # from here on an answer may be given while a person is due, or in the middle of a form
PATIENCE = 2  # messages in a row that may be misunderstood
_DOUBTFUL = 0.75  # below this, another intent that is close makes it a question: two in three are right there
_CLOSE = 0.25  # close: at least this share of the best one's confidence
_KEPT = 300  # characters of a message kept until it is clear which intent it is

_CODES = frozenset({"code_accepted", "code_refused"})  # what the hub says of a code that was typed
_HEARD = 0.5  # how sure of an urgent intent is sure enough
_POLITE = frozenset({"thanks", "goodbye"})  # no reason to ask again what an open form asked
_TALK = frozenset({"affirm", "deny", "greet", "thanks", "goodbye", OUT_OF_SCOPE})


class Dialogue:
    """The rules of the conversation, over a catalog of intents."""

    def __init__(self, catalog: Catalog, proving: Proving) -> None:
        self._catalog = catalog
        self._proving = proving
        self._runner = Runner(intent.action for intent in catalog.intents.values())

    async def respond(self, scene: Scene) -> Said | None:
        """The answer, or None where the bot stays silent because a person is due."""
        if scene.turn.attachments and not scene.turn.text.strip():
            return None if scene.turn.status == "waiting" else self._passed_on(scene)
        if scene.intent not in _CODES and not self._may_answer(scene):
            return None
        step = await self._proving.respond(scene)
        if isinstance(step, Said):
            return step
        if step is not None and scene.intent in _CODES and not self._may_answer(step):
            return None
        before, scene = scene, step or scene
        form = scene.tracker.active_loop
        if scene.heard.wants_language:
            said = await self._in_language(scene, form)
        elif form is not None and form in self._catalog.intents:
            said = await self._in_form(scene, form)
        else:
            said = await self._plain(scene)
        newly_known = scene.peer.client_id != before.peer.client_id
        return replace(said, identified_as=scene.peer.client_id) if newly_known else said

    async def _in_language(self, scene: Scene, form: str | None) -> Said:
        """The client asked to be written to in another language: from here on in that."""
        context = scene.context(self._catalog.common)
        said = Said(reply=Reply(text=context.say("language_changed")), tracker=scene.tracker, context=context)
        if form is None or form not in self._catalog.intents:
            return said
        return _joined(said, await self.run(scene, form, resuming=True))

    def _may_answer(self, scene: Scene) -> bool:
        """Anything, unless a person is due: then what is sure and only reads, and what to do first in an emergency."""
        if scene.turn.status != "waiting":
            return True
        intent = self._catalog.intents.get(scene.intent)
        if self._is_urgent(scene):
            return True
        if intent is None or scene.intent in _TALK or scene.tracker.active_loop is not None:
            return False
        open_to_peer = gate_for(intent.action, scene.peer.identity) is Gate.OPEN
        return open_to_peer and scene.understanding.confidence >= SURE and not intent.action.changes

    def _is_urgent(self, scene: Scene) -> bool:
        """Whether the message is one that nothing may hold up: a breakdown, a complaint."""
        intent = self._catalog.intents.get(scene.intent)
        return intent is not None and intent.action.urgent and scene.understanding.confidence >= _HEARD

    async def _plain(self, scene: Scene) -> Said:
        """A message outside any form: one intent, two, or a question which of two close ones is meant."""
        scene = self._followed(scene)
        rivals = self._rivals(scene)
        if rivals and not scene.turn.attachments:
            return self._ask_which(scene, rivals)
        name = scene.intent if scene.intent in self._catalog.intents else OUT_OF_SCOPE
        if (rivals or name == OUT_OF_SCOPE) and scene.turn.attachments:
            return self._passed_on(scene)
        unclear = find_unclear(scene) if name == OUT_OF_SCOPE or scene.heard.doubt is not None else None
        missed = scene.tracker.misunderstood + 1 if name == OUT_OF_SCOPE else 0
        scene = replace(scene, tracker=replace(scene.tracker, misunderstood=missed))
        first, *rest = self._both(name, scene.understanding.second_intent)
        if all(isinstance(self._catalog.intents[one].action, Form) for one in (first, *rest)):
            rest = []  # one thing after the other is asked for; the second would put an end to the first
        said = await self.run(scene, first)
        for second in rest:
            if said.tracker.after_proof is None and said.reply.hand_off is None:
                said = _joined(said, await self.run(replace(scene, tracker=said.tracker), second))
        return replace(said, unclear=unclear or said.unclear)

    def _passed_on(self, scene: Scene) -> Said:
        """Files that came alone, or with words that say nothing to the bot: people look at them, and say so."""
        context = scene.context(self._catalog.common)
        text = f"{context.say('files_passed_on')} {when_someone_writes(context)}"
        return Said(
            reply=Reply(text=text, hand_off=HandOff(reason="needs_person")), tracker=scene.tracker, context=context
        )

    def _followed(self, scene: Scene) -> Scene:
        """The scene with the last question in it again, where the message only points ("and the other one?")."""
        latest = self._catalog.intents.get(scene.tracker.latest_intent or "")
        name = find_follow_up(scene, latest.action if latest is not None else None)
        if name is None:
            return scene
        sure = replace(scene.understanding, intent=name, confidence=1.0, alternatives=(), second_intent=None)
        return replace(scene, heard=replace(scene.heard, understanding=sure))

    def _both(self, first: str, second: str | None) -> list[str]:
        """One or two intents, what only reads before what acts or asks."""
        names = [first]
        if second is not None and second in self._catalog.intents and second not in (first, *_TALK):
            names += [second] if first not in _TALK else []
        return sorted(names, key=lambda name: self._catalog.intents[name].action.changes)

    async def run(self, scene: Scene, name: str, *, resuming: bool = False) -> Said:
        """Run one intent for this peer, after the table and the sections have been asked."""
        described = self._catalog.intents[name]
        action = described.action
        context = scene.context(described.answers, resuming=resuming)
        gate = gate_for(action, scene.peer.identity)
        if gate is not Gate.OPEN:
            return await self._proving.ask(scene, context, name, gate)
        if action.section is not None and scene.peer.client_id and not await scene.peer.may_read(action.section):
            reply = Reply(text=context.say("ask_the_shop", phone=context.shop_phone()))
            return Said(reply=reply, tracker=scene.tracker, context=context)
        outcome, tracker = await self._runner.run(name, context)
        if outcome.understood:
            missed = tracker.misunderstood if name == OUT_OF_SCOPE else 0
            tracker = replace(tracker.speaking_of(outcome.reply.about), latest_intent=name, misunderstood=missed)
            return Said(reply=outcome.reply, tracker=tracker, context=context)
        tracker = replace(tracker, misunderstood=tracker.misunderstood + 1)
        if tracker.misunderstood >= PATIENCE:
            said = await self.run(replace(scene, tracker=tracker), OUT_OF_SCOPE)
            return replace(said, unclear=find_unclear(scene))
        return Said(reply=outcome.reply, tracker=tracker, context=context, unclear=find_unclear(scene))

    async def _in_form(self, scene: Scene, form: str) -> Said:
        """A message while a form is open: a question in the middle is answered first, then the form asks on."""
        if not self._is_digression(scene, form):
            return await self.run(scene, form)
        action = self._catalog.intents[scene.intent].action
        if isinstance(action, Form) and not action.yields:  # another form takes its place
            return await self.run(replace(scene, tracker=scene.tracker.without_form()), scene.intent)
        said = await self.run(scene, scene.intent)
        if said.reply.hand_off is not None or said.tracker.after_proof is not None or scene.intent in _POLITE:
            return said
        return _joined(said, await self.run(replace(scene, tracker=said.tracker), form, resuming=True))

    def _is_digression(self, scene: Scene, form: str) -> bool:
        """Whether the message is a question or wish of its own rather than an answer to the form."""
        name = scene.intent
        if name in (form, "affirm", "deny", OUT_OF_SCOPE) or name not in self._catalog.intents:
            return False
        if scene.heard.picked or self._is_urgent(scene):
            return True
        action = self._catalog.intents[form].action
        answers = isinstance(action, Form) and action.is_answer(scene.context(self._catalog.intents[form].answers))
        return scene.understanding.confidence >= SURE and not answers

    def _rivals(self, scene: Scene) -> list[str]:
        """The intents that might be meant where no single one is clear; empty where one is."""
        best = scene.understanding
        if scene.heard.picked or best.confidence >= _DOUBTFUL or best.intent in _TALK:
            return []
        if best.intent not in self._catalog.intents:
            return []
        # what changes something, or calls a person, is asked about however far behind the next one is
        share = 0.0 if self._catalog.intents[best.intent].action.changes else _CLOSE
        names = [
            other.intent
            for other in best.alternatives
            if other.confidence >= share * best.confidence and other.intent in self._catalog.intents
        ]
        rivals = [name for name in names if name not in _TALK]
        described = self._catalog.intents[best.intent]
        if not rivals or not described.action.is_rival(scene.context(described.answers), rivals[0]):
            return []
        return [best.intent, rivals[0]]

    def _ask_which(self, scene: Scene, rivals: list[str]) -> Said:
        """`Did you mean ...?` with both as choices; nothing is done before one is picked."""
        context = scene.context(self._catalog.common)
        choices = [
            Choice(context.wording.text(self._catalog.intents[name].answers, "choice"), f'/{name}{{"said": true}}')
            for name in rivals
        ]
        text = context.say("did_you_mean", choices=context.wording.either([choice.title for choice in choices]))
        choices.append(context.choice("something_else", "/help"))
        tracker = scene.tracker.with_slots({"said": scene.turn.text[:_KEPT]})
        tracker = replace(tracker, requested_slot="intent", misunderstood=0)
        return Said(reply=Reply(text=text, choices=tuple(choices)), tracker=tracker, context=context)


def _joined(first: Said, second: Said) -> Said:
    """Both said at once; what is asked last is what waits for an answer."""
    hands_off = first.reply.hand_off or second.reply.hand_off  # then nothing is offered that nobody will read
    reply = Reply(
        text=f"{first.reply.text}\n{second.reply.text}",
        choices=() if hands_off else second.reply.choices or first.reply.choices,
        pages=first.reply.pages + second.reply.pages,
        links=first.reply.links + second.reply.links,
        hand_off=hands_off,
        about={**first.reply.about, **second.reply.about},
    )
    return replace(second, reply=reply)
