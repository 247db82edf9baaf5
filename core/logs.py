"""What may stand in the log: no row of the register, no number of a person."""

import copy
import logging
import re

#: PostgreSQL adds the refused row, with all its values, to the message of an error. It may hold line breaks.
_ROW = re.compile(r"DETAIL: .*?(?=\n\nThe above exception|\n\nDuring handling|\Z)", re.DOTALL)
_SIXTEEN_DIGITS = re.compile(r"(?<![0-9A-Za-z])[0-9]{16}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?62|0)[ .-]?8[0-9](?:[ .-]?[0-9]){7,10}(?![0-9A-Za-z])")

HIDDEN = "[hidden]"


def personal_numbers(text):
    """NIK and NPWP of sixteen digits and Indonesian mobile numbers in `text`."""
    return [found for pattern in (_SIXTEEN_DIGITS, _MOBILE) for found in pattern.findall(text)]


class PrivateFormatter(logging.Formatter):
    """Lines as ever, without the values of a refused row and without the numbers of persons.

    Why somebody was refused (4xx) may name a colleague: it is said to that person, not to the log.
    """

    def format(self, record):
        if record.exc_info and getattr(record, "status_code", 500) < 500:
            record = copy.copy(record)
            record.exc_info = record.exc_text = None
        text = _ROW.sub(f"DETAIL: {HIDDEN}", super().format(record))
        return _MOBILE.sub(HIDDEN, _SIXTEEN_DIGITS.sub(HIDDEN, text))
