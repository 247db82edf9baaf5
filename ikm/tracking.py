"""What anybody who knows a reference and four digits of the phone may know about it: nothing personal."""

import datetime
import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.references import parse_reference
from core.workflow import history
from ikm.deadlines import due_on, holder
from ikm.models import Business, ChangeRequest, LetterRequest, Visit


@dataclass(frozen=True)
class Moment:
    title: str
    at: datetime.datetime


@dataclass(frozen=True)
class Tracked:
    """Where a record stands. `holder` is a unit; `due` the last day of the answer, None when nothing waits."""

    reference: str
    kind: str
    status: str
    status_label: str
    explanation: str
    holder: str
    due: datetime.date | None
    moments: list[Moment] = field(default_factory=list)


def track(reference, last_four):
    """The Tracked of the record with this reference whose owner's or business's phone ends in `last_four`; None if
    there is no such pair, whichever of the two is wrong."""
    try:
        reference = parse_reference(reference)
    except ValidationError:
        return None
    record = _find(reference)
    if record is None:
        return None
    business = record if isinstance(record, Business) else record.business
    if last_four not in _last_fours(business):
        return None
    return Tracked(
        reference=record.reference,
        kind=str(record._meta.verbose_name),
        status=record.status,
        status_label=record.get_status_display(),
        explanation=_explanation(record),
        holder="" if isinstance(record, Visit) else holder(record),
        due=record.planned_on
        if _is_planned(record)
        else None
        if isinstance(record, Visit)
        else due_on(record),
        moments=_moments(record),
    )


def _find(reference):
    for model in (Business, ChangeRequest, LetterRequest, Visit):
        found = model.objects.filter(reference=reference).first()
        if found is not None:
            return found
    return None


def _is_planned(record):
    return isinstance(record, Visit) and record.status == "planned"


def _last_fours(business):
    phones = [business.phone, *business.ownerships.values_list("owner__phone", flat=True)]
    return {digits[-4:] for phone in phones if len(digits := re.sub(r"\D", "", phone)) >= 4}


def _moments(record):
    """Steps by their labels, without who took them or what they wrote."""
    names = {
        "start": _("Pendaftaran dimulai"),
        "propose": _("Perubahan diusulkan"),
        "request": _("Surat diminta"),
    }
    return [
        Moment(names.get(line.step) or _status_label(record, line.to_status), line.at)
        for line in history(record)
    ]


def _status_label(record, status):
    return str(dict(record._meta.get_field("status").choices).get(status, status))


def _explanation(record):
    return {
        "draft": _("Pendaftaran belum dikirim. Masuk, lengkapi, lalu kirim."),
        "submitted": _("Petugas sedang memeriksa isian dan berkas Anda."),
        "needs_correction": _("Ada bagian yang perlu diperbaiki. Masuk untuk melihat dan memperbaikinya."),
        "registered": _("Usaha ini terdaftar sebagai industri di Kota Semarang."),
        "rejected": _("Pendaftaran ditolak. Masuk untuk membaca alasannya."),
        "closed": _("Usaha ini tercatat tutup."),
        "merged": _("Berkas ini digabung dengan berkas lain dari usaha yang sama."),
        "proposed": _("Petugas sedang memeriksa perubahan yang Anda usulkan."),
        "decided": _("Perubahan sudah diputus. Masuk untuk melihat hasilnya."),
        "withdrawn": _("Permohonan ini sudah ditarik kembali."),
        "requested": _("Petugas sedang memeriksa permintaan surat Anda."),
        "issued": _("Surat sudah terbit. Masuk untuk mengunduhnya."),
        "refused": _("Permintaan ditolak. Masuk untuk membaca alasannya."),
        "planned": _("Petugas akan datang pada hari yang tertulis."),
        "done": _("Kunjungan sudah selesai."),
        "not_at_home": _("Petugas tidak menemui siapa pun. Kunjungan akan dijadwalkan lagi."),
        "cancelled": _("Kunjungan dibatalkan."),
    }[record.status]
