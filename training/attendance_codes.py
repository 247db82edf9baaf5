"""The code that a participant shows at the door: written in the QR on the phone, typed by hand where no scanner is.

It is derived from the enrolment and the portal's key, so that showing it writes nothing and guessing another person's leads
nowhere.
"""

import hmac

from django.utils.crypto import salted_hmac

#: Without letters and digits that are mistaken for each other when read aloud.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 10


def code_of(enrolment):
    """`K7PQM-2X9AB`: the code of an enrolment, the same each time."""
    digest = salted_hmac("training.attendance_codes", enrolment.reference, algorithm="sha256").digest()
    code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])
    return f"{code[:5]}-{code[5:]}"


def normalise(text):
    """A code as typed or scanned, in capitals and without spaces and hyphens."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


def find(text, enrolments):
    """The one of `enrolments` whose code is `text`, or None."""
    typed = normalise(text).encode()
    for one in enrolments:
        if hmac.compare_digest(typed, normalise(code_of(one)).encode()):
            return one
    return None
