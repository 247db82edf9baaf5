"""The credit resources: schemes, the simulator, applications with their steps, loans, payments and subsidy claims."""

from datetime import date

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from core.api import ApiViewSet, day_in, names_the_actor, open_steps_shown, read, refuse_unknown
from core.conditional import at_version, json_answer, version_to_change, written_answer
from core.idempotency import idempotent
from core.problems import ApiProblem
from core.workflow import history
from credit.api import payments, serializers
from credit.claim_file import read_claim
from credit.enums import ApplicationStatus, ClaimStatus, EventSource, LoanEventKind, LoanStatus
from credit.models import Application, Bank, Loan, Scheme, SchemeVersion, SubsidyClaim
from credit.selectors import bank_rate_on
from credit.services import applications, claims, decisions, loans
from credit.simulation import simulate_version
from ikm.api import pages
from ikm.models import Business

# --- Schemes and the simulator ------------------------------------------------------------------------------------------


@extend_schema(tags=["credit"])
class SchemeViewSet(ApiViewSet):
    scope = "credit.schemes"
    queryset = SchemeVersion.objects.none()
    serializer_class = serializers.SchemeOutput
    permission_classes = [AllowAny]
    pagination_class = None

    @extend_schema(
        summary="Skema kredit yang berlaku",
        parameters=[OpenApiParameter("as_of", date, description="Yang berlaku pada tanggal ini.")],
        responses=serializers.SchemeOutput(many=True),
    )
    def list(self, request):
        refuse_unknown(request.query_params, {"as_of"})
        rows = (
            SchemeVersion.objects.in_force(day_in(request, "as_of", timezone.localdate()))
            .select_related("scheme", "legal_basis")
            .prefetch_related("rules")
            .order_by("scheme_id")
        )
        return json_answer(request, orjson.dumps(serializers.SchemeOutput(rows, many=True).data))


@extend_schema(tags=["credit"])
class SimulateViewSet(ApiViewSet):
    scope = "credit.schemes"
    queryset = SchemeVersion.objects.none()
    serializer_class = serializers.SimulationOutput
    permission_classes = [AllowAny]
    pagination_class = None

    @extend_schema(
        summary="Hitung angsuran",
        description="Angsuran, jumlah bunga, dan bunga efektif sebuah pinjaman menurut skema yang berlaku hari ini.",
        parameters=[
            OpenApiParameter("amount", int, required=True, description="Jumlah pinjaman, rupiah."),
            OpenApiParameter("months", int, required=True, description="Jangka waktu, bulan."),
            OpenApiParameter("scheme", str, description="Kode skema; yang pertama bila tidak disebut."),
        ],
        responses=forced_singular_serializer(serializers.SimulationOutput),
    )
    def list(self, request):
        refuse_unknown(request.query_params, {"amount", "months", "scheme"})
        version = (
            SchemeVersion.objects.in_force(timezone.localdate())
            .select_related("scheme")
            .order_by("scheme_id")
        )
        if code := request.query_params.get("scheme", ""):
            version = version.filter(scheme__code=code)
        version = version.first()
        if version is None:
            raise Http404
        limits = {
            "amount": (int(version.amount_min), int(version.secured_max)),
            "months": (version.months_min, version.months_max),
        }
        asked, errors = {}, {}
        for name, (least, most) in limits.items():
            raw = request.query_params.get(name, "")
            if not raw.isdecimal() or len(raw) > 15 or not least <= int(raw) <= most:
                errors[name] = _("Isi angka %(least)d sampai %(most)d.") % {"least": least, "most": most}
            else:
                asked[name] = int(raw)
        if errors:
            raise ValidationError(errors)
        made = simulate_version(
            version,
            asked["amount"],
            asked["months"],
            bank_rate=bank_rate_on(version.scheme, timezone.localdate()),
        )
        names = ("terms", "interest", "total", "highest", "effective_rate", "city_share", "instalments")
        shown = {name: getattr(made, name) for name in names}
        shown |= {"scheme": version.scheme.code, "version_number": version.number}
        return json_answer(request, orjson.dumps(serializers.SimulationOutput(shown).data))


