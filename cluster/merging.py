"""What becomes of memberships, requests and capacities when two businesses turn out to be one."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cluster.models import Capacity, Membership, MembershipRequest

MOVED = (Membership, MembershipRequest, Capacity)


def check(kept, merged):
    """Raise ValidationError where the kept file cannot take over: a business is once in a cluster, asks once, and has one
    capacity for a product."""
    if any(
        Membership.objects.filter(business=kept, cluster=row.cluster_id, during__overlap=row.during).exists()
        for row in Membership.objects.filter(business=merged)
    ):
        raise ValidationError(
            _("Kedua berkas menjadi anggota klaster yang sama. Akhiri salah satunya dahulu.")
        )
    asked = [
        set(MembershipRequest.objects.pending().filter(business=side).values_list("cluster", "kind"))
        for side in (kept, merged)
    ]
    if asked[0] & asked[1]:
        raise ValidationError(
            _("Kedua berkas mengajukan permohonan klaster yang sama. Putuskan salah satunya dahulu.")
        )
    products = [
        {name.upper() for name in Capacity.objects.filter(business=side).values_list("product", flat=True)}
        for side in (kept, merged)
    ]
    if products[0] & products[1]:
        raise ValidationError(
            _("Kedua berkas mencatat kapasitas produk yang sama. Hapus salah satunya dahulu.")
        )
