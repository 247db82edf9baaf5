"""By when each stage of an application is promised to end, and whose turn it is."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

from core.dates import WIB
from core.indonesia import add_working_days, is_working_day
from core.workflow import history
from credit.enums import ApplicationStatus
from credit.models import StageStandard

#: What happens in each stage that somebody waits for, in order: the office first, then the bank.
STAGES = {
    ApplicationStatus.SUBMITTED: _("Petugas memeriksa berkas dan menjadwalkan kunjungan."),
    ApplicationStatus.VISIT_PLANNED: _("Verifikator berkunjung ke tempat usaha, pada hari Anda ada."),
    ApplicationStatus.VERIFIED: _("Petugas kredit menilai hasil kunjungan dan menulis rekomendasi."),
    ApplicationStatus.RECOMMENDED: _("Pejabat dinas memeriksa rekomendasi dan meneruskannya ke bank."),
    ApplicationStatus.FORWARDED: _("Bank penyalur menerima berkas."),
    ApplicationStatus.IN_BANK_REVIEW: _("Bank memeriksa dan memutuskan."),
    ApplicationStatus.APPROVED: _("Anda dan bank menandatangani akad."),
    ApplicationStatus.SIGNED: _("Bank mencairkan pinjaman ke rekening Anda."),
}

#: What the other statuses mean to the applicant.
_ENDS = {
    ApplicationStatus.DRAFT: _("Permohonan belum dikirim."),
    ApplicationStatus.NEEDS_CORRECTION: _("Ada bagian yang perlu diperbaiki."),
    ApplicationStatus.DECLINED: _("Dinas tidak merekomendasikan permohonan ini."),
    ApplicationStatus.REJECTED: _("Bank menolak permohonan ini."),
    ApplicationStatus.WITHDRAWN: _("Permohonan ini sudah ditarik kembali."),
    ApplicationStatus.DISBURSED: _("Pinjaman sudah dicairkan."),
}

_OFFICE = _("Dinas Perindustrian, bidang kredit")
_BANK = _("Bank penyalur")
_APPLICANT = _("Anda (pemohon)")
_HOLDERS = {
    ApplicationStatus.DRAFT: _APPLICANT,
    ApplicationStatus.NEEDS_CORRECTION: _APPLICANT,
    ApplicationStatus.SUBMITTED: _OFFICE,
    ApplicationStatus.VISIT_PLANNED: _OFFICE,
    ApplicationStatus.VERIFIED: _OFFICE,
    ApplicationStatus.RECOMMENDED: _OFFICE,
    ApplicationStatus.FORWARDED: _BANK,
    ApplicationStatus.IN_BANK_REVIEW: _BANK,
    ApplicationStatus.APPROVED: _BANK,
    ApplicationStatus.SIGNED: _BANK,
}


@dataclass(frozen=True)
class Stage:
    """A stage that somebody waits for, with the working days within which it is promised to end."""

    status: str
    working_days: int

    @property
    def sentence(self):
        return STAGES[self.status]


def promised_days(on):
    """The Stages with a standard in force on the day `on`, in order."""
    days = dict(StageStandard.objects.in_force(on).values_list("status", "working_days"))
    return [Stage(status, days[status]) for status in STAGES if status in days]


def due_on(application):
    """The last day on which the present stage of `application` is promised to end; None while it waits for the applicant
    or nothing is promised.

    The clock stands still while the applicant is asked: days of this stage that passed before the question stay used. A
    stage taken up again has at least one working day left.
    """
    if application.status not in STAGES:
        return None
    stays = stays_of(history(application))
    if not stays or stays[-1][0] != application.status:
        return None
    began = stays[-1][1]
    days = dict(StageStandard.objects.in_force(began).values_list("status", "working_days"))
    if application.status not in days:
        return None
    return add_working_days(began, days_left(application.status, days[application.status], stays))


def days_left(status, days, stays):
    """Working days of `days` that the last of `stays` (status, first day) has, counted from its first day: what earlier
    stays in `status` took is used, and one day at least is left."""
    used = sum(
        _working_days_between(since, until)
        for (before, since), (_next, until) in pairwise(stays)
        if before == status
    )
    return max(1, days - used)


def expected_on(application):
    """The day by which the money is paid out if every stage takes its whole standard; None like `due_on`."""
    due = due_on(application)
    if due is None:
        return None
    statuses = list(STAGES)
    later = set(statuses[statuses.index(application.status) + 1 :])
    return add_working_days(due, sum(one.working_days for one in promised_days(due) if one.status in later))


def explanation(application):
    """What is going on with `application`, in one sentence."""
    return str(STAGES.get(application.status) or _ENDS[application.status])


def holder(application):
    """Whose turn it is, as a unit and never a person; "" when nobody's."""
    return str(_HOLDERS.get(application.status, ""))


def stays_of(lines):
    """(status, first day) of each stay in a status, in order; a step that keeps the status does not begin a new one."""
    stays = []
    for line in lines:
        if not stays or stays[-1][0] != line.to_status:
            stays.append((line.to_status, line.at.astimezone(WIB).date()))
    return stays


def _working_days_between(since, until):
    """Working days after `since` up to `until`."""
    days = (since + timedelta(days=number) for number in range(1, (until - since).days + 1))
    return sum(map(is_working_day, days))
