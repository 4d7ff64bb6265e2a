"""Signed sender ids: read back as made, and in no other way."""

import base64
from datetime import datetime, timedelta

import pytest

from bot.rasa_sender import LIFE, SenderRefused, Senders
from storage.proof import VISITOR, Identity, LinkScope, Proof

NOW = datetime.fromisoformat("2026-03-11T15:30:00+00:00")
CLIENT = Identity(proof=Proof.FULL, client_id="client1")
BY_LINK = Identity(proof=Proof.LINK, client_id="client1", scope=LinkScope(page="invoice", record_id="inv1042"))


class Hand:
    """A clock that is set by hand."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def senders(clock: Hand) -> Senders:
    return Senders("a secret", clock)


@pytest.mark.parametrize("identity", [VISITOR, CLIENT, BY_LINK, Identity(proof=Proof.PHONE, client_id="client1")])
def test_who_was_signed_is_read_back(senders: Senders, identity: Identity) -> None:
    sender = senders.parse_sender_id(senders.make_sender_id("elm", "talk1", identity))
    assert (sender.shop, sender.conversation, sender.identity) == ("elm", "talk1", identity)
    assert sender.expires_at == NOW + LIFE


def test_it_is_good_until_its_time_is_over_and_no_longer(senders: Senders, clock: Hand) -> None:
    sender_id = senders.make_sender_id("elm", "talk1", CLIENT, timedelta(minutes=5))
    clock.now = NOW + timedelta(minutes=5) - timedelta(seconds=1)
    assert senders.parse_sender_id(sender_id).identity == CLIENT
    clock.now = NOW + timedelta(minutes=5)
    with pytest.raises(SenderRefused, match="over"):
        senders.parse_sender_id(sender_id)


def test_another_key_signs_for_nobody(senders: Senders, clock: Hand) -> None:
    sender_id = Senders("another secret", clock).make_sender_id("elm", "talk1", CLIENT)
    with pytest.raises(SenderRefused, match="somebody else"):
        senders.parse_sender_id(sender_id)


def test_no_character_can_be_changed(senders: Senders) -> None:
    sender_id = senders.make_sender_id("elm", "talk1", CLIENT)
    for place, character in enumerate(sender_id):
        altered = f"{sender_id[:place]}{'A' if character != 'A' else 'B'}{sender_id[place + 1 :]}"
        with pytest.raises(SenderRefused):
            senders.parse_sender_id(altered)


def test_a_content_of_ones_own_needs_a_signature(senders: Senders) -> None:
    mark, content, signature = senders.make_sender_id("elm", "talk1", VISITOR).split(".")
    plain = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4))
    own = base64.urlsafe_b64encode(plain.replace(b"visitor", b"full")).rstrip(b"=").decode()
    with pytest.raises(SenderRefused):
        senders.parse_sender_id(f"{mark}.{own}.{signature}")


@pytest.mark.parametrize(
    "text", ["", ".", "..", "pl1", "pl1.", "pl1..", "pl1.x.y", "anybody", "ñ.ñ.ñ", "pl1.\ud800.\ud800", "a" * 5000]
)
def test_anything_else_is_refused_and_not_repeated(senders: Senders, text: str) -> None:
    with pytest.raises(SenderRefused) as refused:
        senders.parse_sender_id(text)
    assert len(text) < 3 or text not in str(refused.value)


def test_it_fits_into_a_tracker_store_and_tells_no_number(senders: Senders) -> None:
    scope = LinkScope(page="work_orders", record_id="r" * 24)
    identity = Identity(proof=Proof.LINK, client_id="c" * 24, phone="+15125550101", scope=scope)
    sender_id = senders.make_sender_id("s" * 20, "k" * 24, identity)
    assert len(sender_id) <= 255
    assert senders.parse_sender_id(sender_id).identity.phone is None
    with pytest.raises(ValueError, match="too long"):
        senders.make_sender_id("s" * 20, "k" * 200, identity)


def test_who_has_yet_to_say_which_client_it_is_is_not_signed(senders: Senders) -> None:
    with pytest.raises(ValueError, match="which of the clients"):
        senders.make_sender_id("elm", "talk1", Identity(proof=Proof.SHARED_PHONE, candidates=("a", "b")))


@pytest.mark.parametrize("life", [timedelta(0), timedelta(hours=-1), timedelta(hours=25)])
def test_its_life_has_bounds(senders: Senders, life: timedelta) -> None:
    with pytest.raises(ValueError, match="at most"):
        senders.make_sender_id("elm", "talk1", CLIENT, life)
