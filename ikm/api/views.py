"""The register's resources: businesses, areas, KBLI and statistics."""

import json
from datetime import date

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from core.api import ApiViewSet, names_the_actor, page_size, read, refuse_unknown
from core.conditional import at_version, entity_tag, json_answer, version_to_change
from core.following import Since
from core.idempotency import idempotent
from core.optimistic import lock_version
from core.pagination import Cursor
from core.problems import ApiProblem
from ikm.api import filters, pages, register, serializers
from ikm.enums import BusinessStatus
from ikm.kbli_search import search_kbli
from ikm.models import Area, Business, Kbli
from ikm.services import changes, entries, registration, verification
from ikm.services.duplicates import resolve_reference
from ikm.statistics import statistics

#: Parameters of a list that are no filters.
_PAGING = {"cursor", "limit", "count"}


def _times(request):
    """`as_of` and `known_at` of a request that takes only these."""
    refuse_unknown(request.query_params, {"as_of", "known_at"})
    values = filters.read_filters(request.query_params)
    return values.get("as_of"), values.get("known_at")


_TIMES = [
    OpenApiParameter("as_of", date, description="Keadaan pada tanggal ini, dengan angka yang berlaku."),
    OpenApiParameter("known_at", str, description="Menurut yang diketahui dinas pada saat ini (ISO 8601)."),
]


