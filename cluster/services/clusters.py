"""Clusters: made, changed, activated, at rest, dissolved, split and merged."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from cluster import notifications
from cluster.enums import ClusterStatus, SuccessionKind
from cluster.models import Cluster, Membership, MembershipRequest, Officer, Succession
from core import audit, letters
from core.dates import today
from core.languages import in_indonesian
from core.optimistic import lock_version
from core.workflow import begin, follow_step, lock, open_steps, take_step

#: What a person may write of a cluster; the rest follows from its steps.
FIELDS = (
    "name", "kind", "products", "area", "story", "latitude", "longitude", "legal_basis", "founded_on",
)  # fmt: skip


def _check_may_change(actor):
    if not actor.has_perm("cluster.change_cluster"):
        raise PermissionDenied(_("Peran Anda tidak mencakup perubahan klaster."))


@transaction.atomic
def make_cluster(*, actor, **fields):
    """A draft with `fields` of FIELDS. Returns the Cluster."""
    _check_may_change(actor)
    made = Cluster(**fields)
    made.full_clean()
    made.save()
    begin(made, "make", actor=actor)
    return made


@transaction.atomic
def change_cluster(cluster, *, actor, version=None, **fields):
    """Raises StaleRecord when `version` is not the current one, PermissionDenied, ValidationError."""
    _check_may_change(actor)
    locked = lock(cluster, actor) if version is None else lock_version(cluster, version, actor)
    changed = sorted(name for name, value in fields.items() if getattr(locked, name) != value)
    for name in changed:
        setattr(locked, name, fields[name])
    locked.full_clean()
    if changed:
        locked.save()
        locked.refresh_from_db()
        audit.record(actor, "cluster.change_cluster", locked, detail={"fields": changed})
    return locked


@transaction.atomic
def activate_cluster(cluster, *, actor, note=""):
    """Raises ValidationError where its legal basis is missing or not in force today."""
    locked = lock(cluster, actor)
    if "activate" in open_steps(locked, actor):
        if locked.legal_basis is None:
            raise ValidationError({"legal_basis": _("Isi dahulu dasar hukumnya.")})
        if not locked.legal_basis.is_in_force():
            raise ValidationError({"legal_basis": _("Dasar hukum klaster ini tidak berlaku hari ini.")})
    return take_step(locked, "activate", actor=actor, note=note)


def rest_cluster(cluster, *, actor, note=""):
    return take_step(cluster, "rest", actor=actor, note=note)


@transaction.atomic
def dissolve_cluster(cluster, *, actor, note=""):
    """Ends the cluster today, with all memberships, terms and open requests; the members are told why."""
    on = today()
    dissolved = take_step(cluster, "dissolve", actor=actor, note=note, dissolved_on=on)
    members = list(
        Membership.objects.filter(cluster=dissolved, during__upper_inf=True).select_related("business")
    )
    for member in members:
        end_membership(member, on, actor=actor)
        notifications.tell_dissolved(member, note.strip())
    _end_requests(dissolved, actor, note.strip())
    return dissolved


def _end_requests(cluster, actor, note):
    for request in (
        MembershipRequest.objects.pending().filter(cluster=cluster).select_for_update(of=("self",))
    ):
        refused = follow_step(request, "refuse", actor=actor, note=note)
        notifications.tell_request(refused, note)


def _until(during, on):
    """`during` ended on the day `on`, which is no longer in it; a span keeps its first day."""
    return DateRange(during.lower, max(on, during.lower + timedelta(days=1)), "[)")


def end_membership(membership, on, *, actor):
    """End a membership, the posts that hang on it and its letters: `on` is the first day outside."""
    for post in Officer.objects.filter(membership=membership).exclude(during__fully_lt=DateRange(on, None)):
        if post.during.lower >= on:
            post.delete()
        else:
            post.during = _until(post.during, on)
            post.save()
    membership.during = _until(membership.during, on)
    membership.save()
    for letter in membership.letters.filter(revoked_at=None):
        letters.revoke_letter(letter, actor=actor, reason=_reason_of_revoking())


@in_indonesian
def _reason_of_revoking():
    return _("Keanggotaan dalam klaster sudah berakhir.")


def _check_day(on, *clusters):
    if on > today():
        raise ValidationError({"on": _("Tanggal ini masih akan datang. Pilih hari ini atau sebelumnya.")})
    if any(cluster.founded_on >= on for cluster in clusters):
        raise ValidationError({"on": _("Pilih tanggal sesudah klaster berdiri.")})


@transaction.atomic
def split_cluster(cluster, *, actor, name, products, members, on=None):
    """Found a new cluster with some members of this one, from the day `on` (today) on. Returns the new Cluster.

    Both keep their history: until `on` the members are of the old cluster, from then on of the new one.
    """
    _check_may_change(actor)
    old, on = lock(cluster, actor), on or today()
    if old.status != ClusterStatus.ACTIVE:
        raise ValidationError(_("Hanya klaster yang aktif dapat dimekarkan."))
    _check_day(on, old)
    moving = list(
        Membership.objects.filter(
            cluster=old, pk__in=[one.pk for one in members], during__contains=on, during__upper_inf=True
        ).select_for_update(of=("self",))
    )
    if not moving or len(moving) != len({one.pk for one in members}):
        raise ValidationError({"members": _("Pilih anggota yang masih aktif pada tanggal itu.")})
    new = make_cluster(
        actor=actor,
        name=name,
        products=products,
        kind=old.kind,
        area=old.area,
        legal_basis=old.legal_basis,
        latitude=old.latitude,
        longitude=old.longitude,
        founded_on=on,
    )
    for membership in moving:
        _move(membership, new, on, actor)
    Succession.objects.create(kind=SuccessionKind.SPLIT, earlier=old, later=new, on=on, recorded_by=actor)
    audit.record(actor, "cluster.split_cluster", old, detail={"new": new.reference, "members": len(moving)})
    return activate_cluster(new, actor=actor, note=str(old))


@transaction.atomic
def merge_clusters(cluster, *, into, actor, on=None, note=""):
    """Let a cluster go into another from the day `on` (today) on; it is dissolved, its members become members there.

    Returns the cluster that goes on. Raises ValidationError where one of the two is not active.
    """
    _check_may_change(actor)
    if cluster.pk == into.pk:
        raise ValidationError({"into": _("Pilih dua klaster yang berbeda.")})
    locked = {
        one.pk: one
        for one in Cluster.objects.visible_to(actor)
        .filter(pk__in=[cluster.pk, into.pk])
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    source, target, on = locked[cluster.pk], locked[into.pk], on or today()
    if {source.status, target.status} != {ClusterStatus.ACTIVE}:
        raise ValidationError(_("Hanya klaster yang aktif dapat digabung."))
    _check_day(on, source, target)
    moving = Membership.objects.filter(cluster=source, during__upper_inf=True)
    if moving.filter(during__startswith__gte=on).exists():
        raise ValidationError({"on": _("Ada anggota yang baru bergabung sesudah tanggal itu.")})
    for membership in moving.select_for_update(of=("self",)):
        _move(membership, target, on, actor)
    _end_requests(source, actor, str(target))
    take_step(source, "dissolve", actor=actor, note=note.strip() or str(target), dissolved_on=on)
    Succession.objects.create(
        kind=SuccessionKind.MERGE, earlier=source, later=target, on=on, recorded_by=actor
    )
    return target


def _move(membership, cluster, on, actor):
    """End a membership on a day; from it on the business is a member of `cluster`, unless it is one already."""
    end_membership(membership, on, actor=actor)
    if not Membership.objects.filter(
        cluster=cluster, business=membership.business, during__overlap=DateRange(on, None)
    ).exists():
        Membership.objects.create(
            cluster=cluster, business=membership.business, during=DateRange(on, None, "[)")
        )
