"""Which texts are a carrier's keywords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.channels.keywords import Keyword, find_keyword


@pytest.mark.parametrize(
    "text", ["STOP", "stop!", "Stop all", "opt-out", "opt out", "ALTO", "parar", "baja", "cancel", " END "]
)
def test_stop(text):
    assert find_keyword(text, stopped=False) is Keyword.STOP


@pytest.mark.parametrize(
    "text", ["cancel!", "cancelar", "end.", "quit?", "stop by at 9", "don't stop", "", "...", "the end", "alto ahí"]
)
def test_what_only_looks_like_stop(text):
    assert find_keyword(text, stopped=False) is None


def test_yes_opts_in_only_where_a_stop_holds():
    assert find_keyword("Yes", stopped=True) is Keyword.START
    assert find_keyword("Yes", stopped=False) is None


@pytest.mark.parametrize("text", ["HELP", "Info", "ayuda", "help!", "¿Ayuda?"])
def test_help(text):
    assert find_keyword(text, stopped=False) is Keyword.HELP


@given(st.text(max_size=60), st.sampled_from(["STOP", "START", "HELP"]))
def test_the_carriers_word_decides_whatever_the_text_is(text, word):
    assert find_keyword(text, stopped=False, opt_out_type=word) is Keyword(word.lower())
