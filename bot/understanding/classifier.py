"""Which intent a message has: one member weighs words and pieces of words, one the sentence's meaning; both are asked.

Training needs scikit-learn and seconds; the result is plain numpy arrays, so loading and using it needs neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.understanding.encoder import Encoder, load_encoder
from bot.understanding.features import count_pieces, count_words, words
from bot.understanding.model import (
    OUT_OF_SCOPE,
    Examples,
    Floats,
    Integers,
    Model,
    find_model,
    fingerprint,
    save_model,
)
from bot.understanding.wording import Repairer, plain

WORDS_SHARE = 0.45  # of the word member in what both say; the rest is the sentence member's


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All intents with their probability, best first; `spanish` is above 0 for Spanish, below for English."""

    ranked: tuple[tuple[str, float], ...]
    spanish: float
    strength: float  # 0..1, the best in-scope probability


class Classifier:
    """A trained model in use. Immutable."""

    def __init__(self, model: Model, encoder: Encoder | None) -> None:
        self._model = model
        self._encoder = encoder if model.reads_sentences else None
        self._scope = np.array([intent != OUT_OF_SCOPE for intent in model.intents])
        rarest = model.idf.max()
        single = [(f[2:], row) for f, row in model.vocabulary.items() if f.startswith("w ") and f.count(" ") == 1]
        # words of two examples or more: real words, so no slip of a service's or a vehicle's name
        self.known_words = frozenset(word for word, row in single if model.idf[row] < rarest)
        self._repairer = Repairer(
            {word: float(rarest - model.idf[row]) for word, row in single if word in self.known_words}
        )

    @classmethod
    def train_or_load(cls, cache_dir: Path, examples: Examples) -> "Classifier":
        """The cached model of these very examples, code and libraries; else one newly trained, then cached."""
        path = cache_dir / f"understanding-{fingerprint(examples)}.npz"
        encoder = load_encoder()
        model = find_model(path)
        if model is None or (encoder is not None and not model.reads_sentences):
            from bot.understanding.training import train  # scikit-learn takes seconds to import

            model = train(examples, encoder)
            save_model(model, path)
        return cls(model, encoder)

    def classify(self, texts: Sequence[str]) -> list[Scores]:
        """Scores of every intent for cleaned texts, each as it stands or with its slips repaired, whichever is surer.

        Several at once cost little more than one. A text with no known feature is out of scope.
        """
        said = [plain(text) for text in texts]
        repaired = [self._repairer.repair(text) for text in said]
        mended = {place: len(said) + n for n, place in enumerate(p for p in range(len(said)) if repaired[p] != said[p])}
        scores = self._score([*said, *(repaired[place] for place in mended)])
        return [
            scores[mended[place]]
            if place in mended and scores[mended[place]].strength > scores[place].strength
            else scores[place]
            for place in range(len(said))
        ]

    def _score(self, texts: list[str]) -> list[Scores]:
        model = self._model
        weighed = [weigh(text, model.vocabulary, model.idf) for text in texts]
        margins = np.stack([values @ model.weights[rows] + model.bias for rows, values in weighed])
        logs = log_softmax(np.asarray(margins[:, :-1] * model.scale, dtype=np.float32))
        if self._encoder is not None:
            logs = blend(logs, sentence_logs(model, self._encoder.encode(texts)))
        probabilities = np.exp(log_softmax(np.asarray(logs * model.sharpness, dtype=np.float32)))
        return [
            self._ranked(row, known=bool(len(rows)), spanish=float(margin[-1]))
            for row, margin, (rows, _) in zip(probabilities, margins, weighed, strict=True)
        ]

    def _ranked(self, probabilities: Floats, *, known: bool, spanish: float) -> Scores:
        """The ranking, with out_of_scope put first when the best in-scope guess is too weak."""
        pairs = zip(self._model.intents, probabilities.tolist(), strict=True)
        ranked = tuple(sorted(pairs, key=lambda pair: -pair[1]))
        strength = float(probabilities[self._scope].max()) if known else 0.0
        if ranked[0][0] != OUT_OF_SCOPE and strength < self._model.refuse_below:
            rest = (pair for pair in ranked if pair[0] != OUT_OF_SCOPE)
            ranked = ((OUT_OF_SCOPE, 1.0 - strength), *rest)
        return Scores(ranked=ranked, spanish=spanish if known else 0.0, strength=strength)


def sentence_logs(model: Model, vectors: Floats) -> Floats:
    """What the sentence member says, as log-probabilities."""
    return log_softmax(centred(vectors, model.sentence_mean) @ model.sentence_weights + model.sentence_bias)


def centred(vectors: Floats, mean: Floats) -> Floats:
    """Sentence vectors with what all sentences share taken away, of length 1."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)


def blend(by_words: Floats, by_sentence: Floats) -> Floats:
    """What both members say together: a mean of logs, so that neither is outvoted where it is sure that not."""
    return np.asarray(WORDS_SHARE * by_words + (1 - WORDS_SHARE) * by_sentence, dtype=np.float32)


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


def log_softmax(margins: Floats) -> Floats:
    """Log-probabilities of margins, along the last axis."""
    shifted = margins - margins.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)