@extend_schema(tags=["businesses"])
class BusinessViewSet(ApiViewSet):
    """The register. Whoever is signed in sees what `Business.visible_to` lets him or her see."""

    scope = "businesses"
    queryset = Business.objects.all()
    serializer_class = serializers.BusinessOutput
    filter_backends = [DjangoFilterBackend]
    filterset_class = filters.BusinessFilters

    @extend_schema(
        summary="Daftar usaha",
        parameters=[
            OpenApiParameter("cursor", str, description="Penunjuk halaman dari “next” atau “previous”."),
            OpenApiParameter(
                "limit", int, description="Banyaknya baris sehalaman, 1–200; 50 bila tidak disebut."
            ),
            OpenApiParameter(
                "count",
                str,
                enum=["exact"],
                description="“exact” menghitung jumlah persis, berapa pun banyaknya.",
            ),
        ],
        responses=forced_singular_serializer(serializers.PageOutput),
    )
    def list(self, request):
        parameters = request.query_params
        refuse_unknown(parameters, _PAGING | filters.BusinessFilters.base_filters.keys())
        values = filters.read_filters(parameters)
        limit = page_size(request)
        exact = self._count_asked(parameters)
        since = values.get("modified_since")
        _keys, kinds = pages.ordered_by(since)
        given = parameters.get("cursor", "")
        cursor = Cursor.read(given, kinds=kinds) if given else None
        meta, since = pages.meta_of(Business, since, is_first=cursor is None)
        if isinstance(since, Since):
            values = filters.numbered(values, since)
        page = register.businesses(request.user, values, cursor=cursor, limit=limit)
        if cursor is None or exact:
            meta["total"], meta["total_is_exact"] = register.count_beside(
                request.user, values, page, is_first=cursor is None, exact=exact
            )
        if page.mode:
            meta["found_by"] = "alike" if page.mode == register.MISSPELT else "some_words"
        page.meta = meta
        return json_answer(request, page.as_bytes(pages.address_of(request, since)))

    @staticmethod
    def _count_asked(parameters):
        asked = parameters.get("count", "")
        if asked not in {"", "exact"}:
            raise ValidationError({"count": _("Tulis “exact” atau tinggalkan parameter ini.")})
        return asked == "exact"

    @extend_schema(
        summary="Satu usaha",
        description="Referensi usaha yang digabung diantar ke usaha yang dipertahankan (308). Usaha yang sudah tutup tidak ada "
        "lagi bagi mitra (410).",
        parameters=_TIMES,
        responses={
            200: serializers.BusinessDetailOutput,
            308: OpenApiResponse(
                description="Digabung; alamat usaha yang dipertahankan ada dalam header Location."
            ),
        },
        filters=False,
    )
    def retrieve(self, request, reference):
        as_of, known_at = _times(request)
        try:
            body, version, _key = self._detail(request, reference, as_of=as_of, known_at=known_at)
        except Http404:
            return self._moved(request, reference)
        return json_answer(request, body, version=version)

    def _moved(self, request, reference):
        """The answer to a reference whose business the asker does not see, but may have seen before."""
        official = filters.as_reference(reference)
        try:
            kept = official and resolve_reference(official)
        except Business.DoesNotExist:
            kept = None
        if not kept:
            raise Http404
        if (
            kept.reference != official
            and Business.objects.visible_to(request.user).filter(pk=kept.pk).exists()
        ):
            address = reverse("api-business-detail", args=[kept.reference])
            query = f"?{request.META['QUERY_STRING']}" if request.META["QUERY_STRING"] else ""
            return HttpResponse(
                status=308, headers={"Location": request.build_absolute_uri(f"{address}{query}")}
            )
        if kept.status == BusinessStatus.CLOSED and request.user.has_perm("ikm.view_business"):
            raise ApiProblem(
                410,
                _("Usaha ini sudah tutup"),
                detail=_("Usaha ini tidak ada lagi dalam register. Hapus salinannya."),
                code="closed",
            )
        raise Http404

    def _detail(self, request, reference, **times):
        """(JSON bytes, version, key) of a business that the asker sees; else 404."""
        reference = filters.as_reference(reference)
        found = reference and register.business(request.user, reference, **times)
        if not found:
            raise Http404
        text, version, key, status = found
        # What was true at another time is no ground for a step today.
        steps = [] if any(times.values()) else register.steps(request.user, key, status)
        return f'{text[:-1]},"steps":'.encode() + orjson.dumps(steps) + b"}", version, key

    def _answer(self, request, reference, *, status=200):
        body, version, _key = self._detail(request, reference)
        response = Response(json.loads(body), status=status)
        response["ETag"] = entity_tag(body, version)
        return response

    def _business(self, request, reference):
        found = filters.as_reference(reference)
        business = found and Business.objects.visible_to(request.user).filter(reference=found).first()
        if not business:
            raise Http404
        return business

    @extend_schema(
        summary="Mulai pendaftaran usaha",
        description="Pelaku usaha memulai draf miliknya (satu draf pada satu waktu); petugas mencatat draf di loket.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=serializers.BusinessInput,
        responses={201: serializers.BusinessDetailOutput},
        filters=False,
    )
    @names_the_actor
    @idempotent(required=False)
    def create(self, request):
        fields = read(serializers.BusinessInput, request)
        user = request.user
        with transaction.atomic():
            if user.has_perm("ikm.add_business"):
                business = entries.enter_business(actor=user, **fields)
            else:
                business, created = registration.start_registration(actor=user)
                if not created:
                    raise ApiProblem(
                        409,
                        _("Anda masih mempunyai draf"),
                        detail=_("Lanjutkan draf %(reference)s, atau hapus dahulu di portal.")
                        % {"reference": business.reference},
                        code="draft_exists",
                        reference=business.reference,
                    )
                if fields:
                    business = registration.save_details(business, actor=user, **fields)
        response = self._answer(request, business.reference, status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{business.reference}/")
        return response

    @extend_schema(
        summary="Ubah data usaha",
        description="Petugas mengubah langsung. Pelaku usaha mengisi drafnya; untuk usaha yang sudah terdaftar "
        "perubahannya menjadi usulan yang diputus petugas (202).",
        parameters=[pages.IF_MATCH_NEEDED],
        request=serializers.BusinessInput,
        responses={200: serializers.BusinessDetailOutput, 202: serializers.ChangeRequestOutput},
        filters=False,
    )
    @names_the_actor
    def partial_update(self, request, reference):
        business = self._business(request, reference)
        version = version_to_change(request)
        fields = read(serializers.BusinessInput, request)
        user = request.user
        if user.has_perm("ikm.change_business"):
            entries.change_business(business, actor=user, version=version, **fields)
        elif not user.has_perm("ikm.submit_business"):
            raise PermissionDenied(_("Peran Anda tidak mencakup perubahan data usaha."))
        elif business.status in registration.EDITABLE:
            registration.save_details(business, actor=user, version=version, **fields)
        else:
            with transaction.atomic():
                if version is not None:
                    lock_version(business, version, user)
                proposal = changes.propose_changes(business, actor=user, values=fields)
            return Response({"change_request": proposal.reference, "status": proposal.status}, status=202)
        return self._answer(request, business.reference)

    @extend_schema(
        summary="Ambil langkah",
        description="Langkah yang terbuka bagi Anda tercantum dalam isian “steps” usaha itu.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=sorted(Business.STEPS)),
            pages.IDEMPOTENCY_KEY,
        ],
        request=serializers.StepInput,
        responses={200: serializers.BusinessDetailOutput},
        filters=False,
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    @idempotent(required=False)
    def step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        business = self._business(request, reference)
        given = read(serializers.StepInput, request)
        with at_version(request, business):
            STEPS[step](business, request.user, given)
        if not Business.objects.visible_to(request.user).filter(pk=business.pk).exists():
            return Response(status=204)
        return self._answer(request, business.reference)


def _ask_correction(business, actor, given):
    items = [verification.Correction(**item) for item in given.get("corrections", [])]
    return verification.ask_correction(business, items, actor=actor, note=given["note"])


def _close(business, actor, given):
    return verification.close_business(
        business, actor=actor, note=given["note"], closed_on=given.get("closed_on")
    )


#: Which service takes a step: (business, actor, validated input).
STEPS = {
    "submit": lambda business, actor, given: registration.submit_business(business, actor=actor),
    "revise": lambda business, actor, given: registration.revise_business(business, actor=actor),
    "register": lambda business, actor, given: verification.register_business(
        business, actor=actor, note=given["note"]
    ),
    "ask_correction": _ask_correction,
    "reject": lambda business, actor, given: verification.reject_business(
        business, actor=actor, note=given["note"]
    ),
    "close": _close,
    "reopen": lambda business, actor, given: verification.reopen_business(
        business, actor=actor, note=given["note"]
    ),
}


@extend_schema(tags=["areas"])
class AreaViewSet(ApiViewSet):
    """The kecamatan and kelurahan of the city; a table of 193 rows, given whole."""

    scope = "areas"
    queryset = Area.objects.all()
    serializer_class = serializers.AreaListOutput
    permission_classes = [AllowAny]
    pagination_class = None

    @extend_schema(summary="Kecamatan dan kelurahan", responses=serializers.AreaListOutput(many=True))
    def list(self, request):
        refuse_unknown(request.query_params, set())
        rows = Area.objects.values("code", "level", "name", "parent_id", "postcode")
        return json_answer(request, orjson.dumps(serializers.AreaListOutput(rows, many=True).data))


@extend_schema(tags=["kbli"])
class KbliViewSet(ApiViewSet):
    scope = "kbli"
    queryset = Kbli.objects.all()
    serializer_class = serializers.KbliOutput
    permission_classes = [AllowAny]
    pagination_class = None

    @extend_schema(
        summary="Cari kode KBLI",
        description="Dengan “search”: kode yang mungkin dimaksud, yang paling cocok lebih dahulu. Tanpa itu: seluruh versi.",
        parameters=[
            OpenApiParameter(
                "search", str, description="Kata sehari-hari, misalnya “bikin kue”, atau awal kode."
            ),
            OpenApiParameter("version", int, description="Versi KBLI; 2020 bila tidak disebut."),
        ],
        responses=serializers.KbliOutput(many=True),
    )
    def list(self, request):
        parameters = request.query_params
        refuse_unknown(parameters, {"search", "version"})
        version = parameters.get("version") or str(filters.DEFAULT_KBLI_VERSION)
        if not version.isdecimal() or len(version) > 4:
            raise ValidationError({"version": _("Versi KBLI adalah tahun, misalnya 2020.")})
        if "search" in parameters:
            rows = search_kbli(parameters["search"], version=int(version))
        else:
            rows = Kbli.objects.filter(version=version)
        return json_answer(request, orjson.dumps(serializers.KbliOutput(rows, many=True).data))


@extend_schema(tags=["statistics"])
class StatisticsViewSet(ApiViewSet):
    """The published figures: public, with small cells hidden."""

    scope = "statistics"
    queryset = Business.objects.none()
    serializer_class = serializers.StatisticsOutput
    permission_classes = [AllowAny]
    pagination_class = None

    @extend_schema(
        summary="Statistik register",
        parameters=_TIMES,
        responses=forced_singular_serializer(serializers.StatisticsOutput),
    )
    def list(self, request):
        as_of, known_at = _times(request)
        found = statistics(as_of or timezone.localdate(), known_at)
        return json_answer(request, orjson.dumps(serializers.StatisticsOutput(found).data))
