"""Card numbers that people write although nobody should: found, so that they are neither stored nor repeated."""

import re

# 13 to 19 digits, alone or in groups of a card's kind; a card's first digit is 2 to 6
_CARD = re.compile(r"(?<![\w-])[2-6]\d{2,5}(?:[ -]?\d{2,6}){2,5}(?![\w-])")
_SHORTEST, _LONGEST = 13, 19
_STRUCK_OUT = "[card]"


def holds_card_number(text: str) -> bool:
    """Whether something in the text is, by its check digit, a payment card's number."""
    return any(_is_card(match[0]) for match in _CARD.finditer(text))


def held_card_number(text: str) -> bool:
    """Whether there is a card number in the text, or was one before it was struck out."""
    return _STRUCK_OUT in text or holds_card_number(text)


def without_card_numbers(text: str) -> str:
    """The text with each card number struck out."""
    return _CARD.sub(lambda match: _STRUCK_OUT if _is_card(match[0]) else match[0], text)


def _is_card(written: str) -> bool:
    digits = [int(character) for character in written if character.isdigit()]
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return False
    # Luhn: from the right every second digit doubled, its own digits added
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
