"""The commands for API tokens: `token create`, `token list`, `token revoke`."""

import argparse
import sys
from datetime import timedelta

from config.clock import utc_now
from storage.activity import Actor
from storage.api_tokens import token_details
from storage.shops import Shop
from storage.store import Storage

_OPERATOR = Actor(kind="system", name="server.py")
_LONGEST_DAYS = 3650


async def run_token_command(store: Storage, options: argparse.Namespace) -> int:
    """Do what the command line says. The exit status: 1 when it cannot be done, said in one line."""
    shop = await store.shops.find(options.shop)
    if shop is None:
        return _refuse(f"there is no shop {options.shop!r}")
    if options.act == "create":
        return await _create(store, shop, options)
    if options.act == "revoke":
        return await _revoke(store, shop, options.id)
    return await _list(store, shop)


async def _create(store: Storage, shop: Shop, options: argparse.Namespace) -> int:
    known = await store.staff.find_by_email(options.email)
    person = next((one for one in known if one.shop == shop.slug and one.active), None)
    if person is None:
        return _refuse(f"nobody active in {shop.slug} has this e-mail address")
    if not options.label.strip():
        return _refuse("--label: say what the token is for")
    if options.days is not None and not 1 <= options.days <= _LONGEST_DAYS:
        return _refuse(f"--days: between 1 and {_LONGEST_DAYS}")
    lifetime = None if options.days is None else timedelta(days=options.days)
    made = await store.api_tokens.make(shop.slug, person.id, options.label, lifetime=lifetime)
    if made is None:  # with no press of a button there is nothing to meet
        return _refuse("not made; try again")
    token, text = made
    await store.activity.append(
        shop.slug, _OPERATOR, "people.token_made", token.label, token_details(token, person.name)
    )
    print(f"It acts as {person.name} ({person.role}). Keep it now: it is not shown again.", file=sys.stderr)
    print(text)
    return 0


async def _list(store: Storage, shop: Shop) -> int:
    people = {one.id: one.name for one in await store.staff.list(shop.slug)}
    for token in await store.api_tokens.list(shop.slug):
        ends = "until revoked" if token.expires_at is None else f"until {token.expires_at:%Y-%m-%d %H:%M} UTC"
        if not token.counts(utc_now()):
            ends = "over"
        used = "never used" if token.used_at is None else f"used {token.used_at:%Y-%m-%d %H}:00 UTC"
        print(f"{token.id}  {people.get(token.staff_id, '?')}  {token.label}  {ends}  {used}")
    return 0


async def _revoke(store: Storage, shop: Shop, token_id: str) -> int:
    token = await store.api_tokens.revoke(shop.slug, token_id)
    if token is None:
        return _refuse(f"{shop.slug} has no token {token_id!r}")
    person = await store.staff.find(shop.slug, token.staff_id)
    details = token_details(token, person.name if person is not None else "")
    await store.activity.append(shop.slug, _OPERATOR, "people.token_revoked", token.label, details)
    print(f"{token.label}: revoked")
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
