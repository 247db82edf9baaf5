"""What "Lacak" says of the records of the register: nothing personal."""

from django.utils.translation import gettext as _

from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history
from ikm.deadlines import due_on, holder
from ikm.enums import VisitStatus
from ikm.models import Business, ChangeRequest, LetterRequest, Visit


def find(reference):
    """The record of the register with this reference, None if there is none."""
    for model in (Business, ChangeRequest, LetterRequest, Visit):
        found = model.objects.filter(reference=reference).first()
        if found is not None:
            return found
    return None


def last_fours(record):
    """The last four digits of the phones of the business and its owners."""
    business = record if isinstance(record, Business) else record.business
    return last_fours_of([business.phone, *business.ownerships.values_list("owner__phone", flat=True)])


def describe(record):
    """The Tracked of a record that `find` found."""
    if isinstance(record, Visit):
        due = record.planned_on if record.status == VisitStatus.PLANNED else None
    else:
        due = due_on(record)
    return Tracked(
        reference=record.reference,
        kind=str(record._meta.verbose_name),
        status=record.status,
        status_label=record.get_status_display(),
        explanation=_explanation(record),
        holder="" if isinstance(record, Visit) else holder(record),
        due=due,
        moments=_moments(record),
    )


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
