"""The activity log and Client chats: everything is there, for those who may see it, and an export is whole."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chat.handoff import Event
from storage.activity import ActivityQuery, Actor, activity_entry
from storage.codec import to_document
from storage.conversations import Conversation, applied, new_conversation
from storage.labels import new_label
from storage.messages import Attachment, Author, Entry, Link, Rating, State
from storage.search import Posting
from storage.store import Storage
from tests.cast import MARIA, RAY
from tests.e2e.staff.conftest import Desk
from tests.portal_cast import OTHER_SCRIPT
from tests.unit.storage.test_episode import told

AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
NASTY = '<script>alert(1)</script> {{ 7*7 }} "><img src=x>'
FURTHER = re.compile(r'<a class="button second" href="([^"]*after=[^"]*)"')
STORY = [
    (Event.CLIENT_WRITES, 0),
    (Event.BOT_HANDS_OFF, 0.1),
    (Event.TAKE, 1),
    (Event.STAFF_WRITES, 1.5),
    (Event.STAFF_NOTES, 2),
    (Event.RESOLVE, 30),
    (Event.RATE, 31),
]


def chat_of(key: str, title: str, log: list[Entry], shop: str) -> tuple[Conversation, list[Entry]]:
    """A conversation with this log, and the log as its own."""
    conversation = new_conversation(shop, key, title=title, client_id=MARIA.id if key == "client:maria" else None)
    entries = [replace(one, id=f"{conversation.id}-{one.seq}", shop=shop, conversation=conversation.id) for one in log]
    for entry in entries:
        conversation = applied(conversation, entry)
    return conversation, entries


async def add_chat(store: Storage, key: str, title: str, log: list[Entry], shop: str = "garage") -> Conversation:
    """A conversation with this log, stored."""
    conversation, entries = chat_of(key, title, log, shop)
    await store.conversations.add(conversation)
    await store.messages.append(entries)
    return conversation


async def marias(store: Storage) -> Conversation:
    """Maria's chat: a word that must not run, a file, a note, labels, a rating."""
    log = told(*STORY)
    await store.labels.put(new_label("garage", "Fleet", "blue"))
    await store.labels.put(new_label("garage", "Warranty", "yellow"))
    log[6] = replace(log[6], state=replace(log[6].state, labels=("Fleet", "Gone", "Warranty")))
    log[0] = replace(log[0], text=NASTY, attachments=(Attachment(id="f1", name="brake.jpg", type="image/jpeg"),))
    log[4] = replace(log[4], text="she is a friend of Tom", mentions=("olga",))
    return await add_chat(store, "client:maria", "Maria Lopez", log)


def long_log(count: int) -> list[Entry]:
    author = Author(kind="client", name="Tom Reed", id="tom")
    return [
        Entry(
            id=str(seq),
            shop="garage",
            conversation="",
            seq=seq,
            client_prev=seq - 1,
            kind="message",
            author=author,
            at=AT + timedelta(minutes=seq),
            state=State(),
            text=f"message number {seq}",
        )
        for seq in range(1, count + 1)
    ]


async def test_only_owners_and_advisors_of_the_shop_see_chats_and_log(store: Storage, desks: dict[str, Desk]) -> None:
    chat = await marias(store)
    one = f"/staff/logs/chats/{chat.id}"
    lists = ("/staff/logs", "/staff/logs.jsonl", "/staff/logs.html")
    chats = ("/staff/logs/chats", "/staff/logs/chats.json", "/staff/logs/chats.html")
    for path in (*lists, *chats, one, f"{one}.json", f"{one}.html"):
        assert [await desks[name].status(path) for name in ("nobody", "tess")] == [303, 403], path
        assert [await desks[name].status(path) for name in ("olga", "ray")] == [200, 200], path
    for path in (one, f"{one}.json", f"{one}.html", "/staff/logs/chats/000000000000000000000000"):
        assert await desks["rita"].status(path) == 404, path
    for path in chats:
        assert "Maria" not in await desks["rita"].read(path), path


async def test_a_chat_is_shown_whole_and_as_text(store: Storage, desks: dict[str, Desk]) -> None:
    chat = await marias(store)
    page = await desks["ray"].read(f"/staff/logs/chats/{chat.id}?lang=en")
    for shown in (
        html.escape(NASTY, quote=False),
        "staff took the conversation",
        "she is a friend of Tom",
        "For Olga Novak",
        'href="/files/f1">brake.jpg',
        "Handed over:",
        "staff resolved it",
    ):
        assert shown in page.replace("&#34;", '"'), shown
    assert "rated the chat 3 of 5: “so so”" in page
    assert re.findall(r"<script(?! type=\"module\" src=)", page) == []
    assert "conversación" in (await desks["ray"].read(f"/staff/logs/chats/{chat.id}?lang=es")).casefold()


