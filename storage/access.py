"""How a client comes in, as a whole: keys, codes, links, sessions, raised visitors, and the limits on guessing.

Whether a client may come in at all is `Client.portal.enabled`; whoever signs somebody in checks it first, and whoever
switches it off calls `close` right after, which ends what is open.
"""

from config.clock import utc_now
from storage import attempts, codes, keys, links, sessions, staff_devices, staff_links, visitors
from storage.attempts import Attempts
from storage.codes import Codes
from storage.hashing import Clock, Hasher
from storage.keys import Keys
from storage.links import Links
from storage.mongo import Database
from storage.sessions import Sessions
from storage.staff_devices import StaffDevices
from storage.staff_links import StaffLinks
from storage.visitors import Visitors

INDEXES = {
    Keys.name: keys.INDEXES,
    Codes.name: codes.INDEXES,
    Links.name: links.INDEXES,
    Sessions.name: sessions.INDEXES,
    Visitors.name: visitors.INDEXES,
    Attempts.name: attempts.INDEXES,
    StaffLinks.name: staff_links.INDEXES,
    StaffDevices.name: staff_devices.INDEXES,
}


class Access:
    """The ways in, of all shops, one attribute each."""

    def __init__(self, database: Database, secret_key: str, clock: Clock = utc_now) -> None:
        hasher = Hasher(secret_key)
        self.keys = Keys(database, hasher)
        self.codes = Codes(database, hasher, clock)
        self.links = Links(database, hasher, clock)
        self.sessions = Sessions(database, hasher, clock)
        self.visitors = Visitors(database, hasher, clock)
        self.attempts = Attempts(database, hasher, clock)
        self.staff_links = StaffLinks(database, hasher, clock)
        self.staff_devices = StaffDevices(database, hasher, clock)

    async def sign_in_with_key(self, shop: str, key: str, address: str) -> str | None:
        """The client whose login key this is, or None. Raises `TooManyAttempts` for a wrong key after many.

        A right key always works, however many wrong ones the same address has tried: 60 bits cannot be guessed, and a
        waiting room shares one address.
        """
        client_id = await self.keys.verify(shop, key)
        if client_id is None:
            await self.attempts.claim(shop, "key", "", address)
        return client_id

    async def request_code(self, shop: str, contact: str, address: str) -> str:
        """A code for a number or e-mail address, to be sent only if it is on file. Raises `TooManyAttempts`.

        Ask for it whether or not the contact is known, and use the same words: then nothing tells.
        """
        await self.attempts.claim(shop, "code_request", contact, address)
        return await self.codes.issue(shop, contact)

    async def check_code(self, shop: str, contact: str, code: str, address: str) -> bool:
        """Whether this is the contact's code; it is spent if so. Raises `TooManyAttempts`."""
        await self.attempts.claim(shop, "code", contact, address)
        right = await self.codes.verify(shop, contact, code)
        if right:
            await self.attempts.forgive(shop, "code", contact, address)
        return right

    async def close(self, shop: str, client_id: str) -> None:
        """End whatever is open for a client: sessions, links, raised visitors. The login key stays, for later."""
        await self.links.revoke_all_for_client(shop, client_id)
        await self.visitors.lower_all_for_client(shop, client_id)
        await self.sessions.end_all_for_client(shop, client_id)
