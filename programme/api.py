"""Legal bases in the API: law for everybody; proposals and drafts, and every write, for officials of the programme."""

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from core.api import (
    ApiViewSet,
    Input,
    MomentField,
    day_of,
    names_the_actor,
    open_steps_shown,
    read,
    refuse_unknown,
)
from core.conditional import at_version, json_answer, version_to_change, written_answer
from core.delivery import absolute
from core.idempotency import idempotent
from ikm.api import pages
from ikm.api.serializers import StepOutput
from programme.enums import LegalBasisKind, LegalBasisStatus
from programme.models import LegalBasis
from programme.services import legal_bases


class FileOutput(serializers.Serializer):
    name = serializers.CharField(source="original_name")
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    url = serializers.SerializerMethodField()

    def get_url(self, file) -> str:
        return absolute(reverse("attachment", args=[file.reference]))


class LegalBasisOutput(serializers.Serializer):
    reference = serializers.CharField()
    kind = serializers.ChoiceField(LegalBasisKind.choices)
    number = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    about = serializers.CharField()
    dated_on = serializers.DateField(allow_null=True)
    signer = serializers.CharField()
    status = serializers.ChoiceField(LegalBasisStatus.choices)
    in_force_from = serializers.DateField(allow_null=True)
    in_force_until = serializers.DateField(allow_null=True)
    is_in_force = serializers.BooleanField(help_text="Berlaku hari ini.")
    amends = serializers.SerializerMethodField(help_text="Nomor dasar hukum yang diubahnya.")
    revokes = serializers.SerializerMethodField(help_text="Nomor dasar hukum yang dicabutnya.")
    files = serializers.SerializerMethodField()
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_amends(self, basis) -> list[str]:
        return [one.reference for one in basis.amends.all()]

    def get_revokes(self, basis) -> list[str]:
        return [one.reference for one in basis.revokes.all()]

    def get_files(self, basis) -> list[dict]:
        rows = [file for file in basis.attachments.all() if file.removed_at is None]
        return FileOutput(rows, many=True).data


class ProgressOutput(serializers.Serializer):
    on = serializers.DateField()
    text = serializers.CharField()


class LegalBasisDetailOutput(LegalBasisOutput):
    """With what only officials read: who raised it, what was answered, how it goes on, which steps are open."""

    proposer = serializers.CharField(required=False)
    proposed_on = serializers.DateField(required=False, allow_null=True)
    proposal = serializers.CharField(required=False)
    answer = serializers.CharField(required=False)
    answered_on = serializers.DateField(required=False, allow_null=True)
    progress = ProgressOutput(many=True, required=False)
    steps = StepOutput(many=True, required=False)


class LegalBasisPageOutput(pages.SyncPageOutput):
    results = LegalBasisOutput(many=True)


class LegalBasisInput(Input):
    kind = serializers.ChoiceField(LegalBasisKind.choices)
    about = serializers.CharField(max_length=300)
    number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    year = serializers.IntegerField(required=False, allow_null=True)
    dated_on = serializers.DateField(required=False, allow_null=True)
    signer = serializers.CharField(max_length=120, required=False, allow_blank=True)
    in_force_from = serializers.DateField(required=False, allow_null=True)
    in_force_until = serializers.DateField(required=False, allow_null=True)
    amends = serializers.SlugRelatedField(
        slug_field="reference", queryset=LegalBasis.objects.published(), many=True, required=False
    )
    revokes = serializers.SlugRelatedField(
        slug_field="reference", queryset=LegalBasis.objects.published(), many=True, required=False
    )
    proposer = serializers.CharField(max_length=160, required=False, allow_blank=True)
    proposed_on = serializers.DateField(required=False, allow_null=True)
    proposal = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    answer = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    answered_on = serializers.DateField(required=False, allow_null=True)


class LegalBasisStepInput(Input):
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
    last_day = serializers.DateField(
        required=False, help_text="Hanya untuk revoke: hari terakhir berlaku; kemarin bila tidak disebut."
    )


