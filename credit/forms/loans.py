"""Forms of the officials' pages on loans, bank files and relief."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.dates import today
from core.doors import ServiceFormMixin
from core.uploads import inspect_spreadsheet
from credit.enums import EventSource, LoanEventKind, LoanStatus
from credit.forms.public import MonthInput
from credit.models import Bank, Loan
from credit.services.loans import post_event, post_payment, reverse_event
from ikm.enums import AreaLevel
from ikm.forms.fields import DateInput, RupiahInput
from ikm.models import Area
from programme.models import LegalBasis

GRADES = [(str(number), str(number)) for number in range(1, 6)]


class LoanFilter(forms.Form):
    """What narrows the list of loans (GET)."""

    use_required_attribute = False

    cari = forms.CharField(label=_("Nama usaha, nomor pinjaman, atau akad"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), required=False)
    kol = forms.ChoiceField(label=_("Kolektibilitas"), required=False, choices=[("", _("Semua")), *GRADES])
    bank = forms.ModelChoiceField(
        label=_("Bank"),
        required=False,
        queryset=Bank.objects.all(),
        to_field_name="reference",
        empty_label=_("Semua"),
    )
    terlambat = forms.BooleanField(label=_("Hanya yang menunggak"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", _("Semua")), *LoanStatus.choices]

    def narrow(self, loans):
        """The loans that match; whatever is not a choice is left out."""
        self.is_valid()
        data = self.cleaned_data
        if words := data.get("cari"):
            loans = (
                loans.filter(reference__iexact=words)
                | loans.filter(contract_number__iexact=words)
                | loans.filter(business__name__icontains=words)
            )
        if data.get("status"):
            loans = loans.filter(status=data["status"])
        if data.get("kol"):
            loans = loans.filter(grade=data["kol"])
        if data.get("bank"):
            loans = loans.filter(bank=data["bank"])
        if data.get("terlambat"):
            loans = loans.filter(status=LoanStatus.ACTIVE, oldest_due_on__lt=today())
        return loans


class LoanActionForm(ServiceFormMixin, forms.Form):
    """One thing an official records on a loan; `record` calls the service."""

    use_required_attribute = False
    on = DateInput(label=_("Tanggal"))

    def record(self, loan, actor):
        """The event, or None with the form's errors filled."""
        data = dict(self.cleaned_data)
        note = data.pop("note", "")
        return self.call(self.save, loan, source=EventSource.OFFICE, actor=actor, note=note, **data)


class DisburseForm(LoanActionForm):
    label = _("Catat pencairan")
    amount = RupiahInput(label=_("Jumlah cair"), required=False, help_text=_("Kosongkan bila seluruh pokok."))

    def save(self, loan, **how):
        return post_event(loan, kind=LoanEventKind.DISBURSED, **how)


class PaymentForm(LoanActionForm):
    label = _("Catat pembayaran")
    amount = RupiahInput(label=_("Jumlah"))
    bank_reference = forms.CharField(label=_("Nomor transaksi bank"), max_length=50)
    prepayment = forms.ChoiceField(
        label=_("Uang lebih dipakai untuk"),
        choices=[
            ("next", _("angsuran berikutnya")),
            ("fewer", _("mempersingkat pinjaman")),
            ("smaller", _("meringankan angsuran")),
        ],
    )

    def save(self, loan, **how):
        return post_payment(loan, **how)


class ChargeForm(LoanActionForm):
    label = _("Catat biaya atau denda")
    kind = forms.ChoiceField(label=_("Jenis"), choices=[("fee", _("biaya")), ("penalty", _("denda"))])
    amount = RupiahInput(label=_("Jumlah"))
    note = forms.CharField(label=_("Keterangan"), max_length=300)

    def save(self, loan, *, kind, **how):
        return post_event(loan, kind=LoanEventKind.CHARGED, terms={"kind": kind}, **how)


