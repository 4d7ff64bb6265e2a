"""The web channel: widget and portal. What is stored and pushed is delivered; whoever was away calls `sync`."""

from storage.conversations import Conversation
from storage.messages import ChannelName, Delivery, Entry
from storage.shops import Shop


class WebChannel:
    """Nothing leaves the building: the hub's push and the log are the delivery."""

    name: ChannelName = "web"

    async def deliver(self, shop: Shop, conversation: Conversation, entry: Entry) -> Delivery | None:  # noqa: ARG002 - a channel is handed all three
        """Nothing to do and nothing to track."""
        return None
