"""Approves an estimate, or some of its lines."""

from bot.estimate_form import DecideEstimate


class ApproveEstimate(DecideEstimate):
    """A decision; the lines that are named for something else are decided as they are named."""
