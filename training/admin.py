"""Training in the back office. Sessions are planned, moved and cancelled by the services, so that overlaps come out as
sentences with the nearest free times."""

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import RangeWidget
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from cluster.enums import ClusterStatus
from core.admin import (
    OfficeAdmin,
    OfficeForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ServiceAdminMixin,
    ServiceForm,
    moments_of,
)
from core.indonesia import mask_nik
from training.enums import RunStatus, SessionStatus, Topic
from training.models import (
    Attendance,
    CalendarFeed,
    Certificate,
    CertificateOrder,
    Course,
    Enrolment,
    EnrolmentGroup,
    Equipment,
    Evaluation,
    Facilitation,
    FollowUp,
    Participant,
    ParticipantTime,
    ReminderOptOut,
    Room,
    Run,
    Score,
    SentReminder,
    Session,
    SessionEquipment,
    Timetable,
    Trainer,
    Unavailability,
    Venue,
)
from training.services import scheduling
from training.services.outcomes import FEWEST_SHOWN


class KeepsHistoryMixin:
    """Rows that others hang on: they stay."""

    def has_delete_permission(self, request, obj=None):
        return False


# --- Places, people and things ----------------------------------------------------------------------------------------


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0
    fields = ["name", "capacity", "is_active"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Venue)
class VenueAdmin(KeepsHistoryMixin, OfficeAdmin):
    list_display = ["name", "address", "kelurahan"]
    list_filter = ["created_at"]
    list_select_related = ["kelurahan"]
    search_fields = ["name", "address"]
    autocomplete_fields = ["kelurahan"]
    fields = ["name", "address", "kelurahan", "latitude", "longitude"]
    inlines = [RoomInline]


@admin.register(Room)
class RoomAdmin(KeepsHistoryMixin, OfficeAdmin):
    list_display = ["name", "venue", "capacity", "is_active"]
    list_filter = ["is_active", "venue"]
    list_select_related = ["venue"]
    search_fields = ["name", "venue__name"]
    autocomplete_fields = ["venue"]
    fields = ["venue", "name", "capacity", "is_active"]

    def work_links(self, request, obj):
        return [(_("Kalender ruang (.ics)"), reverse("room_calendar_ics", args=[obj.pk]))]


class UnavailabilityInline(admin.TabularInline):
    model = Unavailability
    extra = 0
    fields = ["during", "reason"]


