"""Files that go with a message: who may send which. An upload is its sender's alone, until a message has claimed it."""

from collections.abc import Collection

from chat.events import Message, ProtocolError
from storage.conversations import Conversation
from storage.files import Claim, NoSuchFile
from storage.messages import Attachment, entry_id
from storage.store import Storage


def staff_uploader(staff_id: str) -> str:
    """As whom a member of staff uploads."""
    return f"staff:{staff_id}"


def client_uploaders(client_id: str | None, visitor: str | None) -> list[str]:
    """As whom a client's peer uploads, the surest first: a visitor that has proved who it is, is both.

    `visitor` is the hash of its token.
    """
    known = [f"client:{client_id}"] if client_id else []
    return [*known, f"visitor:{visitor}"] if visitor else known


async def claim_files(
    store: Storage, conversation: Conversation, message: Message, *, uploaders: Collection[str], private: bool = False
) -> tuple[Attachment, ...]:
    """The files of a message that is about to be stored. Raises `ProtocolError` `not_found` for what is not theirs."""
    if not message.attachments:
        return ()
    claim = Claim(
        shop=conversation.shop,
        uploaders=uploaders,
        conversation=conversation.id,
        entry=entry_id(conversation.id, ref=message.ref),
        private=private,
    )
    try:
        return await store.files.claim(message.attachments, claim)
    except NoSuchFile as error:
        raise ProtocolError("not_found", "attachments: there is no such upload") from error