# --- Applications -------------------------------------------------------------------------------------------------------


#: What a row of the list shows.
_LISTED = (
    "reference", "status", "business__reference", "business__name", "owner__name", "scheme_version", "bank",
    "amount", "months", "purpose_kind", "collateral_kind", "submitted_at", "recommended_amount",
    "recommended_months", "approved_amount", "approved_months", "reason", "reapply_on", "loan__reference",
    "modified_at", "version",
)  # fmt: skip


@extend_schema(tags=["credit"])
class ApplicationViewSet(ApiViewSet):
    """Applications for credit: one's own, those forwarded to one's bank, all for officials of credit."""

    scope = "credit.applications"
    queryset = Application.objects.none()
    serializer_class = serializers.ApplicationOutput
    filters = {
        "status": pages.choice("status", ApplicationStatus.values),
        "bank": pages.exact("bank__reference"),
        "business": pages.exact("business__reference"),
    }

    def _rows(self, user):
        return Application.objects.visible_to(user).select_related(
            "business", "owner", "scheme_version__scheme", "bank", "reason", "loan"
        )

    @pages.listed(
        "Daftar permohonan kredit",
        serializers.ApplicationPageOutput,
        OpenApiParameter("status", str, enum=ApplicationStatus.values),
        OpenApiParameter("bank", str, description="Nomor bank (BNK-…)."),
        OpenApiParameter("business", str, description="Nomor register usaha (IKM-…)."),
    )
    def list(self, request):
        # Banks, schemes and reasons are few and are read by themselves: to plan a join of eight tables takes longer than to
        # run it.
        rows = (
            Application.objects.visible_to(request.user)
            .select_related("business", "owner", "loan")
            .prefetch_related("bank", "reason", "scheme_version__scheme")
            .only(*_LISTED)
        )
        return pages.answer(request, rows, serializers.ApplicationOutput, filters=self.filters)

    @extend_schema(summary="Satu permohonan kredit", responses=serializers.ApplicationDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        body, version = self._detail(request, reference)
        return json_answer(request, orjson.dumps(body), version=version)

    def _detail(self, request, reference):
        record = pages.own(self._rows(request.user), reference, "KRD")
        body = serializers.ApplicationOutput(record).data | {
            name: getattr(record, name)
            for name in ("purpose", "collateral_description", "reason_note", "findings")
        }
        body["collateral_value"] = None if record.collateral_value is None else int(record.collateral_value)
        body["corrections"] = serializers.CorrectionOutput(
            record.corrections.filter(answered_at=None), many=True
        ).data
        body["steps"] = open_steps_shown(record, request.user, STEPS)
        return body, record.version

    def _written(self, request, reference, **options):
        body, version = self._detail(request, reference)
        return written_answer(request, body, version=version, **options)

    @extend_schema(
        summary="Mulai permohonan",
        description="Pelaku usaha memulai draf untuk usahanya; draf yang sudah ada diberikan kembali (200).",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=serializers.StartInput,
        responses={200: serializers.ApplicationDetailOutput, 201: serializers.ApplicationDetailOutput},
    )
    @names_the_actor
    @idempotent(required=False)
    def create(self, request):
        given = read(serializers.StartInput, request)
        business = pages.own(Business.objects.visible_to(request.user), given.pop("business"), "IKM")
        application, created = applications.start_application(business, actor=request.user, **given)
        number = application.reference
        return self._written(request, number, status=201 if created else 200, made=number)

    @extend_schema(
        summary="Isi permohonan",
        description="Pelaku usaha mengisi drafnya, atau yang diminta diperbaiki.",
        parameters=[pages.IF_MATCH_NEEDED],
        request=serializers.AnswersInput,
        responses=serializers.ApplicationDetailOutput,
    )
    @names_the_actor
    def partial_update(self, request, reference):
        record = pages.own(Application.objects.visible_to(request.user), reference, "KRD")
        version = version_to_change(request)
        if not request.user.has_perm("credit.submit_application"):
            raise PermissionDenied(_("Peran Anda tidak mencakup permohonan kredit."))
        answers = read(serializers.AnswersInput, request)
        applications.save_answers(record, actor=request.user, version=version, **answers)
        return self._written(request, record.reference)

    @extend_schema(
        summary="Ambil langkah",
        description="Langkah yang terbuka bagi Anda tercantum dalam isian “steps”. Langkah disburse memindahkan uang, "
        "jadi memerlukan Idempotency-Key.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=serializers.ApplicationStepInput,
        responses={200: serializers.ApplicationDetailOutput},
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    def step(self, request, reference, step):
        take = self._step_of_money if step == "disburse" else self._step
        return take(request, reference, step)

    @idempotent(required=True)
    def _step_of_money(self, request, reference, step):
        return self._take(request, reference, step)

    @idempotent(required=False)
    def _step(self, request, reference, step):
        return self._take(request, reference, step)

    def _take(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        record = pages.own(Application.objects.visible_to(request.user), reference, "KRD")
        given = read(serializers.ApplicationStepInput, request)
        needed, optional, carry_out = STEPS[step]
        if missing := [name for name in needed if name not in given]:
            raise ValidationError({name: _("Isian ini diperlukan untuk langkah ini.") for name in missing})
        if strange := given.keys() - {*needed, *optional, "note"}:
            raise ValidationError(
                {
                    name: ValidationError(_("Isian ini bukan bagian langkah ini."), code="unknown")
                    for name in strange
                }
            )
        with at_version(request, record):
            carry_out(record, request.user, given)
        if not Application.objects.visible_to(request.user).filter(pk=record.pk).exists():
            return Response(status=204)
        return self._written(request, record.reference)


def _sign(application, actor, given):
    given = {name: value for name, value in given.items() if name != "note"}
    return loans.sign_loan(application, actor=actor, **given)


def _disburse(application, actor, given):
    loan = Loan.objects.visible_to(actor).filter(application=application).first()
    if loan is None:
        raise ValidationError(_("Catat akadnya dahulu."))
    return loans.post_event(
        loan,
        kind=LoanEventKind.DISBURSED,
        on=given["disbursed_on"],
        amount=None,
        source=EventSource.API,
        actor=actor,
        bank=loan.bank,
        bank_reference=given["bank_reference"],
        note=given["note"],
    )


_ANSWER = ("bank_checked_on", "bank_grade")

#: step: (fields it needs, fields it may have, service(application, actor, given)).
STEPS = {
    "submit": (
        (),
        (),
        lambda application, actor, given: applications.submit_application(application, actor=actor),
    ),
    "withdraw": (
        (),
        (),
        lambda application, actor, given: applications.withdraw_application(
            application, actor=actor, note=given["note"]
        ),
    ),
    "start_review": (
        (),
        (),
        lambda application, actor, given: decisions.start_review(
            application, actor=actor, note=given["note"]
        ),
    ),
    "approve": (
        ("amount", "months"),
        _ANSWER,
        lambda application, actor, given: decisions.approve_application(application, actor=actor, **given),
    ),
    "reject": (
        ("reason",),
        _ANSWER,
        lambda application, actor, given: decisions.reject_application(application, actor=actor, **given),
    ),
    "sign": (("contract_number", "signed_on"), ("account_number", "first_due_on"), _sign),
    "disburse": (("disbursed_on", "bank_reference"), (), _disburse),
}


# --- Loans and payments -------------------------------------------------------------------------------------------------


@extend_schema(tags=["credit"])
class LoanViewSet(ApiViewSet):
    """Loans: one's own, those of one's bank, all for officials of credit."""

    scope = "credit.loans"
    queryset = Loan.objects.none()
    serializer_class = serializers.LoanOutput
    filters = {
        "status": pages.choice("status", LoanStatus.values),
        "grade": pages.choice("grade", ["1", "2", "3", "4", "5"]),
        "bank": pages.exact("bank__reference"),
        "business": pages.exact("business__reference"),
        "contract_number": pages.exact("contract_number"),
    }

    def _rows(self, user):
        return (
            Loan.objects.visible_to(user)
            .select_related("application", "business", "bank")
            .defer("account_number", "business__search", "business__product_words")
        )

    @pages.listed(
        "Daftar pinjaman",
        serializers.LoanPageOutput,
        OpenApiParameter("status", str, enum=LoanStatus.values),
        OpenApiParameter("grade", int, description="Kolektibilitas 1–5."),
        OpenApiParameter("bank", str, description="Nomor bank (BNK-…)."),
        OpenApiParameter("business", str, description="Nomor register usaha (IKM-…)."),
        OpenApiParameter("contract_number", str, description="Nomor akad, lengkap."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), serializers.LoanOutput, filters=self.filters)

    @extend_schema(summary="Satu pinjaman", responses=serializers.LoanOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        loan = pages.own(self._rows(request.user), reference, "PJM")
        return json_answer(request, orjson.dumps(serializers.LoanOutput(loan).data), version=loan.version)

    @extend_schema(
        summary="Jadwal angsuran", responses=serializers.LoanInstalmentOutput(many=True), filters=False
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def schedule(self, request, reference):
        refuse_unknown(request.query_params, set())
        loan = pages.own(self._rows(request.user), reference, "PJM")
        rows = serializers.LoanInstalmentOutput(loan.instalments.order_by("number"), many=True).data
        return json_answer(request, orjson.dumps(rows))

    @extend_schema(
        summary="Keadaan pinjaman pada suatu hari",
        parameters=[
            OpenApiParameter("as_of", date, description="Pada akhir hari ini; hari ini bila tidak disebut.")
        ],
        responses=serializers.LoanStateOutput,
    )
    @action(detail=True, methods=["get"])
    def state(self, request, reference):
        refuse_unknown(request.query_params, {"as_of"})
        loan = pages.own(
            Loan.objects.visible_to(request.user).select_related("scheme_version"), reference, "PJM"
        )
        found = loans.state_of(loan, day_in(request, "as_of", timezone.localdate()))
        return json_answer(request, orjson.dumps(serializers.LoanStateOutput(found).data))

    @extend_schema(
        summary="Hitungan pelunasan",
        parameters=[OpenApiParameter("on", date, description="Bila dilunasi pada hari ini.")],
        responses=serializers.PayoffOutput,
    )
    @action(detail=True, methods=["get"])
    def payoff(self, request, reference):
        refuse_unknown(request.query_params, {"on"})
        loan = pages.own(
            Loan.objects.visible_to(request.user).select_related("scheme_version"), reference, "PJM"
        )
        on = day_in(request, "on", timezone.localdate())
        quote = {"loan": loan.reference, "on": on, "amount": loans.payoff_quote(loan, on)}
        return json_answer(request, orjson.dumps(serializers.PayoffOutput(quote).data))


_PAYMENT_EXAMPLE = OpenApiExample(
    "Satu angsuran",
    value={
        "contract_number": "AKAD-2026-0017",
        "on": "2026-03-16",
        "amount": "429167.00",
        "bank_reference": "TRX-20260316-000481",
    },
    request_only=True,
)


@extend_schema(tags=["credit"])
class PaymentViewSet(ApiViewSet):
    """What borrowers paid, as their bank reports it. The same bank reference is booked once, however often it is sent."""

    scope = "credit.payments"
    queryset = Loan.objects.none()
    serializer_class = serializers.PaymentOutput

    @extend_schema(
        summary="Bukukan satu pembayaran",
        description="Jawaban 200 bila nomor transaksi bank ini sudah dibukukan dengan isi yang sama.",
        parameters=[pages.KEY_NEEDED],
        request=serializers.PaymentInput,
        responses={200: serializers.PaymentOutput, 201: serializers.PaymentOutput},
        examples=[_PAYMENT_EXAMPLE],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        given = read(serializers.PaymentInput, request)
        booked = payments.book(given, actor=request.user)
        return Response(
            serializers.PaymentOutput(booked).data, status=201 if booked["result"] == payments.BOOKED else 200
        )

    @extend_schema(
        summary="Bukukan banyak pembayaran",
        description="Sampai 500 sekaligus. Tiap baris dibukukan sendiri-sendiri; yang ditolak tidak menahan yang lain.",
        parameters=[pages.KEY_NEEDED],
        request=serializers.BulkShapeInput,
        responses={200: serializers.BulkOutput},
    )
    @action(detail=False, methods=["post"])
    @names_the_actor
    @idempotent
    def bulk(self, request):
        given = read(serializers.BulkInput, request)
        return Response(payments.book_many(given["payments"], actor=request.user))


# --- Claims -------------------------------------------------------------------------------------------------------------


@extend_schema(tags=["credit"])
class ClaimViewSet(ApiViewSet):
    """Subsidy claims of one's bank; all for officials of credit."""

    scope = "credit.claims"
    queryset = SubsidyClaim.objects.none()
    serializer_class = serializers.ClaimOutput
    parser_classes = [JSONParser, MultiPartParser]
    filters = {
        "status": pages.choice("status", ClaimStatus.values),
        "bank": pages.exact("bank__reference"),
    }

    def _rows(self, user):
        return SubsidyClaim.objects.visible_to(user).select_related("bank", "scheme")

    @pages.listed(
        "Daftar tagihan subsidi",
        serializers.ClaimPageOutput,
        OpenApiParameter("status", str, enum=ClaimStatus.values),
        OpenApiParameter("bank", str, description="Nomor bank (BNK-…)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), serializers.ClaimOutput, filters=self.filters)

    @extend_schema(summary="Satu tagihan subsidi", responses=serializers.ClaimDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        body, version = self._detail(request, reference)
        return json_answer(request, orjson.dumps(body), version=version)

    def _detail(self, request, reference):
        claim = pages.own(self._rows(request.user), reference, "KLM")
        body = serializers.ClaimOutput(claim).data
        lines = claim.lines.select_related("loan").defer("loan__account_number")
        body["lines"] = serializers.ClaimLineOutput(lines, many=True).data
        last = history(claim).filter(step="return").last() if claim.status == ClaimStatus.RETURNED else None
        body["returned_note"] = last.note if last else ""
        return body, claim.version

    @extend_schema(
        summary="Kirim tagihan subsidi sebulan",
        description="Tagihan untuk bulan yang sama menggantikan yang belum diperiksa atau dikembalikan.",
        parameters=[pages.KEY_NEEDED],
        request=serializers.ClaimInput,
        responses={201: serializers.ClaimDetailOutput},
        examples=[
            OpenApiExample(
                "Dua pinjaman",
                value={
                    "month": "2026-02",
                    "lines": [
                        {"loan": "AKAD-2026-0017", "days": 28, "amount": 22431},
                        {"loan": "AKAD-2026-0021", "days": 12, "amount": 9600},
                    ],
                },
                request_only=True,
            )
        ],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        given = read(serializers.ClaimInput, request)
        user = request.user
        if ("lines" in given) == ("file" in given):
            raise ValidationError({"lines": _("Kirim salah satu: lines atau file.")})
        if "file" in given:
            lines = read_claim(given["file"])
        else:
            lines = [claims.Claimed(number=number, **line) for number, line in enumerate(given["lines"], 1)]
        claim = claims.upload_claim(
            _the_one(Bank.objects.visible_to(user), given.get("bank"), "bank", "reference"),
            actor=user,
            scheme=_the_one(Scheme.objects.order_by("id"), given.get("scheme"), "scheme", "code"),
            month=date.fromisoformat(f"{given['month']}-01"),
            lines=lines,
        )
        body, version = self._detail(request, claim.reference)
        return written_answer(request, body, version=version, status=201, made=claim.reference)


def _the_one(rows, named, field, key):
    """The record that the request names, or the only one there is."""
    if named:
        found = rows.filter(**{key: named}).first()
        if found is None:
            raise ValidationError({field: _("Tidak ditemukan.")})
        return found
    few = list(rows[:2])
    if not few:
        raise PermissionDenied(_("Akun Anda tidak terhubung dengan bank mana pun."))
    if len(few) > 1:
        raise ApiProblem(400, _("Isian belum benar"), errors=[{"pointer": f"/{field}", "code": "required",
                                                              "detail": _("Sebutkan yang mana.")}])  # fmt: skip
    return few[0]
