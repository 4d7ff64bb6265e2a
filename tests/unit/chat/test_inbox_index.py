"""Where conversations stand: loaded once, moved by what this process stores, followed for what others store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chat.inbox_index import InboxIndex
from config.clock import utc_now
from storage.conversations import Conversation, applied, new_conversation
from storage.messages import Author, Entry, EntryKind, State, Status
from storage.store import Storage

AT = datetime(2026, 3, 1, tzinfo=UTC)


def entry(conversation: Conversation, state: State, kind: EntryKind = "message") -> Entry:
    return Entry(
        id=f"{conversation.id}-{conversation.last_seq + 1}",
        shop=conversation.shop,
        conversation=conversation.id,
        seq=conversation.last_seq + 1,
        client_prev=0,
        kind=kind,
        author=Author(kind="client", name="x"),
        at=utc_now(),
        state=state,
    )


async def put(store: Storage, key: str, status: Status, minute: int, shop: str = "garage") -> Conversation:
    one = replace(new_conversation(shop, key, title=key), last_seq=1, last_at=AT + timedelta(minutes=minute))
    one = replace(one, state=State(status=status, assignee="ray" if status == "open" else None))
    await store.conversations.add(one)
    return one


async def test_all_keys_of_a_shop_are_loaded_and_no_other(store: Storage) -> None:
    keys = [f"{kind}:{number:024x}" for kind in ("client", "visitor") for number in range(0, 16**24, 16**24 // 40)]
    keys += ["client:maria", "phone:+15125550100", "phone:+345550100", "visitor:zz"]
    for minute, key in enumerate(keys):
        await put(store, key, "bot", minute)
    await put(store, "visitor:1", "open", 0, shop="rival")
    index = InboxIndex(store.conversations, store.messages)
    counts = await index.counts("garage", "ray")
    assert (counts["bot"], counts["all"], counts["open"]) == (len(keys), len(keys), 0)
    page = await index.page("garage", lambda _: True, None, 3)
    assert [row.at for row in page] == [AT + timedelta(minutes=len(keys) - back) for back in (1, 2, 3)]
    following = await index.page("garage", lambda _: True, page[-1].place, 1)
    assert following[0].at == AT + timedelta(minutes=len(keys) - 4)


async def test_what_is_stored_here_moves_a_row_and_what_is_old_does_not(store: Storage) -> None:
    one = await put(store, "visitor:1", "bot", 0)
    index = InboxIndex(store.conversations, store.messages)
    await index.counts("garage", "ray")
    later = applied(one, entry(one, State(status="open", assignee="ray")))
    index.take(later)
    assert (await index.counts("garage", "ray"))["mine"] == 1
    index.take(one)
    assert (await index.counts("garage", "ray"))["mine"] == 1


async def test_what_another_process_stored_is_followed(store: Storage) -> None:
    one = await put(store, "visitor:1", "bot", 0)
    index = InboxIndex(store.conversations, store.messages)
    assert (await index.counts("garage", "ray"))["waiting"] == 0
    fresh = new_conversation("garage", "visitor:2", title="Visitor")
    act = entry(one, State(status="waiting", labels=("vip",)), "act")
    await store.messages.append([act, entry(fresh, State(status="open", assignee="ray"))])
    await index.follow()
    counts = await index.counts("garage", "ray")
    assert (counts["waiting"], counts["mine"], counts["bot"], counts["all"]) == (1, 1, 0, 2)
    (row,) = await index.page("garage", lambda row: row.labels == ("vip",), None, 5)
    assert row.at == AT  # an act is nothing that was said
