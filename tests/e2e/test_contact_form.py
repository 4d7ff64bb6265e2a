"""The contact form's message over the whole service: in the client's conversation once, answered, and in the inbox."""

import aiohttp

from server import Running
from storage.sessions import client_cookie
from tests.cast import MARIA, SHOP
from tests.e2e.running import Door


async def test_a_message_by_the_form_is_answered_in_the_chat(running: Running, door: Door) -> None:
    token = await running.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    maria = await door.client(cookie=token)
    await maria.ask("sync")
    url = f"{running.settings.public_url}/s/{SHOP.slug}/portal/help/contact"
    form = {"ref": "0123456789abcdef01234567", "text": "when are you open?"}
    async with aiohttp.ClientSession(cookies={client_cookie(SHOP.slug): token}) as http:
        for _ in range(2):
            async with http.post(url, data=form) as answer:
                assert answer.status == 200
    said = await maria.hear("message", lambda message: message["author"]["kind"] == "client")
    answer_of_bot = await maria.answer_to(said)
    assert "7:30" in answer_of_bot["text"] or "open" in answer_of_bot["text"].lower()
    assert [one["text"] for one in maria.heard("message") if one["author"]["kind"] == "client"] == [form["text"]]
