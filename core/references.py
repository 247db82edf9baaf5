"""References that survive a phone call: `IKM-7K3M-PX4Q`.

A prefix of two to five letters, then exactly eight characters in two groups of four: seven random, one to check. The 31
characters leave out 0, 1, I, L and O. 31 is prime, so a weighted sum modulo 31 catches every single wrong character, every
swap of two characters, and a wrong prefix. 31**7 is 27 billion, so references cannot be walked through by guessing.
"""

import re
import secrets
from functools import cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY_LENGTH = 8

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PREFIX = re.compile(r"[A-Z]{2,5}")


def _weighted_sum(prefix, body):
    """Weights 1 to 8 from the end of the body, then 9 to 13 from the end of the prefix: all different, none 0 mod 31."""
    values = [ord(letter) - ord("A") for letter in prefix] + [_VALUES[character] for character in body]
    return sum(weight * value for weight, value in enumerate(reversed(values), 1)) % len(ALPHABET)


def new_reference(prefix, *, choice=secrets.choice):
    """A fresh random reference, e.g. `new_reference("IKM")` -> `IKM-7K3M-PX4Q`. Uniqueness is the database's business.

    `choice` picks a character of a string; demo data bring their own, to be the same each time.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("a prefix has two to five capital letters")
    body = "".join(choice(ALPHABET) for _place in range(BODY_LENGTH - 1))
    return _with_check(prefix, body)


def new_references(prefix, count):
    """`count` fresh references at once, for bulk writes: the same draw as `new_reference`, some ten times faster."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("a prefix has two to five capital letters")
    bound = len(ALPHABET) ** (BODY_LENGTH - 1)
    # Five random bytes are drawn again when they fall in the uneven rest above a multiple of the bound.
    limit = 256**5 // bound * bound
    base = _weighted_sum(prefix, ALPHABET[0] * BODY_LENGTH)
    triples, references = _triples(), []
    while len(references) < count:
        block = secrets.token_bytes(5 * (count - len(references)))
        for start in range(0, len(block), 5):
            number = int.from_bytes(block[start : start + 5], "big")
            if number >= limit:
                continue
            number, low = divmod(number % bound, len(triples))
            first, middle = divmod(number, len(triples))
            text_low, sum_low, _digits_low = triples[low]
            text_middle, sum_middle, digits_middle = triples[middle]
            # Weights: the check has 1, the lower triple 4 3 2, the middle one 7 6 5, the first character 8.
            total = base + sum_low + sum_middle + 3 * digits_middle + 8 * first
            body = ALPHABET[first] + text_middle + text_low + ALPHABET[-total % len(ALPHABET)]
            references.append(f"{prefix}-{body[:4]}-{body[4:]}")
    return references


@cache
def _triples():
    """Every group of three characters, with its weighted sum at the end of a body and what each place more adds."""
    places = range(len(ALPHABET))
    return [
        (ALPHABET[a] + ALPHABET[b] + ALPHABET[c], 4 * a + 3 * b + 2 * c, a + b + c)
        for a in places
        for b in places
        for c in places
    ]


def _with_check(prefix, body):
    # The check character has weight 1, so it is what is missing to a sum of zero.
    missing = -_weighted_sum(prefix, body + ALPHABET[0]) % len(ALPHABET)
    body += ALPHABET[missing]
    return f"{prefix}-{body[:4]}-{body[4:]}"


def parse_reference(text, *, prefix=None):
    """The reference in `text` in its official spelling; spaces, lower case and missing hyphens do not matter.

    `prefix` says which kind is expected here. Raises `ValidationError` naming what is wrong.
    """
    bare = re.sub(r"[\s\-\u2010-\u2015._]+", "", str(text)).upper()
    if not bare:
        raise ValidationError(_("Nomor referensi belum diisi."), code="empty")
    given, body = bare[:-BODY_LENGTH], bare[-BODY_LENGTH:]
    if not _PREFIX.fullmatch(given):
        raise ValidationError(
            _(
                "Nomor referensi terdiri dari kode huruf dan delapan karakter, contoh %(example)s. "
                "Periksa apakah ada yang kurang atau lebih."
            ),
            code="length",
            params={"example": _with_check(prefix or "IKM", "7K3MPX4")},
        )
    for character in body:
        if character not in _VALUES:
            raise ValidationError(
                _("Nomor referensi tidak memakai karakter “%(character)s” (juga tidak 0, 1, I, L, dan O)."),
                code="character",
                params={"character": character},
            )
    if prefix is not None and given != prefix:
        raise ValidationError(
            _("Nomor ini berkode %(given)s. Di sini diperlukan nomor berkode %(prefix)s."),
            code="prefix",
            params={"given": given, "prefix": prefix},
        )
    if _weighted_sum(given, body):
        raise ValidationError(
            _("Nomor referensi tidak cocok. Satu karakter salah atau tertukar; bacakan lagi pelan-pelan."),
            code="check",
        )
    return f"{given}-{body[:4]}-{body[4:]}"
