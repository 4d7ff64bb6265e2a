"""What staff are shown of a message that was not understood, or only after "Did you mean"."""

from bot.scene import Scene
from bot.turn import Guess, Unclear
from bot.understanding import OUT_OF_SCOPE, Understanding

_MOST_GUESSES = 3


def find_unclear(scene: Scene) -> Unclear | None:
    """The words that staff may explain: those of this message, or those it picks a meaning for; None: no words."""
    doubt = scene.heard.doubt
    if doubt is not None:
        return _unclear(doubt.understanding, doubt.picked)
    if scene.heard.picked or not scene.turn.text.strip():
        return None
    return _unclear(scene.understanding, None)


def _unclear(understood: Understanding, picked: str | None) -> Unclear:
    ranked = [Guess(understood.intent, understood.confidence)]
    ranked += [Guess(other.intent, other.confidence) for other in understood.alternatives]
    guesses = [guess for guess in ranked if guess.intent != OUT_OF_SCOPE][:_MOST_GUESSES]
    return Unclear(text=understood.text, language=understood.language, guesses=tuple(guesses), picked=picked)
