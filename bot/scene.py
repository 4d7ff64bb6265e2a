"""One turn on its way through the dialogue: what was heard, from whom, and how far the dialogue is."""

from dataclasses import dataclass

from bot.answers import Answers, Wording
from bot.context import Context
from bot.hearing import Heard
from bot.peer import Peer
from bot.reply import Reply
from bot.tracker import Tracker
from bot.turn import Turn, Unclear
from bot.understanding import Understanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A value; each step of the dialogue makes the next one with `dataclasses.replace`."""

    turn: Turn
    peer: Peer
    tracker: Tracker
    heard: Heard
    wording: Wording

    @property
    def understanding(self) -> Understanding:
        """What the message means."""
        return self.heard.understanding

    @property
    def intent(self) -> str:
        """The name of what is meant."""
        return self.heard.understanding.intent

    def context(self, answers: Answers, *, resuming: bool = False) -> Context:
        """What an intent with these texts is handed."""
        return Context(
            turn=self.turn,
            heard=self.understanding,
            peer=self.peer,
            tracker=self.tracker,
            wording=self.wording,
            answers=answers,
            given=self.heard.given,
            resuming=resuming,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is to be said, and the dialogue after it."""

    reply: Reply
    tracker: Tracker
    context: Context
    identified_as: str | None = None  # a shared number said who
    unclear: Unclear | None = None  # the message was not understood, or only after a question
