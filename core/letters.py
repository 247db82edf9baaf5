"""Letters that leave the office: a gapless number, a PDF, its hash, and a public page that tells whether it holds."""

import hashlib
import secrets

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.dates import date_id
from core.models import Letter, LetterCounter
from core.typesetting import render_letter


def _next_serial(kind, year):
    """The next number of the series; the counter's row stays locked, so that a rolled back letter leaves no gap."""
    LetterCounter.objects.get_or_create(kind=kind, year=year)
    counter = LetterCounter.objects.select_for_update().get(kind=kind, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


@transaction.atomic
def issue_letter(subject, *, kind, series, title, data, actor, valid_until=None, at=None):
    """Number, typeset and store a letter about `subject` (a record with a reference).

    `kind` names the template core/letter_templates/<kind>.typ and the series, `series` is its mark in the number
    ("0007/SKB/DISPERIN/2026"); `data` are the template's values, to which number, date and verification address are
    added. `at` is the moment of issue (now), for a caller whose data or term follow from it: at midnight two looks at the
    clock may fall into two years. The caller checks who may issue. Returns the Letter.
    """
    now = (at or timezone.now()).replace(microsecond=0)  # a PDF's date knows no fractions
    year = timezone.localdate(now).year
    serial = _next_serial(kind, year)
    token = secrets.token_urlsafe(18)
    number = f"{serial:04d}/{series}/DISPERIN/{year}"
    verification_url = settings.SITE_URL + reverse("letter_verification", args=[token])
    content = render_letter(
        kind,
        {
            **data,
            "number": number,
            "date": date_id(timezone.localdate(now)),
            "verification_url": verification_url,
        },
        issued_at=now,
    )
    letter = Letter(
        subject=subject,
        kind=kind,
        year=year,
        serial=serial,
        number=number,
        title=title,
        token=token,
        issued_at=now,
        issued_by=actor,
        valid_until=valid_until,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    letter.file.save(f"{token}.pdf", ContentFile(content), save=False)
    letter.save()
    audit.record(actor, "core.issue_letter", subject, detail={"number": number})
    return letter


@transaction.atomic
def revoke_letter(letter, *, actor, reason):
    """Withdraw a letter; its verification page says so from now on."""
    if not actor.has_perm("core.revoke_letter"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pencabutan surat."))
    if not reason.strip():
        raise ValidationError({"reason": _("Tuliskan alasan pencabutan.")})
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.revoked_at is None:
        letter.revoked_at, letter.revoked_by, letter.revoked_reason = timezone.now(), actor, reason.strip()
        letter.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
        audit.record(actor, "core.revoke_letter", letter.number)
    return letter


def visible_letter(token, user):
    """The letter, when `user` may see the record it is about; Http404 otherwise."""
    letter = Letter.objects.filter(token=token).first()
    if letter is None or not user.is_authenticated:
        raise Http404
    if not user.has_perm("core.view_letter"):
        model = letter.content_type.model_class()
        if not model.objects.visible_to(user).filter(pk=letter.object_id).exists():
            raise Http404
    return letter
