"""The code that hangs at a unit, as a QR to scan and as signs to type: who knows it has stood there this month."""

from datetime import timedelta

from core.spoken_codes import is_code, spoken_code

#: So many days into a month the sheet of the month before may still hang.
OLD_SHEET_DAYS = 7


def code_of(unit, day):
    """The code of `unit` in the month of `day`."""
    return spoken_code("facility.unit_codes", f"{unit.reference} {day:%Y-%m}")


def holds(typed, unit, day):
    """Whether `typed` is a code that may hang at `unit` on `day`."""
    days = (day, day - timedelta(days=OLD_SHEET_DAYS))
    return any(is_code(typed, code) for code in {code_of(unit, one) for one in days})
