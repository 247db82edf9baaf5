"""What "Lacak" says of enrolments: the step, the place and by when; nobody's name."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history
from training.enums import EnrolmentStatus
from training.models import Enrolment
from training.selectors import place_of


def find(reference):
    """The enrolment with this reference, None if there is none."""
    return (
        Enrolment.objects.filter(reference=reference)
        .select_related("run__course", "business", "participant")
        .first()
    )


def last_fours(enrolment):
    """The last four digits of the phones of the person, the business and its owners."""
    return last_fours_of(
        [
            enrolment.participant.phone,
            enrolment.business.phone,
            *enrolment.business.ownerships.values_list("owner__phone", flat=True),
        ]
    )


def describe(enrolment):
    """The Tracked of an enrolment."""
    return Tracked(
        reference=enrolment.reference,
        kind=_("Pelatihan"),
        status=enrolment.status,
        status_label=enrolment.get_status_display(),
        explanation=_explanation(enrolment),
        holder=_holder(enrolment),
        due=_due(enrolment),
        moments=_moments(enrolment),
    )


def _explanation(enrolment):
    place = place_of(enrolment)
    return {
        "applied": _("Pendaftaran diterima. Peserta dipilih sesudah pendaftaran ditutup."),
        "enrolled": _("Kursi sudah didapat. Masuk untuk melihat jadwal dan tempatnya."),
        "waiting": _("Urutan %(place)s dari %(out_of)s pada daftar tunggu.")
        % {"place": place.number, "out_of": place.out_of},
        "offered": _("Ada kursi kosong. Buka tautan pada Kotak pesan untuk menjawab."),
        "declined": _("Tawaran kursi ditolak atau tidak dijawab."),
        "unchosen": _("Belum terpilih, dan daftar tunggu penuh."),
        "cancelled": _("Keikutsertaan dibatalkan."),
        "completed": _("Pelatihan selesai dan lulus."),
        "failed": _("Pelatihan selesai, syarat kelulusan belum terpenuhi."),
        "no_show": _("Tercatat tidak hadir."),
    }[enrolment.status]


def _holder(enrolment):
    if enrolment.status == EnrolmentStatus.APPLIED:
        return _("Dinas Perindustrian, bidang pelatihan")
    if enrolment.status == EnrolmentStatus.OFFERED:
        return _("Anda (peserta)")
    return ""


def _due(enrolment):
    if enrolment.status == EnrolmentStatus.OFFERED:
        return timezone.localtime(enrolment.offered_until).date()
    return None


def _moments(enrolment):
    names = dict(EnrolmentStatus.choices)
    return [
        Moment(
            _("Mendaftar") if line.step == "enrol" else str(names.get(line.to_status, line.to_status)),
            line.at,
        )
        for line in history(enrolment)
    ]
