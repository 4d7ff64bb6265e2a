"""Approving and declining an estimate, one form for both since lines go either way: which, read-back, yes."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.action import Outcome
from bot.context import Context
from bot.estimate_slots import BOTH, EstimateSlot, LinesSlot
from bot.estimate_words import says_decision
from bot.expectation import when_someone_writes
from bot.form import CONFIRM, Done, Form, Slot
from bot.gist import who_writes
from bot.line_words import is_work
from bot.reply import HandOff, Reply
from bot.understanding.features import fold
from bot.which_estimate import (
    chosen_lines,
    find_estimate,
    find_meant_estimates,
    list_estimates,
    page_of,
    say_lines,
    say_state,
    say_total,
)
from storage.estimate_decisions import Origin, decision_record
from storage.estimates import Decision, Estimate, EstimateChanged
from storage.news import estimate_decided
from storage.proof import Asked, Rule, rule_for
from storage.records import NotFound

_LONGEST = 900  # characters of a read-back: a text message that is cut confirms nothing
_WORDS = {"approved": "approve", "declined": "decline", "call_me": "call"}
# the wish said again is a yes to its read-back
_AGAIN = {
    "approve_estimate": re.compile(
        r"\W*(?:please )?(?:(?:i )?approved?(?: it)?|go ahead|go for it|do it|adelante|aprobado|(?:lo )?apruebo"
        r"|hagan?lo)(?: (?:please|with it|with that|por favor))?\W*"
    ),
    "decline_estimate": re.compile(r"\W*(?:please )?(?:(?:i )?declined?(?: it)?|lo rechazo|rechazado)(?: please)?\W*"),
}


class DecideEstimate(Form):
    """The client's decision on the lines of an estimate."""

    asks = Asked.DECIDE
    page = "estimate"
    section = "estimates"
    by_record = True
    corrections = BOTH
    slots: ClassVar[tuple[Slot, ...]] = (EstimateSlot(), LinesSlot())

    def is_answer(self, context: Context) -> bool:
        """Also what decides on some work, or wants a call first, whatever else it sounds like."""
        entities = context.entities
        says_which = entities.estimate_number or entities.vehicle or entities.service
        if context.tracker.requested_slot == "estimate" and says_which:
            return True
        return super().is_answer(context) or says_decision(context.turn.text)

    def is_rival(self, context: Context, intent: str) -> bool:
        """Approving and declining are one where the words say which line is which."""
        return not (intent in BOTH and says_decision(context.turn.text))

    async def step(self, context: Context) -> Outcome:
        """A form, where there is something to decide; else how it stands."""
        if context.tracker.active_loop != self.intent:
            reply = await self._nothing_to_decide(context)
            if reply is not None:
                return Outcome(reply=reply)
        return await super().step(context)

    async def _nothing_to_decide(self, context: Context) -> Reply | None:
        """What to say where none of the estimates meant waits for a decision."""
        estimates = await list_estimates(context)
        if not estimates:
            return Reply(text=context.say("no_estimates"), choices=(context.choice("to_person", "/talk_to_human"),))
        meant = await find_meant_estimates(context, estimates)
        if meant.unknown is not None:
            text = context.say("no_estimate", number=meant.unknown)
            return Reply(text=text, pages=(context.page("estimates"),))
        if any(one.open_on(context.today) for one in meant.estimates):
            return None
        return _as_it_stands(context, meant.estimates[0])

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:
        """It is decided, expired or changed; it is too long to read back; or too much to approve by text."""
        estimate = await find_estimate(context, filled["estimate"])
        if estimate is None:
            return Done(reply=Reply(text=context.say("no_estimates")))
        decisions = filled["decisions"]
        if context.tracker.requested_slot == CONFIRM and estimate.holds(decisions):
            return None  # the same yes once more
        if not set(decisions) <= {line.id for line in estimate.open_on(context.today)}:
            return Done(reply=_as_it_stands(context, estimate))
        if estimate.content_mark != filled.get("seen"):
            return await self._read_anew(context, estimate.id)
        text, approved = "", _with(decisions, "approved")
        if len(await self.read_back(context, filled)) > _LONGEST:
            text = context.say("too_long", number=estimate.number)
        elif approved and _is_above_limit(context, estimate, approved):
            limit = context.money(context.shop.approval_limit)
            text = context.say("above_limit", number=estimate.number, limit=limit)
        if not text:
            return None
        pages = (page_of(context, estimate),)
        return Done(reply=Reply(text=text, pages=pages, about={"estimate": (estimate.id,)}))

    async def _read_anew(self, context: Context, estimate_id: str) -> Done:
        """Its lines or prices are others by now: they are told, and asked for anew."""
        estimate = await context.store.estimates.get(context.shop.slug, estimate_id)
        lines = say_lines(context, estimate.open_on(context.today))
        text = context.say("changed", number=estimate.number, lines=lines)
        return Done(reply=Reply(text=text), empty=("decisions", "seen"), ask="lines")

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """Line by line what becomes of it, with what is approved in sum, as a question."""
        estimate = await find_estimate(context, filled["estimate"])
        assert estimate is not None
        decisions = filled["decisions"]
        question = "ask_approve" if _with(decisions, "approved") else "ask_other"
        return " ".join([*_told(context, estimate, decisions, "back"), context.say(question)])

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Write it down; said twice, it is the same. A call that is wanted first is a person's to make."""
        decisions = filled["decisions"]
        try:
            estimate = await context.store.estimates.decide(
                context.shop.slug, filled["estimate"], decisions, context.now, seen=filled.get("seen")
            )
        except NotFound:
            return Done(reply=Reply(text=context.say("no_estimates")))
        except EstimateChanged:
            return await self._read_anew(context, filled["estimate"])
        if filled.get("seen") in (None, estimate.content_mark):  # else a yes that came again, after an import
            await _record(context, estimate, decisions)
        calls = _with(decisions, "call_me")
        parts = _told(context, estimate, decisions, "done")
        parts += [when_someone_writes(context)] if calls else []
        reply = Reply(
            text=" ".join(parts),
            pages=(page_of(context, estimate),),
            hand_off=HandOff(reason="needs_person", gist=await _gist(context, estimate, decisions)) if calls else None,
            about={"estimate": (estimate.id,)},
        )
        return Done(reply=reply)

    def _says_yes(self, context: Context) -> bool:
        """Also "go ahead" to what was read back; "yes, the brakes" may mean these alone, so all is read back again."""
        if context.turn.payload is None and is_work(fold(context.turn.text)):
            return False
        again = context.heard.intent == self.intent and _AGAIN[self.intent].fullmatch(fold(context.turn.text))
        return bool(again) or super()._says_yes(context)


