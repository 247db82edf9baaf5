"""Clusters of businesses of one trade, with their law, members, officers, capacity, and what became of them. What was true on a
day is kept in spans of days: the first day belongs to a span, the last does not."""

import secrets

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cluster.enums import ClusterKind, ClusterStatus, Post, RequestKind, RequestStatus, SuccessionKind
from core.fields import ReferenceField
from core.history import track
from core.models import Attachment, Letter
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from ikm.enums import RepresentativeStatus
from ikm.models import Area, Business
from programme.models import LegalBasis, RestsOnLawQuerySet

USER = settings.AUTH_USER_MODEL
C = ClusterStatus
R = RequestStatus


def _has_days(name):
    """A check constraint: the span has a first day, and a day at all."""
    return models.CheckConstraint(
        condition=Q(during__isempty=False, during__lower_inf=False),
        name=name,
        violation_error_message=_("Tanggal akhir harus sesudah tanggal mulai."),
    )


class SpanQuerySet(models.QuerySet):
    """Rows that hold in a span of days, `during`."""

    def on(self, day=None):
        """Those that hold on `day` (default today)."""
        return self.filter(during__contains=day or timezone.localdate())


#: A figure of fewer members would tell about one of them.
FEWEST = 3


@track(exclude=["version", "modified_at"])
class Cluster(Followed):
    """A sentra or klaster. It is open, to join and to be asked for an order, while it is active and its basis in force."""

    STEPS = {
        "activate": Step({C.DRAFT, C.DORMANT}, C.ACTIVE, "cluster.activate_cluster", _("Aktifkan")),
        "rest": Step(
            {C.ACTIVE}, C.DORMANT, "cluster.activate_cluster", _("Nyatakan tidak aktif"), needs_note=True
        ),
        "dissolve": Step(
            {C.DRAFT, C.ACTIVE, C.DORMANT},
            C.DISSOLVED,
            "cluster.dissolve_cluster",
            _("Bubarkan"),
            needs_note=True,
        ),
    }

    reference = ReferenceField(prefix="KLS")
    name = models.CharField(_("nama"), max_length=120)
    kind = models.CharField(_("jenis"), max_length=7, choices=ClusterKind, default=ClusterKind.SENTRA)
    status = models.CharField(_("status"), max_length=9, choices=ClusterStatus, default=ClusterStatus.DRAFT)
    products = models.CharField(_("produk"), max_length=200)
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="clusters", verbose_name=_("wilayah")
    )
    story = models.TextField(_("cerita"), max_length=3000, blank=True)
    latitude = models.DecimalField(_("lintang"), max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("bujur"), max_digits=9, decimal_places=6, null=True, blank=True)
    legal_basis = models.ForeignKey(
        LegalBasis,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clusters",
        verbose_name=_("dasar hukum"),
    )
    founded_on = models.DateField(_("berdiri sejak"))
    dissolved_on = models.DateField(_("bubar sejak"), null=True, blank=True, editable=False)

    class ClusterQuerySet(RestsOnLawQuerySet):
        def visible_to(self, user):
            if user.is_authenticated and user.is_staff and user.has_perm("cluster.view_cluster"):
                return self.all()
            return self.published()

        def published(self):
            """What everybody may read about: all but drafts."""
            return self.exclude(status=C.DRAFT)

        def existing(self, day=None):
            """Those that stood on `day` (default today)."""
            day = day or timezone.localdate()
            return self.published().filter(
                Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day), founded_on__lte=day
            )

        def open(self, day=None):
            """Those that can be joined: active, and their legal basis in force on `day` (default today)."""
            return self.filter(status=C.ACTIVE).lawful(day)

        def counted(self):
            """With `members`, how many there are today, and `lawful`, whether the basis is in force."""
            today = timezone.localdate()
            return self.annotate(
                members=Count("memberships", filter=Q(memberships__during__contains=today)),
                lawful=Exists(LegalBasis.objects.in_force(today).filter(pk=OuterRef("legal_basis"))),
            )

        def chaired_by(self, user, day=None):
            """Those whose chair's business `user` speaks for."""
            chairs = Officer.objects.on(day).filter(
                cluster=OuterRef("pk"),
                post=Post.CHAIR,
                membership__business__in=Business.objects.spoken_for_by(user),
            )
            return self.filter(Exists(chairs))

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("klaster")
        verbose_name_plural = _("klaster")
        ordering = ["name", "id"]
        constraints = [
            closed("cluster_cluster", "kind", ClusterKind),
            closed("cluster_cluster", "status", ClusterStatus),
            models.CheckConstraint(
                condition=Q(status__in=[C.DRAFT, C.DISSOLVED]) | Q(legal_basis__isnull=False),
                name="cluster_cluster_active_has_a_basis",
                violation_error_message=_("Isi dahulu dasar hukumnya."),
            ),
            models.CheckConstraint(
                condition=Q(status=C.DISSOLVED, dissolved_on__isnull=False)
                | (~Q(status=C.DISSOLVED) & Q(dissolved_on__isnull=True)),
                name="cluster_cluster_dissolved_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=F("founded_on")),
                name="cluster_cluster_dissolved_after_founded",
                violation_error_message=_("Tanggal bubar harus sesudah tanggal berdiri."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | (Q(latitude__range=(-7.20, -6.85)) & Q(longitude__range=(110.20, 110.60))),
                name="cluster_cluster_position_in_the_city",
                violation_error_message=_(
                    "Titik peta berada di luar Kota Semarang. Periksa lintang dan bujur."
                ),
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=~Q(status=C.DISSOLVED),
                name="cluster_cluster_name_once",
                violation_error_message=_("Sudah ada klaster dengan nama ini."),
            ),
        ]
        indexes = [changes_index("cluster_cluster")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return self.name

    @property
    def members_shown(self):
        """How many members everybody may know of, of a cluster that was counted(); None with fewer than FEWEST."""
        return self.members if self.members >= FEWEST else None

    @property
    def is_open(self):
        return self.status == C.ACTIVE and self.legal_basis.is_in_force()


def new_token():
    return secrets.token_urlsafe(18)


@track(exclude=["version", "modified_at"])
class Membership(Versioned):
    """A business in a cluster, from a day on, until it leaves. The token is behind the QR code of its card."""

    reference = ReferenceField(prefix="AGT")
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("klaster")
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("usaha")
    )
    during = DateRangeField(_("masa keanggotaan"))
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)

    letters = GenericRelation(Letter)

    class MembershipQuerySet(SpanQuerySet):
        def visible_to(self, user):
            """Officials see all; an entrepreneur his or her own, and the members beside them today."""
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("cluster.view_membership"):
                return self.all()
            own = Q(business__in=Business.objects.spoken_for_by(user))
            mine = Membership.objects.on().filter(own).values("cluster")
            return self.filter(own | Q(cluster__in=mine, during__contains=timezone.localdate()))

        def of(self, user):
            """Those of the businesses that `user` speaks for."""
            return self.filter(business__in=Business.objects.spoken_for_by(user))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("keanggotaan")
        verbose_name_plural = _("keanggotaan")
        ordering = ["id"]
        constraints = [
            ExclusionConstraint(
                name="cluster_membership_once_at_a_time",
                expressions=[
                    ("cluster", RangeOperators.EQUAL),
                    ("business", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Usaha ini sudah menjadi anggota pada hari-hari itu."),
            ),
            _has_days("cluster_membership_has_days"),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.business} – {self.cluster}"

    @property
    def is_current(self):
        today = timezone.localdate()
        return self.during.lower <= today and (self.during.upper is None or today < self.during.upper)


@track(exclude=["version", "modified_at"])
class MembershipRequest(Followed):
    """A business asks to join, to leave, or for the letter that says it is a member. Joining and leaving are agreed to by the
    chair, then decided by the office; where no other member is chair, by the office alone."""

    STEPS = {
        "agree": Step(
            {R.ASKED}, R.AGREED, "cluster.answer_membership", _("Setujui sebagai ketua"), other_than=("ask",)
        ),
        "decline": Step(
            {R.ASKED},
            R.REFUSED,
            "cluster.answer_membership",
            _("Tolak sebagai ketua"),
            other_than=("ask",),
            needs_note=True,
        ),
        "accept": Step(
            {R.ASKED, R.AGREED},
            R.ACCEPTED,
            "cluster.decide_membership",
            _("Terima"),
            other_than=("ask", "agree"),
        ),
        "refuse": Step(
            {R.ASKED, R.AGREED}, R.REFUSED, "cluster.decide_membership", _("Tolak"), needs_note=True
        ),
        "withdraw": Step({R.ASKED, R.AGREED}, R.WITHDRAWN, "cluster.ask_membership", _("Tarik kembali")),
    }

    reference = ReferenceField(prefix="PAK")
    kind = models.CharField(_("permohonan"), max_length=6, choices=RequestKind)
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="requests", verbose_name=_("klaster")
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="cluster_requests", verbose_name=_("usaha")
    )
    status = models.CharField(_("status"), max_length=9, choices=RequestStatus, default=R.ASKED)
    note = models.CharField(_("keterangan"), max_length=500, blank=True)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("pemohon"))
    asked_at = models.DateTimeField(_("diajukan"), default=timezone.now)
    membership = models.ForeignKey(
        Membership,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
        verbose_name=_("keanggotaan"),
    )

    class MembershipRequestQuerySet(models.QuerySet):
        def pending(self):
            return self.filter(status__in=[R.ASKED, R.AGREED])

        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("cluster.view_membershiprequest"):
                return self.all()
            return self.filter(
                Q(business__in=Business.objects.spoken_for_by(user))
                | Q(cluster__in=Cluster.objects.chaired_by(user))
            )

        def waiting_for_chair(self):
            return self.filter(_another_chair(), status=R.ASKED).exclude(kind=RequestKind.LETTER)

        def waiting_for_office(self):
            """Agreed by the chair; asked for a letter; or asked where no other member with an account is chair."""
            return self.filter(
                Q(status=R.AGREED) | Q(status=R.ASKED) & (Q(kind=RequestKind.LETTER) | ~_another_chair())
            )

    objects = MembershipRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("permohonan keanggotaan")
        verbose_name_plural = _("permohonan keanggotaan")
        ordering = ["id"]
        constraints = [
            closed("cluster_membershiprequest", "kind", RequestKind),
            closed("cluster_membershiprequest", "status", RequestStatus),
            models.UniqueConstraint(
                fields=["cluster", "business", "kind"],
                condition=Q(status__in=[R.ASKED, R.AGREED]),
                name="cluster_membershiprequest_one_open",
                violation_error_message=_("Permohonan yang sama masih diproses."),
            ),
        ]
        indexes = [changes_index("cluster_request")]
        triggers = [BumpAndNumber()]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.business} – {self.cluster}"


