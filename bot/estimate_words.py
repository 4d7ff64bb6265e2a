"""What a message decides about the lines of an estimate: "approve the brakes but not the wipers".

It goes clause by clause. A word that decides ("approve", "skip", "call me before") holds for the lines named after it,
or at a clause's end for those named before it ("wipers no"). What is read here is always read back before it counts.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.line_words import find_lines, is_work
from bot.understanding.features import fold
from bot.understanding.spelling import find_nearest, is_real_word
from storage.estimates import Decision, EstimateLine

_THEN = (
    r"(?:do|doing|want|need|fix|fixing|replace|replacing|touch|touching|start|starting|approve|approving|change|going)"
)
_ENTONCES = r"(?:hag\w+|hacer\w*|cambi\w+|arregl\w+|toqu\w+|tocar|quier\w+|quiero|empe\w+|apruebo|autorizo)"
_CALL = (
    r"\b(?:(?:give (?:me|us) a (?:call|ring)|(?:call|phone|ring|ask|check with) (?:me|us))"
    r"|ll?am(?:en|e)me|llamar(?:me|nos)|me llam\w+|habl(?:en|e)me|me habl\w+|avis(?:en|e)me|consult(?:en|e)me)\b"
    rf"(?:,? (?:first|up|back|please|on|about|regarding|before|(?:you|y'?all)|{_THEN}|any(?:thing)?|of"
    rf"|(?:go|going) ahead|with|primero|por favor|antes|de|que|sobre|por|{_ENTONCES})\b)*"
)
_EXCEPT = (
    r"\b(?:but not|except(?: for)?|excluding|other than|apart from|besides|minus|without|pero no|excepto|salvo|menos"
    r"|sin|aparte de)\b|(?:(?<=everything )|(?<=all )|(?<=all of it )|(?<=anything ))but\b"
)
_NO = (
    r"\b(?:do not|don'?t|dont|won'?t|will not|not|no|nope|none|nothing|never|nah|skip|pass on|hold off(?: on)?"
    r"|leave(?: (?:off|out))?|declin\w*|reject\w*|refus\w*|cancel\w*|drop|remove|scratch|take(?=.*\boff\b)|forget"
    r"|rechaz\w*|quit[ea]\w*|dej[ea]\w*|tampoco|ningun\w*|nada(?! mas))\b"
    rf"(?: (?:{_THEN}|to|{_ENTONCES}|se|me)\b)*"
)
_LATER = r"\b(?:can wait|later|another time|not now|next time|puede[n]? esperar|despues|luego)\b"
_YES = (
    r"\b(?:approv\w*|authori\w*|accept\w*|agree\w*|go ahead(?: and| with)*|go for|proceed with|do|fix|replace|start"
    r"|keep|yes|yep|yeah|ok|okay|sure|apr(?:ueb|ob)\w*|acept\w*|autoriz\w*|hag[ao]\w*|adelante|arregl\w*|cambi[ea]\w*|si)\b"
)
_CUE = re.compile(f"(?P<call>{_CALL})|(?P<skip>{_EXCEPT})|(?P<later>{_LATER})|(?P<no>{_NO})|(?P<yes>{_YES})")
_CLAUSE = re.compile(r"[.;!?\n]+(?!\d)|,(?!\d)|\b(?:but(?! not\b)|pero(?! no\b))\b")
_ALL_BUT = re.compile(r"\b(everything|all|all of it|anything) but\b")
_ALL = re.compile(r"\b(?:everything|all|whole|todos?|todas?|completo)\b")
_REST = re.compile(
    r"\b(?:the rest|rest of|(?:the )?others?|(?:anything|everything) else|remaining|(?:lo|los|las) demas|el resto"
    r"|lo otro)\b"
)
_ONLY = re.compile(
    r"\b(?:just|only|solo|solamente|unicamente|nada mas|nomas|nothing else|(?:and )?that'?s (?:it|all)|y ya)\b"
)
_SOME = re.compile(
    r"\b(?:urgen\w*|necessary|needed|important\w*|safety|necesari\w*|some of|part of|half|parte|algun\w*)\b"
)
_STRONG = re.compile(
    r"(?:approv|authori|accept|agree|go ahead|go for|proceed|apr[uo]|acept|autoriz|adelante|declin|reject|refus|rechaz)"
)
_WORD = re.compile(r"[^\W\d_]+")
_MENDED_WORDS = (
    "approve approved authorize decline declined reject except everything without nothing skip before apruebo aprobar"
    " aprobado rechazo autorizo acepto excepto menos todo"
)
_MENDED = frozenset(_MENDED_WORDS.split())
_QUESTION = re.compile(
    r"\W*(?:and |y )?(?:when|what|how|where|why|who|which|do (?:you|i)|did|does|is|are|will|cuando|cuanto|que|como"
    r"|donde|por que|quien|cual)\b"
)
_OPPOSITE: Mapping[Decision, Decision] = {"approved": "declined", "declined": "approved", "call_me": "approved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a message decides: line id to decision. `unknown`: words for work that is on no line."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    vague: bool = False  # it means some of the lines, and does not say which


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a clause, and the decision of the word before it (None where none is)."""

    decision: Decision | None
    text: str
    is_strong: bool = False  # that word can mean nothing else: "approve", not "ok"


