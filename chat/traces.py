"""What entries leave behind beside the conversation's document: episodes that ended or changed after their end, and the
activity log's lines of what staff did.

All of it follows from the log, so writing it twice is writing it once: `trace_again` makes it up for a process that
died, and the command `trace` for everything there ever was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from storage.activity import ActivityEntry, Actor, activity_entry
from storage.conversations import Conversation, applied
from storage.episode import Episode, fold, folded, followed
from storage.messages import Entry
from storage.store import Storage

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Traces:
    """What is to be written since the last time, each by its id."""

    ended: dict[str, Episode] = field(default_factory=dict)
    begun: dict[str, Conversation] = field(default_factory=dict)  # by the id of the episode that began
    acts: dict[str, ActivityEntry] = field(default_factory=dict)

    def add(self, conversation: Conversation, entry: Entry) -> None:
        """`entry` was written, and `conversation` is what it is with it."""
        episode = conversation.episode
        if episode is not None and changes_an_end(entry):
            self.ended[episode.id] = episode
        if episode is not None and episode.first_seq == entry.seq and episode.number > 1:
            self.begun[episode.id] = conversation
        act = act_of_staff(entry, conversation.title)
        if act is not None:
            self.acts[act.id] = act

    def joined(self, later: "Traces") -> "Traces":
        """These and what came later."""
        return Traces(self.ended | later.ended, self.begun | later.begun, self.acts | later.acts)

    async def write(self, store: Storage) -> None:
        """Write it."""
        await store.episodes.put_many(list(self.ended.values()))
        for conversation in self.begun.values():
            episode = conversation.episode
            if episode is not None and not await store.episodes.mark_followed(episode):
                # another process wrote the end of the one before, and its document comes later, or never
                await trace_again(store, conversation, (), episode.first_seq)
        await store.activity.append_many(list(self.acts.values()))


def changes_an_end(entry: Entry) -> bool:
    """Whether it ends an episode, changes one that has ended (a rating, a label), or opens one again."""
    return entry.state.status == "resolved" or entry.act == "reopened"


def leaves_traces(entry: Entry) -> bool:
    """Whether anything beside the conversation's document follows from the entry alone."""
    return entry.kind == "act" or changes_an_end(entry)


def act_of_staff(entry: Entry, title: str) -> ActivityEntry | None:
    """The activity log's line of what a member of staff did in a conversation, other than write."""
    if entry.kind != "act" or entry.author.kind != "staff" or entry.act is None:
        return None
    details = {"conversation": entry.conversation}
    if entry.act == "snoozed" and entry.state.until is not None:
        details["until"] = entry.state.until.isoformat(timespec="minutes")
    elif entry.text:
        details["what"] = entry.text
    return activity_entry(
        entry.shop,
        Actor(kind="staff", id=entry.author.id, name=entry.author.name),
        f"conversation.{entry.act}",
        subject=title,
        details=details,
        at=entry.at,
        ref=entry.id,
    )


async def trace_again(store: Storage, conversation: Conversation, telling: Sequence[Entry], since: int) -> None:
    """Write what the log from entry `since` on left behind; `telling` are those of its entries that `leaves_traces`.

    Episodes are read again from their first entry; where none ended, nothing is read.
    """
    numbers = {entry.state.episode for entry in telling if changes_an_end(entry)}
    episode = conversation.episode
    if episode is not None and episode.number > 1 and episode.first_seq >= since:
        numbers.add(episode.number - 1)
    if numbers:
        log = await _read_back(store, conversation, min(numbers))
        await store.episodes.put_many([one for one in fold(log) if one.number in numbers])
    await store.activity.append_many(_acts(telling, conversation.title))


async def trace_shop(store: Storage, shop: str) -> int:
    """`trace_all` for every conversation of the shop; how many they were."""
    count = 0
    for conversation_id in [one.id async for one in store.chats.all_of(shop)]:
        conversation = await store.conversations.find(shop, conversation_id)
        if conversation is not None:
            await trace_all(store, conversation)
            count += 1
    return count


async def trace_all(store: Storage, conversation: Conversation) -> None:
    """Make everything that follows from the conversation's whole log again. Nobody may write in it meanwhile."""
    made = conversation
    episode: Episode | None = None
    people: tuple[str, ...] = ()
    seq = 0
    while entries := await store.messages.after(conversation.shop, conversation.id, seq, _PAGE):
        ended: list[Episode] = []
        for entry in entries:
            before, episode = episode, folded(episode, entry)
            if before is not None and before.number != episode.number:
                ended.append(followed(before, episode))
            if entry.seq > made.last_seq:
                made = applied(made, entry)
        people += tuple(dict.fromkeys(share.id for one in (*ended, episode) if one for share in one.shares))
        await store.episodes.put_many(ended)
        await store.activity.append_many(_acts(entries, conversation.title))
        seq = entries[-1].seq
    if episode is not None and episode.resolved_at is not None:
        await store.episodes.put_many([episode])
    await store.conversations.project_many([replace(made, episode=episode, people=tuple(dict.fromkeys(people)))])


def _acts(entries: Iterable[Entry], title: str) -> list[ActivityEntry]:
    acts = (act_of_staff(entry, title) for entry in entries)
    return [act for act in acts if act is not None]


async def _read_back(store: Storage, conversation: Conversation, number: int) -> list[Entry]:
    """The log from the first entry of episode `number` on."""
    entries: list[Entry] = []
    before = conversation.last_seq + 1
    while page := await store.messages.before(conversation.shop, conversation.id, before, _PAGE):
        entries = [entry for entry in page if entry.state.episode >= number] + entries
        before = page[0].seq
        if page[0].state.episode < number:
            break
    return entries