async def _record(context: Context, estimate: Estimate, decisions: Mapping[str, Decision]) -> None:
    """Keep what was decided over what, by which message; then staff hear of it. The same yes again adds nothing."""
    identity, turn = context.peer.identity, context.turn
    news = estimate_decided(estimate, decisions, place="chat")
    origin = Origin(
        place=turn.channel,
        proof=identity.proof,
        session=identity.session_id,
        message=turn.message_id,
        phone=identity.phone,
    )
    kept = decision_record(news, estimate, decisions, origin=origin, language=context.language, at=context.now)
    await context.store.estimate_decisions.append(kept)
    await context.store.news.add(news)


def _told(context: Context, estimate: Estimate, decisions: Mapping[str, str], tense: str) -> list[str]:
    """What becomes of the lines, a sentence for each decision; the first names the estimate."""
    parts: list[str] = []
    for decision, word in _WORDS.items():
        ids = _with(decisions, decision)
        if not ids:
            continue
        key = f"{tense}_{word}" if parts else f"{tense}_{word}_on"
        lines = say_lines(context, chosen_lines(estimate, ids))
        parts.append(context.say(key, number=estimate.number, lines=lines))
        if decision == "approved":
            parts.append(say_total(context, estimate, ids))
    left = [line for line in estimate.open_on(context.today) if line.id not in decisions and line.decision is None]
    if left:
        parts.append(context.say("stays_open", lines=say_lines(context, left, priced=False)))
    return parts


def _as_it_stands(context: Context, estimate: Estimate) -> Reply:
    """How it stands, with a person to turn to."""
    if not estimate.lines and estimate.state_on(context.today) in ("waiting", "partly"):
        text = f"{context.say('no_lines', number=estimate.number)} {when_someone_writes(context)}"
        return Reply(text=text, hand_off=HandOff(reason="needs_person"), about={"estimate": (estimate.id,)})
    return Reply(
        text=f"{say_state(context, estimate)} {context.say('person_changes')}",
        choices=(context.choice("to_person", "/talk_to_human"),),
        pages=(page_of(context, estimate),),
        about={"estimate": (estimate.id,)},
    )


def _is_above_limit(context: Context, estimate: Estimate, approved: list[str]) -> bool:
    rule = rule_for(Asked.DECIDE, context.peer.identity.proof)
    return rule is Rule.READ_BACK_OR_LINK and estimate.most_for(approved) > context.shop.approval_limit


def _with(decisions: Mapping[str, str], decision: str) -> list[str]:
    return [line for line, given in decisions.items() if given == decision]


async def _gist(context: Context, estimate: Estimate, decisions: Mapping[str, str]) -> str:
    """What staff read first, in English: who is to be called about what, and what is decided already."""
    client = await context.peer.client()
    number = context.peer.identity.phone or (client.phones[0] if client is not None and client.phones else None)
    calls = say_lines(context, chosen_lines(estimate, _with(decisions, "call_me")))
    at = f" at {context.phone(number)}" if number else ""
    lines = [await who_writes(context), f"Wants: a call{at} before this on estimate {estimate.number}: {calls}"]
    others = [
        f"{decision} {say_lines(context, chosen_lines(estimate, ids))}"
        for decision in ("approved", "declined")
        if (ids := _with(decisions, decision))
    ]
    return "\n".join([*lines, *([f"Decided: {'; '.join(others)}"] if others else [])])
