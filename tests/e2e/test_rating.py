"""A client says how it was, once the conversation is resolved."""

from tests.cast import MARIA, RAY
from tests.e2e.running import Door


async def test_a_resolved_conversation_is_rated_and_the_last_word_counts(door: Door) -> None:
    maria, phone, ray = await door.signed_in(MARIA.id), await door.signed_in(MARIA.id), await door.staff(RAY.id)
    here = (await maria.ask("sync"))["conversation"]
    await phone.ask("sync")
    assert (await maria.ask("rate", {"score": 5}))["error"]["code"] == "conflict"  # nothing was said yet
    said = await maria.say("My car squeaks, can somebody look?")
    await ray.ask("message", {"conversation": here["id"], "ref": "0" * 32, "text": "Come by at noon."})
    assert (await maria.ask("rate", {"score": 5}))["error"]["code"] == "conflict"  # it is not resolved
    await ray.ask("resolve", {"conversation": here["id"]})
    for wrong in ({"score": 0}, {"score": 6}, {"score": True}, {"score": "5"}, {}, {"score": 3, "comment": "x" * 1001}):
        assert (await maria.ask("rate", wrong))["error"]["code"] == "bad_request"

    await maria.ask("rate", {"score": 2})
    rated = await maria.ask("rate", {"score": 4, "comment": " Quick, but the\x00 coffee… "})
    again = await maria.ask("rate", {"score": 4, "comment": "Quick, but the coffee…"})  # its ack was lost
    assert rated["conversation"]["rating"] == 4
    assert rated["conversation"]["last_seq"] == again["conversation"]["last_seq"]
    assert (await phone.hear("conversation", lambda state: state["rating"] == 4))["status"] == "resolved"
    line = await ray.hear("message", lambda one: one["act"] == "rated" and one["rating"]["score"] == 4)
    assert (line["rating"]["comment"], line["author"]["name"]) == ("Quick, but the coffee…", MARIA.name)
    opened = await ray.ask("open", {"conversation": here["id"]})
    assert [one["rating"]["score"] for one in opened["messages"] if one["act"] == "rated"] == [2, 4]
    assert (opened["conversation"]["rating"], opened["conversation"]["unread"]) == (4, 0)
    assert opened["conversation"]["last"]["text"] == "Come by at noon."

    synced = await maria.ask("sync", {"after": said["seq"]})
    assert synced["conversation"]["rating"] == 4
    assert {one["author"]["kind"] for one in synced["messages"]} <= {"bot", "staff"}  # clients see no acts
    await maria.say("One more thing")  # a new episode has no rating yet
    assert (await phone.ask("sync"))["conversation"]["rating"] is None
