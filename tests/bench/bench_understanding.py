"""How well messages are understood: `make bench-understanding` prints it. Nothing is asserted but that it ran.

The bars are those of `docs/understanding-figures.md`.
"""

import csv
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pytest

from bot.catalog import load_catalog
from bot.understanding import OUT_OF_SCOPE, Understander
from bot.understanding.classifier import Classifier
from bot.understanding.encoder import load_encoder
from bot.understanding.features import clean
from bot.understanding.training import train
from tests.bench.understanding_scores import score_entities, score_when
from tests.bench.understanding_sets import SETS, WHENS, Aside, load_set, load_whens
from tests.dialogues.people import NOW, SHOP

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module")
def understander(models: Path) -> Understander:
    return Understander.train_or_load(models, load_catalog().examples)


def share(right: int, of: int) -> str:
    """`93.2 % (412)`."""
    return f"{100 * right / of:5.1f} % ({of})" if of else "     - (0)"


@pytest.mark.parametrize("name", SETS)
def test_intents(understander: Understander, name: str) -> None:
    rows = load_set(name)
    heard = [(row, understander.understand(row.text, now=NOW, shop=SHOP)) for row in rows]
    single = [(row, said) for row, said in heard if row.second_intent is None and row.style != "double"]
    print(f"\n== {name}: intents")
    for style in dict.fromkeys(row.style for row, _ in single if row.intent != OUT_OF_SCOPE):
        of_style = [row.intent == said.intent for row, said in single if row.style == style]
        print(f"  {style:<14}{share(sum(of_style), len(of_style))}")
    outside = [said.intent == OUT_OF_SCOPE for row, said in single if row.intent == OUT_OF_SCOPE]
    inside = [said.intent == OUT_OF_SCOPE for row, said in single if row.intent != OUT_OF_SCOPE]
    print(f"  out of scope caught   {share(sum(outside), len(outside))}")
    print(f"  in scope refused      {share(sum(inside), len(inside))}")
    doubles = [(row, said) for row, said in heard if row.second_intent is not None]
    both = sum({row.intent, row.second_intent} == {said.intent, said.second_intent} for row, said in doubles)
    needless = sum(said.second_intent is not None for _, said in single)
    print(f"  both requests heard   {share(both, len(doubles))}; a second one where there is none: {needless}")
    if name.startswith("strangers"):
        _by_intent([(row.intent, said.intent) for row, said in single])
        _curve(understander, [row for row, _ in single])
    assert heard


def _by_intent(pairs: Sequence[tuple[str, str]]) -> None:
    """Accuracy of each intent, the worst first, with what it is taken for."""
    taken: dict[str, Counter[str]] = defaultdict(Counter)
    for meant, said in pairs:
        taken[meant][said] += 1
    print("  by intent, and what else it was taken for")
    for intent in sorted(taken, key=lambda name: taken[name][name] / taken[name].total()):
        wrong = ", ".join(f"{name} {count}" for name, count in taken[intent].most_common() if name != intent)
        print(f"    {intent:<24}{share(taken[intent][intent], taken[intent].total()):<16}{wrong}")


def _curve(understander: Understander, rows: Sequence[Aside]) -> None:
    """What each threshold would refuse, of both kinds."""
    scores = understander.classifier.classify([clean(row.text) for row in rows])
    strengths = np.array([one.strength if one.ranked[0][0] != OUT_OF_SCOPE else 0.0 for one in scores])
    outside = np.array([row.intent == OUT_OF_SCOPE for row in rows])
    print("  threshold: out of scope caught, in scope refused")
    for threshold in (0.1, 0.2, 0.3, 0.36, 0.4, 0.5, 0.6, 0.7):
        refused = strengths < threshold
        print(f"    {threshold:.2f}: {100 * refused[outside].mean():5.1f} %  {100 * refused[~outside].mean():5.1f} %")


