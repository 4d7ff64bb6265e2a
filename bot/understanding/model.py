"""What training leaves behind: plain arrays, kept on disk under a fingerprint of all that they were made from."""

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

from bot.understanding.encoder import encoder_version

OUT_OF_SCOPE = "out_of_scope"

Examples: TypeAlias = Mapping[str, Mapping[str, Sequence[str]]]
Floats: TypeAlias = npt.NDArray[np.float32]
Integers: TypeAlias = npt.NDArray[np.int32]

# all that decides what a text looks like to the model
_MADE_BY = (
    "classifier.py",
    "encoder.py",
    "features.py",
    "model.py",
    "phrases.py",
    "training.py",
    "vehicle_words.py",
    "when_words.py",
    "wording.py",
    "vocabulary/vehicles.yml",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The trained arrays of two members: one weighs words, one the sentence's meaning.

    Rows of `weights` are features, columns intents and, last, the language. The sentence's arrays are empty where the
    model was trained without an encoder.
    """

    intents: tuple[str, ...]
    vocabulary: Mapping[str, int]
    idf: Floats  # (features,)
    weights: Floats  # (features, intents + 1)
    bias: Floats  # (intents + 1,)
    scale: float  # word margins times this, softmaxed, are probabilities
    sentence_mean: Floats  # (512,)
    sentence_weights: Floats  # (512, intents)
    sentence_bias: Floats  # (intents,)
    sharpness: float  # the members' mean log-probabilities times this, softmaxed, can be believed
    refuse_below: float  # the best in-scope probability below which a message is refused

    @property
    def reads_sentences(self) -> bool:
        """Whether it was trained with an encoder."""
        return bool(len(self.sentence_mean))


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
    digest.update(encoder_version().encode())
    return digest.hexdigest()


_SCALARS = ("scale", "sharpness", "refuse_below")
_ARRAYS = ("idf", "weights", "bias", "sentence_mean", "sentence_weights", "sentence_bias")


def save_model(model: Model, path: Path) -> None:
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


def find_model(path: Path) -> Model | None:
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
