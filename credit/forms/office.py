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


class DecisionForm(ServiceFormMixin, forms.Form):
    """Whatever a step on an application asks for, and a note beside every part that may be asked again.

    Nothing is required here: each step's service says what it needs.
    """

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    queue = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    note = forms.CharField(
        label=_("Catatan atau alasan"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Dibaca pemohon bila permohonan ditolak atau dikembalikan."),
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
        label=_("Penanda tangan surat"), queryset=Signatory.objects.none(), required=False
    )
    bank_checked_on = DateInput(label=_("Tanggal pemeriksaan SLIK"), required=False)
    bank_grade = forms.TypedChoiceField(
        label=_("Kolektibilitas terburuk menurut bank"),
        choices=[("", _("Tidak disebut")), *[(grade, grade) for grade in range(1, 6)]],
        coerce=int,
        empty_value=None,
        required=False,
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
