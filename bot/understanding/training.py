"""Training of the classifier: deterministic, seconds on one core. Only here scikit-learn and scipy are needed."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from bot.understanding.classifier import blend, centred, log_softmax, weigh
from bot.understanding.encoder import Encoder
from bot.understanding.features import clean, count_pieces, count_words, words
from bot.understanding.model import OUT_OF_SCOPE, Examples, Floats, Model
from bot.understanding.wording import plain

Weights: TypeAlias = dict[int, float] | Literal["balanced"]
Rows: TypeAlias = npt.NDArray[np.int64]

_SEED = 20260311
_FOLDS = 4
_REFUSED = 0.03  # share of the shop's own in-scope examples that out-of-fold scores may refuse
_COMMONEST = 60  # words that do not tell one family of examples from another
_SCALES = np.geomspace(0.5, 16.0, 31)
_STRICTNESS = 1.0  # LinearSVC's C
_TOLERANCE = 1e-2  # a hundred times the usual: a third of the time, the same answers
_SENTENCE_STRICTNESS = 30.0  # LogisticRegression's C
_SENTENCE_TOLERANCE = 1e-5  # with 1e-3 it stops where it began, and says nothing
_MOST_STEPS = 500
_EVENNESS = 0.3  # 0: every example counts the same; 1: every intent does
# it has many times the examples of the others, and would draw in what is merely new
_OUT_OF_SCOPE_WEIGHT = 0.4


def train(examples: Examples, encoder: Encoder | None = None) -> Model:
    """The model of these examples. Raises ValueError for fewer than three intents or an intent with too few.

    Without an encoder the model reads words alone.
    """
    texts, labels, spanish = _flatten(examples)
    intents = tuple(sorted(set(labels)))
    _check(intents, labels)
    target = np.array([intents.index(label) for label in labels])
    vocabulary, idf = _build_vocabulary(texts)
    with threadpool_limits(limits=1):  # the same sums in the same order every time
        members = _Members(
            matrix=_matrix(texts, vocabulary, idf),
            vectors=encoder.encode(texts) if encoder is not None else None,
            target=target,
            class_weight=_class_weights(target, intents),
        )
        calibrated = _calibrate(members, target, intents, _folds(texts, labels))
        everything = np.arange(len(texts))
        weights, bias = members.fit_words(everything)
        spanish_weights, spanish_bias = _fit_language(members.matrix, spanish)
        sentence_weights, sentence_bias = members.fit_sentences(everything)
    return Model(
        intents=intents,
        vocabulary=vocabulary,
        idf=idf,
        weights=np.ascontiguousarray(np.hstack([weights, spanish_weights]), dtype=np.float32),
        bias=np.concatenate([bias, spanish_bias]).astype(np.float32),
        sentence_mean=members.mean,
        sentence_weights=sentence_weights,
        sentence_bias=sentence_bias,
        **calibrated,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Members:
    """The examples as both members see them, and how each is fitted to some of them (by row)."""

    matrix: csr_matrix
    vectors: Floats | None
    target: Rows
    class_weight: dict[int, float]

    @property
    def mean(self) -> Floats:
        """What all sentences share; empty without an encoder."""
        return np.zeros(0, dtype=np.float32) if self.vectors is None else self.vectors.mean(axis=0)

    def fit_words(self, rows: Rows) -> tuple[Floats, Floats]:
        """The word member's weights and bias."""
        return _fit(self.matrix[rows], self.target[rows], self.class_weight)

    def fit_sentences(self, rows: Rows) -> tuple[Floats, Floats]:
        """The sentence member's weights and bias; empty without an encoder."""
        if self.vectors is None:
            return np.zeros((0, 0), dtype=np.float32), np.zeros(0, dtype=np.float32)
        model = LogisticRegression(
            C=_SENTENCE_STRICTNESS, tol=_SENTENCE_TOLERANCE, max_iter=_MOST_STEPS, class_weight=self.class_weight
        )
        model.fit(centred(self.vectors, self.mean)[rows], self.target[rows])
        if min(model.n_iter_) < 2:
            raise ValueError("the sentence member was not trained: it stopped at its first step")
        return model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)

    def held_back(self, fold: Rows) -> tuple[Floats, Floats | None]:
        """Word margins and sentence log-probabilities of every example, by members that were not shown its fold."""
        shape = (len(self.target), int(self.target.max()) + 1)
        margins, logs = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
        for number in range(_FOLDS):
            held, kept = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
            weights, bias = self.fit_words(kept)
            margins[held] = self.matrix[held] @ weights + bias
            if self.vectors is not None:
                weights, bias = self.fit_sentences(kept)
                logs[held] = log_softmax(centred(self.vectors[held], self.mean) @ weights + bias)
        return margins, logs if self.vectors is not None else None


def _flatten(examples: Examples) -> tuple[list[str], list[str], list[bool]]:
    """Texts, intents and whether Spanish; what comes out as the same words counts once."""
    rows = {
        (intent, language, tuple(words(said))): said
        for intent, by_language in sorted(examples.items())
        for language, written in sorted(by_language.items())
        for said in sorted(plain(clean(text)) for text in written)
    }
    order = sorted(rows)
    return [rows[key] for key in order], [key[0] for key in order], [key[1] == "es" for key in order]


