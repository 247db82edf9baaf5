"""The training resources: courses, runs with their sessions, the planning of sessions, enrolments with their steps, the
calendar. What the portal shows to everybody is read without a token."""

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from cluster.models import Cluster
from core.api import ApiViewSet, day_in, names_the_actor, open_steps_shown, read, refuse_unknown
from core.conditional import at_version, json_answer, version_to_change, written_answer
from core.dates import WIB, add_months
from core.delivery import absolute
from core.idempotency import idempotent
from core.problems import ApiProblem
from ikm.api import pages
from ikm.models import Business
from programme.enums import Pillar
from training.api import serializers
from training.calendar import uid_of
from training.enums import EnrolmentStatus, RunStatus, Topic
from training.forms.public import parse_month
from training.models import Course, Enrolment, Participant, Run, Session
from training.selectors import place_of
from training.services import scheduling
from training.services.enrolments import RunFull, cancel_enrolment, enrol
from training.services.offers import accept_offer, decline_offer
from training.services.people import add_worker, check_may_enrol, owners_of, workers_of

#: The calendar answers for so many days at most.
MOST_DAYS = 100
TOPIC = OpenApiParameter("topic", str, enum=Topic.values)


# --- Courses ------------------------------------------------------------------------------------------------------------


@extend_schema(tags=["training"])
class CourseViewSet(ApiViewSet):
    """What the office teaches. Courses that are no longer given are not listed."""

    scope = "training.courses"
    queryset = Course.objects.none()
    serializer_class = serializers.CourseOutput
    permission_classes = [AllowAny]
    lookup_field = "code"
    filters = {
        "topic": pages.choice("topic", Topic.values),
        "pillar": pages.choice("pillar", Pillar.values),
    }

    def _rows(self):
        return Course.objects.filter(is_active=True).prefetch_related(
            "prerequisites", Prefetch("clusters", Cluster.objects.published())
        )

    @pages.listed(
        "Daftar pelatihan",
        serializers.CoursePageOutput,
        TOPIC,
        OpenApiParameter("pillar", str, enum=Pillar.values),
    )
    def list(self, request):
        return pages.answer(request, self._rows(), serializers.CourseOutput, filters=self.filters)

    @extend_schema(summary="Satu pelatihan", responses=serializers.CourseOutput)
    def retrieve(self, request, code):
        refuse_unknown(request.query_params, set())
        course = self._rows().filter(code=code).first()
        if course is None:
            raise Http404
        body = orjson.dumps(serializers.CourseOutput(course).data)
        return json_answer(request, body, version=course.version)


# --- Runs and sessions --------------------------------------------------------------------------------------------------


def _in_month(rows, text):
    month = parse_month(text)
    if month is None:
        raise ValidationError(_("Tulis bulan sebagai YYYY-MM."))
    return rows.filter(starts_on__lt=add_months(month, 1), ends_on__gte=month)


