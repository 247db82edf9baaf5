"""What the office may spend in a year, and what is promised and spent of it."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import RupiahField
from core.history import track
from core.records import BumpVersion, Versioned

#: urusan, program, kegiatan, sub kegiatan: "3.31", "3.31.02", "3.31.02.2.01", "3.31.02.2.01.0005" (Permendagri 90/2019).
CODE = r"^\d\.\d{2}(\.\d{2}(\.\d\.\d{2}(\.\d{4})?)?)?$"
LEVELS = {2: _("urusan"), 3: _("program"), 5: _("kegiatan"), 6: _("sub kegiatan")}


@track(exclude=["version", "modified_at"])
class BudgetCode(Versioned):
    """A name of the budget's nomenclature. Its place in the tree is its code: a program's begins with its urusan's."""

    code = models.CharField(
        _("kode"),
        max_length=17,
        unique=True,
        validators=[RegexValidator(CODE, _("Tulis kode seperti 3.31.02.2.01.0005."))],
        error_messages={"unique": _("Kode ini sudah ada.")},
    )
    name = models.CharField(_("nama"), max_length=200)

    class BudgetCodeQuerySet(models.QuerySet):
        def visible_to(self, user):
            if user.is_staff and user.has_perm("programme.view_budgetcode"):
                return self.all()
            return self.none()

    objects = BudgetCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("kode anggaran")
        verbose_name_plural = _("kode anggaran")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=CODE),
                name="programme_budgetcode_is_of_the_nomenclature",
                violation_error_message=_("Tulis kode seperti 3.31.02.2.01.0005."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="programme_budgetcode_has_a_name",
                violation_error_message=_("Isi namanya."),
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def level(self):
        """urusan, program, kegiatan or sub kegiatan."""
        return LEVELS[len(self.code.split("."))]


@track(exclude=["version", "modified_at"])
class BudgetLine(Versioned):
    """What a sub kegiatan may spend in a year. `reserved` and `realised` are the sums of its reservations, kept by the
    database (KeepBudgetSums); together with the checks they make it impossible to promise more than the ceiling."""

    code = models.CharField(_("kode sub kegiatan"), max_length=30)
    year = models.PositiveSmallIntegerField(
        _("tahun anggaran"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    name = models.CharField(_("nama"), max_length=200)
    ceiling = RupiahField(_("pagu"))
    funding_source = models.CharField(_("sumber dana"), max_length=60, default="APBD")
    stated_on = models.DateField(_("keadaan per tanggal"))
    document = models.CharField(_("dokumen sumber"), max_length=160)
    reserved = RupiahField(_("dicadangkan"), default=0, editable=False)
    realised = RupiahField(_("realisasi"), default=0, editable=False)

    class BudgetLineQuerySet(models.QuerySet):
        def visible_to(self, user):
            if user.is_staff and user.has_perm("programme.view_budgetline"):
                return self.all()
            return self.none()

    objects = BudgetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("pagu anggaran")
        verbose_name_plural = _("pagu anggaran")
        ordering = ["code", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "year"],
                name="programme_budgetline_one_per_year",
                violation_error_message=_("Pagu untuk kode dan tahun ini sudah ada."),
            ),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("ceiling")),
                name="programme_budgetline_reserved_within_ceiling",
                violation_error_message=_(
                    "Pagu tidak cukup untuk cadangan ini. Kurangi nilainya atau minta tambahan pagu."
                ),
            ),
            models.CheckConstraint(
                condition=Q(realised__lte=F("reserved")), name="programme_budgetline_realised_within_reserved"
            ),
        ]
        triggers = [BumpVersion()]

    def __str__(self):
        return f"{self.code} {self.name} ({self.year})"

    @property
    def free(self):
        """What may still be promised."""
        return self.ceiling - self.reserved


class KeepBudgetSums(pgtrigger.Trigger):
    """Adds what a reservation changed to its budget line; the line's row lock puts parallel reservations in a queue."""

    name = "keep_budget_sums"
    when = pgtrigger.After
    operation = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
    func = """
        IF TG_OP <> 'INSERT' THEN
            UPDATE programme_budgetline SET reserved = reserved - OLD.amount, realised = realised - OLD.realised
            WHERE id = OLD.line_id AND (TG_OP = 'DELETE' OR NEW.line_id <> OLD.line_id);
        END IF;
        IF TG_OP = 'UPDATE' THEN
            UPDATE programme_budgetline
            SET reserved = reserved + NEW.amount - OLD.amount, realised = realised + NEW.realised - OLD.realised
            WHERE id = NEW.line_id AND NEW.line_id = OLD.line_id
              AND (NEW.amount, NEW.realised) IS DISTINCT FROM (OLD.amount, OLD.realised);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            UPDATE programme_budgetline SET reserved = reserved + NEW.amount, realised = realised + NEW.realised
            WHERE id = NEW.line_id AND (TG_OP = 'INSERT' OR NEW.line_id <> OLD.line_id);
        END IF;
        RETURN NULL;
    """


@track()
class Reservation(models.Model):
    """What one record (by its reference, which lives above this room) holds of a year's budget: `amount` is promised,
    `realised` the part of it already spent."""

    line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="reservations", verbose_name=_("pagu")
    )
    subject = models.CharField(_("untuk"), max_length=16)
    amount = RupiahField(_("dicadangkan"))
    realised = RupiahField(_("realisasi"), default=0)
    reserved_at = models.DateTimeField(_("dicadangkan pada"), default=timezone.now)

    class ReservationQuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.filter(line__in=BudgetLine.objects.visible_to(user))

    objects = ReservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("cadangan anggaran")
        verbose_name_plural = _("cadangan anggaran")
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(fields=["line", "subject"], name="programme_reservation_once_a_year"),
            models.CheckConstraint(
                condition=Q(realised__lte=F("amount")), name="programme_reservation_realised_within_amount"
            ),
        ]
        indexes = [models.Index(fields=["subject"], name="programme_reservation_subject")]
        triggers = [KeepBudgetSums()]

    def __str__(self):
        return f"{self.subject}: {self.amount} ({self.line.year})"
