"""What the last inspection found: what is urgent first, then what is due soon; or how one thing on it is."""

import asyncio
import json
import re
from dataclasses import replace

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply, Thing
from bot.understanding.features import fold
from bot.which_vehicle import find_meant_vehicles, say_unknown
from bot.work_words import Sought, find_sought, kinds_of
from storage.inspections import Inspection, InspectionItem
from storage.proof import Asked

_SHOWN = 4  # items of one severity
_PHOTOS = re.compile(r"\b(?:photos?|pictures?|pics?|images?|fotos?|imagen(?:es)?)\b")
_LONGEST = 60  # characters of a note
# asking for the inspection itself asks for nothing on it
_WHOLE = frozenset({"inspection", "state_inspection", "emissions", "diagnostic"})


class InspectionResults(Intent):
    """What did the inspection find?"""

    asks = Asked.RECORDS
    page = "inspections"
    section = "inspections"

    async def answer(self, context: Context) -> Reply:
        """The newest inspection of the vehicle that is meant, else of all; the item that is named, where one is."""
        inspections, meant = await asyncio.gather(
            context.store.inspections.list_for_client(context.shop.slug, context.peer.known_client_id()),
            find_meant_vehicles(context),
        )
        unknown = say_unknown(context, meant)
        titles = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
        told = [inspection for inspection in inspections if meant.includes(inspection.vehicle_id)]
        if not told:
            none = context.say("none_of_it", vehicle=meant.one.title) if meant.one else context.say("none")
            about: dict[Thing, tuple[str, ...]] = {"vehicle": (meant.one.id,)} if meant.one else {}
            return Reply(text=" ".join([*unknown, none]), about=about)
        sought = _sought(context)
        asked, items = _find_items(told, sought)
        if items:
            return _reply(context, asked, [*unknown, _on_items(context, asked, items, titles)], items)
        newest = told[0]
        if _PHOTOS.search(fold(context.heard.text)):
            unknown.append(context.say("photos_on_page" if newest.pictures else "photos"))
        elif context.entities.service and sought.kinds:
            unknown.append(context.say("not_on_it", item=context.entities.service))
        found = [item for item in newest.items if item.result in ("urgent", "soon")]
        return _reply(context, newest, [*unknown, _whole(context, newest, titles)], found)


def _sought(context: Context) -> Sought:
    """What is asked about, the words for the inspection itself left out."""
    text, named = context.heard.text, context.entities.service or ""
    if kinds_of(named) <= _WHOLE:
        text = text.replace(named, " ") if named else text
    sought = find_sought(text, named)
    return replace(sought, kinds=sought.kinds - _WHOLE)


def _find_items(told: list[Inspection], sought: Sought) -> tuple[Inspection, list[InspectionItem]]:
    """The newest inspection that has what is asked about, and those items; none: the newest one."""
    for inspection in told:
        fitting = [item for item in inspection.by_severity if sought.fits(item.name)]
        names = sought.narrowed([item.name for item in fitting])
        if fitting:
            return inspection, [item for item in fitting if item.name in names]
    return told[0], []


def _reply(context: Context, inspection: Inspection, parts: list[str], found: list[InspectionItem]) -> Reply:
    """With the way to a visit where something is to be done."""
    wish = json.dumps({"vehicle": inspection.vehicle_id})
    to_do = any(item.result in ("urgent", "soon") for item in found)
    return Reply(
        text=" ".join(parts),
        choices=(context.choice("book", f"/book_appointment{wish}"),) if to_do else (),
        pages=(context.page("inspection", inspection.id),),
        about={"vehicle": (inspection.vehicle_id,), "inspection": (inspection.id,)},
    )


def _head(context: Context, key: str, inspection: Inspection, titles: dict[str, str]) -> str:
    title = titles.get(inspection.vehicle_id, context.say("car"))
    return context.say(key, vehicle=title, day=context.day(inspection.inspected_on))


def _on_items(context: Context, inspection: Inspection, items: list[InspectionItem], titles: dict[str, str]) -> str:
    told = "; ".join(
        context.say("item", item=_noted(item), result=context.say(f"result_{item.result}")) for item in items[:_SHOWN]
    )
    unfinished = [context.say("unfinished")] if inspection.status == "in_progress" else []
    return " ".join([f"{_head(context, 'inspected', inspection, titles)} {told}.", *unfinished])


def _whole(context: Context, inspection: Inspection, titles: dict[str, str]) -> str:
    """What was found, the worst first; what is good as a count."""
    by_result: dict[str, list[InspectionItem]] = {}
    for item in inspection.by_severity:
        by_result.setdefault(item.result, []).append(item)
    started = inspection.status == "in_progress"
    parts = [_head(context, "in_progress" if started else "inspected", inspection, titles)]
    if not inspection.items:
        return " ".join([*parts, context.say("nothing_yet" if started else "nothing_noted")])
    if "urgent" in by_result:
        parts.append(context.say("urgent", items=_names(context, by_result["urgent"], notes=True)))
    if "soon" in by_result:
        parts.append(context.say("soon", items=_names(context, by_result["soon"])))
    if good := len(by_result.get("good", [])):
        every = good == len(inspection.items) and not started
        parts.append(context.say("good_one" if good == 1 else "good_all" if every else "good_several", count=good))
    if "not_checked" in by_result:
        parts.append(context.say("not_checked", items=_names(context, by_result["not_checked"])))
    return " ".join(parts)


def _names(context: Context, items: list[InspectionItem], *, notes: bool = False) -> str:
    told = ", ".join(_noted(item) if notes else item.name for item in items[:_SHOWN])
    return told if len(items) <= _SHOWN else f"{told} {context.say('more', count=len(items) - _SHOWN)}"


def _noted(item: InspectionItem) -> str:
    """`Rear brakes (2 mm left)`; a long note is for the page."""
    note = (item.note or "").strip().rstrip(".")
    return f"{item.name} ({note})" if note and len(note) <= _LONGEST else item.name
