"""Labels: the words by which conversations are sorted, and their colours."""

from typing import cast

from aiohttp import web

from portal_views.staff_access import StaffRequest
from storage.labels import LABEL_COLORS, LONGEST_LABEL, Label, LabelColor, new_label

LABELS = "/staff/settings/labels"


async def show(
    asked: StaffRequest, *, problem: str = "", name: str = "", color: str = "blue", of: str = ""
) -> web.StreamResponse:
    """`GET`. A `problem` is with the label whose id is `of`; without one, with the new one."""
    return asked.page(
        "staff_settings_labels.html",
        status=422 if problem else 200,
        labels=await asked.context.store.labels.list(asked.shop.slug),
        colors=LABEL_COLORS,
        longest=LONGEST_LABEL,
        problem=problem,
        given={"name": name, "color": color, "of": of},
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `act` is `add`, `change` or `remove`."""
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
            await asked.context.live.shop_changed(asked.shop.slug)
        return asked.go(LABELS, "removed")
    before = known.get(str(form.get("id", ""))) if act == "change" else None
    if act == "change" and before is None:
        raise web.HTTPNotFound
    of = before.id if before else ""
    try:
        label = new_label(asked.shop.slug, name, cast(LabelColor, color))
    except ValueError:
        return await show(asked, problem="name", name=name, color=color, of=of)
    if label.id in known and label.id != of:
        return await show(asked, problem="taken", name=name, color=color, of=of)
    await labels.put(label)
    if before is None:
        await asked.note("settings.changed", "labels", {"added": label.name})
    elif label != before:
        await _follow(asked, before, label)
    await asked.context.live.shop_changed(asked.shop.slug)
    return asked.go(LABELS, "saved")


async def _follow(asked: StaffRequest, before: Label, label: Label) -> None:
    """Conversations get the new name before the old one goes: cut short, both are there, and it can be done again."""
    if label.name != before.name:
        await asked.context.live.label_renamed(asked.shop.slug, before.name, label.name)
    if label.id != before.id:
        await asked.context.store.labels.remove(asked.shop.slug, before.id)
    was, now = (f"{one.name} ({one.color})" for one in (before, label))
    await asked.note("settings.changed", "labels", {"from": was, "to": now})
