"""Programs that come with an API token: as whom they act, and how many wrong tokens may be tried."""

from dataclasses import dataclass

from storage.api_tokens import ApiToken
from storage.staff import Staff
from storage.store import Storage


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that counts, and the person as whom its holder acts: with their role, and no more."""

    token: ApiToken
    staff: Staff


async def find_bearer(store: Storage, text: str, address: str) -> Bearer | None:
    """Who comes with this token, or None. Raises `TooManyAttempts` for one that does not count, after many such.

    One that counts always works, whatever others have tried: 202 bits cannot be guessed, and what is limited is the
    trouble that guesses make. The shop of a guess nobody knows, so they count by address and all together.
    """
    token = await store.api_tokens.verify(text)
    staff = None if token is None else await store.staff.find(token.shop, token.staff_id)
    if token is None or staff is None or not staff.active:
        await store.attempts.claim("", "api_token", "", address)
        return None
    await store.api_tokens.note_use(token)
    return Bearer(token, staff)