class RestructureForm(LoanActionForm):
    label = _("Restrukturisasi")
    periods = forms.IntegerField(label=_("Banyaknya angsuran yang baru"), min_value=1, max_value=240)
    annual_rate = forms.DecimalField(
        label=_("Bunga setahun (%)"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Kosongkan bila tetap."),
    )
    capitalise = forms.BooleanField(label=_("Tunggakan bunga ditambahkan ke pokok"), required=False)
    note = forms.CharField(label=_("Dasar keputusan"), max_length=300)

    def save(self, loan, *, periods, annual_rate, capitalise, **how):
        terms = {"periods": periods, "annual_rate": annual_rate, "capitalise": capitalise}
        return post_event(loan, kind=LoanEventKind.RESTRUCTURED, terms=terms, **how)


class DeferForm(LoanActionForm):
    label = _("Tunda angsuran")
    months = forms.IntegerField(label=_("Ditunda berapa bulan"), min_value=1, max_value=24)
    interest = forms.ChoiceField(
        label=_("Bunga masa penundaan"),
        choices=[("collected", _("ditagih sesudahnya")), ("waived", _("dibebaskan"))],
    )
    note = forms.CharField(label=_("Dasar keputusan"), max_length=300)

    def save(self, loan, *, months, interest, **how):
        terms = {"months": months, "interest": interest}
        return post_event(loan, kind=LoanEventKind.DEFERRED, terms=terms, **how)


class WriteOffForm(LoanActionForm):
    label = _("Hapus buku")
    note = forms.CharField(label=_("Dasar keputusan"), max_length=300)

    def save(self, loan, **how):
        return post_event(loan, kind=LoanEventKind.WRITTEN_OFF, **how)


#: What may be recorded, by the word the page sends, and on a loan of which status.
ACTIONS = {
    "disburse": (DisburseForm, {LoanStatus.SIGNED, LoanStatus.ACTIVE}),
    "pay": (PaymentForm, {LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF}),
    "charge": (ChargeForm, {LoanStatus.ACTIVE}),
    "defer": (DeferForm, {LoanStatus.ACTIVE}),
    "restructure": (RestructureForm, {LoanStatus.ACTIVE}),
    "write_off": (WriteOffForm, {LoanStatus.ACTIVE}),
}


class ReasonForm(ServiceFormMixin, forms.Form):
    """Why something is undone or set aside."""

    use_required_attribute = False
    note = forms.CharField(label=_("Alasan"), max_length=300)

    def reverse(self, event, actor):
        return self.call(reverse_event, event, actor=actor, note=self.cleaned_data["note"])


class BankFileForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    bank = forms.ModelChoiceField(label=_("Bank"), queryset=Bank.objects.filter(is_active=True))
    month = MonthInput(label=_("Bulan"))
    file = forms.FileField(
        label=_("Berkas bank"),
        help_text=_("CSV atau teks dengan pemisah “|”, paling banyak 20.000 baris."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
    )

    def clean_file(self):
        """The inspected content of the file, beside its name."""
        file = self.cleaned_data["file"]
        return inspect_spreadsheet(file).content, file.name


class MatchForm(ServiceFormMixin, forms.Form):
    """The loan a leftover belongs to, by its number."""

    use_required_attribute = False
    loan = forms.CharField(label=_("Nomor pinjaman"), max_length=16, help_text=_("Misalnya PJM-7K3M-PX4Q."))

    def clean_loan(self):
        loan = Loan.objects.filter(reference__iexact=self.cleaned_data["loan"].strip()).first()
        if loan is None:
            raise forms.ValidationError(_("Tidak ada pinjaman dengan nomor ini."))
        return loan


class ReliefForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    legal_basis = forms.ModelChoiceField(label=_("Dasar hukum"), queryset=None)
    takes_effect_on = DateInput(label=_("Untuk angsuran sesudah tanggal"))
    months = forms.IntegerField(label=_("Ditunda berapa bulan"), min_value=1, max_value=24)
    interest = forms.ChoiceField(
        label=_("Bunga masa penundaan"),
        choices=[("collected", _("ditagih sesudahnya")), ("waived", _("dibebaskan"))],
    )
    bank = forms.ModelChoiceField(
        label=_("Hanya bank"),
        required=False,
        queryset=Bank.objects.all(),
        to_field_name="reference",
        empty_label=_("Semua"),
    )
    kecamatan = forms.ModelChoiceField(
        label=_("Hanya kecamatan"),
        required=False,
        queryset=Area.objects.filter(level=AreaLevel.KECAMATAN),
        to_field_name="code",
        empty_label=_("Semua"),
    )
    kbli = forms.CharField(label=_("Hanya KBLI yang berawalan"), required=False, max_length=5)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["legal_basis"].queryset = LegalBasis.objects.in_force()

    def values(self):
        """The arguments of apply_relief, but for the actor."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in ("legal_basis", "takes_effect_on", "months", "interest")},
            "filters": {
                "bank": data["bank"].reference if data["bank"] else "",
                "kecamatan": data["kecamatan"].code if data["kecamatan"] else "",
                "kbli": data["kbli"].strip(),
            },
        }
