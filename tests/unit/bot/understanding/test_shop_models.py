"""A shop's own model: what its staff taught, over the examples of all shops; and when it cannot be made."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.understanding import Understander
from bot.understanding.shop_models import ShopModels, with_taught, write_examples
from tests.cast import SHOP

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
# three small intents: a model of their own is trained in a moment
EXAMPLES = {
    "ask_balance": {
        "en": ["what do i owe", "my balance please", "how much do i owe you", "what is my bill", "amount due"],
        "es": ["cuánto debo", "mi saldo por favor", "cuánto le debo", "cuál es mi cuenta", "cuánto falta pagar"],
    },
    "opening_hours": {
        "en": ["when are you open", "what time do you close", "your hours", "open on sunday", "are you open now"],
        "es": ["a qué hora abren", "cuándo cierran", "su horario", "abren el domingo", "están abiertos"],
    },
    "out_of_scope": {
        "en": ["tell me a joke", "who won the game", "i want pizza", "nice weather", "sing a song"],
        "es": ["cuéntame un chiste", "quién ganó el partido", "quiero pizza", "qué calor", "canta algo"],
    },
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Understander:
    return Understander.train_or_load(tmp_path_factory.mktemp("base"), EXAMPLES)


def meaning(models: ShopModels, slug: str, text: str) -> str:
    return models.for_shop(slug).understand(text, now=NOW, shop=SHOP).intent


def test_where_both_have_the_same_words_the_shops_say_what_they_mean() -> None:
    merged = with_taught(EXAMPLES, {"opening_hours": {"en": ["What is my  BILL"]}})
    assert "what is my bill" not in merged["ask_balance"]["en"]
    assert merged["opening_hours"]["en"][-1] == "What is my  BILL"
    assert "what is my bill" in EXAMPLES["ask_balance"]["en"]  # everybody else's stay


def test_an_intent_that_is_no_more_teaches_nothing() -> None:
    assert with_taught(EXAMPLES, {"gone": {"en": ["bring it back"]}}) == EXAMPLES


def test_the_file_can_be_read_by_people_and_goes_with_the_last_example(tmp_path: Path) -> None:
    path = tmp_path / "examples" / "garage.yml"
    write_examples(path, {"b": {"es": ["¿listo?"], "en": ["yes: no", "aye"]}, "a": {"en": ["no"]}})
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text) == {"a": {"en": ["no"]}, "b": {"en": ["aye", "yes: no"], "es": ["¿listo?"]}}
    assert text.index("a:") < text.index("b:")
    assert "¿listo?" in text
    assert [one.name for one in path.parent.iterdir()] == ["garage.yml"]
    write_examples(path, {})
    assert not path.exists()


async def test_only_the_shop_that_taught_has_another_model(base: Understander, tmp_path: Path) -> None:
    models = ShopModels(base, EXAMPLES, tmp_path)
    assert meaning(models, "garage", "what is my bill") == "ask_balance"
    assert await models.learn("garage", {"opening_hours": {"en": ["what is my bill"]}})
    assert meaning(models, "garage", "What is my bill?") == "opening_hours"
    assert meaning(models, "rival", "what is my bill") == "ask_balance"
    assert models.for_shop("rival") is base
    assert await models.learn("garage", {})
    assert models.for_shop("garage") is base


async def test_a_training_that_fails_leaves_the_model_that_was(
    base: Understander, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    models = ShopModels(base, EXAMPLES, tmp_path)
    assert await models.learn("garage", {"opening_hours": {"en": ["zorp"]}})
    before = models.for_shop("garage")
    (tmp_path / "models" / "shops" / "rival").write_text("in the way of a folder")
    assert not await models.learn("rival", {"opening_hours": {"en": ["zorp"]}})
    assert models.for_shop("rival") is base
    assert models.for_shop("garage") is before
    assert "rival" in caplog.text