def read_decisions(text: str, lines: Sequence[EstimateLine], default: Decision, *, whole: bool) -> Decided:
    """What the text decides about these lines. `default` holds where it only names lines.

    With `whole` a text that names no line is about all of them.
    """
    folded = _ALL_BUT.sub(r"\1 except", _plain(text))
    only = _ONLY.search(folded) is not None
    found: dict[str, Decision] = {}
    everything: Decision | None = None
    rest: Decision | None = None
    unknown: list[str] = []
    running, said_call = default, False
    said_whole: Decision | None = None
    for clause in _CLAUSE.split(_ONLY.sub(" ", folded)):
        for piece in _pieces(clause, lines, running):
            decision = piece.decision or running
            running = decision
            said_call = said_call or decision == "call_me"
            named, missing = find_lines(piece.text, lines)
            unknown += missing
            if named:
                found |= dict.fromkeys(named, decision)
            elif _REST.search(piece.text):
                rest = decision
            elif _ALL.search(piece.text):
                everything = everything or decision
            elif piece.decision and not (missing or found) and (piece.is_strong or decision == default):
                said_whole = decision  # "approve the estimate but not the wipers"
    if everything is None and whole and not found and not unknown and rest is None:
        if _SOME.search(folded):
            return Decided(vague=True)
        everything = "call_me" if said_call else default
    if whole and said_whole and found and said_whole not in found.values():
        rest = rest or said_whole
    if only and rest is None and everything is None and "approved" in found.values():
        rest = "declined"
    others = everything or rest
    if others is not None:
        found = {**dict.fromkeys((line.id for line in lines), others), **found}
    return Decided(decisions=found, unknown=tuple(unknown))


def names_lines(text: str, lines: Sequence[EstimateLine]) -> bool:
    """Whether a text names any of these lines."""
    return any(find_lines(clause, lines)[0] for clause in _CLAUSE.split(fold(text)))


def says_decision(text: str) -> bool:
    """Whether a text has a word that decides, and names some kind of work or wants a call: "not the wipers"."""
    folded = _plain(text)
    if asks(text):
        return False
    cues = {cue.lastgroup for cue in _CUE.finditer(folded)}
    return "call" in cues or bool((cues or _ONLY.search(folded)) and is_work(folded))


def asks(text: str) -> bool:
    """Whether a text is a question, which decides nothing: "when can you do the brakes"."""
    return _QUESTION.match(fold(text)) is not None


def _plain(text: str) -> str:
    """The text folded, with straight apostrophes, and slips in the words that decide repaired."""
    return _WORD.sub(_mended, fold(text).replace("\u2019", "'"))


def _mended(word: re.Match[str]) -> str:
    return word[0] if is_real_word(word[0]) else find_nearest(word[0], _MENDED) or word[0]


def _pieces(clause: str, lines: Sequence[EstimateLine], running: Decision) -> Iterator[_Piece]:
    """The clause cut at the words that decide, each stretch with the decision that holds for it."""
    texts, decisions, last = [], list[Decision](), 0
    cues = list(_CUE.finditer(clause))
    for cue in cues:
        texts.append(clause[last : cue.start()])
        decisions.append(_decision_of(cue, decisions[-1] if decisions else running))
        last = cue.end()
    texts.append(clause[last:])
    if cues and find_lines(texts[0], lines)[0] and not find_lines(texts[-1], lines)[0]:
        texts.pop()  # "wipers no": each word is for what stands before it
    else:
        yield _Piece(None, texts.pop(0))
    for cue, decision, text in zip(cues, decisions, texts, strict=True):
        yield _Piece(decision, text, _STRONG.match(cue[0]) is not None)


def _decision_of(cue: re.Match[str], running: Decision) -> Decision:
    if cue.lastgroup == "call":
        return "call_me"
    if cue.lastgroup == "skip":
        return _OPPOSITE[running]
    return "approved" if cue.lastgroup == "yes" else "declined"
