import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hearing import find_choice, parse_payload
from bot.reply import Choice

CHOICES = (Choice("2019 Honda Civic", "/a"), Choice("Tomorrow at 10:00 AM", "/b"), Choice("Sí", "/c"))


@pytest.mark.parametrize(
    ("payload", "heard"),
    [
        ("/ask_balance", ("ask_balance", {})),
        ('/book_appointment{"service": "brakes"}', ("book_appointment", {"service": "brakes"})),
        ("ask_balance", None),
        ("/ask_balance{", None),
        ('/ask_balance{"a": }', None),
        ("/" + "x" * 600, None),
        ("/ask_balance[1]", None),
    ],
)
def test_a_payload_is_an_intent_with_slots_or_nothing(payload: str, heard: object) -> None:
    assert parse_payload(payload) == heard


@given(st.text())
def test_no_payload_raises(payload: str) -> None:
    parse_payload(payload)
    parse_payload(f"/book_appointment{{{payload}}}")


@pytest.mark.parametrize(
    ("text", "payload"),
    [("1", "/a"), ("2.", "/b"), ("#3", "/c"), (" 2 ", "/b"), ("(1)", "/a"), ("option 2", "/b"), ("la tercera", "/c")],
)
def test_a_bare_number_is_the_choice_at_that_place(text: str, payload: str) -> None:
    choice = find_choice(text, CHOICES)
    assert choice is not None
    assert choice.payload == payload


@pytest.mark.parametrize("text", ["0", "4", "10", "2 pm", "at 2", "", "the accord", "at", "2nd of may", "number 7"])
def test_anything_else_is_no_choice(text: str) -> None:
    assert find_choice(text, CHOICES) is None


@pytest.mark.parametrize("text", ["2019 honda civic", "civic", "the honda", "tomorrow", "tomorrow at 10:00 am!", "SÍ"])
def test_a_choice_may_be_said_in_its_own_words(text: str) -> None:
    assert find_choice(text, CHOICES) is not None


@given(st.text())
def test_no_text_raises(text: str) -> None:
    find_choice(text, CHOICES)
