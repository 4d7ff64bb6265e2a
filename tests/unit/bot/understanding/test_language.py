"""Which texts say what language is spoken, and so may change a conversation's."""

import pytest

from bot.understanding.language import says_language


@pytest.mark.parametrize("text", ["2011 Subaru Outback", "Honda Civic", "Pat Quimby", "+15125550113", "ok", ""])
def test_a_car_a_name_or_a_number_says_no_language(text: str) -> None:
    assert not says_language(text)


@pytest.mark.parametrize("text", ["what do I owe", "cuánto debo", "when is it ready", "¿mañana?", "for Tuesday please"])
def test_a_common_word_or_a_mark_says_it(text: str) -> None:
    assert says_language(text)