class TrainerForm(OfficeForm):
    topics = forms.MultipleChoiceField(
        label=_l("Bidang"), choices=Topic.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


@admin.register(Trainer)
class TrainerAdmin(KeepsHistoryMixin, OfficeAdmin):
    form = TrainerForm
    list_display = ["name", "topic_list", "phone", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    autocomplete_fields = ["user"]
    fields = ["name", "topics", "phone", "email", "fee_per_hour", "user", "is_active"]
    inlines = [UnavailabilityInline]

    @admin.display(description=_l("bidang"))
    def topic_list(self, trainer):
        return ", ".join(str(Topic(topic).label) for topic in trainer.topics)


@admin.register(Equipment)
class EquipmentAdmin(KeepsHistoryMixin, OfficeAdmin):
    list_display = ["name", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    fields = ["name", "is_active"]


@admin.register(Unavailability)
class UnavailabilityAdmin(OfficeAdmin):
    list_display = ["during", "trainer", "room", "reason"]
    list_filter = ["room", "trainer"]
    list_select_related = ["trainer", "room__venue"]
    search_fields = ["trainer__name", "room__name", "reason"]
    autocomplete_fields = ["trainer", "room"]
    fields = ["trainer", "room", "during", "reason"]


# --- Courses, runs and sessions ---------------------------------------------------------------------------------------


class CourseForm(OfficeForm):
    def clean_clusters(self):
        """What everybody reads about a course names its clusters."""
        chosen = self.cleaned_data["clusters"]
        drafts = ", ".join(one.name for one in chosen if one.status == ClusterStatus.DRAFT)
        if drafts:
            raise ValidationError(_("Masih draf: %(names)s. Aktifkan klasternya dahulu.") % {"names": drafts})
        return chosen


@admin.register(Course)
class CourseAdmin(KeepsHistoryMixin, OfficeAdmin):
    form = CourseForm
    list_display = ["code", "title", "topic", "hours", "organiser", "is_active"]
    list_filter = ["topic", "pillar", "organiser", "is_active"]
    search_fields = ["code", "title"]
    autocomplete_fields = ["clusters", "prerequisites"]
    fields = ["code", "title", "title_en", "topic", "pillar", "organiser", "unit", "hours", "description",
              "description_en", "needs_registered", "kbli_prefixes", "clusters", "prerequisites", "once_only",
              "attendance_min", "score_min", "is_active"]  # fmt: skip


class SessionInline(ReadOnlyInline):
    model = Session
    fields = ["number", "title", "during", "room", "trainer", "status"]
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("room__venue", "trainer")


class RunForm(OfficeForm):
    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and self.instance.status != RunStatus.DRAFT and self.changed_data:
            raise ValidationError(
                _("Angkatan ini sudah diumumkan. Yang dapat diubah hanya jadwal dan kursinya.")
            )
        return cleaned


@admin.register(Run)
class RunAdmin(KeepsHistoryMixin, OfficeAdmin):
    form = RunForm
    list_display = ["reference", "course", "batch", "status", "starts_on", "ends_on", "seats"]
    list_filter = ["status", "course__topic", "admission", "starts_on"]
    list_select_related = ["course"]
    search_fields = ["reference__exact", "batch", "course__title"]
    autocomplete_fields = ["course", "budget_line"]
    fields = ["reference", "course", "batch", "status", "starts_on", "ends_on", "admission", "quota", "seats_taken",
              "reserve", "registration_from", "registration_until", "offer_hours", "weights", "budget_line",
              "honorarium", "cost_per_seat", "cloned_from"]  # fmt: skip
    readonly_fields = ["reference", "status", "seats_taken", "cloned_from"]
    inlines = [SessionInline]
    step_services = {"publish": scheduling.publish_run, "cancel": scheduling.cancel_run}

    @admin.display(description=_l("kursi"))
    def seats(self, run):
        return f"{run.seats_taken}/{run.quota}"

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        made = scheduling.make_run(
            actor=request.user,
            **{name: value for name, value in form.cleaned_data.items() if name in scheduling.RUN_FIELDS},
        )
        obj.pk, obj.reference = made.pk, made.reference

    def work_links(self, request, obj):
        return [
            (_("Halaman angkatan"), reverse("training_run", args=[obj.reference])),
            (_("Jadwal semua angkatan"), reverse("training_calendar") + f"?bulan={obj.starts_on:%Y-%m}"),
            (_("Peserta, dengan unduhan Excel"), reverse("office_participants", args=[obj.reference])),
        ]


class SessionForm(ServiceForm):
    """A session as the services take it: what overlaps is refused with the nearest free times."""

    note = forms.CharField(
        label=_l("Catatan untuk peserta"),
        required=False,
        max_length=300,
        help_text=_l("Ikut dikirim bila waktu berubah."),
    )

    def write(self, cleaned):
        starts_at, ends_at = moments_of(cleaned["during"])
        place = {
            "actor": self.actor,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "room": cleaned["room"],
            "trainer": cleaned["trainer"],
        }
        if self.instance.pk is None:
            return self.call(
                scheduling.plan_session,
                cleaned["run"],
                title=cleaned.get("title", ""),
                number=cleaned.get("number"),
                travel_minutes=cleaned["travel_minutes"],
                **place,
            )
        # As it stands in the table: the form's instance carries the new values already.
        stored = Session.objects.get(pk=self.instance.pk)
        return self.call(scheduling.move_session, stored, note=cleaned.get("note", ""), **place)

    def _post_clean(self):
        super()._post_clean()
        for name in ("title", "number"):
            if not self.errors and self.cleaned_data.get(name):
                setattr(self.instance, name, self.cleaned_data[name])


class SessionEquipmentForm(OfficeForm):
    def clean(self):
        cleaned = super().clean()
        session = self.instance.session
        if cleaned.get("equipment") and session.pk:
            self.call(scheduling.check_equipment, session, cleaned["equipment"])
        return cleaned


class SessionEquipmentInline(admin.TabularInline):
    model = SessionEquipment
    form = SessionEquipmentForm
    extra = 0
    autocomplete_fields = ["equipment"]
    fields = ["equipment"]


@admin.register(Session)
class SessionAdmin(ServiceAdminMixin, KeepsHistoryMixin, OfficeAdmin):
    form = SessionForm
    list_display = ["reference", "run", "number", "during", "room", "trainer", "status"]
    list_filter = ["status", "venue"]
    list_select_related = ["run__course", "room__venue", "trainer"]
    search_fields = ["reference__exact", "run__reference__exact", "run__batch", "trainer__name"]
    autocomplete_fields = ["run", "room", "trainer"]
    fields = ["reference", "run", "number", "title", "during", "room", "trainer", "travel_minutes", "status",
              "sequence", "note"]  # fmt: skip
    readonly_fields = ["reference", "status", "sequence"]
    inlines = [SessionEquipmentInline]

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "run", "travel_minutes"] if obj else fields

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.status != SessionStatus.PLANNED:
            return False
        return super().has_change_permission(request, obj)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "number":
            kwargs["required"] = False
        if db_field.name == "during":
            kwargs["widget"] = RangeWidget(
                forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if change and {"title", "number"} & set(form.changed_data):
            obj.save(update_fields=["title", "number"])

    def work_links(self, request, obj):
        place = [obj.run.reference, obj.number]
        return [
            (_("Halaman angkatan"), reverse("training_run", args=[obj.run.reference])),
            (_("Daftar hadir"), reverse("office_attendance", args=place)),
            (_("Daftar hadir cetak"), reverse("office_attendance_print", args=place)),
        ]


@admin.register(Timetable)
class TimetableAdmin(ReadOnlyAdmin):
    list_display = ["reference", "month", "status", "made_by", "made_at"]
    list_filter = ["status"]
    list_select_related = ["made_by"]
    search_fields = ["reference__exact"]
    fields = [
        "reference",
        "month",
        "status",
        "problems",
        "clashes",
        "changes",
        "made_by",
        "made_at",
        "published_by",
    ]


# --- People in runs ---------------------------------------------------------------------------------------------------


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ["reference", "name", "masked_nik", "business", "sex", "has_disability"]
    list_filter = ["sex", "has_disability"]
    list_select_related = ["business"]
    search_fields = ["reference__exact", "name"]
    fields = ["reference", "name", "masked_nik", "business", "owner", "user", "sex", "birth_date", "has_disability",
              "phone"]  # fmt: skip
    readonly_fields = ["masked_nik"]

    @admin.display(description=_l("NIK"))
    def masked_nik(self, participant):
        return mask_nik(participant.nik) if participant.nik else "–"


@admin.register(EnrolmentGroup)
class EnrolmentGroupAdmin(ReadOnlyAdmin):
    list_display = ["reference", "run", "business", "made_by", "made_at"]
    list_filter = ["made_at"]
    list_select_related = ["run__course", "business", "made_by"]
    search_fields = ["reference__exact"]


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ["reference", "run", "participant", "business", "status", "position", "applied_at"]
    list_filter = ["status"]
    list_select_related = ["run__course", "participant", "business"]
    search_fields = ["reference__exact", "run__reference__exact", "participant__name"]
    fields = ["reference", "run", "participant", "business", "group", "status", "enrolled_by", "applied_at", "position",
              "findings", "ranking", "offered_until", "reason"]  # fmt: skip


@admin.register(ParticipantTime)
class ParticipantTimeAdmin(ReadOnlyAdmin):
    list_display = ["participant", "session", "during", "is_cancelled"]
    list_filter = ["is_cancelled"]
    list_select_related = ["participant", "session__run__course"]
    search_fields = ["participant__name"]


@admin.register(Attendance)
class AttendanceAdmin(ReadOnlyAdmin):
    list_display = ["enrolment", "session", "status", "method", "noted_at"]
    list_filter = ["status", "method"]
    list_select_related = ["enrolment", "session__run__course"]
    search_fields = ["enrolment__reference__exact", "session__reference__exact"]


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ["enrolment", "before", "after", "recorded_by"]
    list_filter = ["created_at"]
    list_select_related = ["enrolment", "recorded_by"]
    search_fields = ["enrolment__reference__exact"]


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    """Opinions of a run, from so many on that none tells who gave it."""

    list_display = ["run", "content", "trainer", "place", "given_on"]
    list_filter = ["given_on"]
    list_select_related = ["run__course"]
    search_fields = ["run__reference__exact"]

    def get_queryset(self, request):
        enough = (
            Evaluation.objects.order_by()
            .values("run")
            .annotate(count=Count("pk"))
            .filter(count__gte=FEWEST_SHOWN)
            .values("run")
        )
        return super().get_queryset(request).filter(run__in=enough)


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ["letter", "holder", "course", "batch", "issued_at"]
    list_filter = ["issued_at"]
    list_select_related = ["letter"]
    search_fields = ["letter__number__exact", "holder"]


@admin.register(CertificateOrder)
class CertificateOrderAdmin(ReadOnlyAdmin):
    list_display = ["reference", "status", "issued", "total", "asked_by", "asked_at"]
    list_filter = ["status"]
    list_select_related = ["asked_by"]
    search_fields = ["reference__exact"]
    fields = ["reference", "runs", "signatory", "status", "total", "issued", "problems", "reason", "asked_by", "asked_at",
              "ended_at"]  # fmt: skip


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ["enrolment", "months", "due_on"]
    list_filter = ["months"]
    list_select_related = ["enrolment"]
    search_fields = ["enrolment__reference__exact"]


@admin.register(Facilitation)
class FacilitationAdmin(ReadOnlyAdmin):
    list_display = ["business", "kind", "about", "status", "asked_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["business"]
    search_fields = ["about", "business__name"]


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    list_display = ["user", "made_at"]
    list_filter = ["made_at"]
    list_select_related = ["user"]
    fields = ["user", "made_at"]


@admin.register(ReminderOptOut)
class ReminderOptOutAdmin(ReadOnlyAdmin):
    list_display = ["user", "since"]
    list_filter = ["since"]
    list_select_related = ["user"]


@admin.register(SentReminder)
class SentReminderAdmin(ReadOnlyAdmin):
    list_display = ["session", "recipient", "days_before", "on", "sent_at"]
    list_filter = ["on"]
    list_select_related = ["session__run__course", "recipient"]
