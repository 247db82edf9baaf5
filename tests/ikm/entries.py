"""Entries of the register in a wanted state, made through the services as people make them."""

import io
import itertools
from datetime import date, time

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.enums import Purpose
from accounts.services import give_consent
from core.workflow import take_step
from ikm.enums import BusinessStatus
from ikm.models import Area, Kbli
from ikm.services import registration

_numbers = itertools.count(1)

PHONE = "+6281234567890"


def picture(name="foto.jpg", size=(60, 40)):
    """A small JPEG as a phone would send it."""
    content = io.BytesIO()
    Image.new("RGB", size, (180, 90, 60)).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")


def kelurahan():
    return Area.objects.filter(level="kelurahan").first()


def kbli(code="10710"):
    return Kbli.objects.filter(version=2020, code=code).first() or Kbli.objects.filter(version=2020).first()


def new_nik():
    return f"337401{10 + next(_numbers) % 18:02d}0180{next(_numbers):04d}"


def complete_draft(actor, *, name="Batik Sekar Jagad", nik=None, nib="", phone=PHONE):
    """A draft of `actor` that lacks nothing."""
    business, _created = registration.start_registration(actor=actor)
    business = registration.save_details(
        business,
        actor=actor,
        name=name,
        nib=nib,
        main_kbli=kbli(),
        address="Jalan Pemuda 1",
        kelurahan=kelurahan(),
        visit_days=[0, 2],
        visit_from=time(8),
        visit_until=time(12),
    )
    registration.save_owner(
        business,
        actor=actor,
        name="Siti Aminah",
        nik=nik or new_nik(),
        sex="female",
        birth_date=date(1980, 1, 11),
        phone=phone,
    )
    registration.add_product(business, actor=actor, name="Batik tulis")
    registration.save_figures(business, actor=actor, men_workers=1, women_workers=3)
    registration.save_figures(business, actor=actor, investment=25_000_000, turnover=120_000_000)
    for part in ("document_ktp", "document_business_photo"):
        registration.add_document(business, actor=actor, part=part, upload=picture())
    give_consent(business, Purpose.REGISTER, actor=actor)
    business.refresh_from_db()
    return business


def submitted(actor, **details):
    """A business that waits for the office."""
    return registration.submit_business(complete_draft(actor, **details), actor=actor)


def registered(actor, official, **details):
    """A business in the register, for which `actor` speaks."""
    today = date(2026, 1, 5)
    return take_step(
        submitted(actor, **details),
        "register",
        actor=official,
        registered_on=today,
        verified_on=today,
        verified_by=official,
        confirmed_on=today,
    )


def in_status(status, actor, official, **details):
    """A business in any status, reached along its steps where there are steps to it."""
    if status == BusinessStatus.DRAFT:
        return complete_draft(actor, **details)
    if status == BusinessStatus.REGISTERED:
        return registered(actor, official, **details)
    if status == BusinessStatus.CLOSED:
        business = registered(actor, official, **details)
        return take_step(business, "close", actor=official, note="Pindah", closed_on=date(2026, 2, 1))
    business = submitted(actor, **details)
    if status == BusinessStatus.NEEDS_CORRECTION:
        return take_step(business, "ask_correction", actor=official)
    if status == BusinessStatus.REJECTED:
        return take_step(business, "reject", actor=official, note="Bukan industri")
    if status == BusinessStatus.MERGED:
        kept = registered(actor, official, name="Yang dipertahankan")
        business.status, business.merged_into = BusinessStatus.MERGED, kept
        business.save()
    return business
