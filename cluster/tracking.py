"""What "Lacak" says of requests of members: the step and whose turn it is; nobody's name."""

from django.utils.translation import gettext as _

from cluster.enums import RequestStatus
from cluster.models import MembershipRequest
from core.tracking import Moment, Tracked, last_fours_of
from core.workflow import history


def find(reference):
    """The request with this reference, None if there is none."""
    return MembershipRequest.objects.filter(reference=reference).select_related("business", "cluster").first()


def last_fours(request):
    """The last four digits of the phones of the business and its owners."""
    return last_fours_of(
        [request.business.phone, *request.business.ownerships.values_list("owner__phone", flat=True)]
    )


def describe(request):
    """The Tracked of a request."""
    names = dict(RequestStatus.choices)
    return Tracked(
        reference=request.reference,
        kind=_("Keanggotaan klaster"),
        status=request.status,
        status_label=request.get_status_display(),
        explanation={
            "asked": _("Permohonan diterima dan menunggu jawaban."),
            "agreed": _("Ketua klaster setuju. Dinas memutuskan selanjutnya."),
            "accepted": _("Permohonan diterima."),
            "refused": _("Permohonan ditolak. Masuk untuk membaca alasannya."),
            "withdrawn": _("Permohonan ditarik kembali."),
        }[request.status],
        holder=holder(request),
        due=None,
        moments=[Moment(str(names[line.to_status]), line.at) for line in history(request)],
    )


def holder(request):
    """Whose answer a request waits for; "" when it is decided."""
    if MembershipRequest.objects.waiting_for_office().filter(pk=request.pk).exists():
        return _("Dinas Perindustrian, bidang klaster")
    return _("Ketua klaster") if request.status == RequestStatus.ASKED else ""
