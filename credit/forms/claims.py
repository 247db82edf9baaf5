"""Forms of the officials' pages on subsidy claims."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.dates import add_months
from core.doors import ServiceFormMixin
from credit.claim_file import read_claim
from credit.enums import ClaimStatus
from credit.models import Bank, Scheme

#: How many ended months a claim may be chosen for.
MONTHS = 24


def ended_months(today=None):
    """[(first day as text, name)] of the months that have ended, the newest first."""
    this_month = (today or timezone.localdate()).replace(day=1)
    days = [add_months(this_month, -number) for number in range(1, MONTHS + 1)]
    return [(day.isoformat(), date_format(day, "F Y")) for day in days]


class ClaimFilter(forms.Form):
    """Which claims a list shows (GET)."""

    bank = forms.ModelChoiceField(label=_("Bank"), queryset=Bank.objects.all(), required=False)
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Semua")), *ClaimStatus.choices], required=False
    )


class ClaimUploadForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False

    bank = forms.ModelChoiceField(label=_("Bank"), queryset=Bank.objects.filter(is_active=True))
    scheme = forms.ModelChoiceField(label=_("Skema"), queryset=Scheme.objects.all(), empty_label=None)
    month = forms.TypedChoiceField(
        label=_("Bulan"), coerce=lambda text: timezone.datetime.fromisoformat(text).date()
    )
    file = forms.FileField(
        label=_("Berkas"),
        help_text=_(
            "Excel, CSV, atau teks dengan tanda |. Kolom: nomor akad atau rekening, hari, jumlah subsidi."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = ended_months()

    def clean_file(self):
        """The lines of the claim."""
        return read_claim(self.cleaned_data["file"])


class ReturnForm(ServiceFormMixin, forms.Form):
    """What the bank should put right; the service asks for it."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("Yang harus diperbaiki bank"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PaymentForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False

    payment_order = forms.CharField(
        label=_("Nomor SPM atau SP2D"), max_length=60, widget=forms.TextInput(attrs={"class": "w-20"})
    )
    paid_on = forms.DateField(
        label=_("Tanggal dibayar"),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d"),
    )
