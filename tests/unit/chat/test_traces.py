"""What entries leave behind: the same whether it was written at once, by the sweep after a crash, or by the command."""

from chat.handoff import Event
from chat.projector import Projector
from chat.traces import leaves_traces, trace_again, trace_all
from storage.activity import ActivityQuery
from storage.conversations import Conversation, applied
from storage.episode import Episode, fold
from storage.store import Storage
from tests.unit.storage.test_episode import EMPTY, told

LOG = told(
    (Event.CLIENT_WRITES, 0),
    (Event.BOT_ANSWERS, 0.1),
    (Event.FALL_IDLE, 25),
    (Event.CLIENT_WRITES, 40),
    (Event.BOT_HANDS_OFF, 40.1),
    (Event.TAKE, 41),
    (Event.STAFF_WRITES, 41.2),
    (Event.RESOLVE, 42),
    (Event.RATE, 43),
    (Event.LABEL, 44),
    (Event.CLIENT_WRITES, 400),
    (Event.RESOLVE, 401),
    (Event.REOPEN, 402),
)


async def traces(store: Storage) -> tuple[list[Episode], list[tuple[str, str | None]]]:
    """The episodes that are stored, and what the activity log says, oldest first."""
    found = await store.episodes.find_many("mine", [one.id for one in fold(LOG)])
    page = await store.activity.list("mine", ActivityQuery(), 50)
    acts = [(entry.action, entry.actor.id) for entry in reversed(page.entries)]
    return sorted(found.values(), key=lambda one: one.number), acts


async def stored_log(store: Storage) -> Conversation:
    await store.messages.append(LOG)
    await store.conversations.add(EMPTY)
    conversation = EMPTY
    for entry in LOG:
        conversation = applied(conversation, entry)
    return conversation


ACTS = [("conversation." + str(entry.act), "ray") for entry in LOG if entry.kind == "act" and entry.author.id == "ray"]


async def test_they_are_written_with_the_document_without_a_write_for_each_message(store: Storage) -> None:
    projector, conversation = Projector(store), EMPTY
    await store.conversations.add(EMPTY)
    for entry in LOG:
        conversation = applied(conversation, entry)
        projector.add(conversation, entry)
        if entry.seq % 4 == 0:
            await projector.drain()
    await projector.drain()
    written, acts = await traces(store)
    wanted = fold(LOG)
    assert [(one.rating, one.labels, one.resolved_at) for one in written] == [
        (one.rating, one.labels, one.resolved_at) for one in wanted
    ]
    assert [one.asked_again for one in written] == [True, False, False]
    assert acts == ACTS
    document = await store.conversations.find("mine", EMPTY.id)
    assert document is not None
    assert (document.episode, document.people) == (wanted[-1], ("ray",))


async def test_who_begins_the_next_says_that_the_client_asked_again_whichever_process_is_later(store: Storage) -> None:
    await stored_log(store)
    one, other, conversation = Projector(store), Projector(store), EMPTY
    for entry in LOG[:4]:
        conversation = applied(conversation, entry)
        (one if entry.seq < 4 else other).add(conversation, entry)
    for later in (other, one):
        await later.drain()
    found = await store.episodes.find_many("mine", [fold(LOG)[0].id])
    assert [episode.asked_again for episode in found.values()] == [True]


async def test_the_sweep_makes_up_what_a_process_that_died_left_out(store: Storage) -> None:
    conversation = await stored_log(store)
    for since in (len(LOG) - 1, 5, 1):  # however little of it the sweep sees, twice is once
        telling = [entry for entry in LOG if entry.seq >= since and leaves_traces(entry)]
        await trace_again(store, conversation, telling, since)
    assert await traces(store) == (fold(LOG), ACTS)


async def test_the_command_makes_everything_again(store: Storage) -> None:
    conversation = await stored_log(store)
    await store.conversations.project_many([conversation])
    await store.database["conversations"].update_one({"_id": EMPTY.id}, {"$unset": {"episode": "", "people": ""}})
    before = await store.conversations.find("mine", EMPTY.id)
    assert before is not None
    await trace_all(store, before)
    written, acts = await traces(store)
    assert (written, acts) == ([one for one in fold(LOG) if one.resolved_at is not None], ACTS)
    assert await store.conversations.find("mine", EMPTY.id) == conversation
