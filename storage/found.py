"""Which conversations a search finds, and where in them: each asked word must be found somewhere in a conversation."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.conversations import Conversation, Conversations
from storage.messages import Messages
from storage.search import Hit, SearchIndex
from storage.search_words import asked_words, plain

_BEFORE, _AFTER = 40, 100  # characters of a snippet around what matched
_MOST_CLIENTS = 60  # clients of one asked word whose conversation is looked up


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that a search finds. `seq` and `text`: the newest message that matched, where one did."""

    conversation: Conversation
    seq: int | None = None
    text: str = ""


class Search:
    """Asks the index, and reads what it names."""

    def __init__(self, index: SearchIndex, conversations: Conversations, messages: Messages) -> None:
        self._index = index
        self._conversations = conversations
        self._messages = messages

    async def find(self, shop: str, query: str, limit: int) -> list[Found]:
        """At most `limit` conversations: those found by name or papers first, then by how new what matched is."""
        matched = [await self._by_conversation(shop, hits) for hits in await self._index.hits(shop, query)]
        if not matched or not all(matched):
            return []
        common = set.intersection(*(set(one) for one in matched))
        best = {one: self._best([hits[one] for hits in matched]) for one in common}
        order = sorted(common, key=lambda one: (best[one].seq is not None, -best[one].at.timestamp(), one))
        found = []
        for conversation_id in order[:limit]:
            conversation = await self._conversations.find(shop, conversation_id)
            if conversation is not None and conversation.last_seq:
                found.append(await self._with_text(conversation, best[conversation_id], query))
        return found

    async def _by_conversation(self, shop: str, hits: list[Hit]) -> Mapping[str, Hit]:
        """The newest hit of each conversation; a client's record counts for the client's conversation."""
        best: dict[str, Hit] = {}
        clients: dict[str, Hit] = {}
        for hit in hits:
            if hit.conversation is not None:
                best.setdefault(hit.conversation, hit)
            elif hit.client_id is not None:
                clients.setdefault(hit.client_id, hit)
        for client_id, hit in list(clients.items())[:_MOST_CLIENTS]:
            conversation = await self._conversations.find_by_key(shop, f"client:{client_id}")
            if conversation is not None:
                best[conversation.id] = hit  # who it is says more than what was said
        return best

    @staticmethod
    def _best(hits: list[Hit]) -> Hit:
        """A message where one matched, since it can be jumped to; but all by records is found by records."""
        said = [hit for hit in hits if hit.seq is not None]
        return max(said or hits, key=lambda hit: hit.at)

    async def _with_text(self, conversation: Conversation, hit: Hit, query: str) -> Found:
        if hit.seq is None:
            return Found(conversation)
        entry = await self._messages.find(conversation.shop, conversation.id, hit.id)
        return Found(conversation, hit.seq, _snippet(entry.text, query) if entry else "")


def _snippet(text: str, query: str) -> str:
    """The part of a text around the first asked word."""
    line = " ".join(text.split())
    folded = plain(line)
    places = [at for word in asked_words(query) if (at := folded.find(word)) >= 0] if len(folded) == len(line) else []
    begin = max(0, min(places, default=0) - _BEFORE)
    end = begin + _BEFORE + _AFTER
    return f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"