def _another_chair():
    """Whether a member other than the applicant is chair today, and somebody with an account speaks for it."""
    return Exists(
        Officer.objects.on()
        .filter(
            cluster=OuterRef("cluster"),
            post=Post.CHAIR,
            membership__business__representatives__status=RepresentativeStatus.APPROVED,
        )
        .exclude(membership__business=OuterRef("business"))
    )


class Election(models.Model):
    """The meeting at which officers were elected; its minutes are an attachment."""

    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="elections", verbose_name=_("klaster")
    )
    reference = ReferenceField(prefix="PML")
    held_on = models.DateField(_("tanggal pemilihan"))
    note = models.CharField(_("catatan"), max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )

    attachments = GenericRelation(Attachment)

    class ElectionQuerySet(models.QuerySet):
        def visible_to(self, user):
            if not user.is_authenticated:
                return self.none()
            if user.is_staff and user.has_perm("cluster.view_election"):
                return self.all()
            return self.filter(cluster__in=Membership.objects.on().of(user).values("cluster"))

    objects = ElectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("pemilihan pengurus")
        verbose_name_plural = _("pemilihan pengurus")
        ordering = ["-held_on", "-id"]

    def __str__(self):
        return f"{self.cluster}: {self.held_on}"


@track()
class Officer(models.Model):
    """A member that holds a post of its cluster in a span of days."""

    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="officers", verbose_name=_("klaster")
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="posts", verbose_name=_("anggota")
    )
    post = models.CharField(_("jabatan"), max_length=9, choices=Post)
    during = DateRangeField(_("masa jabatan"))
    election = models.ForeignKey(
        Election, on_delete=models.PROTECT, related_name="officers", verbose_name=_("pemilihan")
    )

    objects = SpanQuerySet.as_manager()

    class Meta:
        verbose_name = _("pengurus klaster")
        verbose_name_plural = _("pengurus klaster")
        ordering = ["id"]
        constraints = [
            closed("cluster_officer", "post", Post),
            ExclusionConstraint(
                name="cluster_officer_one_per_post",
                expressions=[
                    ("cluster", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Jabatan ini sudah terisi pada hari-hari itu."),
            ),
            _has_days("cluster_officer_has_days"),
        ]

    def __str__(self):
        return f"{self.get_post_display()}: {self.membership.business}"


@track(exclude=["version", "modified_at"])
class Capacity(Versioned):
    """What a business can make of a product in a month, and on what."""

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="capacities", verbose_name=_("usaha")
    )
    product = models.CharField(_("produk"), max_length=120)
    machine = models.CharField(_("mesin atau alat"), max_length=160, blank=True)
    volume = models.PositiveIntegerField(_("banyaknya sebulan"))
    unit = models.CharField(_("satuan"), max_length=20, default="buah")
    stated_on = models.DateField(_("keadaan per tanggal"), default=timezone.localdate)

    class Meta:
        verbose_name = _("kapasitas produksi")
        verbose_name_plural = _("kapasitas produksi")
        ordering = ["business", "product"]
        constraints = [
            models.UniqueConstraint(
                "business",
                models.functions.Upper("product"),
                name="cluster_capacity_product_once",
                violation_error_message=_("Kapasitas produk ini sudah dicatat."),
            ),
            models.CheckConstraint(
                condition=Q(volume__gt=0),
                name="cluster_capacity_above_zero",
                violation_error_message=_("Isi banyaknya sebulan, lebih dari nol."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.product}: {self.volume} {self.unit}"


class Succession(models.Model):
    """What a cluster became: split off another, or went into another, on a day."""

    kind = models.CharField(_("perubahan"), max_length=5, choices=SuccessionKind)
    earlier = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="successors", verbose_name=_("klaster asal")
    )
    later = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="predecessors", verbose_name=_("klaster penerus")
    )
    on = models.DateField(_("sejak"))
    recorded_by = models.ForeignKey(
        USER, on_delete=models.PROTECT, related_name="+", verbose_name=_("dicatat oleh")
    )

    class Meta:
        verbose_name = _("pemekaran atau penggabungan klaster")
        verbose_name_plural = _("pemekaran dan penggabungan klaster")
        ordering = ["on", "id"]
        constraints = [
            closed("cluster_succession", "kind", SuccessionKind),
            models.CheckConstraint(
                condition=~Q(earlier=F("later")),
                name="cluster_succession_of_two",
                violation_error_message=_("Pilih dua klaster yang berbeda."),
            ),
        ]

    def __str__(self):
        return f"{self.earlier} → {self.later}"
