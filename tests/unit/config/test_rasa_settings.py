"""The settings for those who have Rasa."""

import pytest

from config.settings import SettingsError, load_settings


def test_without_them_there_is_no_rasa_and_actions_stay_on_this_machine() -> None:
    settings = load_settings({})
    assert (settings.rasa.url, settings.rasa.token, settings.rasa.timeout_seconds) == (None, None, 1.0)
    assert (settings.actions.host, settings.actions.port) == ("127.0.0.1", 5055)


def test_they_are_read() -> None:
    settings = load_settings(
        {
            "RASA_URL": "http://127.0.0.1:5005/",
            "RASA_TOKEN": "very secret",
            "ACTIONS_PORT": "6055",
            "ACTIONS_HOST": "::1",
        }
    )
    assert settings.rasa.url == "http://127.0.0.1:5005"
    assert (settings.actions.host, settings.actions.port) == ("::1", 6055)
    assert "very secret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RASA_URL", "localhost:5005"),
        ("RASA_URL", "http://localhost:5005/?token=x"),
        ("RASA_TIMEOUT_SECONDS", "0"),
        ("RASA_TIMEOUT_SECONDS", "30"),
        ("ACTIONS_PORT", "70000"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({name: value})
    assert [problem.split()[0] for problem in refused.value.problems] == [name]
