"""The pages an applicant fills in."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.indonesia import rupiah
from credit.eligibility import AREA_NAMES
from credit.enums import CollateralKind, LoanPurpose
from credit.forms.public import YES_NO
from ikm.forms.fields import DateInput, DraftForm, PlainNumber, RupiahInput
from ikm.forms.office import ClockField
from ikm.forms.owner import DAYS


class LoanForm(DraftForm):
    amount = RupiahInput(
        label=gettext_lazy("Jumlah pinjaman"), widget=forms.TextInput(attrs={"class": "w-10"})
    )
    months = PlainNumber(
        label=gettext_lazy("Jangka waktu (bulan)"), widget=forms.TextInput(attrs={"class": "w-5"})
    )

    def __init__(self, *args, application, **kwargs):
        super().__init__(*args, **kwargs)
        version = application.scheme_version
        self.fields["amount"].help_text = _(
            "%(least)s sampai %(most)s. Boleh ditulis 5jt. Di atas %(free)s perlu agunan."
        ) % {
            "least": rupiah(version.amount_min),
            "most": rupiah(version.secured_max),
            "free": rupiah(version.unsecured_max),
        }
        self.fields["months"].help_text = _("%(least)s sampai %(most)s bulan.") % {
            "least": version.months_min,
            "most": version.months_max,
        }


class PurposeForm(DraftForm):
    purpose_kind = forms.ChoiceField(
        label=gettext_lazy("Pinjaman ini untuk"),
        choices=[(value, capfirst(label)) for value, label in LoanPurpose.choices],
        widget=forms.RadioSelect,
    )
    purpose = forms.CharField(
        label=gettext_lazy("Rencana penggunaan"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Apa yang dibeli dan berapa. Contoh: oven 12jt, tepung dan mentega 3jt."),
    )

    def __init__(self, *args, application, **kwargs):
        super().__init__(*args, **kwargs)


class CollateralForm(DraftForm):
    collateral_kind = forms.ChoiceField(
        label=gettext_lazy("Agunan"),
        choices=[
            (value, capfirst(label))
            for value, label in CollateralKind.choices
            if value != CollateralKind.NONE
        ],
        widget=forms.RadioSelect,
    )
    collateral_description = forms.CharField(
        label=gettext_lazy("Uraian agunan"),
        max_length=250,
        help_text=gettext_lazy("Contoh: BPKB Honda Beat 2021 atas nama sendiri."),
    )
    collateral_value = RupiahInput(
        label=gettext_lazy("Perkiraan nilai"), widget=forms.TextInput(attrs={"class": "w-10"})
    )

    def __init__(self, *args, application, **kwargs):
        super().__init__(*args, **kwargs)


class OwnerFactsForm(DraftForm):
    """What the rules ask of the owner and the register does not know yet; nothing when it knows all."""

    lives_in_area = forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect)
    birth_date = DateInput(
        label=gettext_lazy("Tanggal lahir pemilik"), help_text=gettext_lazy("Contoh 24-11-1980.")
    )

    def __init__(self, *args, application, areas, **kwargs):
        super().__init__(*args, **kwargs)
        owner = application.owner
        self.fields["lives_in_area"].label = _("Apakah KTP pemilik beralamat di %(area)s?") % {
            "area": ", ".join(AREA_NAMES.get(code, code) for code in areas)
        }
        if owner.ktp_area_code or not areas:
            del self.fields["lives_in_area"]
        if owner.birth_date:
            del self.fields["birth_date"]

    def clean_lives_in_area(self):
        return {"ya": True, "tidak": False}.get(self.cleaned_data["lives_in_area"])


class VisitHoursForm(DraftForm):
    version = None
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Hari Anda ada di tempat usaha"),
        choices=DAYS[:5],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Verifikator datang pada hari ini, agar Anda tidak menunggu sia-sia."),
    )
    visit_from = ClockField(label=gettext_lazy("Ada sejak pukul"), required=False)
    visit_until = ClockField(label=gettext_lazy("Ada sampai pukul"), required=False)


class ConsentForm(DraftForm):
    version = None
    given = forms.BooleanField(
        label=gettext_lazy("Saya setuju permohonan dan dokumen saya diteruskan ke bank penyalur")
    )

    def __init__(self, *args, text, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["given"].help_text = text


class WithdrawForm(forms.Form):
    use_required_attribute = False
    note = forms.CharField(
        label=gettext_lazy("Alasan"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
