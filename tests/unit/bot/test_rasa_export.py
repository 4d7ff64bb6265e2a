"""The Rasa project: all examples, only actions that we serve, and shaped as Rasa 3.6 reads it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.catalog import Catalog, load_catalog
from bot.rasa_commands import export
from bot.rasa_export import ExportRefused, collect_examples, export_rasa
from config.commands import parse_command
from config.settings import Settings

URL = "http://127.0.0.1:5055/webhook"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    return export_rasa(tmp_path_factory.mktemp("rasa") / "project", catalog, URL).folder


def read(project: Path, name: str) -> Any:
    return yaml.safe_load((project / name).read_text(encoding="utf-8"))


def test_every_example_is_there_once_under_its_intent(project: Path, catalog: Catalog) -> None:
    told: dict[str, list[str]] = {}
    for item in read(project, "data/nlu.yml")["nlu"]:
        lines = item["examples"].splitlines()
        assert all(line.startswith("- ") for line in lines)
        told[item["intent"]] = [line.removeprefix("- ") for line in lines]
    meant = {
        name: {" ".join(text.split()) for texts in intent.examples.values() for text in texts}
        for name, intent in catalog.intents.items()
    }
    assert {intent: set(texts) for intent, texts in told.items()} == meant
    every = [text for texts in told.values() for text in texts]
    assert len(every) == len(set(every)) > 2000


def test_examples_stand_in_blocks_as_people_write_them(project: Path, catalog: Catalog) -> None:
    text = (project / "data/nlu.yml").read_text(encoding="utf-8")
    assert text.count("    examples: |\n") == len(catalog.intents)
    assert "¿" in text or "á" in text


def test_the_domain_names_only_actions_that_are_served(project: Path, catalog: Catalog) -> None:
    domain = read(project, "domain.yml")
    served = {intent.action.name() for intent in catalog.intents.values()}
    assert set(domain["actions"]) == served
    assert set(domain["forms"]) <= served  # a form of that name runs our action in place of Rasa's own
    assert {"action_book_appointment", "action_update_details"} <= set(domain["forms"])
    assert domain["intents"] == sorted(catalog.intents)
    assert {"services", "vehicle", "starts_at", "language", "shop", "beside"} <= set(domain["slots"])
    assert all(slot["mappings"] == [{"type": "custom"}] for slot in domain["slots"].values())


def test_rules_lead_from_every_intent_to_its_action(project: Path, catalog: Catalog) -> None:
    rules = read(project, "data/rules.yml")["rules"]
    domain = read(project, "domain.yml")
    led = {rule["steps"][0].get("intent"): rule["steps"][1]["action"] for rule in rules if "condition" not in rule}
    assert led.pop("nlu_fallback") == "action_out_of_scope"
    assert led == {intent: f"action_{intent}" for intent in catalog.intents}
    assert len({rule["rule"] for rule in rules}) == len(rules)
    ends = {rule["condition"][0]["active_loop"] for rule in rules if "condition" in rule}
    assert ends == set(domain["forms"])


@pytest.mark.parametrize("name", ["domain.yml", "data/nlu.yml", "data/rules.yml"])
def test_each_file_says_which_format_it_has(project: Path, name: str) -> None:
    assert read(project, name)["version"] == "3.1"


def test_nothing_in_it_is_what_rasa_stumbles_over(project: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file()]
    assert len(files) == 7
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "\t" not in text
        assert "${" not in text  # an environment variable
    intents = read(project, "domain.yml")["intents"]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", intent) for intent in intents)


def test_it_says_where_the_actions_are_and_how_to_come_in(project: Path) -> None:
    assert read(project, "endpoints.yml") == {"action_endpoint": {"url": URL}}
    assert read(project, "credentials.yml") == {"rest": None}
    config = read(project, "config.yml")
    assert [part["name"] for part in config["pipeline"]][-2:] == ["DIETClassifier", "FallbackClassifier"]
    assert [policy["name"] for policy in config["policies"]] == ["RulePolicy"]


def test_an_export_is_written_over_and_what_rasa_keeps_beside_it_stays(tmp_path: Path, catalog: Catalog) -> None:
    export_rasa(tmp_path, catalog, URL)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "trained.tar.gz").write_bytes(b"model")
    export_rasa(tmp_path, catalog, "http://127.0.0.1:6055/webhook")
    assert read(tmp_path, "endpoints.yml") == {"action_endpoint": {"url": "http://127.0.0.1:6055/webhook"}}
    assert (tmp_path / "models" / "trained.tar.gz").read_bytes() == b"model"


@pytest.mark.parametrize("name", ["notes.txt", "domain.yml"])
def test_a_folder_of_something_else_is_left_alone(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("mine")
    options = parse_command(["export-rasa", str(tmp_path)])
    assert export(Settings(), options) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "name a folder that is empty" in told.err
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_a_shops_staff_taught_goes_along(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taught = tmp_path / "var" / "examples" / "elm.yml"
    taught.parent.mkdir(parents=True)
    taught.write_text("ask_balance:\n  en: [am i square with you folks]\n", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "var")
    for shop, status in (("elm", 0), ("rival", 1)):
        assert export(settings, parse_command(["export-rasa", str(tmp_path / shop), "--shop", shop])) == status
    lines = (tmp_path / "elm" / "data" / "nlu.yml").read_text(encoding="utf-8").splitlines()
    assert "      - am i square with you folks" in lines
    assert not (tmp_path / "rival").exists()


def test_a_file_is_no_folder(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "here").write_text("mine")
    with pytest.raises(ExportRefused, match="no folder"):
        export_rasa(tmp_path / "here", catalog, URL)


@pytest.mark.parametrize("text", ["is [it](vehicle) done", "pay ${TOTAL}", 'the [x]{"entity": "y"}', "/affirm"])
def test_an_example_that_rasa_would_read_otherwise_is_refused(catalog: Catalog, text: str) -> None:
    with pytest.raises(ExportRefused, match="reword it"):
        collect_examples(with_example(catalog, "greet", "es", text))


def test_an_example_of_two_intents_is_refused(catalog: Catalog) -> None:
    taken = catalog.intents["thanks"].examples["en"][0]
    with pytest.raises(ExportRefused, match="keep one"):
        collect_examples(with_example(catalog, "greet", "es", taken))


def test_an_example_over_lines_stands_on_one(catalog: Catalog) -> None:
    assert "hi there you" in collect_examples(with_example(catalog, "greet", "en", "hi there\n\tyou"))["greet"]


def with_example(catalog: Catalog, intent: str, language: str, text: str) -> Catalog:
    described = catalog.intents[intent]
    examples = {**described.examples, language: (*described.examples[language], text)}
    return replace(catalog, intents={**catalog.intents, intent: replace(described, examples=examples)})
