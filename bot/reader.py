"""What a message means, by the shop's own model and, where there is one, a Rasa server.

The one function that the chat and the command line use.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.rasa_parse import RasaReader
from bot.understanding import Language, Understanding
from bot.understanding.shop_models import Models
from storage.shops import Shop
from storage.vehicles import Vehicle


class Reader:
    """Reads messages for all shops of the process."""

    def __init__(self, models: Models, rasa: RasaReader | None = None) -> None:
        self._models = models
        self._rasa = rasa

    async def understand(
        self,
        text: str,
        *,
        now: datetime,
        shop: Shop,
        vehicles: Sequence[Vehicle] = (),
        default_language: Language | None = None,
        message_id: str = "",
    ) -> Understanding:
        """What `text` means to `shop` at `now` (aware). `vehicles` are the client's own. Never raises on any text."""
        own = self._models.for_shop(shop.slug).understand(
            text, now=now, shop=shop, vehicles=vehicles, default_language=default_language
        )
        return own if self._rasa is None else await self._rasa.revise(own, message_id)