@pytest.mark.parametrize("name", WHENS)
def test_days_and_times(understander: Understander, name: str) -> None:
    phrases = load_whens(name)
    right = 0
    for text, wanted in phrases:
        found = understander.understand(text, now=NOW, shop=SHOP).entities.when
        right += score_when(wanted, found.as_dict() if found else None)
    print(f"\n== {name}: day and time right, or rightly asked: {share(right, len(phrases))}")
    assert phrases


@pytest.mark.parametrize("name", ["strangers_b", "strangers_a"])
def test_entities(understander: Understander, name: str) -> None:
    rows = [row for row in load_set(name) if row.entities is not None]
    counts: Counter[str] = Counter()
    for row in rows:
        found = understander.understand(row.text, now=NOW, shop=SHOP).entities.as_dict()
        counts.update(score_entities(row.entities or {}, found))
    hit, missed, wrong = (counts[what] for what in ("hit", "missed", "wrong"))
    print(f"\n== {name}: entities of {len(rows)} messages: F1 {2 * hit / max(1, 2 * hit + missed + wrong):.3f}")
    print(f"  hit {hit}, missed {missed}, wrong {wrong}")
    assert rows


def test_cost(understander: Understander, tmp_path: Path) -> None:
    """A message, training, loading, memory."""
    texts = [row.text for name in SETS[:2] for row in load_set(name)]
    took = []
    for text in texts:
        began = time.perf_counter()
        understander.understand(text, now=NOW, shop=SHOP)
        took.append(1000 * (time.perf_counter() - began))
    print(
        f"\n== cost: a message {median(took):.1f} ms, p99 {quantiles(took, n=100)[98]:.1f} ms ({len(texts)} messages)"
    )
    examples = load_catalog().examples
    for what in ("from nothing to ready", "from disk"):
        began = time.perf_counter()
        Understander.train_or_load(tmp_path, examples).understand("hello", now=NOW, shop=SHOP)
        print(f"  {what:<22}{time.perf_counter() - began:.1f} s")
    print(
        f"  memory of all this process at its most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


@pytest.mark.timeout(1200)
@pytest.mark.skipif(not DATA.exists(), reason="NO PUBLIC SETS: ../shared/data is not beside this checkout")
def test_public_sets() -> None:
    """The same pipeline on CLINC150 and BANKING77, beside what others published."""
    clinc = json.loads((DATA / "clinc_data_full.json").read_text(encoding="utf-8"))
    known = [(text, intent) for part in ("train", "val") for text, intent in clinc[part]]
    strange = [(text, OUT_OF_SCOPE) for part in ("oos_train", "oos_val") for text, _ in clinc[part]]
    inside, outside = _measured(
        [*known, *strange], clinc["test"], [(text, OUT_OF_SCOPE) for text, _ in clinc["oos_test"]]
    )
    print(f"\n== CLINC150: in scope {100 * inside:.1f} %, out of scope caught {100 * outside:.1f} %")
    print("  published: SVM 91.0 / 14.5, DialogFlow 91.7 / 14.0, Rasa 91.5 / 45.3")
    print("  published: MLP on USE 93.5 / 47.4, BERT 96.9 / 40.3")
    inside, _ = _measured(_banking("train"), _banking("test"), [])
    print(f"== BANKING77: {100 * inside:.1f} %")
    print("  published: BERT, fine-tuned 93.7")


def _banking(part: str) -> list[tuple[str, str]]:
    with (DATA / f"banking_{part}.csv").open(encoding="utf-8") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _measured(
    trained: Iterable[Sequence[str]], tested: Sequence[Sequence[str]], strange: Sequence[Sequence[str]]
) -> tuple[float, float]:
    """The share of the tested that is right, and of the strange that is caught."""
    examples: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"en": []})
    for text, intent in trained:
        examples[intent]["en"].append(text)
    encoder = load_encoder()
    classifier = Classifier(train(examples, encoder), encoder)
    scores = classifier.classify([clean(text) for text, _ in [*tested, *strange]])
    right = [one.ranked[0][0] == row[1] for one, row in zip(scores, [*tested, *strange], strict=True)]
    caught = right[len(tested) :]
    return sum(right[: len(tested)]) / len(tested), sum(caught) / max(1, len(caught))
