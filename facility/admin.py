"""The facilities in the back office. Bookings are made by the services, so that overlaps come out with the nearest free times."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, ServiceAdminMixin, ServiceForm, moments_of
from facility.enums import EventStatus
from facility.models import (
    Booking,
    BookingQuota,
    BookingSeries,
    Centre,
    DamageReport,
    Lease,
    LeaseCharge,
    LeasePayment,
    Maintenance,
    StallEvent,
    StallEventEntry,
    Unit,
    UnitClosure,
    Usage,
)
from facility.services import bookings, centres, closures, damages, events, leases
from facility.services.maintenance import record_maintenance


class KeepsHistoryMixin:
    """Rows that others hang on: they stay."""

    def has_delete_permission(self, request, obj=None):
        return False


class UnchangedMixin(KeepsHistoryMixin):
    """Rows that are made by a service and never changed afterwards."""

    def has_change_permission(self, request, obj=None):
        return False


class UnitInline(admin.TabularInline):
    model = Unit
    extra = 0
    fields = ["name", "kind", "capacity", "cleaning_minutes", "needs_approval", "is_active"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Centre)
class CentreAdmin(KeepsHistoryMixin, OfficeAdmin):
    list_display = ["name", "status", "legal_basis", "address", "opens_at", "closes_at"]
    list_filter = ["status"]
    list_select_related = ["legal_basis"]
    search_fields = ["name", "address"]
    autocomplete_fields = ["kelurahan", "legal_basis"]
    fields = ["reference", "name", "status", "legal_basis", "story", "address", "kelurahan", "latitude", "longitude",
              "opens_at", "closes_at", "grace_minutes", "days_ahead"]  # fmt: skip
    readonly_fields = ["reference", "status"]
    inlines = [UnitInline]
    step_services = {"open": centres.open_centre, "close": centres.close_centre}

    def work_links(self, request, obj):
        return [(_("Halaman umum"), reverse("facility_centre", args=[obj.reference]))]


@admin.register(Unit)
class UnitAdmin(KeepsHistoryMixin, OfficeAdmin):
    list_display = ["name", "centre", "kind", "capacity", "needs_approval", "is_active"]
    list_filter = ["kind", "is_active", "centre"]
    list_select_related = ["centre"]
    search_fields = ["name", "reference__exact", "centre__name"]
    autocomplete_fields = ["centre"]
    fields = ["reference", "centre", "name", "kind", "description", "capacity", "cleaning_minutes", "needs_approval",
              "maintenance_hours", "is_active"]  # fmt: skip
    readonly_fields = ["reference"]

    def work_links(self, request, obj):
        return [
            (_("Minggu ini"), reverse("facility_unit", args=[obj.reference])),
            (_("Catatan pemakaian"), reverse("office_unit", args=[obj.reference])),
        ]


@admin.register(BookingQuota)
class BookingQuotaAdmin(OfficeAdmin):
    list_display = ["kind", "hours", "in_force_from", "in_force_until"]
    list_filter = ["kind"]


class ClosureForm(ServiceForm):
    """A unit is closed; what is booked in that time is given back."""

    def write(self, cleaned):
        starts_at, ends_at = moments_of(cleaned["during"])
        return self.call(
            closures.close_unit,
            cleaned["unit"],
            actor=self.actor,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=cleaned["reason"],
        )


@admin.register(UnitClosure)
class UnitClosureAdmin(ServiceAdminMixin, OfficeAdmin):
    """Entered or taken away, not changed: who waits is asked both times."""

    form = ClosureForm
    list_display = ["unit", "during", "reason"]
    list_filter = ["unit__kind", "unit__centre"]
    list_select_related = ["unit__centre"]
    search_fields = ["unit__name", "reason"]
    autocomplete_fields = ["unit"]
    fields = ["unit", "during", "reason"]

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        closures.reopen_unit(obj, actor=request.user)


class BookingForm(ServiceForm):
    """A booking at the counter."""

    wait = forms.BooleanField(label=_l("Masuk antrean bila sudah terisi"), required=False)

    def write(self, cleaned):
        starts_at, ends_at = moments_of(cleaned["during"])
        return self.call(
            bookings.book_unit,
            cleaned["unit"],
            cleaned["business"],
            actor=self.actor,
            starts_at=starts_at,
            ends_at=ends_at,
            purpose=cleaned["purpose"],
            wait=cleaned["wait"],
        )


@admin.register(Booking)
class BookingAdmin(ServiceAdminMixin, UnchangedMixin, OfficeAdmin):
    form = BookingForm
    list_display = ["reference", "unit", "business", "during", "status"]
    list_filter = ["status", "unit__kind"]
    list_select_related = ["unit__centre", "business"]
    search_fields = ["reference__exact", "business__reference__exact"]
    autocomplete_fields = ["unit", "business"]
    step_services = {
        "approve": bookings.approve_booking,
        "refuse": bookings.refuse_booking,
        "check_in": bookings.check_in_booking,
        "finish": bookings.finish_booking,
        "cancel": bookings.cancel_booking,
    }

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["unit", "business", "during", "purpose", "wait"]
        return ["reference", "unit", "business", "series", "during", "purpose", "status", "booked_by", "checked_in_at",
                "finished_at", "cleaning_minutes"]  # fmt: skip

    def work_links(self, request, obj):
        return [(_("Halaman pesanan"), reverse("office_booking", args=[obj.reference]))]


@admin.register(BookingSeries)
class BookingSeriesAdmin(ReadOnlyAdmin):
    list_display = ["reference", "unit", "business", "first_on", "until_on", "every_weeks"]
    list_filter = ["unit__kind", "first_on"]
    list_select_related = ["unit__centre", "business"]
    search_fields = ["reference__exact"]
    fields = ["reference", "unit", "business", "first_on", "until_on", "every_weeks", "begins", "ends", "exceptions",
              "booked_by"]  # fmt: skip


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    list_display = ["unit", "used_on", "hours", "recorded_by"]
    list_filter = ["used_on", "unit__kind"]
    list_select_related = ["unit__centre", "recorded_by"]
    search_fields = ["unit__name", "booking__reference__exact"]
    fields = ["unit", "booking", "used_on", "hours", "note", "recorded_by", "recorded_at"]


@admin.register(DamageReport)
class DamageReportAdmin(ReadOnlyAdmin):
    list_display = ["reference", "unit", "status", "reported_by", "created_at"]
    list_filter = ["status", "unit__centre", "created_at"]
    list_select_related = ["unit__centre", "reported_by"]
    search_fields = ["reference__exact", "unit__name"]
    fields = ["reference", "unit", "booking", "words", "status", "closure", "reported_by", "created_at"]
    step_services = {
        "repair": damages.start_repair,
        "finish": damages.finish_repair,
        "decline": damages.decline_repair,
    }

    def work_links(self, request, obj):
        return [(_("Foto dan langkah"), reverse("office_damage", args=[obj.reference]))]


class MaintenanceForm(ServiceForm):
    def write(self, cleaned):
        return self.call(
            record_maintenance,
            cleaned["unit"],
            actor=self.actor,
            done_on=cleaned["done_on"],
            note=cleaned["note"],
        )


@admin.register(Maintenance)
class MaintenanceAdmin(ServiceAdminMixin, UnchangedMixin, OfficeAdmin):
    form = MaintenanceForm
    list_display = ["unit", "done_on", "at_hours", "recorded_by"]
    list_filter = ["done_on", "unit__kind"]
    list_select_related = ["unit__centre", "recorded_by"]
    search_fields = ["unit__name"]
    autocomplete_fields = ["unit"]

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["unit", "done_on", "note"]
        return ["unit", "done_on", "at_hours", "note", "recorded_by", "recorded_at"]


class LeaseForm(ServiceForm):
    """A lease that is prepared here and signed by somebody else."""

    starts_on = forms.DateField(label=_l("Mulai"), widget=admin.widgets.AdminDateWidget)

    def write(self, cleaned):
        return self.call(
            leases.make_lease,
            cleaned["unit"],
            cleaned["business"],
            actor=self.actor,
            **{name: cleaned[name] for name in ("starts_on", "months", "rent", "deposit")},
        )


class ChargeInline(ReadOnlyInline):
    model = LeaseCharge
    fields = ["number", "due_on", "amount"]


class PaymentInline(ReadOnlyInline):
    model = LeasePayment
    fields = ["paid_on", "kind", "amount", "receipt"]


@admin.register(Lease)
class LeaseAdmin(ServiceAdminMixin, UnchangedMixin, OfficeAdmin):
    form = LeaseForm
    list_display = ["reference", "unit", "business", "during", "rent", "status"]
    list_filter = ["status"]
    list_select_related = ["unit__centre", "business"]
    search_fields = ["reference__exact", "business__reference__exact"]
    autocomplete_fields = ["unit", "business"]
    step_services = {"sign": leases.sign_lease, "cancel": leases.cancel_lease, "end": leases.end_lease}

    def get_inlines(self, request, obj):
        return [ChargeInline, PaymentInline] if obj else []

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["unit", "business", "starts_on", "months", "rent", "deposit"]
        return [
            "reference",
            "unit",
            "business",
            "status",
            "during",
            "months",
            "rent",
            "deposit",
            "reminded_on",
        ]

    def work_links(self, request, obj):
        return [(_("Halaman sewa"), reverse("office_lease", args=[obj.reference]))]


@admin.register(LeaseCharge)
class LeaseChargeAdmin(ReadOnlyAdmin):
    list_display = ["lease", "number", "due_on", "amount"]
    list_filter = ["due_on"]
    list_select_related = ["lease"]
    search_fields = ["lease__reference__exact"]
    fields = ["lease", "number", "due_on", "amount"]


@admin.register(LeasePayment)
class LeasePaymentAdmin(ReadOnlyAdmin):
    list_display = ["receipt", "lease", "paid_on", "kind", "amount"]
    list_filter = ["kind", "paid_on"]
    list_select_related = ["lease"]
    search_fields = ["receipt__exact", "lease__reference__exact"]
    fields = ["lease", "kind", "paid_on", "amount", "receipt", "recorded_by", "recorded_at"]


@admin.register(StallEvent)
class StallEventAdmin(KeepsHistoryMixin, OfficeAdmin):
    """Written here while it is a draft; what was published stays as it is."""

    list_display = ["name", "first_on", "stalls", "opens_at", "closes_at", "status"]
    list_filter = ["status", "first_on"]
    search_fields = ["name", "reference__exact"]
    autocomplete_fields = ["centre"]
    fields = ["reference", "name", "centre", "location", "first_on", "last_on", "stalls", "opens_at", "closes_at", "rule",
              "weight_first_time", "weight_no_lease", "status", "seed", "drawn_at"]  # fmt: skip
    step_services = {
        "publish": events.publish_event,
        "draw": events.draw_event,
        "finish": events.finish_event,
        "cancel": events.cancel_event,
    }

    def get_readonly_fields(self, request, obj=None):
        if obj is not None and obj.status != EventStatus.DRAFT:
            return self.fields
        return ["reference", "status", "seed", "drawn_at"]

    def work_links(self, request, obj):
        return [(_("Halaman acara"), reverse("office_stall_event", args=[obj.reference]))]


@admin.register(StallEventEntry)
class StallEventEntryAdmin(ReadOnlyAdmin):
    list_display = ["reference", "event", "business", "place", "weight", "status"]
    list_filter = ["status", "entered_at"]
    list_select_related = ["event", "business"]
    search_fields = ["reference__exact", "event__reference__exact", "business__reference__exact"]
    fields = ["reference", "event", "business", "entered_at", "weight", "place", "status"]
