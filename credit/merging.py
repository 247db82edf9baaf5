"""What becomes of applications and loans when two businesses turn out to be one."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from credit.models import Application, Loan

MOVED = (Application, Loan)


def check(kept, merged):
    """Raise ValidationError where both files have an open application or a running loan: only one of them may be."""
    if all(Application.objects.open().filter(business=side).exists() for side in (kept, merged)):
        raise ValidationError(
            _("Kedua berkas mempunyai permohonan kredit yang berjalan. Selesaikan salah satunya dahulu.")
        )
    if all(Loan.objects.running().filter(business=side).exists() for side in (kept, merged)):
        raise ValidationError(
            _("Kedua berkas mempunyai pinjaman yang berjalan, sehingga belum dapat digabung.")
        )
