"""The facilities: centres with their units and free hours for everybody, bookings for who speaks for a business and for
officials of the facilities."""

from contextlib import contextmanager
from datetime import UTC

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from core.api import ApiViewSet, names_the_actor, open_steps_shown, read, refuse_unknown
from core.conditional import at_version, json_answer
from core.idempotency import idempotent
from core.problems import ApiProblem
from facility.api import serializers
from facility.enums import BookingStatus, CentreStatus, EventStatus, UnitKind
from facility.models import Booking, Centre, StallEvent, Unit
from facility.selectors import monday_of, week_calendar
from facility.services import bookings
from ikm.api import pages
from ikm.models import Business


def _with_units(kind):
    """A filter of centres by the kind of unit they have."""
    if kind not in UnitKind.values:
        raise ValidationError(_("Pilih salah satu: %(choices)s.") % {"choices": ", ".join(UnitKind.values)})
    return Centre.objects.filter(pk__in=Unit.objects.filter(kind=kind, is_active=True).values("centre"))


@extend_schema(tags=["facilities"])
class FacilityViewSet(ApiViewSet):
    """Centres, the planned ones too, with their halls, stalls, workshops, machines and meeting rooms."""

    scope = "facilities"
    queryset = Centre.objects.none()
    serializer_class = serializers.FacilityOutput
    permission_classes = [AllowAny]
    filters = {
        "status": pages.choice("status", CentreStatus.values),
        "kind": lambda rows, value: rows.filter(pk__in=_with_units(value)),
    }

    def _rows(self):
        units = Unit.objects.order_by("kind", "name", "pk")
        return Centre.objects.select_related("legal_basis").prefetch_related(Prefetch("units", units))

    @pages.listed(
        "Daftar sentra fasilitas",
        serializers.FacilityPageOutput,
        OpenApiParameter("status", str, enum=CentreStatus.values),
        OpenApiParameter("kind", str, enum=UnitKind.values, description="Yang mempunyai unit jenis ini."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(), serializers.FacilityOutput, filters=self.filters)

    @extend_schema(summary="Satu sentra fasilitas", responses=serializers.FacilityOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        centre = pages.own(self._rows(), reference, "FAS")
        # Without the version in the tag: whether it is open follows from the day as well.
        return json_answer(request, orjson.dumps(serializers.FacilityOutput(centre).data))

    @extend_schema(
        summary="Waktu kosong sebuah unit",
        description="Tujuh hari dari Senin pada pekan yang memuat “week”; pekan ini bila tidak disebut.",
        parameters=[
            OpenApiParameter("unit", str, OpenApiParameter.PATH, description="Nomor unit (UNT-…)."),
            OpenApiParameter("week", str, description="Suatu hari pada pekan itu (YYYY-MM-DD)."),
        ],
        responses=serializers.DayOutput(many=True),
        filters=False,
    )
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        url_path=r"units/(?P<unit>[^/]+)/week",
        url_name="week",
    )
    def week(self, request, unit):
        refuse_unknown(request.query_params, {"week"})
        found = pages.own(
            Unit.objects.visible_to(request.user).bookable().select_related("centre__legal_basis"),
            unit,
            "UNT",
        )
        days = week_calendar(found, monday_of(request.query_params.get("week", "")))
        return json_answer(request, orjson.dumps(serializers.DayOutput(days, many=True).data))


@extend_schema(tags=["facilities"])
class StallEventViewSet(ApiViewSet):
    """Events whose stalls are drawn: rule, window, state and seed."""

    scope = "facilities"
    queryset = StallEvent.objects.none()
    serializer_class = serializers.StallEventOutput
    permission_classes = [AllowAny]
    filters = {"status": pages.choice("status", EventStatus.values)}

    def _rows(self, user):
        return StallEvent.objects.visible_to(user).select_related("centre")

    @pages.listed(
        "Daftar acara dengan undian kios",
        serializers.StallEventPageOutput,
        OpenApiParameter("status", str, enum=EventStatus.values),
    )
    def list(self, request):
        return pages.answer(
            request, self._rows(request.user), serializers.StallEventOutput, filters=self.filters
        )

    @extend_schema(summary="Satu acara dengan undian kios", responses=serializers.StallEventOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        event = pages.own(self._rows(request.user), reference, "ACR")
        body = orjson.dumps(serializers.StallEventOutput(event).data)
        return json_answer(request, body, version=event.version)


#: What people and officials do about a booking.
STEPS = {
    "cancel": bookings.cancel_booking,
    "approve": bookings.approve_booking,
    "refuse": bookings.refuse_booking,
    "check_in": bookings.check_in_booking,
    "arrive": bookings.arrive,
    "finish": bookings.finish_booking,
}


@extend_schema(tags=["facilities"])
class BookingViewSet(ApiViewSet):
    """Bookings: of the businesses one speaks for; all for officials of the facilities."""

    scope = "bookings"
    queryset = Booking.objects.none()
    serializer_class = serializers.BookingOutput
    filters = {
        "status": pages.choice("status", BookingStatus.values),
        "unit": pages.exact("unit__reference"),
        "business": pages.exact("business__reference"),
    }

    def _rows(self, user):
        return (
            Booking.objects.visible_to(user)
            .select_related("unit", "business", "series")
            .defer("business__search", "business__product_words")
        )

    @pages.listed(
        "Daftar pesanan",
        serializers.BookingPageOutput,
        OpenApiParameter("status", str, enum=BookingStatus.values),
        OpenApiParameter("unit", str, description="Nomor unit (UNT-…)."),
        OpenApiParameter("business", str, description="Nomor register usaha (IKM-…)."),
    )
    def list(self, request):
        return pages.answer(
            request, self._rows(request.user), serializers.BookingOutput, filters=self.filters
        )

    @extend_schema(summary="Satu pesanan", responses=serializers.BookingDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        booking = pages.own(self._rows(request.user), reference, "PSN")
        return json_answer(request, orjson.dumps(_detail(booking, request.user)), version=booking.version)

    @extend_schema(
        summary="Pesan sebuah unit",
        description="409 “slot_taken” dengan “slots”, waktu kosong terdekat pada hari itu, bila sudah dipesan; dengan “wait” "
        "pesanan masuk antrean.",
        parameters=[pages.KEY_NEEDED],
        request=serializers.BookInput,
        responses={201: serializers.BookingDetailOutput},
        examples=[
            OpenApiExample(
                "Dua jam di bengkel",
                value={
                    "unit": "UNT-6M2K-W8QD",
                    "business": "IKM-4T7P-93RB",
                    "starts_at": "2026-12-08T09:00:00+07:00",
                    "ends_at": "2026-12-08T11:00:00+07:00",
                    "purpose": "Memotong papan",
                },
                request_only=True,
            )
        ],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        given, user = read(serializers.BookInput, request), request.user
        business = pages.own(Business.objects.visible_to(user), given.pop("business"), "IKM")
        unit = pages.own(Unit.objects.visible_to(user), given.pop("unit"), "UNT")
        with _free_times_named():
            made = bookings.book_unit(unit, business, actor=user, **given)
        return Response(_detail(self._rows(user).get(pk=made.pk), user), status=201)

    @extend_schema(
        summary="Ambil langkah",
        description="cancel, dan arrive dengan kode yang tertempel di unit; bagi petugas juga approve, refuse, check_in, dan "
        "finish. Yang terbuka tercantum dalam “steps”.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=serializers.BookingStepInput,
        responses={200: serializers.BookingDetailOutput},
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    @idempotent(required=False)
    def step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        booking = pages.own(
            Booking.objects.visible_to(request.user).select_related("unit__centre"), reference, "PSN"
        )
        given = read(serializers.BookingStepInput, request)
        code = given.pop("code")
        if step == "arrive":
            given["code"] = code
        with at_version(request, booking):
            STEPS[step](booking, actor=request.user, **given)
        return Response(_detail(self._rows(request.user).get(pk=booking.pk), request.user))


def _detail(booking, user):
    body = serializers.BookingOutput(booking).data
    names = STEPS if bookings.may_arrive(booking, user) else STEPS.keys() - {"arrive"}
    body["steps"] = open_steps_shown(booking, user, names)
    return body


@contextmanager
def _free_times_named():
    """What the database refuses because somebody else has the unit becomes 409 with the free times."""
    try:
        yield
    except bookings.SlotTaken as error:
        slots = [
            {name: getattr(slot, name).astimezone(UTC).isoformat() for name in ("starts_at", "ends_at")}
            for slot in error.slots
        ]
        raise ApiProblem(
            409, _("Waktu ini sudah terpakai"), detail=error.messages[0], code=error.code, slots=slots
        ) from error
