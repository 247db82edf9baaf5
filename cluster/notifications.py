"""What members are told, in the language they read, in the transaction of what happened."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cluster.enums import Post
from cluster.models import Officer
from ikm.notifications import tell_speakers


def tell_request(request, note=""):
    """The applicant: how the request stands now."""

    def body():
        words = {
            "asked": _("Permohonan sudah kami terima."),
            "agreed": _("Ketua klaster setuju. Dinas memutuskan selanjutnya."),
            "accepted": _("Permohonan diterima."),
            "refused": _("Permohonan ditolak."),
            "withdrawn": _("Permohonan ditarik kembali."),
        }[request.status]
        return f"{words} {note}".strip()

    tell_speakers(
        request.business,
        title=lambda: f"{request.get_kind_display()}: {request.cluster}",
        body=body,
        link=reverse("cluster_request", args=[request.reference]),
    )


def tell_chair(request):
    """The chair: somebody asks, and the chair answers first."""
    chair = (
        Officer.objects.on()
        .filter(cluster=request.cluster, post=Post.CHAIR)
        .exclude(membership__business=request.business)
        .select_related("membership__business")
        .first()
    )
    if chair is None:
        return
    tell_speakers(
        chair.membership.business,
        title=lambda: _("%(business)s menunggu jawaban Anda") % {"business": request.business},
        body=lambda: (
            _("Permohonan “%(kind)s” di %(cluster)s menunggu persetujuan ketua.")
            % {"kind": request.get_kind_display(), "cluster": request.cluster}
        ),
        link=reverse("cluster_request", args=[request.reference]),
    )


def tell_dissolved(membership, note):
    tell_speakers(
        membership.business,
        title=lambda: _("%(cluster)s sudah bubar") % {"cluster": membership.cluster},
        body=lambda: _("Keanggotaan berakhir. Alasan: %(reason)s") % {"reason": note},
        link=reverse("cluster", args=[membership.cluster.reference]),
    )


def tell_elected(officer):
    tell_speakers(
        officer.membership.business,
        title=lambda: (
            _("Terpilih sebagai %(post)s %(cluster)s")
            % {"post": officer.get_post_display().lower(), "cluster": officer.cluster}
        ),
        body=lambda: _("Masa jabatan mulai %(day)s.") % {"day": officer.during.lower.strftime("%d-%m-%Y")},
        link=reverse("my_membership", args=[officer.membership.reference]),
    )
