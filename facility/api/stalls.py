"""Leases of stalls to read, with their rent and what is late; damage of units to report, with its photo, to read and to handle."""

import orjson
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from core.api import ApiViewSet, names_the_actor, open_steps_shown, read, refuse_unknown
from core.conditional import at_version, json_answer
from core.idempotency import idempotent
from core.views import file_of
from facility.api import serializers
from facility.enums import DamageStatus, LeaseStatus
from facility.models import Booking, DamageReport, Lease, Unit
from facility.services import damages
from facility.services.leases import with_payments
from ikm.api import pages


@extend_schema(tags=["facilities"])
class LeaseViewSet(ApiViewSet):
    """Leases: of the businesses one speaks for; all for officials of the facilities."""

    scope = "leases"
    queryset = Lease.objects.none()
    serializer_class = serializers.LeaseOutput
    filters = {
        "status": pages.choice("status", LeaseStatus.values),
        "unit": pages.exact("unit__reference"),
        "business": pages.exact("business__reference"),
    }

    def _rows(self, user):
        return (
            with_payments(Lease.objects.visible_to(user))
            .select_related("unit", "business")
            .prefetch_related("charges")
            .defer("business__search", "business__product_words")
        )

    @pages.listed(
        "Daftar sewa kios",
        serializers.LeasePageOutput,
        OpenApiParameter("status", str, enum=LeaseStatus.values),
        OpenApiParameter("unit", str, description="Nomor unit (UNT-…)."),
        OpenApiParameter("business", str, description="Nomor register usaha (IKM-…)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), serializers.LeaseOutput, filters=self.filters)

    @extend_schema(
        summary="Satu sewa kios dengan tagihan dan pembayarannya", responses=serializers.LeaseDetailOutput
    )
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        lease = pages.own(self._rows(request.user), reference, "SWA")
        # Without the version in the tag: what is late follows from the day and the payments.
        return json_answer(request, orjson.dumps(serializers.LeaseDetailOutput(lease).data))


#: What officials do about damage.
STEPS = {
    "repair": damages.start_repair,
    "finish": damages.finish_repair,
    "decline": damages.decline_repair,
}


@extend_schema(tags=["facilities"])
class DamageViewSet(ApiViewSet):
    """Damage of units: what one reported or one's business did; all for officials of the facilities."""

    scope = "damage-reports"
    queryset = DamageReport.objects.none()
    # A report brings its photo, so that it comes as a form.
    parser_classes = [MultiPartParser]
    serializer_class = serializers.DamageOutput
    filters = {
        "status": pages.choice("status", DamageStatus.values),
        "unit": pages.exact("unit__reference"),
    }

    def _rows(self, user):
        return DamageReport.objects.visible_to(user).select_related("unit", "booking", "closure").distinct()

    @pages.listed(
        "Daftar laporan kerusakan",
        serializers.DamagePageOutput,
        OpenApiParameter("status", str, enum=DamageStatus.values),
        OpenApiParameter("unit", str, description="Nomor unit (UNT-…)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), serializers.DamageOutput, filters=self.filters)

    @extend_schema(summary="Satu laporan kerusakan", responses=serializers.DamageDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        report = pages.own(self._rows(request.user), reference, "RSK")
        return json_answer(request, orjson.dumps(_detail(report, request.user)), version=report.version)

    @extend_schema(
        summary="Laporkan kerusakan dengan foto",
        description="Sebutkan “booking”, pesanan Anda yang sudah mulai; petugas dapat menyebut “unit” saja.",
        parameters=[pages.KEY_NEEDED],
        request=serializers.DamageInput,
        responses={201: serializers.DamageDetailOutput},
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        given, user = read(serializers.DamageInput, request), request.user
        booking, unit = given.pop("booking", ""), given.pop("unit", "")
        if bool(booking) == bool(unit):
            raise ValidationError({"booking": _("Isi “booking” atau “unit”, salah satu saja.")})
        if booking:
            booking = pages.own(Booking.objects.visible_to(user).select_related("unit"), booking, "PSN")
            unit = booking.unit
        else:
            booking, unit = None, pages.own(Unit.objects.visible_to(user), unit, "UNT")
        made = damages.report_damage(unit, actor=user, booking=booking, **given)
        return Response(_detail(self._rows(user).get(pk=made.pk), user), status=201)

    @extend_schema(
        summary="Foto kerusakan",
        parameters=[OpenApiParameter("photo", str, OpenApiParameter.PATH, description="Nomor foto.")],
        responses={(200, "image/*"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], url_path=r"photos/(?P<photo>[^/]+)", url_name="photo")
    def photo(self, request, reference, photo):
        report = pages.own(self._rows(request.user), reference, "RSK")
        found = damages.photos_of(report).filter(reference=photo).first()
        if found is None:
            raise Http404
        return file_of(found, request.user)

    @extend_schema(
        summary="Ambil langkah",
        description="Bagi petugas: repair, finish, dan decline. Yang terbuka tercantum dalam “steps”.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=serializers.DamageStepInput,
        responses={200: serializers.DamageDetailOutput},
    )
    @action(
        detail=True,
        methods=["post"],
        parser_classes=[JSONParser],
        url_path=r"steps/(?P<step>[^/]+)",
        url_name="step",
    )
    @names_the_actor
    @idempotent(required=False)
    def step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        report = pages.own(self._rows(request.user), reference, "RSK")
        given = read(serializers.DamageStepInput, request)
        until = given.pop("closed_until")
        if step == "repair":
            given["closed_until"] = until
        with at_version(request, report):
            STEPS[step](report, actor=request.user, **given)
        return Response(_detail(self._rows(request.user).get(pk=report.pk), request.user))


def _detail(report, user):
    return {
        **serializers.DamageOutput(report).data,
        "photos": serializers.PhotoOutput(damages.photos_of(report), many=True).data,
        "steps": open_steps_shown(report, user),
    }
