"""A random schedule of what people and machines do, made from a seed: the same seed, the same schedule.

Everyone has a list of steps, and what breaks has one of its own. What is random is decided here; when it happens in the
run depends on the machine, as it does for real.
"""

import random
import uuid
from dataclasses import dataclass
from typing import Literal, TypeAlias

Step: TypeAlias = Literal["say", "repeat", "cut", "move", "pause", "take", "return_to_bot", "resolve", "reply"]
Break: TypeAlias = Literal["kill", "redis"]

QUESTIONS = ("what do I owe?", "what are your hours?", "is my car ready?", "where are you?", "hello", "what do you do?")


@dataclass(frozen=True)
class Act:
    """One step of one person. `at` picks the conversation that a member of staff acts on."""

    step: Step
    ref: str = ""
    text: str = ""
    at: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Fault:
    """Server `which` is killed and started again, or Redis is away for `seconds`; `after` is a part of all messages."""

    kind: Break
    after: float
    which: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Schedule:
    """What each client and each member of staff does, and what breaks."""

    clients: list[list[Act]]
    staff: list[list[Act]]
    faults: list[Fault]

    @property
    def messages(self) -> int:
        """How many different messages the clients write."""
        return sum(act.step == "say" for acts in self.clients for act in acts)


def make_schedule(seed: int, *, clients: int, staff: int, messages: int, kills: int, redis_seconds: float) -> Schedule:
    """The schedule of a seed. `redis_seconds` is how long Redis is away in the middle, 0 for not at all."""
    dice = random.Random(seed)
    shares = [messages // clients + (number < messages % clients) for number in range(clients)]
    faults = [Fault("kill", dice.uniform(0.1, 0.9), which=number % 2) for number in range(kills)]
    if redis_seconds:
        faults.append(Fault("redis", dice.uniform(0.35, 0.55), seconds=redis_seconds))
    return Schedule(
        clients=[_client(dice, share) for share in shares],
        staff=[_staff(dice, max(messages // 40, 5), clients) for _ in range(staff)],
        faults=sorted(faults, key=lambda fault: fault.after),
    )


def _client(dice: random.Random, messages: int) -> list[Act]:
    acts: list[Act] = []
    for number in range(messages):
        ref = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        acts.append(Act("say", ref=ref, text=f"{dice.choice(QUESTIONS)}"))
        if dice.random() < 0.10:
            acts.append(Act("repeat", ref=ref, text=acts[-1].text))
        if dice.random() < 0.04:
            acts.append(Act(dice.choice(("cut", "move"))))
        if dice.random() < 0.3:
            acts.append(Act("pause", seconds=dice.expovariate(1 / 0.15)))
        if number % 25 == 24:
            acts.append(Act("pause", seconds=dice.uniform(0.5, 1.5)))
    return acts


def _staff(dice: random.Random, steps: int, clients: int) -> list[Act]:
    acts: list[Act] = []
    for _ in range(steps):
        at = dice.randrange(clients)
        step: Step = dice.choice(("take", "reply", "return_to_bot", "return_to_bot", "return_to_bot", "resolve"))
        ref = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        acts.append(Act(step, ref=ref, text="A person here, one moment.", at=at))
        if step in ("take", "reply"):  # mostly given back a little later, else the bot would soon have nothing to do
            acts.append(Act("pause", seconds=dice.uniform(0.1, 0.6)))
            if dice.random() < 0.8:
                acts.append(Act("return_to_bot", at=at))
        if dice.random() < 0.1:
            acts.append(Act(dice.choice(("cut", "move"))))
        acts.append(Act("pause", seconds=dice.expovariate(1 / 0.3)))
    return acts
