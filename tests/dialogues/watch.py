"""What may not be said to whom: read from the records of the cast, so that a new record is watched too."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bot.turn import Answer
from bot.understanding.features import fold
from storage.accounts import ClientAccount
from storage.clients import Client, sections_for
from storage.phones import format_phone
from storage.store import Storage
from tests.dialogues.people import NOW, SHOP

# an amount of money: with its sign, or with two places and no sign
_MONEY = re.compile(
    r"\$\s?(\d[\d,]*(?:\.\d{1,2})?)|(?<![\d.,:/-])(\d[\d,]*\.\d{2})(?![\d.])|(\d[\d,.]*)\s?(?:dollars|bucks|usd|d[oó]lares)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"/k/[\w-]+")  # a link's token is chance, and may look like anything


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is private of one client: words (as regular text), and amounts in cents that may be told to them."""

    full_name: str = ""
    names: frozenset[str] = frozenset()  # told apart by case: "Rosa", not "rosa"
    words: frozenset[str] = frozenset()  # numbers, plates, addresses, cars, ids: in any case
    amounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One answer, all of it that the peer sees, and all that the peer has said in this conversation."""

    shown: str
    said: str

    @classmethod
    def of(cls, answer: Answer, said: str) -> "Told":
        """Everything of an answer that reaches the peer."""
        buttons = json.dumps([[button.title, button.payload] for button in answer.buttons], ensure_ascii=False)
        links = " ".join(f"{link.title} {link.url}" for link in answer.links)
        return cls(shown=_TOKEN.sub("/k/", f"{answer.text}\n{buttons}\n{links}"), said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The facts of everybody, and what anybody may know."""

    facts: dict[str, Facts]
    listed: frozenset[int]  # prices on the shop's list
    public: str

    def leaks(self, told: Told, own: Iterable[Facts], *, names: Iterable[str] = ()) -> list[str]:
        """What is said that may not be: others' facts, and amounts from nowhere.

        `own` is what this peer may hear; `names` are the clients whose first name may be said.
        """
        mine = list(own)
        first = {self.facts[client].full_name.split()[0] for client in names}
        return [
            *self._others(told, mine, first),
            *(f"{cents / 100:.2f}" for cents in _amounts(told.shown) if not self._may_say(cents, told, mine)),
        ]

    def _others(self, told: Told, mine: list[Facts], first: set[str]) -> list[str]:
        shown, said = fold(told.shown), _letters(f"{told.said}\n{self.public}")
        words = {word for facts in mine for word in facts.words}
        known = first | {name for facts in mine for name in facts.names}
        every = self.facts.values()
        found = [word for facts in every for word in facts.words - words if _is_in(fold(word), shown)]
        found += [name for facts in every for name in facts.names - known if _is_in(name, told.shown)]
        return [word for word in found if _letters(word)[-10:] not in said]  # of a phone, without the country's code

    def _may_say(self, cents: int, told: Told, mine: list[Facts]) -> bool:
        return cents in self.listed or any(cents in facts.amounts for facts in mine) or _is_said(cents, told.said)


def _is_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _letters(text: str) -> str:
    """Letters and digits only: a number may be said in one way and repeated in another."""
    return "".join(character for character in fold(text) if character.isalnum())


def _amounts(text: str) -> set[int]:
    found = ("".join(groups) for groups in _MONEY.findall(text))
    return {round(float(number.replace(",", "").rstrip(".")) * 100) for number in found}


def _is_said(cents: int, said: str) -> bool:
    """Whether the peer has said this number."""
    numbers = {number.replace(",", "").rstrip(".") for number in re.findall(r"\d[\d,.]*", said)}
    return any(number.count(".") <= 1 and round(float(number) * 100) == cents for number in numbers)


async def watch_over(store: Storage) -> Watch:
    """Everything on file now."""
    clients = await store.clients.list(SHOP.slug)
    facts = {client.id: await _facts(store, client) for client in clients}
    card = [SHOP.name, SHOP.phone, SHOP.email, SHOP.address.one_line, format_phone(SHOP.phone, "US")]
    card += [title for service in SHOP.services for title in service.name.values()]
    prices = frozenset(service.price_from for service in SHOP.services if service.price_from is not None)
    return Watch(facts=facts, listed=prices, public="\n".join(card))


async def _facts(store: Storage, client: Client) -> Facts:
    shop, own = SHOP.slug, client.id
    words = {own, client.email or "", *client.phones, *(format_phone(phone, "US") for phone in client.phones)}
    for vehicle in await store.vehicles.list_for_client(shop, own):
        words |= {vehicle.id, vehicle.make, vehicle.model, vehicle.plate or "", vehicle.vin or ""}
    account = await store.accounts.for_client(SHOP, own, NOW.astimezone(SHOP.zone).date())
    for view in account.invoices:
        words |= {view.invoice.id, view.invoice.number, view.invoice.pay_url or ""}
        words |= {line.description for line in view.invoice.lines if line.description != "Labor"}
    for order in await store.work_orders.list_for_client(shop, own):
        words |= {order.id, order.number, order.note or ""}
    for inspection in await store.inspections.list_for_client(shop, own):
        words |= {item.note for item in inspection.items if item.note}
    for estimate in await store.estimates.list_for_client(shop, own):
        words |= {estimate.id, estimate.number}
    payments = await store.payments.list_for_client(shop, own)
    words |= {payment.reference for payment in payments if payment.reference}
    names = frozenset({client.name, *client.name.split()})
    amounts = await _may_hear(store, client, account)
    return Facts(full_name=client.name, names=names, words=frozenset(words - {""} - _TOO_COMMON), amounts=amounts)


# ids that are also words which anybody may say
_TOO_COMMON = frozenset({"maria", "pedro", "nina", "tom", "ann", "sam", "rosa", "lena"})


async def _may_hear(store: Storage, client: Client, account: ClientAccount) -> frozenset[int]:
    """The amounts on the file, and their sums: a balance, what was paid by card, this year's payments."""
    sections, amounts = sections_for(SHOP, client), set[int]()
    if sections["invoices"]:
        amounts |= _sums([view.invoice.total for view in account.invoices])
        amounts |= _sums([view.balance for view in account.invoices])
        amounts |= {line.amount for view in account.invoices for line in view.invoice.lines}
        amounts |= {view.invoice.total - view.balance for view in account.invoices}
    payments = [payment.amount for payment in await store.payments.list_for_client(SHOP.slug, client.id)]
    if sections["payments"] or sections["invoices"]:  # a bill says what was paid on it
        amounts |= _sums(payments)
    for estimate in await store.estimates.list_for_client(SHOP.slug, client.id):
        amounts |= {estimate.total} | _sums([line.amount for line in estimate.lines])
    credit: Any = getattr(account, "credit", 0)
    return frozenset({abs(amount) for amount in amounts} | {abs(credit)})


def _sums(amounts: list[int]) -> set[int]:
    """The sums of any of them."""
    few = amounts[:8]
    return {sum(some) for count in range(len(few) + 1) for some in combinations(few, count)} | {sum(amounts)}
