"""Inviting a client to their portal: by e-mail, by text, or a link to copy, each with a link of its own to sign in.

A press of the button makes one link however often it is sent, for its number is the link's. A login key goes along only
when it was made by that same press; then what is sent is deleted a day later, since nothing else here keeps a key.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from config.clock import utc_now
from portal_views.staff_access import StaffRequest
from portal_views.texts import texts_for
from storage.clients import Client
from storage.outbox import OutboxRow
from storage.proof import LinkScope

Way: TypeAlias = Literal["email", "sms", "copy"]

_TO_LOGIN: Final = LinkScope(page="login")
_BEST_BEFORE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a press came to: the link, where it was made just now; the key, likewise."""

    url: str | None
    key: str | None


async def hindrances(asked: StaffRequest, client: Client) -> dict[Way, str]:
    """Why something cannot be sent (the last part of a text's key), by way; nothing where it can."""
    store, shop = asked.context.store, asked.shop
    agreed = await store.consents.allows(shop.slug, client, "service")
    found: dict[Way, str] = {}
    if client.email is None:
        found["email"] = "no_email"
    elif not agreed:
        found["email"] = "no_consent"
    if shop.sms_number is None:
        found["sms"] = "no_number"
    elif not client.phones:
        found["sms"] = "no_phone"
    elif await store.consents.is_stopped(shop.slug, client.phones[0]):
        found["sms"] = "stopped"
    elif not agreed:
        found["sms"] = "no_consent"
    return found


async def invite(asked: StaffRequest, client: Client, way: Way, press: str, *, with_key: bool) -> Invitation:
    """Make the link (and the key), and put the message into the outbox. The same press again changes nothing."""
    store, slug = asked.context.store, asked.shop.slug
    token = await store.links.mint_once(slug, client.id, _TO_LOGIN, "invitation", press)
    if token is None:
        return Invitation(url=None, key=None)
    key = await store.keys.issue_once(slug, client.id, press, asked.staff.id) if with_key else None
    url = f"{asked.context.settings.public_url}/s/{slug}/k/{token}"
    if way != "copy":
        await store.outbox.add(_row(asked, client, way, press, Invitation(url=url, key=key)))
        asked.context.live.outbox_filled()
    if key is not None:
        await asked.note("access.key_made", client.name)
    await asked.note("access.link_made", client.name, {"for": "invitation", "by": way, "page": "login"})
    return Invitation(url=url, key=key)


def _row(asked: StaffRequest, client: Client, way: Way, press: str, made: Invitation) -> OutboxRow:
    t = texts_for(client.language or asked.shop.language)
    parts = [t(f"invitation.{way}", shop=asked.shop.name, name=client.first_name, url=made.url or "")]
    if made.key is not None:
        parts.append(t("invitation.key", login_key=made.key))
    now = utc_now()
    return OutboxRow(
        shop=asked.shop.slug,
        kind="email" if way == "email" else "sms",
        to=(client.email or "") if way == "email" else client.phones[0],
        subject=t("invitation.subject", shop=asked.shop.name) if way == "email" else None,
        text="\n".join(parts),
        purpose="invitation",
        dedupe_key=f"invitation:{press}",
        best_before=now + _BEST_BEFORE,
        expires_at=now + _BEST_BEFORE if made.key is not None else None,
    )
