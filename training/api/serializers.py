"""Inputs, which a service takes, and Outputs of the training resources. Moments are ISO 8601: read with any offset, written in
UTC; days are YYYY-MM-DD. A person's NIK is never given."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api import Input, MomentField
from core.indonesia import parse_phone
from ikm.api.pages import SyncPageOutput
from ikm.api.serializers import NamedOutput, StepOutput
from ikm.enums import Sex
from programme.enums import Pillar
from training import enums
from training.models import Equipment, Room, Run, Trainer
from training.selectors import REGISTRATION, registration

MOST_PEOPLE = 50

# --- Courses ------------------------------------------------------------------------------------------------------------


class CourseOutput(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    topic = serializers.ChoiceField(enums.Topic.choices)
    pillar = serializers.ChoiceField(Pillar.choices)
    organiser = serializers.ChoiceField(enums.Organiser.choices)
    unit = serializers.CharField(help_text="Unit SKKNI.")
    hours = serializers.IntegerField(help_text="Jam pelajaran.")
    description = serializers.CharField()
    prerequisites = serializers.SerializerMethodField(help_text="Kode pelatihan yang harus lulus dahulu.")
    needs_registered = serializers.BooleanField(help_text="Hanya untuk usaha yang terdaftar.")
    kbli_prefixes = serializers.ListField(child=serializers.CharField())
    clusters = serializers.SerializerMethodField(
        help_text="Nomor klaster; usaha harus anggota salah satunya. Kosong: untuk semua."
    )
    once_only = serializers.BooleanField()
    attendance_min = serializers.IntegerField(help_text="Persen kehadiran untuk sertifikat.")
    score_min = serializers.IntegerField(allow_null=True, help_text="Nilai akhir untuk sertifikat.")
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_prerequisites(self, course) -> list[str]:
        return [before.code for before in course.prerequisites.all()]

    def get_clusters(self, course) -> list[str]:
        return [one.reference for one in course.clusters.all()]


# --- Sessions and runs --------------------------------------------------------------------------------------------------


class VenueOutput(serializers.Serializer):
    name = serializers.CharField()
    address = serializers.CharField()


class RoomOutput(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    capacity = serializers.IntegerField()


class TrainerOutput(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class EquipmentOutput(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class SessionOutput(serializers.Serializer):
    reference = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.ChoiceField(enums.SessionStatus.choices)
    starts_at = MomentField(source="during.lower")
    ends_at = MomentField(source="during.upper")
    room = RoomOutput()
    venue = VenueOutput()
    trainer = TrainerOutput()
    version = serializers.IntegerField()


class SessionDetailOutput(SessionOutput):
    run = serializers.CharField(source="run.reference")
    equipment = serializers.SerializerMethodField()

    @extend_schema_field(EquipmentOutput(many=True))
    def get_equipment(self, session):
        return EquipmentOutput([use.equipment for use in session.equipment.all()], many=True).data


class SeatsOutput(serializers.Serializer):
    quota = serializers.IntegerField()
    taken = serializers.IntegerField()
    left = serializers.IntegerField()
    reserve = serializers.IntegerField(help_text="Tempat pada daftar tunggu.")


class RunCourseOutput(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    topic = serializers.ChoiceField(enums.Topic.choices)


class RunOutput(serializers.Serializer):
    """An announced run with its sessions; drafts are shown to officials of training alone."""

    reference = serializers.CharField()
    course = RunCourseOutput()
    batch = serializers.CharField()
    status = serializers.ChoiceField(enums.RunStatus.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    admission = serializers.ChoiceField(enums.Admission.choices)
    registration = serializers.ChoiceField(
        [(name, name) for name in REGISTRATION],
        help_text="soon: belum dibuka; full: tinggal daftar tunggu.",
    )
    registration_from = MomentField()
    registration_until = MomentField()
    seats = serializers.SerializerMethodField()
    weights = serializers.DictField(help_text="Bobot undian yang diumumkan.")
    seed = serializers.CharField(help_text="Benih undian; kosong sebelum diundi.")
    drawn_at = MomentField(allow_null=True)
    sessions = SessionOutput(many=True)
    modified_at = MomentField()
    version = serializers.IntegerField()

    def to_representation(self, run):
        run.registration = registration(run, timezone.now())
        return super().to_representation(run)

    def get_seats(self, run) -> SeatsOutput:
        return {
            "quota": run.quota,
            "taken": run.seats_taken,
            "left": run.seats_free,
            "reserve": run.reserve,
        }


class SessionPlaceInput(Input):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class PlanInput(SessionPlaceInput):
    run = serializers.SlugRelatedField(
        slug_field="reference",
        queryset=Run.objects.select_related("course"),
        help_text="Nomor angkatan (PLT-…).",
    )
    room = serializers.PrimaryKeyRelatedField(queryset=Room.objects.select_related("venue"))
    trainer = serializers.PrimaryKeyRelatedField(queryset=Trainer.objects.all())
    title = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    equipment = serializers.PrimaryKeyRelatedField(
        many=True, queryset=Equipment.objects.filter(is_active=True), required=False, default=()
    )
    travel_minutes = serializers.IntegerField(
        min_value=0, max_value=480, default=60, help_text="Waktu pindah dari tempat lain."
    )


class MoveInput(SessionPlaceInput):
    """What is not given stays."""

    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    room = serializers.PrimaryKeyRelatedField(queryset=Room.objects.select_related("venue"), required=False)
    trainer = serializers.PrimaryKeyRelatedField(queryset=Trainer.objects.all(), required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


# --- Enrolments ---------------------------------------------------------------------------------------------------------


class EnrolmentRunOutput(serializers.Serializer):
    reference = serializers.CharField()
    title = serializers.CharField(source="course.title")
    batch = serializers.CharField()
    starts_on = serializers.DateField()


class EnrolmentOutput(serializers.Serializer):
    reference = serializers.CharField()
    status = serializers.ChoiceField(enums.EnrolmentStatus.choices)
    run = EnrolmentRunOutput()
    participant = NamedOutput()
    business = NamedOutput()
    group = serializers.CharField(
        source="group.reference", allow_null=True, default=None, help_text="Rombongannya, bila ada."
    )
    applied_at = MomentField()
    offered_until = MomentField(allow_null=True)
    reason = serializers.CharField()
    modified_at = MomentField()
    version = serializers.IntegerField()


class PlaceOutput(serializers.Serializer):
    """Where a person stands and why."""

    number = serializers.IntegerField(allow_null=True, help_text="Urutan pada daftar tunggu.")
    out_of = serializers.IntegerField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())


class EnrolmentDetailOutput(EnrolmentOutput):
    place = PlaceOutput()
    findings = serializers.ListField(
        child=serializers.DictField(), help_text="Hasil periksa syarat saat mendaftar."
    )
    steps = StepOutput(many=True, help_text="Langkah yang dapat Anda ambil sekarang.")


class PersonOutput(serializers.Serializer):
    """An owner or a worker of a business; enrolling an owner makes him or her a participant."""

    reference = serializers.CharField()
    name = serializers.CharField()
    is_owner = serializers.BooleanField()


class WorkerInput(Input):
    """A worker who is not known yet."""

    name = serializers.CharField(max_length=150)
    nik = serializers.CharField(max_length=32)
    sex = serializers.ChoiceField(Sex.choices)
    birth_date = serializers.DateField(required=False, allow_null=True)
    has_disability = serializers.BooleanField(default=False)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")

    def validate_phone(self, text):
        return parse_phone(text) if text else ""


class EnrolInput(Input):
    """One person, or several of one business who come together or not at all."""

    run = serializers.CharField(max_length=16, help_text="Nomor angkatan (PLT-…).")
    business = serializers.CharField(max_length=16, help_text="Nomor register usaha (IKM-…).")
    people = serializers.ListField(
        child=serializers.CharField(max_length=16),
        max_length=MOST_PEOPLE,
        default=list,
        help_text="Nomor orang dari /training/enrolments/people/.",
    )
    new_workers = WorkerInput(many=True, required=False, default=list)
    agree = serializers.BooleanField(help_text="Semua orang ini setuju datanya dipakai dinas.")


class EnrolOutput(serializers.Serializer):
    enrolments = EnrolmentDetailOutput(many=True)


class EnrolmentStepInput(Input):
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


# --- The calendar -------------------------------------------------------------------------------------------------------


class EventOutput(serializers.Serializer):
    """A session as the calendar shows it; `uid` and `sequence` are those of the iCalendar feed."""

    uid = serializers.CharField()
    sequence = serializers.IntegerField()
    session = serializers.CharField(source="reference")
    run = serializers.CharField(source="run.reference")
    title = serializers.CharField(source="run.course.title")
    topic = serializers.ChoiceField(enums.Topic.choices, source="run.course.topic")
    batch = serializers.CharField(source="run.batch")
    number = serializers.IntegerField()
    status = serializers.ChoiceField(enums.SessionStatus.choices)
    starts_at = MomentField(source="during.lower")
    ends_at = MomentField(source="during.upper")
    room = RoomOutput()
    venue = VenueOutput()
    trainer = serializers.CharField(source="trainer.name")
    url = serializers.URLField()


class CalendarOutput(serializers.Serializer):
    since = serializers.DateField()
    until = serializers.DateField()
    ics = serializers.URLField(help_text="Alamat yang dapat diikuti kalender telepon.")
    events = EventOutput(many=True)


# --- Pages --------------------------------------------------------------------------------------------------------------


class CoursePageOutput(SyncPageOutput):
    results = CourseOutput(many=True)


class RunPageOutput(SyncPageOutput):
    results = RunOutput(many=True)


class EnrolmentPageOutput(SyncPageOutput):
    results = EnrolmentOutput(many=True)