def _in_force_on(rows, text):
    return rows.in_force(day_of(text))


STEPS = {
    "draft": legal_bases.draft_legal_basis,
    "enforce": legal_bases.enforce_legal_basis,
    "revoke": legal_bases.revoke_legal_basis,
}


@extend_schema(tags=["programme"])
class LegalBasisViewSet(ApiViewSet):
    """What the office's work rests on."""

    scope = "legal-bases"
    queryset = LegalBasis.objects.none()
    serializer_class = LegalBasisOutput
    open_actions = {"list", "retrieve"}
    filters = {
        "kind": pages.choice("kind", LegalBasisKind.values),
        "status": pages.choice("status", LegalBasisStatus.values),
        "in_force_on": _in_force_on,
    }

    def _rows(self, user):
        return LegalBasis.objects.visible_to(user).prefetch_related("amends", "revokes", "attachments")

    @pages.listed(
        "Daftar dasar hukum",
        LegalBasisPageOutput,
        OpenApiParameter("kind", str, enum=LegalBasisKind.values),
        OpenApiParameter("status", str, enum=LegalBasisStatus.values),
        OpenApiParameter("in_force_on", str, description="Yang berlaku pada tanggal ini (YYYY-MM-DD)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), LegalBasisOutput, filters=self.filters)

    @extend_schema(summary="Satu dasar hukum", responses=LegalBasisDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        basis = pages.own(self._rows(request.user), reference, "DHK")
        return json_answer(request, orjson.dumps(_detail(basis, request.user)), version=basis.version)

    def _written(self, request, reference, **options):
        basis = self._rows(request.user).get(reference=reference)
        return written_answer(request, _detail(basis, request.user), version=basis.version, **options)

    @extend_schema(
        summary="Catat usulan dasar hukum",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=LegalBasisInput,
        responses={201: LegalBasisDetailOutput},
    )
    @names_the_actor
    def create(self, request):
        _check(request.user, "programme.propose_legalbasis")
        return self._create(request)

    @idempotent(required=False)
    def _create(self, request):
        made = legal_bases.propose_legal_basis(actor=request.user, **read(LegalBasisInput, request))
        return self._written(request, made.reference, status=201, made=made.reference)

    @extend_schema(
        summary="Ubah dasar hukum",
        parameters=[pages.IF_MATCH_NEEDED],
        request=LegalBasisInput,
        responses=LegalBasisDetailOutput,
    )
    @names_the_actor
    def partial_update(self, request, reference):
        _check(request.user, "programme.change_legalbasis")
        basis = pages.own(self._rows(request.user), reference, "DHK")
        version = version_to_change(request)
        given = read(LegalBasisInput, request, partial=True)
        legal_bases.change_legal_basis(basis, actor=request.user, version=version, **given)
        return self._written(request, basis.reference)

    @extend_schema(
        summary="Ambil langkah",
        description="draft, enforce, atau revoke. Yang mencatat usulan tidak dapat menyatakannya berlaku.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=LegalBasisStepInput,
        responses={200: LegalBasisDetailOutput},
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    def step(self, request, reference, step):
        _check(request.user, "programme.view_legalbasis")
        return self._step(request, reference, step)

    @idempotent(required=False)
    def _step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        basis = pages.own(LegalBasis.objects.visible_to(request.user), reference, "DHK")
        given = read(LegalBasisStepInput, request)
        if "last_day" in given and step != "revoke":
            raise ValidationError({"last_day": _("Hanya untuk pencabutan.")})
        with at_version(request, basis):
            STEPS[step](basis, actor=request.user, **given)
        return self._written(request, basis.reference)


def _check(user, permission):
    if not user.has_perm(permission):
        raise PermissionDenied(_("Peran Anda tidak mencakup dasar hukum."))


def _detail(basis, user):
    if not user.has_perm("programme.view_legalbasis"):
        return LegalBasisOutput(basis).data
    basis.steps = open_steps_shown(basis, user)
    return LegalBasisDetailOutput(basis).data
