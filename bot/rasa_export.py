"""`server.py export-rasa DIR`: a Rasa 3.x project from the same files that our own understanding learns from.

Every intent with its examples in both languages, the action that our action server runs for it, the slots that forms
use, and rules that lead from one to the other. It is written anew as a whole; what Rasa keeps beside it (models) stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import yaml

from bot.action import action_name
from bot.catalog import Catalog
from bot.form import Form
from bot.rasa_tracker import declared_slots

FORMAT = "3.1"  # of Rasa's training data, from Rasa 3.1 on

_MARK = "# Written by `python server.py export-rasa`: changes are lost with the next export."
_FALLBACK = "nlu_fallback"
_PAYLOAD_NAMES = ("change", "of")  # what quick replies of forms hold beside the forms' own slots
# in Rasa's examples this marks an entity; in its YAML that is a variable of the environment
_MARKUP = re.compile(r"\[[^\]]*\]\s*[({]|\$\{")
_NAME = re.compile(r"[a-z][a-z0-9_]*")

_CONFIG: dict[str, Any] = {
    "recipe": "default.v1",
    "assistant_id": "pitline",
    "language": "en",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 20, "entity_recognition": False, "constrain_similarities": True},
        {"name": "FallbackClassifier", "threshold": 0.4, "ambiguity_threshold": 0.05},
    ],
    "policies": [
        {"name": "RulePolicy", "core_fallback_threshold": 0.3, "core_fallback_action_name": action_name("out_of_scope")}
    ],
}


class ExportRefused(Exception):
    """Nothing was written; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    folder: Path
    intents: int
    examples: int


class _Block(str):
    """A text that YAML writes as a block of lines."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Lists indented as Rasa's own files have them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  # PyYAML's own
        super().increase_indent(flow, False)


_Dumper.add_representer(_Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))


def export_rasa(folder: Path, catalog: Catalog, actions_url: str) -> Exported:
    """Write the project; `actions_url` is where `server.py actions` will be. Raises `ExportRefused`, `OSError`."""
    _check_ours(folder)
    examples = collect_examples(catalog)
    project = {
        "domain.yml": _domain(catalog),
        "data/nlu.yml": _nlu(examples),
        "data/rules.yml": _rules(catalog),
        "config.yml": _CONFIG,
        "endpoints.yml": {"action_endpoint": {"url": actions_url}},
        "credentials.yml": {"rest": None},
    }
    texts = {name: _text(content) for name, content in project.items()}
    texts["README.md"] = _README.substitute(url=actions_url)
    for name, text in texts.items():  # the domain comes first: by it an export that was broken off is known as one
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.part")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    return Exported(folder, len(examples), sum(map(len, examples.values())))


def collect_examples(catalog: Catalog) -> dict[str, list[str]]:
    """The examples of each intent in both languages, each once, on one line. Raises `ExportRefused`."""
    collected: dict[str, list[str]] = {}
    meant: dict[str, str] = {}
    for intent, described in catalog.intents.items():
        if not _NAME.fullmatch(intent):
            raise ExportRefused(f"{intent}.yml: Rasa takes no intent of this name: use small letters and underscores")
        texts = [" ".join(text.split()) for by_language in described.examples.values() for text in by_language]
        for text in texts:
            if _MARKUP.search(text) or text.startswith("/"):
                raise ExportRefused(f"{intent}.yml: the example {text!r} would mean something else to Rasa: reword it")
            if meant.setdefault(text, intent) != intent:
                raise ExportRefused(f"{intent}.yml: the example {text!r} is also one of {meant[text]}: keep one")
        collected[intent] = list(dict.fromkeys(texts))
    return collected


def _check_ours(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportRefused(f"{folder} is no folder: name one that is empty or not there yet")
    domain = folder / "domain.yml"
    is_export = domain.is_file() and domain.read_text(encoding="utf-8", errors="replace").startswith(_MARK)
    if any(folder.iterdir()) and not is_export:
        raise ExportRefused(f"{folder} holds something else: name a folder that is empty, not there yet, or an export")


def _domain(catalog: Catalog) -> dict[str, Any]:
    slots = declared_slots(catalog)
    slot = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    return {
        "version": FORMAT,
        "intents": list(catalog.intents),
        # what quick replies give: Rasa's word for the slots of `/intent{"slot": "value"}`
        "entities": sorted({*_PAYLOAD_NAMES, *(name for form in _forms(catalog) for name in _given(form))}),
        "slots": {name: dict(slot) for name in slots},
        "forms": {action_name(form.intent): {"required_slots": []} for form in _forms(catalog)},
        "responses": {},
        "actions": [action_name(intent) for intent in catalog.intents],
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": False},
    }


def _nlu(examples: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "version": FORMAT,
        "nlu": [
            {"intent": intent, "examples": _Block("".join(f"- {text}\n" for text in texts))}
            for intent, texts in examples.items()
        ],
    }


def _rules(catalog: Catalog) -> dict[str, Any]:
    """An intent leads to its action. A form goes on until it says that it is over, or does not even begin."""
    forms = {form.intent for form in _forms(catalog)}
    plain = [intent for intent in catalog.intents if intent not in forms]
    rules = [_rule(intent, {"intent": intent}, {"action": action_name(intent)}) for intent in plain]
    rules.append(_rule(_FALLBACK, {"intent": _FALLBACK}, {"action": action_name("out_of_scope")}))
    for intent in sorted(forms):
        action = action_name(intent)
        asked, run = {"intent": intent}, {"action": action}
        rules += [
            _rule(f"{intent} begins", asked, run, {"active_loop": action}),
            _rule(f"{intent} does not begin", asked, run, {"active_loop": None}),
            {
                "rule": f"{intent} ends",
                "condition": [{"active_loop": action}],
                "steps": [dict(run), {"active_loop": None}],
            },
        ]
    return {"version": FORMAT, "rules": rules}


def _rule(name: str, *steps: Mapping[str, Any]) -> dict[str, Any]:
    return {"rule": name, "steps": [dict(step) for step in steps]}


def _forms(catalog: Catalog) -> list[Form]:
    return [described.action for described in catalog.intents.values() if isinstance(described.action, Form)]


def _given(form: Form) -> list[str]:
    return [slot.name for slot in form.slots]


def _text(content: Mapping[str, Any]) -> str:
    written = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4096)
    return f"{_MARK}\n{written}"


_README = Template("""\
# Pitline's intents for Rasa

Written by `python server.py export-rasa`: changes are lost with the next export.

Rasa 3.6 needs Python 3.10 or older; Pitline itself does not. In this folder:

    python3.10 -m venv .venv
    .venv/bin/pip install rasa==3.6.21
    .venv/bin/rasa data validate --fail-on-warnings
    .venv/bin/rasa train

## Rasa understands, Pitline does the rest

    .venv/bin/rasa run --enable-api --interface 127.0.0.1 --port 5005 --auth-token "$$RASA_TOKEN"

and in Pitline's environment `RASA_URL=http://127.0.0.1:5005` and the same `RASA_TOKEN`.

## Rasa holds the conversation, Pitline answers

Beside the line above, in Pitline's folder, `python server.py actions`: it listens where `endpoints.yml` says
($url). What is private is told, and anything changed, only for a sender id that
`python server.py rasa-sender` has made. Pitline's docs/rasa.md says more.
""")
