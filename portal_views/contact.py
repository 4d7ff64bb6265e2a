"""Contact us: chat, call, text, e-mail, and a form whose message is one of the client's conversation."""

import re

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.shop_facts import shop_facts
from storage.attempts import TooManyAttempts
from storage.ids import new_id

LONGEST_MESSAGE = 2000
_REF = re.compile(r"[0-9a-f]{24}")


async def show(
    asked: ShopRequest, *, problem: str = "", text: str = "", ref: str = "", minutes: int = 0, status: int = 200
) -> web.StreamResponse:
    """`GET`; and the form once more, with its problem."""
    return asked.page(
        "contact.html",
        status=status,
        current="help",
        longest=LONGEST_MESSAGE,
        minutes=minutes,
        problem=problem,
        ref=ref or new_id(),
        sent=asked.request.method == "GET" and asked.request.query.get("sent") == "1",
        text=text,
        **shop_facts(asked),
    )


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """`POST`: the same form sent twice is one message, for its `ref` is."""
    form = await asked.request.post()
    text = str(form.get("text", "")).replace("\r\n", "\n").strip()
    given = str(form.get("ref", ""))
    ref = given if _REF.fullmatch(given) else new_id()
    if not text or len(text) > LONGEST_MESSAGE:
        return await show(asked, problem="long" if text else "empty", text=text, ref=ref, status=422)
    client = asked.known_client
    try:
        await asked.context.store.attempts.claim(asked.shop.slug, "message", client.id, asked.address)
    except TooManyAttempts as refusal:
        minutes = -(-refusal.retry_after // 60)
        return await show(asked, problem="too_many", text=text, ref=ref, minutes=minutes, status=429)
    await asked.context.live.client_wrote(asked.shop, asked.identity, f"form:{ref}", text, asked.language)
    raise web.HTTPSeeOther(str(asked.request.rel_url.with_query(sent="1")))
