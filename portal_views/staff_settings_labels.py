"""Labels: the words by which conversations are sorted, and their colours."""

from typing import cast

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.labels import LABEL_COLORS, LONGEST_LABEL, LabelColor, new_label

LABELS = "/staff/settings/labels"


async def show(asked: StaffRequest, *, problem: str = "", name: str = "", color: str = "blue") -> web.StreamResponse:
    """`GET`."""
    return asked.page(
        "staff_settings_labels.html",
        status=422 if problem else 200,
        labels=await asked.context.store.labels.list(asked.shop.slug),
        colors=LABEL_COLORS,
        longest=LONGEST_LABEL,
        problem=problem,
        given={"name": name, "color": color},
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `act` is `add`, `color` or `remove`."""
    form = await asked.request.post()
    act, name, color = (str(form.get(field, ""))[:100] for field in ("act", "name", "color"))
    labels = asked.context.store.labels
    known = {label.id: label for label in await labels.list(asked.shop.slug)}
    if color not in LABEL_COLORS:
        color = "gray"
    if act == "remove":
        gone = known.get(str(form.get("id", "")))
        if gone is not None and await labels.remove(asked.shop.slug, gone.id):
            await asked.note("settings.changed", "labels", {"removed": gone.name})
        return asked.go(LABELS, "removed")
    if act == "color":
        label = known.get(str(form.get("id", "")))
        if label is None:
            raise web.HTTPNotFound
        await labels.put(new_label(asked.shop.slug, label.name, cast(LabelColor, color)))
        return asked.go(LABELS, "saved")
    try:
        label = new_label(asked.shop.slug, name, cast(LabelColor, color))
    except ValueError:
        return await show(asked, problem="name", name=name, color=color)
    if label.id in known:
        return await show(asked, problem="taken", name=name, color=color)
    await labels.put(label)
    await asked.note("settings.changed", "labels", {"added": label.name})
    return asked.go(LABELS, "saved")
