"""Which of the client's vehicles a message is about: named, picked, pointed at ("the other one"), or none, so all."""

from dataclasses import dataclass

from bot.context import Context
from bot.understanding.phrases import split
from bot.understanding.vehicle_words import vehicle_vocabulary
from storage.vehicles import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class MeantVehicles:
    """The vehicles meant; all of the client's where the message means none in particular."""

    vehicles: tuple[Vehicle, ...]
    named: bool = False  # the message names them or points at them
    unknown: str | None = None  # the client's words for a vehicle that is not on file

    @property
    def one(self) -> Vehicle | None:
        """The one that the message means, None where it means several or none in particular."""
        return self.vehicles[0] if self.named and len(self.vehicles) == 1 else None

    def includes(self, vehicle_id: str | None) -> bool:
        """Whether a record of this vehicle is to be told; of no vehicle, only where none in particular is meant."""
        return not self.named or vehicle_id in {vehicle.id for vehicle in self.vehicles}


async def find_meant_vehicles(context: Context) -> MeantVehicles:
    """By what was picked, then by what is named, then by what is pointed at."""
    own = tuple(await context.peer.vehicles())
    entities = context.entities
    picked = context.given.get("vehicle")
    ids = {picked} if isinstance(picked, str) else {entities.vehicle_id, *entities.vehicle_ids}
    named = tuple(vehicle for vehicle in own if vehicle.id in ids)
    if len(entities.vehicles) > 1:  # two at once: only the first one's id is known
        return MeantVehicles(vehicles=own)
    if named:
        return MeantVehicles(vehicles=named, named=True)
    if entities.vehicle is not None and _is_of_a_make(entities.vehicle):
        return MeantVehicles(vehicles=own, unknown=entities.vehicle)
    pointed = context.pointed_at("vehicle", [vehicle.id for vehicle in own])
    if pointed is not None:
        return MeantVehicles(vehicles=tuple(vehicle for vehicle in own if vehicle.id == pointed), named=True)
    return MeantVehicles(vehicles=own)


def _is_of_a_make(words: str) -> bool:
    """Whether words name a make or a model. "My truck" is what many call what the file calls something else."""
    known = vehicle_vocabulary()
    return any(token.word.removesuffix("s") in known or token.word in known for token in split(words))


def say_unknown(context: Context, meant: MeantVehicles) -> list[str]:
    """That a vehicle which the message names is not on file; nothing where none such is named."""
    return [context.say("unknown_vehicle", vehicle=meant.unknown)] if meant.unknown else []
