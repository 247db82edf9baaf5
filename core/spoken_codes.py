"""Codes that are shown as a QR, read aloud and typed by hand: derived from what they stand for and the portal's key, so that
showing one writes nothing and guessing another leads nowhere."""

import hmac

from django.utils.crypto import salted_hmac

#: Without letters and digits that are mistaken for each other when read aloud.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 10


def spoken_code(salt, text):
    """`K7PQM-2X9AB`: the code of `text` for the purpose `salt`, the same each time."""
    digest = salted_hmac(salt, text, algorithm="sha256").digest()
    code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])
    return f"{code[:5]}-{code[5:]}"


def _plain(text):
    return "".join(sign for sign in text.upper() if sign.isalnum()).encode()


def is_code(typed, code):
    """Whether `typed` is `code`, whatever its capitals, spaces and hyphens."""
    return hmac.compare_digest(_plain(typed), _plain(code))
