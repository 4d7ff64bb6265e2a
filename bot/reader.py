"""What a message means, by the shop's own model and, where there is one, a Rasa server.

The one function that the chat and the command line use.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

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
        # Reading takes longer than all else of a turn: messages are stored and acked meanwhile. One at a time: more
        # threads would only take the interpreter from each other.
        self._thread = ThreadPoolExecutor(1, "reading")

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
        model = self._models.for_shop(shop.slug)
        read = partial(model.understand, text, now=now, shop=shop, vehicles=vehicles, default_language=default_language)
        own = await asyncio.get_running_loop().run_in_executor(self._thread, read)
        return own if self._rasa is None else await self._rasa.revise(own, message_id)
