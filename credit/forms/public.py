"""The questions of the public pages: five of them, and the simulator's two."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import parse_date_id
from credit.eligibility import AREA_NAMES, Facts, HeldLicence, Rule, check
from credit.enums import RuleKind
from credit.selectors import tiers_of
from ikm.enums import LicenceKind
from ikm.forms.fields import DraftForm, ParsedField, PlainNumber, RupiahInput

YES_NO = [("ya", gettext_lazy("Ya")), ("tidak", gettext_lazy("Tidak"))]
NO_LICENCE = "belum"


class MonthInput(ParsedField):
    """A month as people write it (`3-2024`, `Maret 2024`, `2024-03`) or a year alone; gives its first day."""

    empty = None
    attributes = {"inputmode": "text", "autocomplete": "off"}

    def parse(self, text):
        text = " ".join(text.split())
        if text.isdigit() and len(text) == 4:
            day = parse_date_id(f"1-1-{text}")
        else:
            day = self._first_of(text)
        if day > timezone.localdate():
            raise ValidationError(_("Bulan ini masih akan datang. Isi bulan usaha Anda mulai berjalan."))
        return day

    def _first_of(self, text):
        for whole in (f"1 {text}", f"1-{text}", f"{text}-01"):
            try:
                return parse_date_id(whole)
            except ValidationError:
                continue
        raise ValidationError(_("Tulis bulan dan tahun, contoh 3-2024 atau Maret 2024."))


class LoanQuestion(DraftForm):
    """An amount and a number of months that the scheme in force can lend."""

    version = None
    jumlah = RupiahInput(
        label=gettext_lazy("Jumlah pinjaman"),
        help_text=gettext_lazy("Boleh ditulis 5jt atau 5.000.000."),
        widget=forms.TextInput(attrs={"class": "w-10"}),
    )
    bulan = PlainNumber(
        label=gettext_lazy("Jangka waktu (bulan)"), widget=forms.TextInput(attrs={"class": "w-5"})
    )

    def __init__(self, *args, scheme_version, **kwargs):
        super().__init__(*args, **kwargs)
        self.tiers = tiers_of(scheme_version)
        self.fields["bulan"].help_text = _("%(least)s sampai %(most)s bulan.") % {
            "least": scheme_version.months_min,
            "most": scheme_version.months_max,
        }

    def finding(self, kind, **facts):
        [found] = check([Rule(kind)], Facts(tiers=self.tiers, **facts), timezone.localdate())
        return found


class SimulatorForm(LoanQuestion):
    """Both figures are needed, and such as the scheme lends."""

    def clean_jumlah(self):
        return self._lent(RuleKind.AMOUNT, "amount", self.cleaned_data["jumlah"])

    def clean_bulan(self):
        return self._lent(RuleKind.MONTHS, "months", self.cleaned_data["bulan"])

    def _lent(self, kind, name, value):
        finding = self.finding(kind, **{name: value})
        if not finding.passed:
            raise ValidationError(finding.sentence)
        return value


class EligibilityForm(LoanQuestion):
    """The five questions. What is left empty is unknown, not wrong."""

    ktp = forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect)
    umur = PlainNumber(
        label=gettext_lazy("Umur pemilik (tahun)"),
        max_value=120,
        widget=forms.TextInput(attrs={"class": "w-5"}),
    )
    mulai = MonthInput(
        label=gettext_lazy("Bulan dan tahun usaha mulai"),
        help_text=gettext_lazy("Contoh 3-2024 atau Maret 2024. Tahun saja juga boleh."),
        widget=forms.TextInput(attrs={"class": "w-10"}),
    )
    izin = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    agunan = forms.ChoiceField(
        label=gettext_lazy("Ada agunan (BPKB, sertipikat tanah, atau lainnya)?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, scheme_version, rules, **kwargs):
        super().__init__(*args, scheme_version=scheme_version, **kwargs)
        limits = {rule.kind: rule.limit for rule in rules}
        self.areas = limits.get(RuleKind.RESIDENCE) or []
        accepted = limits.get(RuleKind.LICENCE) or []
        names = dict(LicenceKind.choices)
        self.fields["ktp"].label = _("Apakah KTP pemilik beralamat di %(area)s?") % {
            "area": ", ".join(AREA_NAMES.get(code, code) for code in self.areas)
        }
        self.fields["izin"].label = _("Izin usaha yang dimiliki dan masih berlaku")
        self.fields["izin"].choices = [
            *[(kind, names.get(kind, kind)) for kind in accepted],
            (NO_LICENCE, _("Belum punya")),
        ]

    def facts(self):
        """What was answered, as Facts."""
        given = self.cleaned_data
        area, licences, collateral = None, None, None
        if given.get("ktp"):
            area = self.areas[0] if given["ktp"] == "ya" and self.areas else "elsewhere"
        if given.get("izin"):
            licences = tuple(HeldLicence(kind=kind) for kind in given["izin"] if kind != NO_LICENCE)
        if given.get("agunan"):
            collateral = given["agunan"] == "ya"
        return Facts(
            tiers=self.tiers,
            area_code=area,
            age=given.get("umur"),
            business_start=given.get("mulai"),
            licences=licences,
            amount=given.get("jumlah"),
            months=given.get("bulan"),
            has_collateral=collateral,
        )
