"""The weights of a fair selection, as the office publishes them before registration opens. Pure.

A person begins with weight 1; each published factor that fits multiplies it. People who come together are one entry in the
draw, with the average of their weights, so that a larger group is neither helped nor harmed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: What a factor is for, in words for the public page.
FACTORS = {
    "women": gettext_lazy("perempuan"),
    "disabled": gettext_lazy("penyandang disabilitas"),
    "first_time": gettext_lazy("belum pernah lulus pelatihan dinas"),
    "kecamatan": gettext_lazy("dari kecamatan yang pendaftarnya di bawah rata-rata"),
    "no_show": gettext_lazy("dua kali atau lebih tidak hadir tanpa membatalkan dalam dua tahun terakhir"),
}
#: So many absences lower a person's turn.
NO_SHOWS = 2
LOWEST, HIGHEST = Decimal("0.1"), Decimal(10)
_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class Applicant:
    """What counts of a person who applied. `kecamatan` is a code, "" where it is not known."""

    is_woman: bool
    has_disability: bool
    is_first_time: bool
    kecamatan: str
    no_shows: int


@dataclass(frozen=True)
class Weighing:
    """A weight above zero and the names of the factors that made it."""

    weight: Decimal
    factors: tuple[str, ...]


def read_weights(weights: Mapping[str, object]) -> dict[str, Decimal]:
    """The factors of a run as Decimal. Raises ValidationError for an unknown one and for a value that does not help whom it
    should help: 1 to 10, for `no_show` 0.1 to 1."""
    if not isinstance(weights, Mapping):
        raise ValidationError(_("Bobot ditulis sebagai daftar nama dan angka."))
    factors = {}
    for name, given in weights.items():
        if name not in FACTORS:
            raise ValidationError(
                _("Bobot “%(name)s” tidak dikenal. Yang dikenal: %(known)s.")
                % {"name": name, "known": ", ".join(FACTORS)}
            )
        lowest, highest = (LOWEST, Decimal(1)) if name == "no_show" else (Decimal(1), HIGHEST)
        try:
            value = Decimal(str(given))
        except InvalidOperation:
            value = Decimal("NaN")
        if isinstance(given, bool) or not value.is_finite() or not lowest <= value <= highest:
            raise ValidationError(
                _("Bobot “%(name)s” harus angka antara %(lowest)s dan %(highest)s.")
                % {"name": name, "lowest": lowest, "highest": highest}
            )
        factors[name] = value
    return factors


def check_weights(weights):
    """Validator of Run.weights."""
    read_weights(weights)


def weigh(applicants: Mapping[str, Applicant], factors: Mapping[str, Decimal]) -> dict[str, Weighing]:
    """The Weighing of each applicant by key; who the others are matters for `kecamatan` alone."""
    rare = rare_kecamatan(one.kecamatan for one in applicants.values())
    weighed = {}
    for key, one in applicants.items():
        fits = {
            "women": one.is_woman,
            "disabled": one.has_disability,
            "first_time": one.is_first_time,
            "kecamatan": one.kecamatan in rare,
            "no_show": one.no_shows >= NO_SHOWS,
        }
        names = tuple(name for name in FACTORS if name in factors and fits[name])
        weight = Decimal(1)
        for name in names:
            weight *= factors[name]
        weighed[key] = Weighing(weight.quantize(_STEP, ROUND_HALF_UP), names)
    return weighed


def rare_kecamatan(codes: Iterable[str]) -> set[str]:
    """The kecamatan with fewer applicants than the average of those from which somebody applied."""
    counts = Counter(code for code in codes if code)
    return {code for code, count in counts.items() if count * len(counts) < counts.total()}


def together(weights: list[Decimal]) -> Decimal:
    """The weight of people who come together: the average."""
    return (sum(weights) / len(weights)).quantize(_STEP, ROUND_HALF_UP)
