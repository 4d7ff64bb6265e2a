"""Training of the classifier: deterministic, seconds on one core. Only here scikit-learn and scipy are needed."""

from collections import Counter
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_matrix, csr_matrix
from sklearn.svm import LinearSVC

from bot.understanding.classifier import OUT_OF_SCOPE, Examples, Floats, Model, softmax, weigh
from bot.understanding.features import clean, count_pieces, count_words, words
from bot.understanding.wording import plain

Weights: TypeAlias = dict[int, float] | Literal["balanced"]
Rows: TypeAlias = npt.NDArray[np.int64]

_SEED = 20260311
_FOLDS = 5
_REFUSED = 0.03  # share of the shop's own in-scope examples that out-of-fold scores may refuse
_MEASURED = 1500  # in-scope examples, evenly picked, whose nearest one is looked for: more cost seconds, say no more
_COMMONEST = 60  # words that do not tell one family of examples from another
_SCALES = np.geomspace(1.0, 16.0, 25)
_STRICTNESS = 1.0  # LinearSVC's C
_TOLERANCE = 1e-2  # a hundred times the usual: a third of the time, the same answers
_EVENNESS = 0.3  # 0: every example counts the same; 1: every intent does
# it has many times the examples of the others, and would draw in what is merely new
_OUT_OF_SCOPE_WEIGHT = 0.4


def train(examples: Examples) -> Model:
    """The model of these examples. Raises ValueError for fewer than three intents or an intent with too few."""
    texts, labels, spanish = _flatten(examples)
    intents = tuple(sorted(set(labels)))
    _check(intents, labels)
    target = np.array([intents.index(label) for label in labels])
    vocabulary, idf = _build_vocabulary(texts)
    matrix = _matrix(texts, vocabulary, idf)
    class_weight = _class_weights(target, intents)
    scale, refuse_below = _calibrate(matrix, target, intents, class_weight, _folds(texts, labels))
    intent_model = _fit(matrix, target, class_weight)
    language_model = _fit(matrix, np.array(spanish).astype(int), "balanced")
    by_feature = csc_matrix(matrix)
    return Model(
        intents=intents,
        vocabulary=vocabulary,
        idf=idf,
        weights=np.ascontiguousarray(np.hstack([intent_model[0], language_model[0]]), dtype=np.float32),
        bias=np.concatenate([intent_model[1], language_model[1]]).astype(np.float32),
        scale=scale,
        refuse_below=refuse_below,
        example_starts=by_feature.indptr.astype(np.int32),
        example_rows=by_feature.indices.astype(np.int32),
        example_values=by_feature.data.astype(np.float32),
        example_count=len(texts),
    )


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


def _calibrate(
    matrix: csr_matrix, target: Rows, intents: tuple[str, ...], class_weight: Weights, fold: Rows
) -> tuple[float, float]:
    """The scale that makes out-of-fold probabilities likeliest, and the threshold that refuses `_REFUSED` of them."""
    margins = np.zeros((len(target), len(intents)), dtype=np.float32)
    nearest = np.zeros(len(target), dtype=np.float32)
    in_scope = np.array([intent != OUT_OF_SCOPE for intent in intents])
    own = np.flatnonzero(in_scope[target])
    measured = own[:: max(1, len(own) // _MEASURED)]
    for number in range(_FOLDS):
        held = np.flatnonzero(fold == number)
        kept = np.flatnonzero(fold != number)
        weights, bias = _fit(matrix[kept], target[kept], class_weight)
        margins[held] = matrix[held] @ weights + bias
        looked_at = measured[fold[measured] == number]
        nearest[looked_at] = (matrix[looked_at] @ matrix[kept].T).max(axis=1).toarray().ravel()
    picked = np.arange(len(target))
    losses = [-np.log(softmax(margins * s)[picked, target] + 1e-9).mean() for s in _SCALES]
    scale = float(_SCALES[int(np.argmin(losses))])
    best = (softmax(margins * scale) * in_scope).max(axis=1)
    return scale, float(np.quantile((best * nearest)[measured], _REFUSED))
