"""What visitors ask of the list of legal bases, and what officials write about one."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleAssignment, User
from accounts.roles import OFFICIAL_ROLES
from core.doors import ServiceFormMixin
from ikm.forms.fields import DateInput
from ikm.forms.public import DayInput
from programme.enums import LegalBasisKind
from programme.models import Activity, BudgetLine, LegalBasis, Period, StatedFigure, Target


class BasisFilterForm(forms.Form):
    """A GET form: the address is the question."""

    cari = forms.CharField(
        label=_("Nomor, tahun, atau tentang"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    jenis = forms.ChoiceField(
        label=_("Jenis"), required=False, choices=[("", _("Semua")), *LegalBasisKind.choices]
    )
    berlaku = forms.DateField(label=_("Berlaku pada tanggal"), required=False, widget=DayInput())

    def narrow(self, rows):
        """`rows` of LegalBasis as the form asks; what cannot be read asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        if kind := given.get("jenis"):
            rows = rows.filter(kind=kind)
        if day := given.get("berlaku"):
            rows = rows.in_force(day)
        for word in given.get("cari", "").split():
            asked = Q(about__icontains=word) | Q(number__iexact=word) | Q(reference__iexact=word)
            if word.isdecimal() and len(word) == 4:
                asked |= Q(year=int(word))
            rows = rows.filter(asked)
        return rows


class BasisForm(ServiceFormMixin, forms.ModelForm):
    """All that a person writes about a basis."""

    use_required_attribute = False
    dated_on = DateInput(label=_("Tanggal penetapan"), required=False)
    in_force_from = DateInput(label=_("Berlaku sejak"), required=False)
    in_force_until = DateInput(
        label=_("Berlaku sampai"), required=False, help_text=_("Kosongkan bila tanpa batas.")
    )
    proposed_on = DateInput(label=_("Diusulkan pada"), required=False)
    answered_on = DateInput(label=_("Dijawab pada"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = LegalBasis
        fields = [
            "kind", "about", "number", "year", "dated_on", "signer", "in_force_from", "in_force_until", "amends",
            "revokes", "proposer", "proposed_on", "proposal", "answer", "answered_on",
        ]  # fmt: skip
        widgets = {
            "year": forms.TextInput(attrs={"inputmode": "numeric", "class": "w-5"}),
            "proposal": forms.Textarea(attrs={"rows": 3}),
            "answer": forms.Textarea(attrs={"rows": 3}),
            "amends": forms.CheckboxSelectMultiple,
            "revokes": forms.CheckboxSelectMultiple,
        }
        help_texts = {"proposer": _("Contoh: dewan juri Upakarti. Kosongkan bila dari dinas sendiri.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else None
        for name in ("amends", "revokes"):
            self.fields[name].queryset = LegalBasis.objects.published().exclude(pk=self.instance.pk)
            self.fields[name].required = False

    def values(self):
        """What was typed, for the services, which check it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _post_clean(self):
        """The services check the record, under its lock."""


class TextForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=_("Naskah (PDF)"), error_messages={"required": _("Pilih berkas PDF naskahnya.")}
    )


class ProgressForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    on = DateInput(label=_("Tanggal"), required=False, help_text=_("Hari ini bila dikosongkan."))
    text = forms.CharField(
        label=_("Kemajuan"), max_length=500, error_messages={"required": _("Tuliskan kemajuannya.")}
    )


class StepForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class RevokeForm(StepForm):
    last_day = DateInput(
        label=_("Hari terakhir berlaku"), required=False, help_text=_("Kemarin bila dikosongkan.")
    )


# --- Activities -------------------------------------------------------------------------------------------------------


class NumberInput(forms.DecimalField):
    """A number with decimals typed with a comma or a point."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value):
        if isinstance(value, str):
            value = value.strip()
            if "," in value:
                value = value.replace(".", "").replace(",", ".")
        return super().to_python(value)


class WrittenByService(ServiceFormMixin, forms.ModelForm):
    """The services check the record, under its lock."""

    use_required_attribute = False

    def _post_clean(self):
        pass


def _officials():
    held = RoleAssignment.objects.current().filter(role__in=OFFICIAL_ROLES)
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=held.values("user")), is_active=True).order_by(
        "name"
    )


class ActivityForm(WrittenByService):
    starts_on = DateInput(label=_("Mulai"))
    ends_on = DateInput(label=_("Selesai"))
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Penanggung jawab"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Activity
        fields = ["name", "line", "pillar", "purpose", "starts_on", "ends_on", "owner"]
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else None
        self.fields["line"].queryset = BudgetLine.objects.visible_to(user).order_by("-year", "code")
        self.fields["owner"].queryset = _officials()

    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class TargetForm(WrittenByService):
    baseline = NumberInput(label=_("Nilai awal"), max_digits=18, decimal_places=2)
    baseline_on = DateInput(label=_("Tanggal nilai awal"))
    goal = NumberInput(label=_("Target"), max_digits=18, decimal_places=2)
    goal_on = DateInput(label=_("Tanggal target"))
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Pemilik angka"))

    class Meta:
        model = Target
        fields = [
            "kind",
            "indicator",
            "unit",
            "baseline",
            "baseline_on",
            "goal",
            "goal_on",
            "source",
            "owner",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = _officials()


class RealisationForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    target = forms.ModelChoiceField(label=_("Indikator"), queryset=Target.objects.none())
    period = forms.ModelChoiceField(label=_("Triwulan"), queryset=Period.objects.none())
    value = NumberInput(
        label=_("Tercapai sampai akhir triwulan"), max_digits=18, decimal_places=2,
        error_messages={"required": _("Isi angkanya, juga bila nol.")},
    )  # fmt: skip
    source = forms.CharField(label=_("Sumber angka"), max_length=200)
    reason = forms.CharField(
        label=_("Alasan koreksi"),
        max_length=500,
        required=False,
        help_text=_("Wajib bila triwulannya sudah disetujui."),
    )

    def __init__(self, *args, activity, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = activity.targets.all()
        self.fields["period"].queryset = Period.objects.visible_to(user).filter(year=activity.line.year)


class QuarterForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    year = forms.IntegerField(
        label=_("Tahun"), min_value=2000, max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-5"}),
    )  # fmt: skip
    quarter = forms.TypedChoiceField(
        label=_("Triwulan"), choices=[(1, "I"), (2, "II"), (3, "III"), (4, "IV")], coerce=int
    )


class FigureForm(WrittenByService):
    value = NumberInput(label=_("Angka"), max_digits=20, decimal_places=2)
    stated_on = DateInput(label=_("Keadaan per tanggal"), required=False)

    class Meta:
        model = StatedFigure
        fields = ["topic", "year", "value", "unit", "source", "stated_on", "note"]
        widgets = {"year": forms.TextInput(attrs={"inputmode": "numeric", "class": "w-5"})}
