"""What was said in the chat, by mail: to whom it may go, and what stands in it."""

from tests.cast import MARIA, RAY, TOM
from tests.e2e.town import Town


async def test_a_client_gets_what_they_see_at_the_address_on_file_in_the_shops_time(town: Town) -> None:
    maria, ray = await town.door.signed_in(MARIA.id), await town.door.staff(RAY.id)
    here = (await maria.ask("sync"))["conversation"]["id"]
    assert (await maria.ask("transcript"))["error"]["code"] == "conflict"  # nothing was said
    await maria.answer_to(await maria.say("What do I owe?"))
    await ray.say("Hates calls before nine", conversation=here, private=True)
    await ray.say("See you\non Friday", conversation=here)
    asked = await maria.ask("transcript")
    again = await maria.ask("transcript")  # the ack was lost: the same mail
    assert asked["email"] == again["email"] == "ma•••@mail.example"
    letter = await town.letter()
    mail = town.mail.mails[0]
    assert (mail["To"], mail["Subject"]) == (MARIA.email, "Your chat with Garage on Elm")
    said = [line.strip() for line in letter.splitlines()]
    assert "What do I owe?" in said
    assert [line for line in said if "286.20" in line]
    assert said[said.index("See you") + 1] == "on Friday"
    assert "Hates calls" not in letter
    stored = (await maria.ask("sync"))["messages"][0]["at"]
    hour, minute = int(stored[11:13]), stored[14:16]
    local = {(hour - behind) % 12 or 12 for behind in (5, 6)}  # as the shop's clock has it, summer or winter
    assert any(f"{one}:{minute}" in letter for one in local)
    assert "(512) 555-0100" in letter
    spanish = await maria.ask("transcript", {"email": "Other@mail.example", "language": "es"})
    assert spanish["email"] == "other@mail.example"  # proven whole: where she likes
    assert "Su chat con Garage on Elm" in await town.letter()
    assert len(town.mail.mails) == 2


async def test_a_visitor_is_asked_where_to_and_cannot_flood_a_mailbox(town: Town) -> None:
    visitor, tom = await town.door.client(), await town.door.signed_in(TOM.id)
    await visitor.ask("sync")
    await visitor.answer_to(await visitor.say("Where are you?"))
    for wrong in ({}, {"email": "no address"}, {"email": "a@b.example, c@d.example"}, {"email": 5}):
        assert (await visitor.ask("transcript", wrong))["error"]["code"] == "bad_request"
    for number in range(3):
        await visitor.answer_to(await visitor.say(f"And where {number}?"))
        assert (await visitor.ask("transcript", {"email": "me@mail.example"}))["email"] == "me@mail.example"
        assert f"And where {number}?" in await town.letter()
    refused = (await visitor.ask("transcript", {"email": "me@mail.example"}))["error"]
    assert refused["code"] == "rate_limited"
    assert refused["retry_after"] > 0
    await tom.ask("sync")
    await tom.answer_to(await tom.say("Where are you?"))
    assert "needed" in (await tom.ask("transcript"))["error"]["message"]  # no address on file: he is asked
    assert (await tom.ask("transcript", {"email": "me@mail.example"}))["error"]["code"] == "rate_limited"
