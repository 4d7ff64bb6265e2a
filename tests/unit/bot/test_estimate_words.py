"""What a message decides about the lines of an estimate, in the words that clients use."""

import pytest

from bot.estimate_words import names_lines, read_decisions, says_decision
from bot.line_words import find_lines
from storage.estimates import Decision, EstimateLine

LINES = tuple(
    EstimateLine(id=line_id, description=description, kind="part", amount=1000)
    for line_id, description in (
        ("pads", "Front brake pads"),
        ("rotors", "Front rotors"),
        ("wipers", "Wiper blades"),
        ("flush", "Coolant flush"),
        ("struts", "Rear struts, labor"),
    )
)
LETTERS: dict[str, Decision] = {"y": "approved", "n": "declined", "c": "call_me"}


def read(text: str, default: Decision = "approved", *, whole: bool = True) -> str:
    """A letter for each line: y(es), n(o), c(all), - for nothing said."""
    decisions = read_decisions(text, LINES, default, whole=whole).decisions
    marks = {decision: letter for letter, decision in LETTERS.items()}
    return "".join(marks[decisions[line.id]] if line.id in decisions else "-" for line in LINES)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("approve the estimate", "yyyyy"),
        ("just fix it, the price you gave is fine", "yyyyy"),
        ("approve the brakes but not the wipers", "yyn--"),
        ("just the front pads", "ynnnn"),
        ("just do the front pads not the rest", "ynnnn"),
        ("can you do the pads only", "ynnnn"),
        ("everything except the flush", "yyyny"),
        ("do everything but the coolant flush", "yyyny"),
        ("go ahead but skip the wipers", "yynyy"),
        ("approve the estimate but not the wipers", "yynyy"),
        ("approve the pads, call me before you do the struts", "y---c"),
        ("do the brakes and the flush, for the struts call me first", "yy-yc"),
        ("approve brake pads and call me about the rotors", "yc---"),
        ("approve the pads and the rotors, skip the flush and wipers, call me about the struts", "yynnc"),
        ("brakes yes, wipers no", "yyn--"),
        ("pads yes rotors no", "yn---"),
        ("approve items one and two", "yy---"),
        ("ok to proceed with lines 1 and 3", "y-y--"),
        ("approve the first line only", "ynnnn"),
        ("no to the struts, yes to the rest", "yyyyn"),
        ("the wipers can wait, do the rest", "yynyy"),
        ("call me first", "ccccc"),
        ("aprove the frnt pads and roters pls", "yy---"),
        ("approve everthing exept the wiper blades", "yynyy"),
        ("apruebo las balatas pero no los amortiguadores", "y---n"),
        ("hagan los frenos nada más", "yynnn"),
        ("todo menos los amortiguadores", "yyyyn"),
        ("frenos sí, limpiaparabrisas no", "yyn--"),
        ("apruebo todo, llámenme antes de los amortiguadores", "yyyyc"),
        ("sí, pero sin los limpiaparabrisas", "yynyy"),
    ],
)
def test_an_approval_is_read_line_by_line(text: str, lines: str) -> None:
    assert read(text) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("too expensive", "nnnnn"),
        ("skip the wipers", "--n--"),
        ("skip the wipers, ok?", "--n--"),
        ("ok skip the wipers", "--n--"),
        ("take the wipers and the flush off the estimate", "--nn-"),
        ("don't do the flush you quoted", "---n-"),
        ("decline everything except the brakes", "yynnn"),
        ("decline it, just do the wipers", "nnynn"),
        ("approve it but not the flush", "yyyny"),
        ("call me before you do any of the work on the quote", "ccccc"),
        ("I'm not doing the struts but the pads are ok", "y---n"),
        ("no hagan los frenos", "nn---"),
        ("quiten los amortiguadores del presupuesto", "----n"),
    ],
)
def test_a_refusal_is_read_line_by_line(text: str, lines: str) -> None:
    assert read(text, "declined") == lines


@pytest.mark.parametrize("text", ["yes", "go ahead", "ok thanks", "what are your hours", "no"])
def test_in_the_middle_of_it_what_names_nothing_decides_nothing(text: str) -> None:
    assert read(text, whole=False) == "-----"


@pytest.mark.parametrize("text", ["only do the urgent items", "solo hagan lo urgente", "just what is necessary"])
def test_what_the_record_does_not_say_is_not_guessed(text: str) -> None:
    decided = read_decisions(text, LINES, "approved", whole=True)
    assert (decided.decisions, decided.vague) == ({}, True)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("approve the alternator", "alternator"), ("do the rear pads", "rear pads"), ("approve the timing belt", "belt")],
)
def test_work_that_is_on_no_line_is_named_and_approves_nothing(text: str, unknown: str) -> None:
    decided = read_decisions(text, LINES, "approved", whole=True)
    assert decided.decisions == {}
    assert unknown in " ".join(decided.unknown)


def test_a_side_tells_lines_apart() -> None:
    lines = [
        EstimateLine(id="f", description="Brake pads, front", kind="part", amount=1),
        EstimateLine(id="r", description="Brake pads, rear", kind="part", amount=1),
    ]
    assert find_lines("the rear pads", lines) == (["r"], [])
    assert find_lines("las pastillas delanteras", lines) == (["f"], [])
    assert find_lines("the brakes", lines) == (["f", "r"], [])


def test_a_real_word_is_no_slip_of_a_line() -> None:
    assert not names_lines("that is the best", [EstimateLine(id="b", description="Belt", kind="part", amount=1)])


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ("not the wipers", True),
        ("only the pads", True),
        ("call me first", True),
        ("llámenme antes", True),
        ("what are your hours", False),
        ("when can you do the brakes", False),
        ("cuándo hacen los frenos", False),
        ("do you take cards", False),
        ("when did you last change my oil", False),
        ("yes", False),
    ],
)
def test_words_that_decide_are_told_from_questions(text: str, decides: bool) -> None:
    assert says_decision(text) is decides
