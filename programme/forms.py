"""What visitors ask of the list of legal bases, and what officials write about one."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.forms.fields import DateInput
from ikm.forms.public import DayInput
from programme.enums import LegalBasisKind
from programme.models import LegalBasis


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