@extend_schema(tags=["training"])
class RunViewSet(ApiViewSet):
    """Runs as they are announced, with their sessions and seats."""

    scope = "training.courses"
    queryset = Run.objects.none()
    serializer_class = serializers.RunOutput
    permission_classes = [AllowAny]
    filters = {
        "topic": pages.choice("course__topic", Topic.values),
        "course": pages.exact("course__code"),
        "status": pages.choice("status", RunStatus.values),
        "month": _in_month,
    }

    def _rows(self, user):
        sessions = Session.objects.select_related("room", "venue", "trainer").order_by("during", "pk")
        return (
            Run.objects.visible_to(user)
            .select_related("course")
            .prefetch_related(Prefetch("sessions", sessions))
        )

    @pages.listed(
        "Daftar angkatan pelatihan",
        serializers.RunPageOutput,
        TOPIC,
        OpenApiParameter("course", str, description="Kode pelatihan."),
        OpenApiParameter("month", str, description="Yang berlangsung pada bulan ini (YYYY-MM)."),
        OpenApiParameter("status", str, enum=RunStatus.values),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), serializers.RunOutput, filters=self.filters)

    @extend_schema(summary="Satu angkatan pelatihan", responses=serializers.RunOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        run = pages.own(self._rows(request.user), reference, "PLT")
        return json_answer(request, orjson.dumps(serializers.RunOutput(run).data), version=run.version)


_PLAN_EXAMPLE = OpenApiExample(
    "Pertemuan tiga jam",
    value={
        "run": "PLT-6M2K-W8QD",
        "starts_at": "2026-12-08T09:00:00+07:00",
        "ends_at": "2026-12-08T12:00:00+07:00",
        "room": 3,
        "trainer": 7,
        "title": "Bentuk dan bahan kemasan",
    },
    request_only=True,
)


@extend_schema(tags=["training"])
class SessionViewSet(ApiViewSet):
    """Sessions of announced runs; officials of training plan and move them. Where somebody or something is taken at that time,
    the answer is 409 with up to three free times."""

    scope = "training.courses"
    queryset = Session.objects.none()
    serializer_class = serializers.SessionDetailOutput
    open_actions = {"retrieve"}

    def _rows(self, user):
        return (
            Session.objects.visible_to(user)
            .select_related("run", "room", "venue", "trainer")
            .prefetch_related("equipment__equipment")
        )

    def _written(self, request, reference, **options):
        session = self._rows(request.user).get(reference=reference)
        body = serializers.SessionDetailOutput(session).data
        return written_answer(request, body, version=session.version, **options)

    @extend_schema(summary="Satu pertemuan", responses=serializers.SessionDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        session = pages.own(self._rows(request.user), reference, "SES")
        body = orjson.dumps(serializers.SessionDetailOutput(session).data)
        return json_answer(request, body, version=session.version)

    @extend_schema(
        summary="Jadwalkan pertemuan",
        description="Untuk petugas pelatihan. Bila pelatih, ruang, peralatan, atau peserta sudah terpakai, jawabannya 409 dengan "
        "“slots”: waktu kosong terdekat.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=serializers.PlanInput,
        responses={201: serializers.SessionDetailOutput},
        examples=[_PLAN_EXAMPLE],
    )
    @names_the_actor
    def create(self, request):
        _check_may_plan(request.user)
        return self._create(request)

    @idempotent(required=False)
    def _create(self, request):
        given = read(serializers.PlanInput, request)
        with _free_times_named():
            session = scheduling.plan_session(given.pop("run"), actor=request.user, **given)
        return self._written(request, session.reference, status=201, made=session.reference)

    @extend_schema(
        summary="Pindahkan pertemuan",
        description="Waktu, ruang, atau pelatih lain; yang tidak disebut tetap. Peserta diberi tahu.",
        parameters=[pages.IF_MATCH_NEEDED],
        request=serializers.MoveInput,
        responses=serializers.SessionDetailOutput,
    )
    @names_the_actor
    def partial_update(self, request, reference):
        _check_may_plan(request.user)
        session = pages.own(self._rows(request.user), reference, "SES")
        version = version_to_change(request)
        given = {
            "starts_at": session.during.lower,
            "ends_at": session.during.upper,
            **read(serializers.MoveInput, request, partial=True),
        }
        with _free_times_named():
            scheduling.move_session(session, actor=request.user, version=version, **given)
        return self._written(request, session.reference)


def _check_may_plan(user):
    if not user.has_perm(scheduling.PLAN):
        raise PermissionDenied(_("Peran Anda tidak mencakup jadwal pelatihan."))


@contextmanager
def _free_times_named():
    """What the database refuses because something is taken becomes 409 with the free times."""
    try:
        yield
    except scheduling.SlotTaken as error:
        slots = [
            {name: getattr(slot, name).astimezone(UTC).isoformat() for name in ("starts_at", "ends_at")}
            for slot in error.slots
        ]
        raise ApiProblem(
            409,
            _("Waktu ini sudah terpakai"),
            detail=error.messages[0],
            code=error.code,
            rule=error.rule,
            slots=slots,
        ) from error


# --- Enrolments ---------------------------------------------------------------------------------------------------------

#: What people and officials do about an enrolment; seats are given by the portal in its order.
STEPS = {
    "cancel": lambda enrolment, actor, note: cancel_enrolment(enrolment, actor=actor, note=note),
    "accept": lambda enrolment, actor, note: accept_offer(enrolment, actor=actor),
    "decline": lambda enrolment, actor, note: decline_offer(enrolment, actor=actor),
}


@extend_schema(tags=["training"])
class EnrolmentViewSet(ApiViewSet):
    """Enrolments: of oneself and of the people of one's business; all for officials of training."""

    scope = "training.enrolments"
    queryset = Enrolment.objects.none()
    serializer_class = serializers.EnrolmentOutput
    filters = {
        "status": pages.choice("status", EnrolmentStatus.values),
        "run": pages.exact("run__reference"),
        "business": pages.exact("business__reference"),
    }

    def _rows(self, user):
        return (
            Enrolment.objects.visible_to(user)
            .select_related("run__course", "participant", "business", "group")
            .defer("participant__nik", "business__search", "business__product_words")
        )

    @pages.listed(
        "Daftar keikutsertaan",
        serializers.EnrolmentPageOutput,
        OpenApiParameter("status", str, enum=EnrolmentStatus.values),
        OpenApiParameter("run", str, description="Nomor angkatan (PLT-…)."),
        OpenApiParameter("business", str, description="Nomor register usaha (IKM-…)."),
    )
    def list(self, request):
        rows = self._rows(request.user)
        return pages.answer(request, rows, serializers.EnrolmentOutput, filters=self.filters)

    @extend_schema(summary="Satu keikutsertaan", responses=serializers.EnrolmentDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        enrolment = pages.own(self._rows(request.user), reference, "DFT")
        body = orjson.dumps(_detail(enrolment, request.user))
        return json_answer(request, body, version=enrolment.version)

    @extend_schema(
        summary="Orang yang dapat didaftarkan",
        description="Pemilik dan pekerja sebuah usaha. Seorang pekerja baru didaftarkan dengan “new_workers”.",
        parameters=[OpenApiParameter("business", str, required=True, description="Nomor register usaha.")],
        responses=serializers.PersonOutput(many=True),
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def people(self, request):
        refuse_unknown(request.query_params, {"business"})
        business = _business(request, request.query_params.get("business", ""))
        people = [
            *((one, True) for one in owners_of(business)),
            *((one, False) for one in workers_of(business)),
        ]
        rows = [
            {"reference": one.reference, "name": one.name, "is_owner": is_owner} for one, is_owner in people
        ]
        return json_answer(request, orjson.dumps(serializers.PersonOutput(rows, many=True).data))

    @extend_schema(
        summary="Daftarkan satu orang atau serombongan",
        description="Beberapa orang satu usaha ikut bersama-sama atau tidak sama sekali. Menurut urutan mendaftar mereka "
        "mendapat kursi atau daftar tunggu; pada angkatan dengan seleksi mereka menunggu undian. 409 “full” bila tidak ada "
        "tempat lagi, 409 “overlap” bila seseorang mengikuti pelatihan lain pada waktu yang sama.",
        parameters=[pages.KEY_NEEDED],
        request=serializers.EnrolInput,
        responses={201: serializers.EnrolOutput},
        examples=[
            OpenApiExample(
                "Satu orang",
                value={
                    "run": "PLT-6M2K-W8QD",
                    "business": "IKM-4T7P-93RB",
                    "people": ["PST-2C5H-7XKM"],
                    "agree": True,
                },
                request_only=True,
            ),
            OpenApiExample(
                "Rombongan dengan seorang pekerja baru",
                value={
                    "run": "PLT-6M2K-W8QD",
                    "business": "IKM-4T7P-93RB",
                    "people": ["PML-8D3N-5VQA"],
                    "new_workers": [{"name": "Sri Wahyuni", "nik": "3374016505900000", "sex": "female"}],
                    "agree": True,
                },
                request_only=True,
            ),
        ],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        given, user = read(serializers.EnrolInput, request), request.user
        if not given["agree"]:
            raise ValidationError({"agree": _("Tanpa persetujuan orang-orang ini tidak dapat didaftarkan.")})
        business = _business(request, given["business"])
        run = pages.own(Run.objects.visible_to(user), given["run"], "PLT")
        people = _people(business, given["people"])
        people += [add_worker(business, actor=user, **worker) for worker in given["new_workers"]]
        with _refusals_of_seats():
            made = enrol(run, people, business=business, actor=user)
        rows = {row.pk: row for row in self._rows(user).filter(pk__in=[one.pk for one in made])}
        return Response({"enrolments": [_detail(rows[one.pk], user) for one in made]}, status=201)

    @extend_schema(
        summary="Ambil langkah",
        description="cancel, accept, atau decline; yang terbuka bagi Anda tercantum dalam isian “steps”. Jawaban atas tawaran "
        "berlaku untuk seluruh rombongan. Seorang petugas menyebut alasannya saat membatalkan.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=serializers.EnrolmentStepInput,
        responses={200: serializers.EnrolmentDetailOutput},
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    @idempotent(required=False)
    def step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        enrolment = pages.own(
            Enrolment.objects.visible_to(request.user).select_related("run__course"), reference, "DFT"
        )
        given = read(serializers.EnrolmentStepInput, request)
        with at_version(request, enrolment), _refusals_of_seats():
            STEPS[step](enrolment, request.user, given["note"])
        body = _detail(self._rows(request.user).get(pk=enrolment.pk), request.user)
        return Response(body)


def _business(request, reference):
    """A business whose people the asker may enrol; else 404 or PermissionDenied."""
    business = pages.own(Business.objects.visible_to(request.user), reference, "IKM")
    check_may_enrol(business, request.user)
    return business


def _people(business, references):
    """Participants and Owners of the business, in that order. Raises ValidationError for a reference that is none of theirs."""
    if not references:
        return []
    known = {one.reference: one for one in (*owners_of(business), *workers_of(business))}
    # An owner who has been in a course has two references.
    known |= {
        one.reference: one for one in Participant.objects.filter(business=business, reference__in=references)
    }
    if missing := [one for one in references if one not in known]:
        raise ValidationError({"people": _("Bukan orang usaha ini: %(who)s.") % {"who": ", ".join(missing)}})
    return [known[one] for one in references]


def _detail(enrolment, user):
    body = serializers.EnrolmentOutput(enrolment).data
    body["place"] = serializers.PlaceOutput(place_of(enrolment)).data
    body["findings"] = enrolment.findings
    body["steps"] = open_steps_shown(enrolment, user, STEPS)
    return body


@contextmanager
def _refusals_of_seats():
    """No seat left and two courses at once are refusals of the moment, not of the request: 409."""
    try:
        yield
    except RunFull as error:
        raise ApiProblem(409, _("Kursi sudah penuh"), detail=error.messages[0], code="full") from error
    except ValidationError as error:
        if getattr(error, "code", "") != "overlap":
            raise
        title = _("Dua pelatihan pada waktu yang sama")
        raise ApiProblem(409, title, detail=error.messages[0], code="overlap") from error


# --- The calendar -------------------------------------------------------------------------------------------------------


@extend_schema(tags=["training"])
class CalendarViewSet(ApiViewSet):
    """The sessions of announced runs in a window of days, those that were cancelled too."""

    scope = "training.courses"
    queryset = Session.objects.none()
    serializer_class = serializers.CalendarOutput
    permission_classes = [AllowAny]
    pagination_class = None

    @extend_schema(
        summary="Kalender pelatihan",
        parameters=[
            OpenApiParameter("since", date, description="Hari pertama; hari ini bila tidak disebut."),
            OpenApiParameter(
                "until", date, description="Hari terakhir; 30 hari kemudian bila tidak disebut."
            ),
            TOPIC,
        ],
        responses=forced_singular_serializer(serializers.CalendarOutput),
    )
    def list(self, request):
        refuse_unknown(request.query_params, {"since", "until", "topic"})
        since = day_in(request, "since", timezone.localdate())
        until = day_in(request, "until", since + timedelta(days=30))
        if not timedelta() <= until - since < timedelta(days=MOST_DAYS):
            raise ValidationError({"until": _("Pilih paling banyak %(days)d hari.") % {"days": MOST_DAYS}})
        rows = (
            Session.objects.exclude(run__status=RunStatus.DRAFT)
            .filter(during__overlap=(_midnight(since), _midnight(until + timedelta(days=1))))
            .select_related("run__course", "room", "venue", "trainer")
            .order_by("during", "pk")
        )
        if topic := request.query_params.get("topic", ""):
            try:
                rows = pages.choice("run__course__topic", Topic.values)(rows, topic)
            except ValidationError as error:
                raise ValidationError({"topic": error}) from error
        events = list(rows)
        for session in events:
            session.uid = uid_of(session)
            session.url = absolute(reverse("training_run", args=[session.run.reference]))
        shown = {
            "since": since,
            "until": until,
            "ics": absolute(reverse("training_calendar_ics")),
            "events": events,
        }
        return json_answer(request, orjson.dumps(serializers.CalendarOutput(shown).data))


def _midnight(day):
    return datetime.combine(day, time(), tzinfo=WIB)
