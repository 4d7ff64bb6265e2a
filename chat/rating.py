"""A client's word on how it was: an act in the log of a resolved conversation. The last one of an episode counts."""

from chat.draft import Draft
from chat.handoff import Event, NotAllowed
from chat.hub import Hub
from storage.conversations import Conversation
from storage.messages import Author, Rating


async def rate(hub: Hub, conversation: Conversation, by: Author, rating: Rating) -> Conversation:
    """Write the rating down; the same again is not written. Raises `NotAllowed` where nothing is resolved."""
    if conversation.last_seq == 0:
        raise NotAllowed(Event.RATE, conversation.status)
    head = await hub.writer.refresh(conversation)
    if head.status == "resolved" and head.rating == rating:
        return head
    draft = Draft(conversation=head, event=Event.RATE, kind="act", act="rated", author=by, rating=rating)
    return (await hub.writer.append(draft)).conversation
