"""Phone numbers: E.164 inside (`+15125550142`), read in the shop's country, written for people."""

import phonenumbers


class NotAPhone(ValueError):
    """The text is not a phone number that could be dialled in that country."""


def parse_phone(text: str, country: str) -> str:
    """The number as E.164. `country` is two letters, as in the shop's address. Raises `NotAPhone`."""
    try:
        number = phonenumbers.parse(text, country.upper())
    except phonenumbers.NumberParseException as error:
        raise NotAPhone("is not a phone number") from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise NotAPhone("is not a phone number that can be dialled")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_phone(e164: str, country: str) -> str:
    """The number as people in that country write it: `(512) 555-0142`, or `+52 55 1234 5678` from abroad."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    local = phonenumbers.country_code_for_region(country.upper()) == number.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if local else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)
