"""The same promises of every intent, discovered."""

import re
from zoneinfo import ZoneInfo

import pytest

from bot.action import Intent
from bot.answers import LANGUAGES, Wording, placeholders
from bot.catalog import FOLDER, Catalog, Described, load_catalog
from bot.form import Form
from storage.proof import Asked

NAMES = sorted(path.stem for path in FOLDER.glob("*.yml"))
FIXED = frozenset(
    [
        "greet",
        "goodbye",
        "thanks",
        "help",
        "ask_balance",
        "list_invoices",
        "payment_history",
        "pay_invoice",
        "list_estimates",
        "approve_estimate",
        "decline_estimate",
        "request_quote",
        "list_vehicles",
        "inspection_results",
        "work_order_status",
        "service_due",
        "service_history",
        "book_appointment",
        "reschedule_appointment",
        "cancel_appointment",
        "list_appointments",
        "opening_hours",
        "shop_location",
        "contact_info",
        "services_offered",
        "portal_link",
        "update_details",
        "talk_to_human",
        "complaint",
        "roadside_help",
        "affirm",
        "deny",
        "stop_messages",
        "out_of_scope",
    ]
)
# The GSM alphabet of a text message: what is outside of it makes a segment 70 characters instead of 160.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ACCENTS = frozenset("áíóúÁÍÓÚ")  # outside of it too, but wanted in Spanish


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_all_intents_of_the_contract_are_there() -> None:
    assert set(NAMES) >= FIXED
    assert len(NAMES) >= 34


@pytest.mark.parametrize("name", NAMES)
def test_an_intent_has_examples_in_both_languages(catalog: Catalog, name: str) -> None:
    examples = catalog.intents[name].examples
    assert len(examples["en"]) >= 15
    assert len(examples["es"]) >= 10


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_both_languages_and_fits_a_text_message(catalog: Catalog, name: str) -> None:
    for key, texts in own_answers(catalog, catalog.intents[name]).items():
        assert set(texts) == set(LANGUAGES), key
        english, spanish = (set(re.sub(r"\{\w+\}", "", texts[language])) for language in LANGUAGES)
        assert english <= GSM, f"{key}: {english - GSM}"
        assert spanish <= GSM | ACCENTS, f"{key}: {spanish - GSM - ACCENTS}"
        assert max(len(text) for text in texts.values()) <= 220, key


@pytest.mark.parametrize("name", NAMES)
def test_every_text_that_the_code_names_exists(catalog: Catalog, name: str) -> None:
    path = FOLDER / f"{name}.py"
    code = path.read_text(encoding="utf-8") if path.exists() else ""
    keys = set(re.findall(r'context\.(?:say|choice)\(\s*"([a-z_]+)"', code))
    assert keys <= set(catalog.intents[name].answers)


@pytest.mark.parametrize("name", NAMES)
def test_an_intent_is_a_typed_action_with_its_own_name(catalog: Catalog, name: str) -> None:
    action = catalog.intents[name].action
    assert isinstance(action, Intent)
    assert action.name() == f"action_{name}"
    assert isinstance(action.asks, Asked)


@pytest.mark.parametrize("name", NAMES)
def test_what_reads_records_names_the_page_that_a_link_must_be_for(catalog: Catalog, name: str) -> None:
    action = catalog.intents[name].action
    if action.asks is Asked.RECORDS:
        assert action.page is not None
        assert action.section is not None


def test_enough_intents_read_records(catalog: Catalog) -> None:
    reading = [described for described in catalog.intents.values() if described.action.asks is Asked.RECORDS]
    assert len(reading) >= 5


def test_forms_are_known_as_changing(catalog: Catalog) -> None:
    forms = [described.action for described in catalog.intents.values() if isinstance(described.action, Form)]
    assert forms
    assert all(form.changes for form in forms)


def test_the_common_texts_can_be_filled(catalog: Catalog) -> None:
    for key, texts in catalog.common.items():
        for language in LANGUAGES:
            values = dict.fromkeys(placeholders(texts[language]), "x")
            assert Wording(language, ZoneInfo("UTC")).text(catalog.common, key, **values)


def own_answers(catalog: Catalog, described: Described) -> dict[str, dict[str, str]]:
    """The texts that are the intent's own."""
    return {key: dict(texts) for key, texts in described.answers.items() if catalog.common.get(key) != texts}
