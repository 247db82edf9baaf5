"""Stalls of an event: who wants one enters while the window is open, then they are drawn once by the published rule."""

from decimal import Decimal

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import ReferenceField
from core.history import track
from core.records import BumpAndNumber, BumpVersion, Followed, Versioned, changes_index, closed
from core.workflow import Step
from facility.enums import EntryStatus, EventStatus
from facility.models.booking import BookingPartQuerySet
from facility.models.places import Centre
from ikm.models import Business

E, N = EventStatus, EntryStatus
#: A factor of the rule: it helps whom it fits, ten times at most.
FACTOR = {
    "max_digits": 4,
    "decimal_places": 2,
    "default": Decimal(1),
    "validators": [MinValueValidator(1), MaxValueValidator(10)],
}


class FreezeRule(pgtrigger.Trigger):
    """The rule, the stalls and the window stay as published, and the seed is written once."""

    name = "freeze_rule"
    when = pgtrigger.Before
    operation = pgtrigger.Update
    func = """
        IF OLD.status <> 'draft' AND (
            NEW.status = 'draft' OR NEW.rule <> OLD.rule OR NEW.stalls <> OLD.stalls
            OR NEW.opens_at <> OLD.opens_at OR NEW.closes_at <> OLD.closes_at
            OR NEW.weight_first_time <> OLD.weight_first_time OR NEW.weight_no_lease <> OLD.weight_no_lease
        ) THEN
            RAISE EXCEPTION 'facility_stallevent_rule_frozen' USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.seed <> '' AND (NEW.seed <> OLD.seed OR NEW.drawn_at IS DISTINCT FROM OLD.drawn_at) THEN
            RAISE EXCEPTION 'facility_stallevent_drawn_once' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


@track(exclude=["version", "modified_at"])
class StallEvent(Followed):
    """An event with some stalls. The seed is made when it is drawn, after the window, and published."""

    STEPS = {
        "publish": Step({E.DRAFT}, E.PUBLISHED, "facility.publish_stallevent", _("Umumkan")),
        "draw": Step({E.PUBLISHED}, E.DRAWN, "facility.draw_stallevent", _("Undi")),
        "finish": Step({E.DRAWN}, E.OVER, "facility.publish_stallevent", _("Selesai")),
        "cancel": Step(
            {E.DRAFT, E.PUBLISHED, E.DRAWN},
            E.CANCELLED,
            "facility.publish_stallevent",
            _("Batalkan"),
            needs_note=True,
        ),
    }

    reference = ReferenceField(prefix="ACR")
    name = models.CharField(_("nama acara"), max_length=120)
    centre = models.ForeignKey(
        Centre,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stall_events",
        verbose_name=_("sentra fasilitas"),
    )
    location = models.CharField(_("tempat bila di luar sentra"), max_length=200, blank=True)
    first_on = models.DateField(_("hari pertama"))
    last_on = models.DateField(_("hari terakhir"))
    stalls = models.PositiveSmallIntegerField(
        _("banyaknya kios"), validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    opens_at = models.DateTimeField(_("pendaftaran dibuka"))
    closes_at = models.DateTimeField(_("pendaftaran ditutup"))
    rule = models.TextField(_("aturan"), max_length=2000)
    weight_first_time = models.DecimalField(_("bobot yang belum pernah mendapat kios acara"), **FACTOR)
    weight_no_lease = models.DecimalField(_("bobot yang tidak sedang menyewa kios"), **FACTOR)
    status = models.CharField(_("status"), max_length=9, choices=EventStatus, default=EventStatus.DRAFT)
    seed = models.CharField(_("benih"), max_length=64, blank=True, editable=False)
    drawn_at = models.DateTimeField(_("diundi"), null=True, blank=True, editable=False)

    class StallEventQuerySet(models.QuerySet):
        def visible_to(self, user):
            """What is published is for everybody, drafts for officials of the facilities."""
            if user.is_staff and user.has_perm("facility.view_stallevent"):
                return self.all()
            return self.exclude(status=EventStatus.DRAFT)

    objects = StallEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("kios acara")
        verbose_name_plural = _("kios acara")
        ordering = ["-first_on", "-id"]
        constraints = [
            closed("facility_stallevent", "status", EventStatus),
            models.CheckConstraint(
                condition=Q(centre__isnull=False) | ~Q(location=""),
                name="facility_stallevent_is_somewhere",
                violation_error_message=_("Isi sentra atau tempatnya."),
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")),
                name="facility_stallevent_ends_after_it_begins",
                violation_error_message=_("Hari terakhir harus sesudah hari pertama."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="facility_stallevent_window_in_order",
                violation_error_message=_("Pendaftaran ditutup sesudah dibuka."),
            ),
            models.CheckConstraint(
                condition=Q(stalls__gte=1)
                & Q(weight_first_time__range=(1, 10))
                & Q(weight_no_lease__range=(1, 10)),
                name="facility_stallevent_numbers_in_range",
                violation_error_message=_("Kios paling sedikit satu; bobot antara 1 dan 10."),
            ),
            models.CheckConstraint(
                condition=Q(seed="", drawn_at__isnull=True)
                | (~Q(seed="") & Q(drawn_at__gte=F("closes_at"), status__in=["drawn", "over", "cancelled"])),
                name="facility_stallevent_drawn_after_the_window",
                violation_error_message=_("Undian dilakukan sesudah pendaftaran ditutup."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["drawn", "over"]) | ~Q(seed=""),
                name="facility_stallevent_drawn_with_a_seed",
                violation_error_message=_("Acara ini belum diundi."),
            ),
        ]
        indexes = [changes_index("facility_stallevent")]
        triggers = [BumpAndNumber(), FreezeRule()]

    def __str__(self):
        return self.name

    @property
    def place_in_words(self):
        return ", ".join(filter(None, [self.location, self.centre and self.centre.name]))

    @property
    def is_entered_now(self):
        """Whether the one window to enter is open."""
        return self.status == EventStatus.PUBLISHED and self.opens_at <= timezone.now() < self.closes_at


class RefuseOutsideWindow(pgtrigger.Trigger):
    """Who enters does so while the event is published and its window open."""

    name = "refuse_outside_window"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update
    func = """
        IF TG_OP = 'UPDATE' AND NEW.event_id = OLD.event_id AND NEW.entered_at = OLD.entered_at THEN
            RETURN NULL;
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM facility_stallevent e
            WHERE e.id = NEW.event_id AND e.status = 'published'
              AND NEW.entered_at >= e.opens_at AND NEW.entered_at < e.closes_at
        ) THEN
            RAISE EXCEPTION 'facility_stallevententry_in_the_window' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """


@track(exclude=["version", "modified_at"])
class StallEventEntry(Versioned):
    """A business in the draw of an event. Weight and place are written by the draw and stay when it withdraws."""

    STEPS = {
        "withdraw": Step(
            {N.ENTERED, N.WON, N.WAITING}, N.WITHDRAWN, "facility.enter_stallevent", _("Mengundurkan diri")
        ),
        "return": Step({N.WITHDRAWN}, N.ENTERED, "facility.enter_stallevent", _("Daftar lagi")),
        "win": Step({N.ENTERED, N.WAITING}, N.WON, "facility.draw_stallevent", _("Beri kios")),
        "wait": Step({N.ENTERED}, N.WAITING, "facility.draw_stallevent", _("Daftar tunggu")),
    }

    reference = ReferenceField(prefix="UND")
    event = models.ForeignKey(
        StallEvent, on_delete=models.PROTECT, related_name="entries", verbose_name=_("acara")
    )
    business = models.ForeignKey(
        Business, on_delete=models.PROTECT, related_name="stall_entries", verbose_name=_("usaha")
    )
    entered_at = models.DateTimeField(_("mendaftar"), default=timezone.now, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=EntryStatus, default=EntryStatus.ENTERED)
    weight = models.DecimalField(
        _("bobot"), max_digits=7, decimal_places=4, null=True, blank=True, editable=False
    )
    place = models.PositiveIntegerField(_("urutan"), null=True, blank=True, editable=False)

    objects = BookingPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("pendaftaran kios acara")
        verbose_name_plural = _("pendaftaran kios acara")
        ordering = ["event", "place", "id"]
        constraints = [
            closed("facility_stallevententry", "status", EntryStatus),
            models.UniqueConstraint(
                fields=["event", "business"],
                name="facility_stallevententry_business_once",
                violation_error_message=_("Usaha ini sudah terdaftar pada acara ini."),
            ),
            models.UniqueConstraint(
                fields=["event", "place"],
                name="facility_stallevententry_place_once",
                violation_error_message=_("Urutan ini sudah terisi."),
            ),
            models.CheckConstraint(
                condition=Q(weight__isnull=True, place__isnull=True, status__in=["entered", "withdrawn"])
                | Q(weight__gt=0, place__gte=1, status__in=["won", "waiting", "withdrawn"]),
                name="facility_stallevententry_placed_by_the_draw",
                violation_error_message=_("Urutan dan bobot ditulis oleh undian."),
            ),
        ]
        triggers = [BumpVersion(), RefuseOutsideWindow()]

    def __str__(self):
        return self.reference
