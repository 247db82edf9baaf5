"""The code that a participant shows at the door: written in the QR on the phone, typed by hand where no scanner is."""

from core.spoken_codes import is_code, spoken_code


def code_of(enrolment):
    """`K7PQM-2X9AB`: the code of an enrolment, the same each time."""
    return spoken_code("training.attendance_codes", enrolment.reference)


def find(text, enrolments):
    """The one of `enrolments` whose code is `text`, or None."""
    return next((one for one in enrolments if is_code(text, code_of(one))), None)
