"""Makers of legal bases, written straight into the table."""

import itertools
from datetime import date

from programme.enums import LegalBasisKind, LegalBasisStatus
from programme.models import LegalBasis

_numbers = itertools.count(1)


def basis(status=LegalBasisStatus.IN_FORCE, **fields):
    """A decree of 2018 in force; or a proposal or draft with a subject alone."""
    known = {"kind": LegalBasisKind.SK, "about": "Penetapan sentra", "status": status}
    if status in {LegalBasisStatus.IN_FORCE, LegalBasisStatus.REVOKED}:
        known |= {
            "number": f"530/{next(_numbers)}",
            "year": 2018,
            "dated_on": date(2018, 3, 1),
            "signer": "Wali Kota Semarang",
            "in_force_from": date(2018, 3, 1),
        }
    if status == LegalBasisStatus.REVOKED:
        known["in_force_until"] = date(2020, 12, 31)
    return LegalBasis.objects.create(**known | fields)
