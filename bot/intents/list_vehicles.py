"""The client's vehicles on file, with their plates; of one that is named, what is asked about it."""

import re

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply, Thing
from bot.understanding.features import fold
from bot.which_vehicle import find_meant_vehicles, say_unknown
from storage.proof import Asked
from storage.vehicles import Vehicle

_SHOWN = 4
# what a message may ask about a vehicle
_FACTS = {
    "vin": re.compile(r"\bvin\b"),
    "plate": re.compile(r"\b(?:plates?|tags?|placas?|matricula)\b"),
    "mileage": re.compile(r"\b(?:mileage|miles|odometer|millas|millaje|kilometraje)\b"),
    "color": re.compile(r"\bcolou?rs?\b"),
}


class ListVehicles(Intent):
    """Which cars are on file?"""

    asks = Asked.RECORDS
    page = "vehicles"
    section = "vehicles"

    async def answer(self, context: Context) -> Reply:
        """The vehicle that is meant, else all of them."""
        meant = await find_meant_vehicles(context)
        if not meant.vehicles:
            parts = [*say_unknown(context, meant), context.say("none")]
            return Reply(text=" ".join(parts), choices=(context.choice("to_person", "/talk_to_human"),))
        about: dict[Thing, tuple[str, ...]] = {"vehicle": tuple(vehicle.id for vehicle in meant.vehicles)}
        fact = _fact_asked(context)
        if len(meant.vehicles) == 1 and (meant.named or fact):
            return _one(context, meant.vehicles[0], fact)
        items = "; ".join(_item(context, vehicle, fact) for vehicle in meant.vehicles[:_SHOWN])
        count = len(meant.vehicles)
        parts = [*say_unknown(context, meant), context.say("one" if count == 1 else "several", count=count, cars=items)]
        if count > _SHOWN:
            parts.append(context.say("more", count=count - _SHOWN))
        choices = (context.choice("to_person", "/talk_to_human"),) if meant.unknown else ()
        return Reply(text=" ".join(parts), choices=choices, pages=(context.page("vehicles"),), about=about)


def _fact_asked(context: Context) -> str | None:
    folded = fold(context.heard.text)
    return next((fact for fact, words in _FACTS.items() if words.search(folded)), None)


def _one(context: Context, vehicle: Vehicle, fact: str | None) -> Reply:
    if fact is None:
        text = context.say("yes", car=_item(context, vehicle, "plate"))
    elif _fact(context, vehicle, fact):
        text = context.say("fact", car=_item(context, vehicle, fact))
    else:
        text = context.say(f"no_{fact}", car=vehicle.title)
    return Reply(text=text, pages=(context.page("vehicles"),), about={"vehicle": (vehicle.id,)})


def _item(context: Context, vehicle: Vehicle, fact: str | None) -> str:
    """`2019 Honda Civic, plate KTX4821`; without the plate, or what else is asked for, where it is not on file."""
    told = _fact(context, vehicle, fact or "plate")
    return f"{vehicle.title}, {told}" if told else vehicle.title


def _fact(context: Context, vehicle: Vehicle, fact: str) -> str:
    if fact == "mileage":
        if vehicle.mileage is None:
            return ""
        miles = f"{vehicle.mileage:,}"
        if vehicle.mileage_on is None:
            return context.say("miles", miles=miles)
        return context.say("miles_on", miles=miles, day=context.day(vehicle.mileage_on))
    told = {"vin": vehicle.vin, "plate": vehicle.plate, "color": vehicle.color}[fact]
    return context.say(fact, value=told) if told else ""
