"""Members: how they join and leave, what they can make, and the letter that says they are members."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from cluster import notifications
from cluster.enums import ClusterStatus, RequestKind, RequestStatus
from cluster.models import Capacity, Cluster, Membership, MembershipRequest
from cluster.services.clusters import end_membership
from cluster.services.letters import issue_membership_letter
from core import audit
from core.dates import today
from core.workflow import begin, lock, open_steps, take_step
from ikm.enums import BusinessStatus
from ikm.policies import check_speaks_for, speaks_for


@transaction.atomic
def admit_founder(cluster, business, *, actor, since=None):
    """Write a founding member of a draft down, without a request. Returns the Membership."""
    if not actor.has_perm("cluster.decide_membership"):
        raise PermissionDenied(_("Peran Anda tidak mencakup keanggotaan klaster."))
    locked = lock(cluster, actor)
    if locked.status != ClusterStatus.DRAFT:
        raise ValidationError(_("Anggota pendiri hanya dicatat selama klaster masih rancangan."))
    membership = _admit(locked, lock(business, actor), since or locked.founded_on)
    audit.record(actor, "cluster.admit_founder", membership)
    return membership


def _admit(cluster, business, since):
    if business.status != BusinessStatus.REGISTERED:
        raise ValidationError(_("Hanya usaha yang sudah terdaftar dapat menjadi anggota."))
    membership = Membership(cluster=cluster, business=business, during=DateRange(since, None, "[)"))
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def ask_membership(cluster, business, *, actor, kind, note=""):
    """A business asks to join, to leave, or for the letter. The same request sent again is the one that stands.

    Raises PermissionDenied for who does not speak for the business, ValidationError naming what stands in the way.
    """
    if not actor.has_perm("cluster.ask_membership"):
        raise PermissionDenied(_("Peran Anda tidak mencakup keanggotaan klaster."))
    check_speaks_for(actor, business.pk)
    business = lock(business, actor)
    standing = (
        MembershipRequest.objects.pending().filter(cluster=cluster, business=business, kind=kind).first()
    )
    if standing:
        return standing
    is_member = Membership.objects.filter(cluster=cluster, business=business, during__upper_inf=True).first()
    if kind == RequestKind.JOIN:
        if business.status != BusinessStatus.REGISTERED:
            raise ValidationError(_("Hanya usaha yang sudah terdaftar dapat menjadi anggota."))
        if is_member:
            raise ValidationError(_("Usaha ini sudah menjadi anggota."))
        if not Cluster.objects.open().filter(pk=cluster.pk).exists():
            raise ValidationError(_("Klaster ini sedang tidak menerima anggota."))
    elif not is_member:
        raise ValidationError(_("Usaha ini bukan anggota klaster ini."))
    made = MembershipRequest(
        cluster=cluster, business=business, kind=kind, note=note.strip(), asked_by=actor, membership=is_member
    )
    made.full_clean()
    made.save()
    begin(made, "ask", actor=actor)
    notifications.tell_request(made)
    if kind != RequestKind.LETTER:
        notifications.tell_chair(made)
    return made


def is_chair(cluster, user):
    """Whether `user` speaks for the business that chairs the cluster today."""
    return Cluster.objects.chaired_by(user).filter(pk=cluster.pk).exists()


def open_answers(request, user):
    """The open steps of a request that are `user`'s: the chair's answer (never on his or her own business), the office's once
    the chair has answered, withdrawing by who speaks for the applicant."""
    speaks = speaks_for(user, request.business_id)
    chairs = request.kind != RequestKind.LETTER and is_chair(request.cluster, user) and not speaks
    waiting = MembershipRequest.objects.waiting_for_office().filter(pk=request.pk)
    steps = open_steps(request, user)
    mine = {
        "agree": chairs,
        "decline": chairs,
        "withdraw": speaks,
        "accept": "accept" in steps and waiting.exists(),
    }
    return {name: step for name, step in steps.items() if mine.get(name, True)}


def _check_chair(request, actor):
    if not is_chair(request.cluster, actor) or request.kind == RequestKind.LETTER:
        raise PermissionDenied(_("Hanya ketua klaster yang dapat menjawab permohonan ini."))
    if speaks_for(actor, request.business_id):
        raise PermissionDenied(_("Anda mewakili usaha ini, sehingga orang lain yang memutuskan."))


@transaction.atomic
def agree_as_chair(request, *, actor, note=""):
    _check_chair(request, actor)
    agreed = take_step(request, "agree", actor=actor, note=note)
    notifications.tell_request(agreed, note.strip())
    return agreed


@transaction.atomic
def decline_as_chair(request, *, actor, note=""):
    """Refuse for a reason that the applicant reads."""
    _check_chair(request, actor)
    declined = take_step(request, "decline", actor=actor, note=note)
    notifications.tell_request(declined, note.strip())
    return declined


@transaction.atomic
def accept_request(request, *, actor, note=""):
    """The office's word: the business is a member from today, or no longer; or the letter is issued. Returns the request.

    Raises StepError, ValidationError while the chair has not answered or where something stands in the way now.
    """
    locked = lock(request, actor)
    if "accept" not in open_steps(locked, actor):
        return take_step(locked, "accept", actor=actor, note=note)  # says why
    if locked.status == RequestStatus.ASKED and not (
        MembershipRequest.objects.waiting_for_office().filter(pk=locked.pk).exists()
    ):
        raise ValidationError(_("Ketua klaster belum menjawab permohonan ini."))
    membership = locked.membership
    if locked.kind == RequestKind.JOIN:
        cluster = lock(locked.cluster, actor)
        if not Cluster.objects.open().filter(pk=cluster.pk).exists():
            raise ValidationError(_("Klaster ini sedang tidak menerima anggota."))
        membership = _admit(cluster, locked.business, today())
    elif locked.kind == RequestKind.LEAVE:
        membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        end_membership(membership, today(), actor=actor)
    else:
        issue_membership_letter(membership, actor=actor, purpose=locked.note)
    accepted = take_step(locked, "accept", actor=actor, note=note, membership=membership)
    notifications.tell_request(accepted, note.strip())
    return accepted


@transaction.atomic
def refuse_request(request, *, actor, note=""):
    """Refuse for a reason that the applicant reads."""
    refused = take_step(request, "refuse", actor=actor, note=note)
    notifications.tell_request(refused, note.strip())
    return refused


@transaction.atomic
def withdraw_request(request, *, actor, note=""):
    check_speaks_for(actor, request.business_id)
    withdrawn = take_step(request, "withdraw", actor=actor, note=note)
    notifications.tell_request(withdrawn)
    return withdrawn


def _check_capacity(business, actor):
    if not actor.has_perm("cluster.record_capacity"):
        raise PermissionDenied(_("Peran Anda tidak mencakup kapasitas usaha."))
    check_speaks_for(actor, business.pk, or_official=True)


@transaction.atomic
def record_capacity(business, *, actor, product, volume, unit, machine=""):
    """What the business can make of a product in a month; the same product again is brought up to date.

    Raises PermissionDenied for who neither speaks for it nor decides on members.
    """
    _check_capacity(business, actor)
    product = " ".join(product.split())
    known = (
        Capacity.objects.select_for_update(of=("self",))
        .filter(business=lock(business, actor), product__iexact=product)
        .first()
    )
    row = known or Capacity(business=business, product=product)
    row.volume, row.unit, row.machine = volume, unit.strip(), machine.strip()
    row.stated_on = timezone.localdate()
    row.full_clean()
    row.save()
    audit.record(actor, "cluster.record_capacity", business, detail={"product": product})
    return row


@transaction.atomic
def remove_capacity(capacity, *, actor):
    """The business no longer makes the product. One that is gone already stays gone.

    Raises PermissionDenied for who neither speaks for it nor decides on members.
    """
    business = capacity.business
    _check_capacity(business, actor)
    gone, _rows = Capacity.objects.filter(pk=capacity.pk).delete()
    if gone:
        audit.record(actor, "cluster.remove_capacity", business, detail={"product": capacity.product})
