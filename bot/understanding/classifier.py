"""Which intent a message has: weighed words and pieces of words, a linear model, probabilities that can be believed.

Training needs scikit-learn and seconds; the result is plain numpy arrays, so loading and using it needs neither.
"""

import hashlib
import json
import logging
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.understanding.features import count_pieces, count_words, words
from bot.understanding.wording import Repairer, plain

OUT_OF_SCOPE = "out_of_scope"

Examples: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]
Floats: TypeAlias = npt.NDArray[np.float32]
Integers: TypeAlias = npt.NDArray[np.int32]

# all that decides what a text looks like to the model
_MADE_BY = (
    "classifier.py",
    "features.py",
    "phrases.py",
    "training.py",
    "vehicle_words.py",
    "when_words.py",
    "wording.py",
    "vocabulary/vehicles.yml",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All intents with their probability, best first; `spanish` is above 0 for Spanish, below for English."""

    ranked: tuple[tuple[str, float], ...]
    spanish: float
    strength: float  # 0..1, the best in-scope probability times the cosine to the nearest example


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The trained arrays. Rows of `weights` are features, columns intents and, last, the language."""

    intents: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: Floats  # (features,)
    weights: Floats  # (features, intents + 1)
    bias: Floats  # (intents + 1,)
    scale: float  # margins times this, softmaxed, are probabilities
    refuse_below: float  # in-scope probability times similarity; below it the message is refused
    example_starts: Integers  # (features + 1,): where each feature's examples start in the next two
    example_rows: Integers
    example_values: Floats
    example_count: int


class Classifier:
    """A trained model in use. Immutable."""

    def __init__(self, model: Model) -> None:
        self._model = model
        # words of two examples or more: real words, so no slip of a service's or a vehicle's name
        rarest = model.idf.max()
        single = [(f[2:], row) for f, row in model.vocabulary.items() if f.startswith("w ") and f.count(" ") == 1]
        self.known_words = frozenset(word for word, row in single if model.idf[row] < rarest)
        self._repairer = Repairer(self.known_words)

    @classmethod
    def train_or_load(cls, cache_dir: Path, examples: Examples) -> "Classifier":
        """The cached model of these very examples, code and libraries; else one newly trained, then cached."""
        path = cache_dir / f"understanding-{fingerprint(examples)}.npz"
        model = _find_cached(path)
        if model is None:
            from bot.understanding.training import train  # scikit-learn takes seconds to import

            model = train(examples)
            _save(model, path)
        return cls(model)

    def classify(self, text: str) -> Scores:
        """Scores of every intent for a cleaned text, as it stands or with its slips repaired, whichever is surer.

        A text with no known feature is out of scope.
        """
        said = plain(text)
        scores = self._score(said)
        repaired = self._repairer.repair(said)
        if repaired != said:
            other = self._score(repaired)
            if other.strength > scores.strength:
                scores = other
        return scores

    def _score(self, text: str) -> Scores:
        model = self._model
        rows, values = weigh(text, model.vocabulary, model.idf)
        margins = values @ model.weights[rows] + model.bias
        similarity = self._nearest(rows, values)
        probabilities = softmax(margins[:-1] * model.scale)
        pairs = zip(model.intents, probabilities.tolist(), strict=True)
        ranked = sorted(pairs, key=lambda pair: -pair[1])
        in_scope = next(probability for intent, probability in ranked if intent != OUT_OF_SCOPE)
        return Scores(
            ranked=_refused(ranked, similarity, model.refuse_below),
            spanish=float(margins[-1]) if len(rows) else 0.0,
            strength=in_scope * similarity,
        )

    def _nearest(self, rows: Integers, values: Floats) -> float:
        """Cosine to the nearest training example."""
        model = self._model
        if not len(rows):
            return 0.0
        totals = np.zeros(model.example_count, dtype=np.float32)
        spans = zip(model.example_starts[rows].tolist(), model.example_starts[rows + 1].tolist(), values, strict=True)
        for start, stop, value in spans:
            totals[model.example_rows[start:stop]] += model.example_values[start:stop] * value
        return min(1.0, float(totals.max()))


def _refused(ranked: list[tuple[str, float]], similarity: float, refuse_below: float) -> tuple[tuple[str, float], ...]:
    """The ranking with out_of_scope put first when the best in-scope guess is too weak or too strange."""
    intent, probability = ranked[0]
    if intent == OUT_OF_SCOPE or probability * similarity >= refuse_below:
        return tuple(ranked)
    rest = [pair for pair in ranked if pair[0] != OUT_OF_SCOPE]
    return ((OUT_OF_SCOPE, 1.0 - probability * similarity), *rest)


def weigh(text: str, vocabulary: Mapping[str, int], idf: Floats) -> tuple[Integers, Floats]:
    """Known features of a text and their TF-IDF; words and pieces each of length 1, the unknown ones counted in.

    So a text of strange words lies far from everything, however well its few known words fit.
    """
    tokens = words(text)
    rarest = float(idf.max()) if len(idf) else 1.0
    blocks = []
    for counts in (count_words(tokens), count_pieces(tokens)):
        known = [(vocabulary[feature], count) for feature, count in counts.items() if feature in vocabulary]
        # a pair of words never seen says nothing, a word never seen says much
        unknown = sum(f not in vocabulary for f in counts if f.startswith("w ") and f.count(" ") == 1)
        rows = np.array([row for row, _ in known], dtype=np.int32)
        values = (1.0 + np.log(np.array([count for _, count in known], dtype=np.float32))) * idf[rows]
        norm = float(np.sqrt(values @ values + unknown * rarest**2)) or 1.0
        blocks.append((rows, values / norm))
    (word_rows, word_values), (piece_rows, piece_values) = blocks
    share = np.float32(np.sqrt(0.5))
    return np.concatenate([word_rows, piece_rows]), np.concatenate([word_values, piece_values]) * share


def softmax(margins: Floats) -> Floats:
    """Probabilities of margins, along the last axis."""
    shifted = np.exp(margins - margins.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def fingerprint(examples: Examples) -> str:
    """Changes whenever examples, the code that trains, or the libraries it trains with change."""
    digest = hashlib.blake2b(digest_size=12)
    plain = {intent: {lang: list(texts) for lang, texts in by_lang.items()} for intent, by_lang in examples.items()}
    digest.update(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode())
    folder = Path(__file__).parent
    for name in _MADE_BY:
        digest.update((folder / name).read_bytes())
    for library in ("numpy", "scipy", "scikit-learn"):
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


_SCALARS = ("scale", "refuse_below", "example_count")
_ARRAYS = ("idf", "weights", "bias", "example_starts", "example_rows", "example_values")


def _save(model: Model, path: Path) -> None:
    """Write the model beside its final name, then rename: a reader never sees half a file. Older ones go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    features = sorted(model.vocabulary, key=model.vocabulary.__getitem__)
    head = {"intents": model.intents, "features": features, **{name: getattr(model, name) for name in _SCALARS}}
    arrays: dict[str, Any] = {name: getattr(model, name) for name in _ARRAYS}
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    partial = path.with_name(f"{path.stem}.{os.getpid()}.part")
    with partial.open("wb") as file:
        np.savez(file, **arrays)
    partial.replace(path)
    for old in path.parent.glob("understanding-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)


def _find_cached(path: Path) -> Model | None:
    """The model in a cache file, None when there is none or it cannot be read."""
    try:
        # opened here: numpy leaves the file open when it finds it damaged
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            return Model(
                intents=tuple(head["intents"]),
                vocabulary={feature: row for row, feature in enumerate(head["features"])},
                **{name: head[name] for name in _SCALARS},
                **{name: arrays[name] for name in _ARRAYS},
            )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        _log.warning("understanding: cached model is unreadable, training anew (%s)", type(error).__name__)
        return None
