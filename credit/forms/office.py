"""Forms of the officials' pages of credit."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from core.models import Signatory
from credit.enums import BankKind
from credit.models import Bank, Reason
from credit.parts import PARTS
from credit.services.decisions import Correction
from ikm.forms.fields import DateInput, PlainNumber, RupiahInput
from ikm.forms.office import PlanForm

#: The steps that turn an application down or give it back, whose fields stand apart from those that carry it on.
REFUSALS = {"decline", "reject", "return_to_verified"}

#: What the service of a step refuses to do without.
NEEDED = {
    "verify": {"monthly_turnover", "monthly_cost"},
    "recommend": {"amount", "months", "bank"},
    "approve": {"amount", "months", "note"},
    "sign": {"contract_number", "signed_on"},
    "decline": {"reason"},
    "reject": {"reason", "refusal_note"},
    "return_to_verified": {"refusal_note"},
}


class DecisionForm(ServiceFormMixin, forms.Form):
    """Whatever a step on an application asks for, and a note beside every part that may be asked again.

    Nothing is required here: each step's service says what it needs. `expect` tells which fields are not optional.
    """

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    queue = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    #: Which button was pressed; the page draws the buttons itself.
    decision = forms.CharField(required=False, max_length=30)
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    refusal_note = forms.CharField(
        label=_("Penjelasan"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    monthly_turnover = RupiahInput(label=_("Omzet sebulan"), required=False)
    monthly_cost = RupiahInput(label=_("Biaya sebulan"), required=False)
    amount = RupiahInput(label=_("Jumlah"), required=False)
    months = PlainNumber(label=_("Jangka waktu (bulan)"), required=False)
    bank = forms.ModelChoiceField(
        label=_("Bank penyalur"), queryset=Bank.objects.filter(is_active=True), required=False
    )
    reason = forms.ModelChoiceField(
        label=_("Alasan"), queryset=Reason.objects.filter(is_active=True), required=False
    )
    signatory = forms.ModelChoiceField(
        label=_("Penanda tangan surat"),
        queryset=Signatory.objects.none(),
        required=False,
        empty_label=_("Yang berwenang hari ini"),
    )
    bank_checked_on = DateInput(label=_("Tanggal pemeriksaan SLIK"), required=False)
    bank_grade = forms.TypedChoiceField(
        label=_("Kolektibilitas terburuk menurut bank"),
        choices=[("", _("Tidak disebut")), *[(grade, grade) for grade in range(1, 6)]],
        coerce=int,
        empty_value=None,
        required=False,
    )
    contract_number = forms.CharField(label=_("Nomor akad"), required=False, max_length=60)
    account_number = forms.CharField(label=_("Nomor rekening pinjaman"), required=False, max_length=40)
    signed_on = DateInput(label=_("Tanggal akad"), required=False)
    first_due_on = DateInput(
        label=_("Angsuran pertama"),
        required=False,
        help_text=_("Kosongkan bila sebulan sesudah pencairan."),
    )

    def __init__(self, *args, for_bank=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signatory"].queryset = Signatory.objects.in_force()
        whose = {"for_bank": True} if for_bank else {"for_office": True}
        self.fields["reason"].queryset = Reason.objects.filter(is_active=True, **whose)
        for name, part in PARTS.items():
            self.fields[f"ask_{name}"] = forms.CharField(
                label=_("Perbaikan: %(part)s") % {"part": part.label}, required=False, max_length=300
            )

    def expect(self, steps):
        """Mark the fields that one of `steps` needs, so that they are not called optional, and say what their notes are for."""
        for name in {name for step in steps for name in NEEDED.get(step, ())}:
            self.fields[name].is_needed = True
        if "approve" in steps:
            self.fields["note"].help_text = _("Nomor dan tanggal surat bank.")
        self.fields["refusal_note"].help_text = (
            _("Nomor dan tanggal surat bank.") if "reject" in steps else _("Dibaca pemohon.")
        )

    def add_service_error(self, error):
        """A service calls every note `note`; that of a refusal stands in a field of its own."""
        refused = self.cleaned_data.get("decision") in REFUSALS
        if refused and "note" in getattr(error, "error_dict", {}):
            error.error_dict["refusal_note"] = error.error_dict.pop("note")
        super().add_service_error(error)

    def corrections(self):
        """The Corrections that were written."""
        asked = {name: self.cleaned_data.get(f"ask_{name}", "").strip() for name in PARTS}
        return [Correction(name, note) for name, note in asked.items() if note]


class CreditPlanForm(PlanForm):
    """For which days, by whom and where applicants are visited (GET)."""

    siapa = None


class WhatIfForm(forms.Form):
    """A rate, a tenor, an amount and a number of loans (GET)."""

    use_required_attribute = False

    jumlah = RupiahInput(label=_("Jumlah tiap pinjaman"))
    bulan = PlainNumber(label=_("Jangka waktu (bulan)"), min_value=1, max_value=240)
    bunga = forms.DecimalField(
        label=_("Bunga pemohon setahun (%)"),
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        localize=True,
        widget=forms.TextInput(attrs={"class": "w-5", "inputmode": "decimal"}),
    )
    banyak = PlainNumber(label=_("Banyak pinjaman"), min_value=1, max_value=100_000)
    bank = forms.ChoiceField(label=_("Jenis bank"), choices=BankKind)


class CompareForm(forms.Form):
    """With how many officers both ways of planning are compared (GET)."""

    use_required_attribute = False

    petugas = forms.IntegerField(
        label=_("Banyak petugas"),
        min_value=1,
        max_value=10,
        widget=forms.NumberInput(attrs={"class": "w-5"}),
    )
    sehari = forms.IntegerField(
        label=_("Kunjungan sehari, paling banyak"),
        min_value=1,
        max_value=12,
        widget=forms.NumberInput(attrs={"class": "w-5"}),
    )