async def test_what_is_taken_along_is_whole_and_noted(store: Storage, desks: dict[str, Desk]) -> None:
    chat = await marias(store)
    await add_chat(store, "client:tom", "Tom Reed", long_log(1203))
    taken = json.loads(await desks["olga"].read("/staff/logs/chats.json"))
    assert {one["title"]: len(one["entries"]) for one in taken["conversations"]} == {"Maria Lopez": 7, "Tom Reed": 1203}
    numbers = [entry["seq"] for entry in taken["conversations"][0]["entries"]]
    assert numbers == sorted(numbers)
    only = json.loads(await desks["ray"].read(f"/staff/logs/chats/{chat.id}.json"))
    (one,) = only["conversations"]
    assert one["entries"][0]["text"] == NASTY
    assert one["entries"][0]["files"][0]["url"].endswith("/files/f1")
    assert one["entries"][6]["rating"] == {"score": 3, "comment": "so so"}
    assert not any("tracker" in entry or "identity" in entry for entry in one["entries"])

    response = await desks["ray"].get("/staff/logs/chats.html?lang=en")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in response.headers
    page = await response.text()
    assert re.search(r"<(script|link|img|iframe)\b", page) is None
    assert page.count("message number ") == 1203
    assert page.count('class="said') == 1203 + 4
    assert "</html>" in page

    noted = (await store.activity.list("garage", ActivityQuery(group="export"), 10)).entries
    assert [(one.action, one.actor.id, one.subject) for one in noted] == [
        ("export.chats", "ray", None),
        ("export.chat", "ray", "Maria Lopez"),
        ("export.chats", "olga", None),
    ]


async def test_nobody_signs_in_as_a_client_by_what_the_logs_show(store: Storage, desks: dict[str, Desk]) -> None:
    log = told((Event.CLIENT_WRITES, 0), (Event.BOT_ANSWERS, 0))
    address = "https://chat.example/s/garage/k/S3cr3t_t0ken-x"
    log[1] = replace(log[1], text=f"See {address}.", links=(Link("Your invoice", address),))
    chat = await add_chat(store, "client:tom", "Tom Reed", log)
    for path in (f"{chat.id}", f"{chat.id}.html", f"{chat.id}.json"):
        page = await desks["olga"].read(f"/staff/logs/chats/{path}")
        assert "Your invoice" in page
        assert "S3cr3t" not in page
        assert page.count("https://chat.example/s/garage/k/…") == 2
    assert "S3cr3t" not in await desks["olga"].read("/staff/logs/chats")


async def test_a_long_chat_is_read_a_page_at_a_time(store: Storage, desks: dict[str, Desk]) -> None:
    chat = await add_chat(store, "client:tom", "Tom Reed", long_log(700))
    path = f"/staff/logs/chats/{chat.id}"
    seen = [re.findall(r"message number (\d+)", await desks["ray"].read(f"{path}?page={n}")) for n in (1, 2, 3)]
    assert [int(number) for page in seen for number in page] == list(range(1, 701))
    assert "message number 700" in await desks["ray"].read(path)
    assert 'id="e301"' in await desks["ray"].read(f"{path}?at=301")
    for odd in ("page=0", "page=99", "page=-1", "at=99999999", "page=x"):
        assert await desks["ray"].status(f"{path}?{odd}") == 200


