"""Papers to keep: an invoice or an estimate as PDF, made from the same records and texts as its page."""
