"""The activity log: who did what when. Entries are only ever added; there is no way to change one or take it away.

An action is `group.what`: `sign_in.done`, `sign_in.failed`, `sign_in.out`, `people.added`, `people.removed`,
`settings.changed`, `access.switched_off`, `access.key_made`, `access.link_made`, `conversation.resolved`,
`estimate.decided`, `visit.moved`, `change_request.accepted`, `import.done`, `export.chats`. Details say what changed,
in words of the caller's own, and never a secret: what is named like one is struck out here, whoever sends it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pymongo import IndexModel

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.ids import new_id, record_id
from storage.mongo import Database, insert_new
from storage.stretches import BEGINNING, parse_place, place, read_stretches

ActorKind: TypeAlias = Literal["staff", "client", "bot", "system", "nobody"]

GROUPS = (
    "sign_in",
    "people",
    "settings",
    "access",
    "conversation",
    "estimate",
    "visit",
    "change_request",
    "consent",
    "import",
    "export",
)
# Who signed in from where, who may work here and who took data out: the owner's to see.
SECURITY = frozenset({"sign_in", "people", "export"})

STRUCK_OUT = "•••"
_SECRET = re.compile(
    r"password|passphrase|secret|token|totp|credential|recovery|(?:^|_)(?:key|code|otp)s?$", re.IGNORECASE
)
_LONGEST = 300
_MOST_DETAILS = 20
_LOOK_THROUGH = 20_000  # entries that one search looks at before it says how far it came


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it. `nobody` is somebody who could not say who they are: a failed sign-in, under the name they gave."""

    kind: ActorKind
    id: str | None = None  # staff or client id
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntry:
    """One thing that was done. `subject` is what it was done to, as people call it."""

    id: str
    shop: str
    at: datetime
    actor: Actor
    action: str
    group: str  # of the action: before the dot
    subject: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None  # the network address it came from


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityQuery:
    """Which entries: all that is given must hold. `q` are words anywhere in an entry."""

    actor: str | None = None  # staff or client id
    group: str | None = None
    groups: frozenset[str] | None = None  # those that the reader may see; None: all
    earliest: datetime = BEGINNING
    latest: datetime | None = None  # not this moment itself
    q: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Entries, newest first, and the `cursor` that goes on after them; None at the end.

    A search for something rare stops after a while, so a page with a cursor may be short.
    """

    entries: tuple[ActivityEntry, ...]
    cursor: str | None


INDEXES = [
    IndexModel([("shop", 1), ("at", 1)], name="activity_at"),
    IndexModel([("shop", 1), ("actor.id", 1), ("at", 1)], name="activity_actor"),
    IndexModel([("shop", 1), ("group", 1), ("at", 1)], name="activity_group"),
]


def activity_entry(
    shop: str,
    actor: Actor,
    action: str,
    *,
    subject: str | None = None,
    details: Mapping[str, str],
    at: datetime,
    address: str | None = None,
    ref: str | None = None,
) -> ActivityEntry:
    """An entry as it is kept: nothing in it is a secret or without end. The same `ref` is the same entry."""
    return ActivityEntry(
        id=new_id() if ref is None else record_id(shop, "activity", ref),
        shop=shop,
        at=at,
        actor=actor,
        action=action,
        group=action.partition(".")[0],
        subject=None if subject is None else subject[:_LONGEST],
        details={name: _kept(name, str(text)) for name, text in list(details.items())[:_MOST_DETAILS]},
        address=address or None,
    )


class Activity:
    """The activity log of every shop."""

    name = "activity"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def append(  # noqa: PLR0917  # a sentence: who did what to whom, what changed, when
        self,
        shop: str,
        actor: Actor,
        action: str,
        subject: str | None = None,
        details: Mapping[str, str] | None = None,
        at: datetime | None = None,
        *,
        address: str | None = None,
        ref: str | None = None,
    ) -> None:
        """Note that `actor` did `action` (`group.what`) to `subject`. With a `ref`, doing it twice notes it once."""
        entry = activity_entry(
            shop, actor, action, subject=subject, details=details or {}, at=at or utc_now(), address=address, ref=ref
        )
        await self.append_many([entry])

    async def append_many(self, entries: Sequence[ActivityEntry]) -> None:
        """Note several at once; those that are there already stay as they are."""
        await insert_new(self._collection, [to_document(entry) for entry in entries])

    async def list(self, shop: str, query: ActivityQuery, limit: int, cursor: str | None = None) -> ActivityPage:
        """At most `limit` entries that fit, newest first, from where `cursor` of the page before stopped."""
        after = parse_place(cursor) if cursor else None
        latest = query.latest or utc_now() + timedelta(days=1)
        if after is not None:
            latest = min(latest, after[0] + timedelta(milliseconds=1))
        words = query.q.casefold().split()
        found: list[Document] = []
        looked = 0
        async for documents in read_stretches(
            self._collection, [_where(shop, query)], "at", max(query.earliest, BEGINNING), latest
        ):
            for document in documents:
                if after is not None and (document["at"], document["_id"]) >= after:
                    continue
                looked += 1
                if _fits(document, query, words):
                    found.append(document)
                if len(found) > limit:
                    return _page(found[:limit], found[limit - 1])
                if looked >= _LOOK_THROUGH:
                    return _page(found, document)
        return _page(found, None)


def _where(shop: str, query: ActivityQuery) -> Document:
    """An equality prefix of one index; what else is asked is looked at in what it finds."""
    if query.actor is not None:
        return {"shop": shop, "actor.id": query.actor}
    return {"shop": shop, "group": query.group} if query.group is not None else {"shop": shop}


def _fits(document: Document, query: ActivityQuery, words: Sequence[str]) -> bool:
    if query.group is not None and document["group"] != query.group:
        return False
    if query.groups is not None and document["group"] not in query.groups:
        return False
    if not words:
        return True
    parts = [document["action"], document["actor"].get("name", ""), document.get("subject", "")]
    text = " ".join([*parts, document.get("address", ""), *document.get("details", {}).values()]).casefold()
    return all(word in text for word in words)


def _page(found: Sequence[Document], last: Document | None) -> ActivityPage:
    cursor = None if last is None else place(last["at"], last["_id"])
    return ActivityPage(tuple(from_document(ActivityEntry, document) for document in found), cursor)


def _kept(name: str, text: str) -> str:
    return STRUCK_OUT if _SECRET.search(name) else text[:_LONGEST]
