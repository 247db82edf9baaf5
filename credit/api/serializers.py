"""Inputs, which a service takes, and Outputs of the credit resources. Whole rupiah are integers; what a loan counts in sen
is text with two decimals, so that no client rounds it; rates are text in percent a year. Dates are YYYY-MM-DD."""

from rest_framework import serializers

from core.api import Input, MomentField, MonthField
from credit import enums
from credit.eligibility import BLOCKING
from credit.models import Reason
from ikm.api.pages import SyncPageOutput
from ikm.api.serializers import NamedOutput, StepOutput


class Sen(serializers.DecimalField):
    """An amount with two decimals, as text."""

    def __init__(self, **options):
        super().__init__(max_digits=18, decimal_places=2, **options)


class Rate(serializers.DecimalField):
    """Percent a year, as text."""

    def __init__(self, **options):
        super().__init__(max_digits=9, decimal_places=4, **options)


# --- Schemes and the simulator ------------------------------------------------------------------------------------------


class RuleOutput(serializers.Serializer):
    kind = serializers.ChoiceField(enums.RuleKind.choices)
    label = serializers.CharField(source="get_kind_display")
    limit = serializers.JSONField(
        allow_null=True, help_text="Angka, jumlah, atau daftar; null bila tidak berbatas."
    )
    is_blocking = serializers.SerializerMethodField(
        help_text="Permohonan yang tidak memenuhinya tidak dapat dikirim."
    )

    def get_is_blocking(self, rule) -> bool:
        return rule.kind in BLOCKING


class SchemeOutput(serializers.Serializer):
    """The version of a scheme under which people apply on a day."""

    code = serializers.CharField(source="scheme.code")
    name = serializers.CharField(source="scheme.name")
    full_name = serializers.CharField(source="scheme.full_name")
    version_number = serializers.IntegerField(source="number")
    in_force_from = serializers.DateField()
    in_force_until = serializers.DateField(allow_null=True)
    legal_basis = serializers.CharField()
    annual_rate = Rate()
    amount_min = serializers.IntegerField()
    amount_step = serializers.IntegerField()
    unsecured_max = serializers.IntegerField(help_text="Di atas jumlah ini perlu agunan.")
    secured_max = serializers.IntegerField()
    months_min = serializers.IntegerField()
    months_max = serializers.IntegerField()
    method = serializers.ChoiceField(enums.Method.choices)
    day_count = serializers.ChoiceField(enums.DayCount.choices)
    allocation = serializers.ListField(child=serializers.CharField())
    penalty_rate = Rate()
    penalty_grace_days = serializers.IntegerField()
    remind_before = serializers.IntegerField(help_text="Hari sebelum jatuh tempo peminjam diingatkan.")
    tell_arrears_after = serializers.ListField(
        child=serializers.IntegerField(), help_text="Hari sesudah jatuh tempo tunggakan diberitahukan."
    )
    rules = RuleOutput(many=True)


class InstalmentOutput(serializers.Serializer):
    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal = Sen()
    interest = Sen()
    total = Sen()
    balance = Sen()


class SimulationOutput(serializers.Serializer):
    scheme = serializers.CharField()
    version_number = serializers.IntegerField()
    amount = serializers.IntegerField(source="terms.principal")
    months = serializers.IntegerField(source="terms.periods")
    annual_rate = Rate(source="terms.annual_rate")
    interest = Sen()
    total = Sen()
    highest = Sen(help_text="Angsuran terbesar.")
    effective_rate = Rate(help_text="Bunga efektif setahun, persen.")
    city_share = Sen(
        allow_null=True, help_text="Subsidi bunga yang dibayar kota; null bila belum ada bunga acuan."
    )
    instalments = InstalmentOutput(many=True)


# --- Applications -------------------------------------------------------------------------------------------------------


