"""What a message means: intent with confidence, language, and what it names. `understander.py` is the way in."""

from bot.understanding.entities import Entities
from bot.understanding.language import Language
from bot.understanding.model import OUT_OF_SCOPE, Examples
from bot.understanding.requests import Candidate
from bot.understanding.understander import Understander, Understanding
from bot.understanding.when import When

__all__ = ["OUT_OF_SCOPE", "Candidate", "Entities", "Examples", "Language", "Understander", "Understanding", "When"]
