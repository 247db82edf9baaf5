"""What a password must be: settings.PASSWORD_POLICIES, one policy for officials and one for everybody else.

BSSN Regulation 4/2021 asks the office to set length, kinds of characters and a term. ASVS 5.0 (6.2) wants length and known
passwords refused, and neither kinds nor a term. So officials keep to both, the public to the second.
"""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

#: What everybody tries first here. A password of nothing but these is no secret.
WORDS_OF_THE_PLACE = ("perindustrian", "disperin", "industri", "semarang", "jateng", "kantor", "petugas", "portal", "dinas",
                      "admin", "sandi", "kata", "kota", "ikm")  # fmt: skip
#: Signs written for letters.
_LETTERS = str.maketrans("0134578@$!", "oieastbasi")
#: A unit this short that only repeats ("ab12ab12ab12") is guessed like a word.
_SHORT_UNIT = 4


def policy_of(user):
    """The policy (a dict of settings.PASSWORD_POLICIES) that holds for `user`, who may be None or not saved yet."""
    return settings.PASSWORD_POLICIES["official" if getattr(user, "is_staff", False) else "public"]


def is_password_over(user):
    """Whether the term of the user's password has ended; False where the policy sets none."""
    days = policy_of(user)["max_days"]
    return bool(days) and timezone.now() - user.password_changed_at > timedelta(days=days)


def kinds(password):
    """How many of capital letters, small letters, digits and signs stand in `password`."""
    tests = (str.isupper, str.islower, str.isdigit, lambda one: not one.isalnum())
    return sum(any(test(one) for one in password) for test in tests)


class LengthAndKinds:
    def validate(self, password, user=None):
        policy = policy_of(user)
        if len(password) < policy["min_length"]:
            raise ValidationError(
                _("Kata sandi paling sedikit %(length)d karakter. Yang Anda tulis %(given)d.")
                % {"length": policy["min_length"], "given": len(password)},
                code="password_too_short",
            )
        if kinds(password) < policy["min_kinds"]:
            raise ValidationError(
                _(
                    "Kata sandi petugas memuat paling sedikit %(kinds)d dari huruf besar, huruf kecil, angka, dan tanda."
                )
                % {"kinds": policy["min_kinds"]},
                code="password_too_plain",
            )

    def get_help_text(self):
        return _("Paling sedikit %(length)d karakter. Tiga kata yang Anda ingat sudah cukup.") % {
            "length": settings.PASSWORD_POLICIES["public"]["min_length"]
        }


class NotOneself(UserAttributeSimilarityValidator):
    def __init__(self):
        super().__init__(user_attributes=("name", "email", "phone"))

    def get_error_message(self):
        return _("Kata sandi terlalu mirip dengan %(verbose_name)s Anda.")

    def get_help_text(self):
        return _("Bukan nama, surel, atau nomor telepon Anda.")


class NotKnown(CommonPasswordValidator):
    """Refuses what is on the lists that attackers try: common passwords, also with a year or signs around them, words of
    the place, mere repetition, mere digits; and what stands in the office's own copy of a breach list."""

    def validate(self, password, user=None):
        if self.is_common(password) or is_breached(password, settings.BREACHED_PASSWORDS):
            raise ValidationError(
                _("Kata sandi ini mudah ditebak atau pernah bocor. Pakai tiga kata yang tidak berkaitan."),
                code="password_known",
            )

    def is_common(self, password):
        text = password.strip().casefold()
        if not any(one.isalpha() for one in text):
            return True  # a date, a phone number, a NIK
        readings = {text, re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text), re.sub(r"[\W\d_]+", "", text)}
        readings |= {one.translate(_LETTERS) for one in readings}
        return any(self._is_common(one) for one in readings)

    def _is_common(self, text):
        unit = text[: (text + text).find(text, 1)]
        if text in self.passwords or unit in self.passwords or (unit != text and len(unit) <= _SHORT_UNIT):
            return True
        for word in WORDS_OF_THE_PLACE:
            text = text.replace(word, "")
        return not text

    def get_help_text(self):
        return _("Bukan kata sandi yang umum dipakai atau pernah bocor, juga dengan tahun di belakangnya.")


class NotTheOldOne:
    def validate(self, password, user=None):
        if (
            getattr(user, "pk", None)
            and user.has_usable_password()
            and check_password(password, user.password)
        ):
            raise ValidationError(_("Kata sandi baru sama dengan yang lama."), code="password_unchanged")

    def get_help_text(self):
        return _("Bukan kata sandi yang sekarang.")


def is_breached(password, path):
    """Whether `password` stands in the list at `path`: lines "SHA-1 in capitals[:count]", sorted, as Have I Been Pwned gives
    them out. The file, tens of gigabytes, is not read but searched. False without a path."""
    if not path:
        return False
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with Path(path).open("rb") as lines:
        low, high = 0, Path(path).stat().st_size
        while low < high:
            middle = (low + high) // 2
            if _line_from(lines, middle)[:40] < wanted:
                low = middle + 1
            else:
                high = middle
        return _line_from(lines, low)[:40] == wanted


def _line_from(lines, place):
    """The first line that begins at `place` or after it; beyond the end what sorts after every hash."""
    lines.seek(max(place - 1, 0))
    if place:
        lines.readline()
    return lines.readline() or b"~"