def _check(intents: tuple[str, ...], labels: list[str]) -> None:
    if len(intents) < 3:
        raise ValueError("examples: at least three intents are needed to train")
    few = [intent for intent, count in Counter(labels).items() if count < _FOLDS]
    if few:
        raise ValueError(f"examples: too few (at least {_FOLDS} each) for {', '.join(few)}")


def _build_vocabulary(texts: list[str]) -> tuple[dict[str, int], Floats]:
    """Features seen in two texts or more (any word counts) and their smoothed idf."""
    seen: Counter[str] = Counter()
    for text in texts:
        tokens = words(text)
        seen.update(set(count_words(tokens)) | set(count_pieces(tokens)))
    features = sorted(f for f, count in seen.items() if count > 1 or (f.startswith("w ") and f.count(" ") == 1))
    idf = np.log((1 + len(texts)) / (1 + np.array([seen[f] for f in features]))) + 1
    return {feature: row for row, feature in enumerate(features)}, idf.astype(np.float32)


def _matrix(texts: list[str], vocabulary: dict[str, int], idf: Floats) -> csr_matrix:
    weighed = [weigh(text, vocabulary, idf) for text in texts]
    starts = np.cumsum([0, *(len(rows) for rows, _ in weighed)])
    rows = np.concatenate([rows for rows, _ in weighed])
    values = np.concatenate([values for _, values in weighed])
    return csr_matrix((values, rows, starts), shape=(len(texts), len(vocabulary)))


def _fit(matrix: csr_matrix, target: Rows, class_weight: Weights) -> tuple[Floats, Floats]:
    """Weights (features, classes) and bias of one-against-rest margins; one class column when there are two classes."""
    model = LinearSVC(C=_STRICTNESS, tol=_TOLERANCE, random_state=_SEED, class_weight=class_weight)
    model.fit(matrix, target)
    return model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)


def _fit_language(matrix: csr_matrix, spanish: list[bool]) -> tuple[Floats, Floats]:
    """Weights and bias of Spanish against English; nothing where all examples are in one language."""
    if len(set(spanish)) < 2:
        return np.zeros((matrix.shape[1], 1), dtype=np.float32), np.zeros(1, dtype=np.float32)
    return _fit(matrix, np.array(spanish).astype(int), "balanced")


def _class_weights(target: Rows, intents: tuple[str, ...]) -> dict[int, float]:
    """Intents with many examples weigh a little less than those with few."""
    counts = np.bincount(target)
    weights = (np.median(counts) / counts) ** _EVENNESS
    return {
        row: _OUT_OF_SCOPE_WEIGHT if intent == OUT_OF_SCOPE else float(weights[row])
        for row, intent in enumerate(intents)
    }


def _folds(texts: list[str], labels: list[str]) -> Rows:
    """The fold in which each example is held back.

    Examples of an intent that differ only in the commonest words go together: held back one by one, their likes would
    answer for them, and new messages would be refused that no example is so near to.
    """
    sets = [frozenset(words(text)) for text in texts]
    commonest = {word for word, _ in Counter(word for said in sets for word in said).most_common(_COMMONEST)}
    families: dict[str, dict[frozenset[str], list[int]]] = {}
    for row, (label, said) in enumerate(zip(labels, sets, strict=True)):
        families.setdefault(label, {}).setdefault(said - commonest, []).append(row)
    fold = np.zeros(len(texts), dtype=np.int64)
    for of_intent in families.values():
        groups = list(of_intent.values())
        if len(groups) < _FOLDS:
            groups = [[row] for group in groups for row in group]
        for place, group in enumerate(groups):
            fold[group] = place % _FOLDS
    return fold


def _calibrate(members: "_Members", target: Rows, intents: tuple[str, ...], fold: Rows) -> dict[str, float]:
    """What examples that were held back say: the scales that make them likeliest, and the threshold.

    The threshold is the probability below which `_REFUSED` of the in-scope ones lie.
    """
    by_words, by_sentence = members.held_back(fold)
    scale = _likeliest(by_words, target)
    logs = log_softmax(by_words * scale)
    if by_sentence is not None:
        logs = blend(logs, by_sentence)
    sharpness = _likeliest(logs, target)
    in_scope = np.array([intent != OUT_OF_SCOPE for intent in intents])
    best = np.exp(log_softmax(logs * sharpness))[:, in_scope].max(axis=1)
    return {
        "scale": scale,
        "sharpness": sharpness,
        "refuse_below": float(np.quantile(best[in_scope[target]], _REFUSED)),
    }


def _likeliest(margins: Floats, target: Rows) -> float:
    """The factor with which the softmaxed margins give the right intents the highest probability."""
    picked = np.arange(len(target))
    losses = [-log_softmax(margins * factor)[picked, target].mean() for factor in _SCALES]
    return float(_SCALES[int(np.argmin(losses))])
