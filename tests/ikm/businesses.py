"""Makers of businesses in the statuses that officials meet, each with its submit line and who speaks for it."""

import itertools

from core.models import StepLine
from ikm.enums import AreaLevel, BusinessStatus, RepresentativeKind, RepresentativeStatus
from ikm.models import Area, Business, Kbli, Owner, Ownership, Representative

_numbers = itertools.count(1)


def area(code="33.74.01.1001", name="Miroto", kecamatan="Semarang Tengah"):
    parent, _made = Area.objects.get_or_create(
        code=code[:8], defaults={"name": kecamatan, "level": AreaLevel.KECAMATAN}
    )
    return Area.objects.get_or_create(
        code=code, defaults={"name": name, "level": AreaLevel.KELURAHAN, "parent": parent}
    )[0]


def kbli(code="10710", title="Industri produk roti dan kue"):
    return Kbli.objects.get_or_create(version=2020, code=code, defaults={"title": title})[0]


def speaks_for(user, business):
    return Representative.objects.create(
        user=user, business=business, kind=RepresentativeKind.OWNER, status=RepresentativeStatus.APPROVED
    )


def business(status=BusinessStatus.REGISTERED, *, speaker=None, **fields):
    number = next(_numbers)
    defaults = {
        "name": f"Roti Sari {number}",
        "address": f"Jalan Pemuda {number}",
        "kelurahan": area(),
        "main_kbli": kbli(),
        "latitude": "-6.980000",
        "longitude": "110.410000",
    }
    made = Business.objects.create(status=status, **(defaults | fields))
    owner = Owner.objects.create(
        name=f"Siti Aminah {number}", nik=f"337401{number + 10:02d}0185{number:04d}"[:16]
    )
    Ownership.objects.create(business=made, owner=owner)
    if speaker:
        speaks_for(speaker, made)
    return made


def submitted(speaker, **fields):
    made = business(BusinessStatus.SUBMITTED, speaker=speaker, **fields)
    StepLine.objects.create(
        subject=made, step="submit", from_status="draft", to_status="submitted", actor=speaker
    )
    return made
