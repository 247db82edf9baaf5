"""Clusters in the API: what everybody reads, members and officers of any day, who can fill an order, and members' requests."""

import orjson
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from cluster.enums import ClusterKind, ClusterStatus, Post, RequestKind, RequestStatus
from cluster.models import FEWEST, Cluster, Membership, MembershipRequest
from cluster.selectors import members_on, officers_on, who_can_fill
from cluster.services import members
from core.api import ApiViewSet, Input, MomentField, day_in, names_the_actor, read, refuse_unknown, step_shown
from core.conditional import at_version, json_answer
from core.idempotency import idempotent
from ikm.api import pages
from ikm.api.serializers import NamedOutput, StepOutput
from ikm.models import Business


class ClusterOutput(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(ClusterKind.choices)
    status = serializers.ChoiceField(ClusterStatus.choices)
    is_open = serializers.SerializerMethodField(
        help_text="Menerima anggota: aktif dan dasar hukumnya berlaku."
    )
    products = serializers.CharField()
    area = serializers.SerializerMethodField()
    story = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    legal_basis = serializers.SerializerMethodField(help_text="Nomor dasar hukum (DHK-…).")
    founded_on = serializers.DateField()
    dissolved_on = serializers.DateField(allow_null=True)
    members = serializers.IntegerField(
        source="members_shown",
        allow_null=True,
        help_text=f"Banyaknya anggota hari ini; null bila kurang dari {FEWEST}.",
    )
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_is_open(self, cluster) -> bool:
        return cluster.status == ClusterStatus.ACTIVE and cluster.lawful

    def get_area(self, cluster) -> dict:
        return {"code": cluster.area_id, "name": str(cluster.area)}

    def get_legal_basis(self, cluster) -> str | None:
        return cluster.legal_basis.reference if cluster.legal_basis_id else None


class ClusterPageOutput(pages.SyncPageOutput):
    results = ClusterOutput(many=True)


class MemberOutput(serializers.Serializer):
    reference = serializers.CharField()
    business = NamedOutput()
    since = serializers.DateField(source="during.lower")
    until = serializers.DateField(
        source="during.upper", allow_null=True, help_text="Hari pertama di luar; null bila masih anggota."
    )


class OfficerOutput(serializers.Serializer):
    post = serializers.ChoiceField(Post.choices)
    membership = serializers.CharField(source="membership.reference")
    name = serializers.CharField(source="membership.business.name")
    since = serializers.DateField(source="during.lower")
    until = serializers.DateField(source="during.upper", allow_null=True)


class MembersOutput(serializers.Serializer):
    as_of = serializers.DateField()
    members = MemberOutput(many=True)
    officers = OfficerOutput(many=True)


class FillOutput(serializers.Serializer):
    membership = serializers.CharField()
    name = serializers.CharField()
    verdict = serializers.CharField(help_text="alone, share, spare, no_time, other_product, atau unknown.")
    can = serializers.IntegerField(help_text="Yang sanggup dibuat sampai tanggal itu.")
    takes = serializers.IntegerField(help_text="Bagiannya dalam pembagian yang diusulkan.")
    reason = serializers.CharField()


class FillingOutput(serializers.Serializer):
    quantity = serializers.IntegerField()
    days = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Yang tidak dapat dipenuhi klaster ini.")
    answers = FillOutput(many=True)


def _in_area(rows, text):
    return rows.filter(area__code__startswith=text)


@extend_schema(tags=["clusters"])
class ClusterViewSet(ApiViewSet):
    """Sentra and klaster; drafts are shown to officials of clusters alone."""

    scope = "clusters"
    queryset = Cluster.objects.none()
    serializer_class = ClusterOutput
    open_actions = {"list", "retrieve"}
    filters = {
        "kind": pages.choice("kind", ClusterKind.values),
        "status": pages.choice("status", ClusterStatus.values),
        "area": _in_area,
    }

    def _rows(self, user):
        return Cluster.objects.visible_to(user).counted().select_related("area__parent", "legal_basis")

    @pages.listed(
        "Daftar klaster",
        ClusterPageOutput,
        OpenApiParameter("kind", str, enum=ClusterKind.values),
        OpenApiParameter("status", str, enum=ClusterStatus.values),
        OpenApiParameter("area", str, description="Kode kecamatan atau kelurahan."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), ClusterOutput, filters=self.filters)

    @extend_schema(summary="Satu klaster", responses=ClusterOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        found = pages.own(self._rows(request.user), reference, "KLS")
        return json_answer(request, orjson.dumps(ClusterOutput(found).data), version=found.version)

    def _inside(self, request, reference):
        """The cluster, for officials of clusters and for its members of today; else 404."""
        user = request.user
        found = pages.own(Cluster.objects.visible_to(user), reference, "KLS")
        if not (user.is_staff and user.has_perm("cluster.view_membership")) and not (
            Membership.objects.on().of(user).filter(cluster=found).exists()
        ):
            raise Http404
        return found

    @extend_schema(
        summary="Anggota dan pengurus pada suatu tanggal",
        description="Untuk petugas klaster dan anggota klaster itu.",
        parameters=[OpenApiParameter("as_of", str, description="Hari ini bila tidak disebut (YYYY-MM-DD).")],
        responses=MembersOutput,
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def members(self, request, reference):
        found = self._inside(request, reference)
        refuse_unknown(request.query_params, {"as_of"})
        day = day_in(request, "as_of", timezone.localdate())
        shown = {"as_of": day, "members": members_on(found, day), "officers": officers_on(found, day)}
        return json_answer(request, orjson.dumps(MembersOutput(shown).data))

    @extend_schema(
        summary="Siapa sanggup memenuhi pesanan",
        parameters=[
            OpenApiParameter("product", str, required=True),
            OpenApiParameter("quantity", int, required=True),
            OpenApiParameter("by", str, required=True, description="Selesai paling lambat (YYYY-MM-DD)."),
        ],
        responses=FillingOutput,
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def fill(self, request, reference):
        found = self._inside(request, reference)
        refuse_unknown(request.query_params, {"product", "quantity", "by"})
        product, quantity = (request.query_params.get(name, "").strip() for name in ("product", "quantity"))
        if not product:
            raise ValidationError({"product": _("Sebutkan produknya.")})
        if not quantity.isdecimal() or not 1 <= int(quantity) <= 1_000_000_000:
            raise ValidationError({"quantity": _("Isi jumlahnya.")})
        filling, rows = who_can_fill(found, product=product, quantity=int(quantity), by=day_in(request, "by"))
        body = {
            "quantity": filling.quantity,
            "days": filling.days,
            "missing": filling.missing,
            "answers": [
                {
                    "membership": row["membership"].reference,
                    "name": row["membership"].business.name,
                    "verdict": row["answer"].verdict.value,
                    "can": row["answer"].can,
                    "takes": row["answer"].takes,
                    "reason": row["reason"],
                }
                for row in rows
            ],
        }
        return json_answer(request, orjson.dumps(FillingOutput(body).data))


class RequestOutput(serializers.Serializer):
    reference = serializers.CharField()
    kind = serializers.ChoiceField(RequestKind.choices)
    status = serializers.ChoiceField(RequestStatus.choices)
    cluster = NamedOutput()
    business = NamedOutput()
    note = serializers.CharField()
    asked_at = MomentField()
    membership = serializers.SerializerMethodField(help_text="Nomor anggota (AGT-…) begitu diterima.")
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_membership(self, request) -> str | None:
        return request.membership.reference if request.membership_id else None


class RequestDetailOutput(RequestOutput):
    steps = StepOutput(many=True)


class RequestPageOutput(pages.SyncPageOutput):
    results = RequestOutput(many=True)


class RequestInput(Input):
    cluster = serializers.CharField()
    business = serializers.CharField()
    kind = serializers.ChoiceField(RequestKind.choices)
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class RequestStepInput(Input):
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


STEPS = {
    "agree": members.agree_as_chair,
    "decline": members.decline_as_chair,
    "accept": members.accept_request,
    "refuse": members.refuse_request,
    "withdraw": members.withdraw_request,
}


@extend_schema(tags=["clusters"])
class ClusterRequestViewSet(ApiViewSet):
    """Requests to join, to leave, and for the letter: one's own, those of the clusters one chairs; all for officials."""

    scope = "clusters"
    queryset = MembershipRequest.objects.none()
    serializer_class = RequestOutput
    filters = {
        "kind": pages.choice("kind", RequestKind.values),
        "status": pages.choice("status", RequestStatus.values),
        "cluster": pages.exact("cluster__reference"),
    }

    def _rows(self, user):
        return MembershipRequest.objects.visible_to(user).select_related("cluster", "business", "membership")

    @pages.listed(
        "Daftar permohonan keanggotaan",
        RequestPageOutput,
        OpenApiParameter("kind", str, enum=RequestKind.values),
        OpenApiParameter("status", str, enum=RequestStatus.values),
        OpenApiParameter("cluster", str, description="Nomor klaster (KLS-…)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), RequestOutput, filters=self.filters)

    @extend_schema(summary="Satu permohonan keanggotaan", responses=RequestDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        found = pages.own(self._rows(request.user), reference, "PAK")
        return json_answer(request, orjson.dumps(_detail(found, request.user)), version=found.version)

    @extend_schema(
        summary="Ajukan permohonan keanggotaan",
        description="join, leave, atau letter. Ketua klaster menjawab lebih dahulu, lalu dinas memutuskan.",
        parameters=[pages.KEY_NEEDED],
        request=RequestInput,
        responses={201: RequestDetailOutput},
        examples=[
            OpenApiExample(
                "Bergabung",
                value={"cluster": "KLS-6M2K-W8QD", "business": "IKM-4T7P-93RB", "kind": "join"},
                request_only=True,
            )
        ],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        given, user = read(RequestInput, request), request.user
        business = pages.own(Business.objects.visible_to(user), given.pop("business"), "IKM")
        found = pages.own(Cluster.objects.published(), given.pop("cluster"), "KLS")
        made = members.ask_membership(found, business, actor=user, **given)
        return Response(_detail(self._rows(user).get(pk=made.pk), user), status=201)

    @extend_schema(
        summary="Ambil langkah",
        description="agree dan decline untuk ketua, accept dan refuse untuk dinas, withdraw untuk pemohon.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=RequestStepInput,
        responses={200: RequestDetailOutput},
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    @idempotent(required=False)
    def step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        found = pages.own(self._rows(request.user), reference, "PAK")
        given = read(RequestStepInput, request)
        with at_version(request, found):
            STEPS[step](found, actor=request.user, note=given["note"])
        return Response(_detail(self._rows(request.user).get(pk=found.pk), request.user))


def _detail(found, user):
    body = RequestOutput(found).data
    body["steps"] = [step_shown(name, step) for name, step in members.open_answers(found, user).items()]
    return body