class ReasonOutput(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()


class ApplicationOutput(serializers.Serializer):
    """An application in a list."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(enums.ApplicationStatus.choices)
    business = NamedOutput()
    owner = serializers.CharField(source="owner.name")
    scheme = serializers.CharField(source="scheme_version.scheme.code")
    scheme_version = serializers.IntegerField(source="scheme_version.number")
    bank = NamedOutput(allow_null=True)
    amount = serializers.IntegerField(allow_null=True)
    months = serializers.IntegerField(allow_null=True)
    purpose_kind = serializers.CharField()
    collateral_kind = serializers.CharField()
    submitted_at = MomentField(allow_null=True)
    recommended_amount = serializers.IntegerField(allow_null=True)
    recommended_months = serializers.IntegerField(allow_null=True)
    approved_amount = serializers.IntegerField(allow_null=True)
    approved_months = serializers.IntegerField(allow_null=True)
    reason = ReasonOutput(allow_null=True)
    reapply_on = serializers.DateField(allow_null=True)
    loan = serializers.SerializerMethodField(help_text="Nomor pinjamannya; null sebelum akad.")
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_loan(self, application) -> str | None:
        loan = getattr(application, "loan", None)
        return loan.reference if loan else None


class CorrectionOutput(serializers.Serializer):
    field = serializers.CharField()
    note = serializers.CharField()


class ApplicationDetailOutput(ApplicationOutput):
    purpose = serializers.CharField()
    collateral_description = serializers.CharField()
    collateral_value = serializers.IntegerField(allow_null=True)
    reason_note = serializers.CharField()
    findings = serializers.ListField(
        child=serializers.DictField(), help_text="Hasil periksa syarat saat dikirim."
    )
    corrections = CorrectionOutput(many=True, help_text="Yang masih harus diperbaiki pemohon.")
    steps = StepOutput(many=True, help_text="Langkah yang dapat Anda ambil sekarang.")


class AnswersInput(Input):
    """What an applicant answers; what is missing may follow later."""

    amount = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    months = serializers.IntegerField(min_value=1, max_value=240, required=False, allow_null=True)
    purpose_kind = serializers.ChoiceField(enums.LoanPurpose.choices, required=False)
    purpose = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    collateral_kind = serializers.ChoiceField(enums.CollateralKind.choices, required=False)
    collateral_description = serializers.CharField(max_length=250, required=False, allow_blank=True)
    collateral_value = serializers.IntegerField(min_value=0, required=False, allow_null=True)


class StartInput(Input):
    business = serializers.CharField(max_length=16, help_text="Nomor register usaha.")
    amount = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    months = serializers.IntegerField(min_value=1, max_value=240, required=False, allow_null=True)


class ApplicationStepInput(Input):
    """Which fields a step takes stands beside each; others are refused by the step."""

    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    amount = serializers.IntegerField(
        min_value=1, required=False, help_text="approve: yang disetujui, rupiah."
    )
    months = serializers.IntegerField(min_value=1, max_value=240, required=False, help_text="approve")
    reason = serializers.SlugRelatedField(
        slug_field="code",
        queryset=Reason.objects.filter(for_bank=True, is_active=True),
        required=False,
        help_text="reject",
    )
    bank_checked_on = serializers.DateField(
        required=False, help_text="approve, reject: tanggal pemeriksaan SLIK."
    )
    bank_grade = serializers.IntegerField(
        min_value=1, max_value=5, required=False, help_text="approve, reject"
    )
    contract_number = serializers.CharField(max_length=60, required=False, help_text="sign")
    account_number = serializers.CharField(max_length=40, required=False, help_text="sign")
    signed_on = serializers.DateField(required=False, help_text="sign")
    first_due_on = serializers.DateField(required=False, help_text="sign: angsuran pertama.")
    disbursed_on = serializers.DateField(required=False, help_text="disburse")
    bank_reference = serializers.CharField(
        max_length=60, required=False, help_text="disburse: nomor transaksi bank."
    )


# --- Loans and payments -------------------------------------------------------------------------------------------------


class LoanOutput(serializers.Serializer):
    """A loan as it stands today. The account number is never given."""

    reference = serializers.CharField()
    status = serializers.ChoiceField(enums.LoanStatus.choices)
    application = serializers.CharField(source="application.reference")
    business = NamedOutput()
    bank = NamedOutput()
    contract_number = serializers.CharField()
    signed_on = serializers.DateField()
    disbursed_on = serializers.DateField(allow_null=True)
    first_due_on = serializers.DateField(allow_null=True)
    matures_on = serializers.DateField(allow_null=True)
    principal = serializers.IntegerField()
    months = serializers.IntegerField()
    annual_rate = Rate()
    outstanding_principal = Sen()
    principal_paid = Sen()
    interest_paid = Sen()
    advance = Sen(help_text="Uang yang ditahan untuk angsuran berikut.")
    oldest_due_on = serializers.DateField(allow_null=True)
    grade = serializers.IntegerField(allow_null=True, help_text="Kolektibilitas 1–5.")
    modified_at = MomentField()
    version = serializers.IntegerField()


class LoanInstalmentOutput(InstalmentOutput):
    total = serializers.SerializerMethodField()
    principal_paid = Sen()
    interest_paid = Sen()
    unpaid = Sen()
    paid_on = serializers.DateField(allow_null=True)

    def get_total(self, row) -> str:
        return f"{row.principal + row.interest:.2f}"


class LoanStateOutput(serializers.Serializer):
    as_of = serializers.DateField()
    status = serializers.CharField()
    annual_rate = Rate()
    disbursed = Sen()
    paid = Sen()
    advance = Sen()
    outstanding_principal = Sen()
    outstanding_interest = Sen()
    outstanding_penalty = Sen()
    outstanding_fee = Sen()
    accrued_interest = Sen()
    overdue_principal = Sen()
    overdue_interest = Sen()
    days_past_due = serializers.IntegerField()
    next_due_on = serializers.DateField(allow_null=True)
    next_due = Sen()
    matures_on = serializers.DateField(allow_null=True)
    payoff = Sen(help_text="Yang melunasi pinjaman pada hari itu.")


class PayoffOutput(serializers.Serializer):
    loan = serializers.CharField()
    on = serializers.DateField()
    amount = Sen()


class PaymentInput(Input):
    """A payment of a borrower as a bank reports it; the loan by its reference, contract or account number."""

    loan = serializers.CharField(max_length=16, required=False)
    contract_number = serializers.CharField(max_length=60, required=False)
    account_number = serializers.CharField(max_length=40, required=False)
    on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0)
    bank_reference = serializers.CharField(
        max_length=60, help_text="Nomor transaksi bank; satu nomor satu transaksi."
    )
    prepayment = serializers.ChoiceField(
        [("next", "angsuran berikut"), ("fewer", "lebih singkat"), ("smaller", "lebih ringan")],
        default="next",
        help_text="Kegunaan uang lebih.",
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class BulkInput(Input):
    payments = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=500)


class BulkShapeInput(Input):
    """The shape of BulkInput for the schema; each payment is looked at by itself."""

    payments = serializers.ListField(child=PaymentInput(), min_length=1, max_length=500)


class PaymentOutput(serializers.Serializer):
    bank_reference = serializers.CharField()
    result = serializers.ChoiceField(
        [("booked", "dibukukan"), ("already_booked", "sudah dibukukan"), ("refused", "ditolak")]
    )
    event = serializers.CharField(required=False, help_text="Nomor kejadian dalam riwayat pinjaman.")
    loan = serializers.CharField(required=False)
    outstanding_principal = Sen(required=False)
    status = serializers.CharField(required=False)


class ErrorOutput(serializers.Serializer):
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class BulkItemOutput(PaymentOutput):
    index = serializers.IntegerField(help_text="Urutan dalam permintaan, mulai 0.")
    errors = ErrorOutput(many=True, required=False)


class BulkOutput(serializers.Serializer):
    booked = serializers.IntegerField()
    already_booked = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkItemOutput(many=True)


# --- Claims -------------------------------------------------------------------------------------------------------------


class ClaimLineInput(Input):
    loan = serializers.CharField(max_length=60, help_text="Nomor akad atau rekening.")
    days = serializers.IntegerField(min_value=0, max_value=31)
    amount = serializers.IntegerField(min_value=0)


class ClaimInput(Input):
    """`bank` is needed only by who speaks for several; either `lines` (JSON) or `file` (multipart)."""

    bank = serializers.CharField(max_length=16, required=False)
    scheme = serializers.CharField(max_length=20, required=False)
    month = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", help_text="YYYY-MM")
    lines = ClaimLineInput(many=True, required=False)
    file = serializers.FileField(required=False, help_text="Excel, CSV, atau teks dengan tanda |.")


class ClaimOutput(serializers.Serializer):
    reference = serializers.CharField()
    bank = NamedOutput()
    scheme = serializers.CharField(source="scheme.code")
    month = MonthField()
    status = serializers.ChoiceField(enums.ClaimStatus.choices)
    claimed_total = serializers.IntegerField()
    computed_total = serializers.IntegerField(allow_null=True)
    agreed_total = serializers.IntegerField(allow_null=True)
    payment_order = serializers.CharField()
    paid_on = serializers.DateField(allow_null=True)
    uploaded_at = MomentField()
    modified_at = MomentField()
    version = serializers.IntegerField()


class ClaimLineOutput(serializers.Serializer):
    number = serializers.IntegerField()
    claimed_as = serializers.CharField()
    loan = serializers.CharField(source="loan.reference", allow_null=True, default=None)
    claimed_days = serializers.IntegerField(allow_null=True)
    claimed = serializers.IntegerField(allow_null=True)
    computed_days = serializers.IntegerField(allow_null=True)
    computed = serializers.IntegerField(allow_null=True)
    agreed = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(source="note", help_text="Sebab perbedaan; kosong bila sama.")


class ClaimDetailOutput(ClaimOutput):
    lines = ClaimLineOutput(many=True)
    returned_note = serializers.CharField(help_text="Yang harus diperbaiki, bila dikembalikan.")


# --- Pages --------------------------------------------------------------------------------------------------------------


class ApplicationPageOutput(SyncPageOutput):
    results = ApplicationOutput(many=True)


class LoanPageOutput(SyncPageOutput):
    results = LoanOutput(many=True)


class ClaimPageOutput(SyncPageOutput):
    results = ClaimOutput(many=True)