async def many(store: Storage) -> None:
    """Sixty chats, every third Ray's and resolved, every fifth about tires, two of them at the same moment."""
    chats = []
    for n in range(60):
        staff = n % 3 == 0
        steps = [(Event.CLIENT_WRITES, n // 2), (Event.RESOLVE, n // 2)] if staff else [(Event.CLIENT_WRITES, n // 2)]
        log = told(*steps)
        if staff:
            log[1] = replace(log[1], state=replace(log[1].state, assignee="ray"), rating=Rating(score=n % 5 + 1))
        if n % 5 == 0:
            log = [replace(one, state=replace(one.state, labels=("Tires",))) for one in log]
        chats.append(chat_of(f"visitor:{n}", f"Visitor {n:02d}", log, "garage"))
    await store.database["conversations"].insert_many([to_document(conversation) for conversation, _ in chats])
    await store.messages.append([entry for _, entries in chats for entry in entries])


async def listed(desk: Desk, query: str) -> list[int]:
    """The numbers of the chats of all pages."""
    found: list[int] = []
    path = f"/staff/logs/chats?{query}"
    while True:
        page = await desk.read(path)
        found += [int(number) for number in re.findall(r">Visitor (\d\d)<", page)]
        further = FURTHER.search(page)
        if further is None:
            return found
        path = html.unescape(further[1])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", set(range(60))),
        ("order=oldest", set(range(60))),
        ("status=resolved", {n for n in range(60) if n % 3 == 0}),
        ("person=ray&label=Tires", {n for n in range(60) if n % 15 == 0}),
        ("rating=4", {n for n in range(60) if n % 3 == 0 and n % 5 == 3}),
        ("channel=sms", set()),
        ("status=nonsense&order=sideways&from=x", set(range(60))),
        ("from=2026-03-12&to=2026-03-12", {n for n in range(60) if 14 <= n // 2 - 0 < 38 and n // 2 >= 14}),
        ("q=visitor+07", {7}),
    ],
    ids=["all", "oldest", "status", "person and label", "rating", "channel", "nonsense", "days", "words"],
)
async def test_chats_are_filtered_sorted_and_paged(
    store: Storage, desks: dict[str, Desk], query: str, wanted: set[int]
) -> None:
    await many(store)
    found = await listed(desks["olga"], query)
    assert (set(found), len(found)) == (wanted, len(wanted))
    hours = [n // 2 for n in found]
    assert hours == sorted(hours, reverse="oldest" not in query)
    taken = json.loads(await desks["olga"].read(f"/staff/logs/chats.json?{query}"))
    assert [int(one["title"].split()[1]) for one in taken["conversations"]] == found


async def test_search_finds_what_was_said_and_leads_to_it(store: Storage, desks: dict[str, Desk]) -> None:
    chat = await add_chat(store, "client:tom", "Tom Reed", long_log(700))
    said = f"{chat.id}-350"
    posting = Posting(id=said, shop="garage", words=("message", "350"), at=AT, conversation=chat.id, seq=350)
    await store.search_index.add([posting])
    page = await desks["ray"].read("/staff/logs/chats?q=message+350&lang=en")
    assert f'href="/staff/logs/chats/{chat.id}?at=350#e350"' in page
    assert "message number 350" in page
    assert "Tom Reed" not in await desks["ray"].read("/staff/logs/chats?q=message+350&status=open")
    assert "Tom Reed" not in await desks["rita"].read("/staff/logs/chats?q=message+350")


async def note_all(store: Storage) -> None:
    actor = Actor(kind="staff", id=RAY.id, name=RAY.name)
    nobody = Actor(kind="nobody", name="ray@garage.example")
    kinds = [
        (actor, "settings.changed"),
        (nobody, "sign_in.failed"),
        (actor, "people.added"),
        (actor, "odd.thing"),
    ]
    await store.activity.append_many(
        [
            activity_entry(
                "garage", who, action, subject=f"thing {n}", details={"why": NASTY}, at=AT + timedelta(hours=n)
            )
            for n, (who, action) in enumerate(kinds * 40)
        ]
    )


async def test_owners_see_the_whole_activity_log_and_advisors_all_but_security(
    store: Storage, desks: dict[str, Desk]
) -> None:
    await note_all(store)

    async def lines(name: str, query: str = "") -> list[dict[str, str]]:
        text = await desks[name].read(f"/staff/logs.jsonl?{query}")
        return [one for one in map(json.loads, text.splitlines()) if not one["action"].startswith("export")]

    owner, advisor = await lines("olga"), await lines("ray")
    assert len(owner) == 160
    assert {one["action"] for one in advisor} == {"settings.changed", "odd.thing"} - {"odd.thing"}
    assert len(advisor) == 40
    assert await lines("ray", "group=sign_in") == []
    assert len(await lines("olga", "group=sign_in")) == 40
    assert len(await lines("olga", "q=thing+159")) == 1
    assert await lines("rita") == []
    page = await desks["ray"].read("/staff/logs?lang=en")
    assert "could not sign in" not in page
    assert "Signing in" not in page
    assert "changed a setting" in page
    assert re.findall(OTHER_SCRIPT, page) == []
    whole = await desks["olga"].read("/staff/logs?lang=en")
    assert "could not sign in" in whole
    assert "odd: thing" in whole
    file = await desks["olga"].read("/staff/logs.html")
    assert file.count(html.escape(NASTY, quote=False).replace('"', "&#34;")) == 160
    assert "<script" not in file


async def test_the_log_is_read_page_by_page(store: Storage, desks: dict[str, Desk]) -> None:
    await note_all(store)
    found: list[str] = []
    path = "/staff/logs?q=thing"
    while True:
        page = await desks["olga"].read(path)
        found += re.findall(r"thing (\d+)<", page)
        further = FURTHER.search(page)
        if further is None:
            break
        path = html.unescape(further[1])
    assert [int(number) for number in found] == list(reversed(range(160)))
    assert await desks["olga"].status("/staff/logs?after=nonsense") == 200
