"""Which of the client's estimates a message is about, and how an estimate and its lines are told."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.context import Context
from bot.estimate_words import names_lines
from bot.reply import PageRef
from bot.which_vehicle import find_meant_vehicles, say_unknown
from storage.estimates import Estimate, EstimateLine
from storage.proof import Proof, may_see

_WORD = re.compile(r"[\w-]*\d[\w-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantEstimates:
    """The estimates that a message means; all that the peer may be told where it means none in particular."""

    estimates: tuple[Estimate, ...]
    named: bool = False
    unknown: str | None = None  # a number that is none of theirs
    preface: tuple[str, ...] = ()  # a vehicle that is not on file


async def list_estimates(context: Context) -> list[Estimate]:
    """The client's estimates, the newest first; of who came by a link for one, that one."""
    found = await context.peer.estimates()
    scope = context.peer.identity.scope
    if context.peer.identity.proof is Proof.LINK and scope is not None and scope.page == "estimate":
        return [one for one in found if may_see(context.peer.identity, "estimate", one.id)]
    return found


async def find_estimate(context: Context, estimate_id: str | None) -> Estimate | None:
    """The one with this id, where the peer may be told of it."""
    return next((one for one in await list_estimates(context) if one.id == estimate_id), None)


async def find_meant_estimates(context: Context, estimates: Sequence[Estimate]) -> MeantEstimates:
    """By what was picked, by number, by what is pointed at, by vehicle, then by the work that is on them."""
    picked = [one for one in estimates if one.id == context.given.get("estimate")]
    if picked:
        return MeantEstimates(estimates=tuple(picked), named=True)
    numbered = _find_written(context.heard.text, estimates)
    if numbered:
        return MeantEstimates(estimates=tuple(numbered), named=True)
    if context.entities.estimate_number is not None:
        return MeantEstimates(estimates=(), unknown=context.entities.estimate_number)
    open_ids = [one.id for one in estimates if one.open_on(context.today)]
    pointed = context.pointed_at("estimate", open_ids) or context.pointed_at("estimate", [one.id for one in estimates])
    if pointed is not None:
        return MeantEstimates(estimates=tuple(one for one in estimates if one.id == pointed), named=True)
    meant = await find_meant_vehicles(context)
    preface = tuple(say_unknown(context, meant))
    if context.entities.vehicle is not None and meant.named:
        fitting = [one for one in estimates if meant.includes(one.vehicle_id)]
        if fitting:
            return MeantEstimates(estimates=tuple(fitting), named=True)
    fitting = [one for one in estimates if names_lines(context.heard.text, one.work)]
    if fitting and len(fitting) < len(estimates):
        return MeantEstimates(estimates=tuple(fitting), named=True, preface=preface)
    return MeantEstimates(estimates=tuple(estimates), preface=preface)


def _find_written(text: str, estimates: Sequence[Estimate]) -> list[Estimate]:
    """Those whose number stands in the text as it is written; else the only one with its digits."""
    words = _WORD.findall(text.casefold())
    exact = [one for one in estimates if _letters(one.number) in {_letters(word) for word in words}]
    if exact:
        return exact
    prices = {str(cents // 100) for one in estimates for cents in (one.total, *(line.amount for line in one.lines))}
    digits = {_digits(word) for word in words if len(_digits(word)) > 1} - prices
    alike = [one for one in estimates if _digits(one.number) in digits]
    return alike if len(alike) == 1 else []


def title_of(context: Context, estimate: Estimate, vehicles: dict[str, str]) -> str:
    """`E-204, 2019 Honda Civic, $612.00`."""
    parts = [estimate.number, vehicles.get(estimate.vehicle_id or ""), context.money(estimate.total)]
    return ", ".join(part for part in parts if part)


def say_lines(context: Context, lines: Sequence[EstimateLine], *, priced: bool = True) -> str:
    """`Front pads $180.00, rotors $210.00`."""
    return ", ".join(f"{one.description} {context.money(one.amount)}" if priced else one.description for one in lines)


def chosen_lines(estimate: Estimate, ids: Collection[str]) -> list[EstimateLine]:
    """The lines of work with these ids, in the estimate's order."""
    return [line for line in estimate.work if line.id in ids]


def say_total(context: Context, estimate: Estimate, ids: Collection[str]) -> str:
    """What lines come to: the estimate's own total for all of its work, else their sum and what comes on top."""
    total = context.money(estimate.sum_of(ids))
    whole = len(chosen_lines(estimate, ids)) == len(estimate.work)
    kinds = {line.kind for line in estimate.lines} - {line.kind for line in estimate.work}
    if whole or not kinds:
        return context.say("estimate_total", total=total)
    return context.say("estimate_sum_less" if "discount" in kinds else "estimate_sum", total=total)


def say_state(context: Context, estimate: Estimate) -> str:
    """How an estimate stands that waits for nothing any more."""
    number, status = estimate.number, estimate.state_on(context.today)
    if status in ("approved", "declined"):
        return context.say(f"estimate_is_{status}", number=number)
    if is_expired(estimate, context.today):
        until = context.day(estimate.valid_until) if estimate.valid_until else ""
        return context.say("estimate_is_expired" if until else "estimate_is_over", number=number, day=until)
    approved = [line for line in estimate.work if line.decision == "approved"]
    return context.say("estimate_is_partly", number=number, lines=say_lines(context, approved, priced=False))


def is_expired(estimate: Estimate, today: date) -> bool:
    """Whether something was left to decide and it is too late for that."""
    late = estimate.valid_until is not None and estimate.valid_until < today
    undecided = any(line.decision in (None, "call_me") for line in estimate.work)
    return estimate.state_on(today) == "expired" or (estimate.status == "partly" and late and undecided)


def page_of(context: Context, estimate: Estimate) -> PageRef:
    """The estimate's page, or for who came by a link for the list, the list."""
    identity = context.peer.identity
    one = identity.proof is not Proof.LINK or may_see(identity, "estimate", estimate.id)
    return context.page("estimate", estimate.id) if one else context.page("estimates")


def _letters(number: str) -> str:
    return "".join(character for character in number.casefold() if character.isalnum())


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit()).lstrip("0")
