"""A new intent, started by one command."""

import ast
from pathlib import Path

import pytest

from bot.catalog import load_catalog
from bot.scaffold import ScaffoldError, scaffold
from tests.dialogues.script import parse_scripts


def test_what_it_writes_loads_at_once(tmp_path: Path) -> None:
    written = scaffold("ask_warranty", tmp_path, tmp_path)
    assert [path.name for path in written] == ["ask_warranty.yml", "ask_warranty.txt"]
    intent = load_catalog(tmp_path).intents["ask_warranty"]
    assert intent.examples["en"][0] == "ask warranty"
    assert sum(len(texts) for texts in intent.examples.values()) >= 5  # fewer cannot be trained on
    assert {"choice", "answer"} <= set(intent.answers)


def test_its_dialogue_says_what_it_answers(tmp_path: Path) -> None:
    yml, script = scaffold("ask_warranty", tmp_path, tmp_path)
    (dialogue,) = parse_scripts("ask_warranty", script.read_text())
    said, heard = dialogue.lines
    intent = load_catalog(tmp_path).intents[yml.stem]
    assert said.text in intent.examples["en"]
    assert intent.answers["answer"]["en"].startswith(heard.text)


def test_its_code_is_one_intent(tmp_path: Path) -> None:
    *_, code = scaffold("ask_warranty", tmp_path, tmp_path, code=True)
    classes = [node.name for node in ast.parse(code.read_text()).body if isinstance(node, ast.ClassDef)]
    assert classes == ["AskWarranty"]


@pytest.mark.parametrize("name", ["", "Ask", "ask-warranty", "../ask", "9lives", "ask__it", "class"])
def test_a_bad_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="no name for an intent"):
        scaffold(name, tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    scaffold("ask_warranty", tmp_path, tmp_path)
    with pytest.raises(ScaffoldError, match="there already"):
        scaffold("ask_warranty", tmp_path, tmp_path, code=True)
    assert not (tmp_path / "ask_warranty.py").exists()
