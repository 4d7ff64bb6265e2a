"""Canned replies: shortcut, title, and the text in both languages, with placeholders that are checked."""

import re
from dataclasses import replace

from aiohttp import web

from portal_views.staff_access import StaffRequest
from portal_views.texts import LANGUAGES, texts_for
from storage.canned_replies import LONGEST_TEXT, PLACEHOLDERS, SHORTCUT, CannedReply, ShortcutTaken
from storage.shops import Language

REPLIES = "/staff/settings/replies"
_LONGEST_TITLE = 60
_BRACES = re.compile(r"\{([^{}]*)\}")


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: all there are."""
    replies = await asked.context.store.canned_replies.list(asked.shop.slug)
    return asked.page("staff_settings_replies.html", replies=replies)


async def show_one(asked: StaffRequest) -> web.StreamResponse:
    """`GET .../new`, `GET .../{id}`: one to write."""
    reply_id = asked.request.match_info.get("id", "new")
    reply = await _find(asked, reply_id)
    return _form(asked, reply, {})


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: save, see how it reads (`act=preview`), or `remove`."""
    form = await asked.request.post()
    reply_id = asked.request.match_info.get("id", "new")
    replies, slug = asked.context.store.canned_replies, asked.shop.slug
    before = await _find(asked, reply_id)
    if str(form.get("act", "")) == "remove":
        if await replies.remove(slug, before.id):
            await asked.note("settings.changed", "canned replies", {"removed": before.shortcut})
            await asked.context.live.shop_changed(asked.shop.slug)
        return asked.go(REPLIES, "removed")
    texts = {language: str(form.get(f"text_{language}", "")).strip()[: LONGEST_TEXT + 1] for language in ("en", "es")}
    reply = replace(
        before,
        shortcut=str(form.get("shortcut", "")).strip().lstrip("/").lower()[:40],
        title=" ".join(str(form.get("title", "")).split())[:_LONGEST_TITLE],
        text={language: text for language, text in texts.items() if text},
    )
    problems = problems_of(reply)
    if not problems and str(form.get("act", "")) == "preview":
        return _form(asked, reply, {}, _example_of(asked, reply))
    if not problems:
        try:
            await replies.put(reply)
        except ShortcutTaken:
            problems = {"shortcut": "taken"}
    if problems:
        return _form(asked, reply, problems)
    await asked.note("settings.changed", "canned replies", {"saved": reply.shortcut})
    await asked.context.live.shop_changed(asked.shop.slug)
    return asked.go(REPLIES, "saved")


def problems_of(reply: CannedReply) -> dict[str, str]:
    """What is wrong with it, by field: a key among the texts. Empty where nothing is."""
    problems: dict[str, str] = {}
    if SHORTCUT.fullmatch(reply.shortcut) is None:
        problems["shortcut"] = "shape"
    if not reply.title:
        problems["title"] = "missing"
    if not reply.text:
        problems["text_en"] = "missing"
    for language, text in reply.text.items():
        if len(text) > LONGEST_TEXT:
            problems[f"text_{language}"] = "long"
        elif any(name not in PLACEHOLDERS for name in _BRACES.findall(text)):
            problems[f"text_{language}"] = "placeholder"
    return problems


async def _find(asked: StaffRequest, reply_id: str) -> CannedReply:
    if reply_id == "new":
        return CannedReply(shop=asked.shop.slug, shortcut="", title="", text={})
    found = await asked.context.store.canned_replies.find(asked.shop.slug, reply_id)
    if found is None:
        raise web.HTTPNotFound
    return found


def _example_of(asked: StaffRequest, reply: CannedReply) -> dict[str, str]:
    """How it reads, by language: the shop and who asks as they are, the client made up."""
    known = {"shop.name": asked.shop.name, "shop.phone": asked.shop.phone, "staff.name": asked.staff.name}

    def fill_in(language: Language, text: str) -> str:
        texts = texts_for(language)

        def value(found: re.Match[str]) -> str:
            return known.get(found[1]) or texts(f"replies.example.{found[1].replace('.', '_')}")

        return _BRACES.sub(value, text)

    return {language: fill_in(language, reply.text[language]) for language in LANGUAGES if language in reply.text}


def _form(
    asked: StaffRequest, reply: CannedReply, problems: dict[str, str], example: dict[str, str] | None = None
) -> web.Response:
    return asked.page(
        "staff_settings_reply.html",
        status=422 if problems else 200,
        reply=reply,
        problems=problems,
        example=example or {},
        placeholders=PLACEHOLDERS,
        is_new=asked.request.match_info.get("id", "new") == "new",
    )
