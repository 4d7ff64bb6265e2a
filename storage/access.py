"""How one comes in, as a whole: keys, codes, links, sessions, raised visitors, tokens, and the limits on guessing.

Whether a client may come in at all is `Client.portal.enabled`; whoever signs somebody in checks it first, and whoever
switches it off calls `close` right after, which ends what is open.
"""

from config.clock import utc_now
from storage import api_tokens, attempts, codes, devices, keys, links, sessions, staff_links, visitors
from storage.api_tokens import ApiTokens
from storage.attempts import Attempts
from storage.codes import Codes
from storage.devices import Devices
from storage.hashing import Clock, Hasher
from storage.keys import Keys
from storage.links import Links
from storage.mongo import Database
from storage.sessions import Sessions
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
    Devices.name: devices.INDEXES,
    ApiTokens.name: api_tokens.INDEXES,
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
        self.devices = Devices(database, hasher, clock)
        self.api_tokens = ApiTokens(database, hasher, clock)

    async def sign_in_with_key(self, shop: str, key: str, address: str) -> str | None:
        """The client whose login key this is, or None. Raises `TooManyAttempts` for a wrong key after many.

        A right key always works, however many wrong ones the same address has tried: 60 bits cannot be guessed, and a
        waiting room shares one address.
        """
        client_id = await self.keys.verify(shop, key)
        if client_id is None:
            await self.attempts.claim(shop, "key", "", address)
        return client_id

    async def request_code(self, shop: str, contact: str, address: str, asker: str, device: str | None = None) -> str:
        """A code for a number or e-mail address, to be sent only if it is on file. Raises `TooManyAttempts`.

        `asker` is the form or the conversation that it counts in, and `device` the browser's token where the contact's
        owner has signed in in it before: no one else can use up what may be sent to them then.

        Ask for it whether or not the contact is known, and use the same words: then nothing tells.
        """
        if device is None:
            await self.attempts.claim(shop, "code_request", contact, address)
        else:
            await self.attempts.claim(shop, "code_request_known", contact, device)
        return await self.codes.issue(shop, contact, asker)

    async def check_code(self, shop: str, contact: str, code: str, address: str, asker: str) -> bool:
        """Whether this is the code that `asker` has for the contact; it is spent if so. Raises `TooManyAttempts`."""
        account = f"{contact} {asker}"  # guesses made elsewhere are at no code of this asker's
        await self.attempts.claim(shop, "code", account, address)
        right = await self.codes.verify(shop, contact, code, asker)
        if right:
            await self.attempts.forgive(shop, "code", account, address)
        return right

    async def close(self, shop: str, client_id: str) -> None:
        """End whatever is open for a client: sessions, links, raised visitors. The login key stays, for later."""
        await self.links.revoke_all_for_client(shop, client_id)
        await self.visitors.lower_all_for_client(shop, client_id)
        await self.sessions.end_all_for_client(shop, client_id)
