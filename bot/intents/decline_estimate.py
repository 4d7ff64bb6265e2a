"""Declines an estimate, or some of its lines."""

from bot.estimate_form import DecideEstimate


class DeclineEstimate(DecideEstimate):
    """A decision; the lines that are named for something else are decided as they are named."""
