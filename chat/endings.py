"""Who may come in no more: their connections close here at once, and in every other process when it hears of it."""

from collections.abc import Awaitable, Callable, Mapping

from chat.events import Json
from chat.inbox import StaffNamespace
from chat.neighbours import ENDED, NO_ROOM
from chat.widget import ClientNamespace


class Endings:
    """Closes connections. A note that another process misses costs a minute: `ClientPeers.check_known`, which goes
    round, and `StaffNamespace.check_sessions` look at the database.
    """

    def __init__(self, clients: ClientNamespace, staff: StaffNamespace) -> None:
        self._clients = clients
        self._staff = staff
        self._close: Mapping[str, Callable[[str, str], Awaitable[None]]] = {
            "session": self._end_session,
            "token": staff.end_token,
            "client": clients.end_client,
        }

    async def session(self, shop: str, session_id: str) -> None:
        """Somebody signed out, or was signed out: their sockets go too."""
        await self._end("session", shop, session_id)

    async def token(self, shop: str, token_id: str) -> None:
        """An API token was revoked: its sockets go too."""
        await self._end("token", shop, token_id)

    async def client(self, shop: str, client_id: str) -> None:
        """A client may come in no more: whatever they had open goes, a visitor's chat that a code had raised too."""
        await self._end("client", shop, client_id)

    async def heard(self, note: Json) -> None:
        """Another process closed these: do the same."""
        await self._close[note["kind"]](note["shop"], note["id"])

    async def _end(self, kind: str, shop: str, ended: str) -> None:
        await self._close[kind](shop, ended)
        await self._clients.push(ENDED, {"kind": kind, "shop": shop, "id": ended}, room=NO_ROOM)

    async def _end_session(self, shop: str, session_id: str) -> None:
        await self._clients.end_session(shop, session_id)
        await self._staff.end_session(shop, session_id)
