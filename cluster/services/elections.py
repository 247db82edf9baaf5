"""Officers of a cluster, elected at a meeting that has minutes."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from cluster import notifications
from cluster.enums import ClusterStatus
from cluster.models import Election, Membership, Officer
from core import audit
from core.attachments import attach_file
from core.dates import today
from core.workflow import lock

MINUTES = "election_minutes"


@transaction.atomic
def record_election(cluster, *, actor, held_on, posts, minutes=None, last_day=None, note=""):
    """Write an election down: `posts` are {Post: Membership}. Terms begin on the day of the meeting and last to `last_day`
    (None: until the next election); who held a post before ends on the day before. Returns the Election.

    Raises PermissionDenied, ValidationError for a person in two posts, a stranger, or a meeting before an earlier one.
    """
    if not actor.has_perm("cluster.record_election"):
        raise PermissionDenied(_("Peran Anda tidak mencakup pemilihan pengurus."))
    locked = lock(cluster, actor)
    if locked.status == ClusterStatus.DISSOLVED:
        raise ValidationError(_("Klaster ini sudah bubar."))
    if held_on > today():
        raise ValidationError(
            {"held_on": _("Tanggal ini masih akan datang. Pilih hari ini atau sebelumnya.")}
        )
    posts = {post: member for post, member in posts.items() if member is not None}
    if not posts:
        raise ValidationError(_("Pilih paling sedikit seorang pengurus."))
    if len({member.pk for member in posts.values()}) < len(posts):
        raise ValidationError(_("Seorang anggota memegang satu jabatan saja."))
    known = set(Membership.objects.on(held_on).filter(cluster=locked).values_list("pk", flat=True))
    if not {member.pk for member in posts.values()} <= known:
        raise ValidationError(_("Pengurus harus anggota pada tanggal pemilihan."))
    if last_day is not None and last_day < held_on:
        raise ValidationError({"last_day": _("Tanggal akhir harus sesudah tanggal mulai.")})
    election = Election(cluster=locked, held_on=held_on, note=note.strip(), recorded_by=actor)
    election.full_clean()
    election.save()
    if minutes is not None:
        attach_file(election, minutes, kind=MINUTES, actor=actor)
    for post, member in posts.items():
        _end_earlier(locked, post, held_on)
        until = None if last_day is None else last_day + timedelta(days=1)
        officer = Officer(
            cluster=locked,
            membership=member,
            post=post,
            during=DateRange(held_on, until, "[)"),
            election=election,
        )
        officer.full_clean()
        officer.save()
        notifications.tell_elected(officer)
    audit.record(actor, "cluster.record_election", locked, detail={"election": election.reference})
    return election


def _end_earlier(cluster, post, held_on):
    """Whoever holds the post on the day of the meeting ends before it; a later term is in the way."""
    for term in Officer.objects.filter(cluster=cluster, post=post, during__overlap=DateRange(held_on, None)):
        if term.during.lower >= held_on:
            raise ValidationError({"held_on": _("Sudah ada pemilihan pada atau sesudah tanggal itu.")})
        term.during = DateRange(term.during.lower, held_on, "[)")
        term.save()
