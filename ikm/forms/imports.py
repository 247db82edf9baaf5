from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from core.uploads import inspect_spreadsheet
from ikm.imports.columns import FIELDS
from ikm.models import ImportMapping, Kbli


class UploadForm(ServiceFormMixin, forms.Form):
    file = forms.FileField(
        label=_("Berkas"),
        help_text=_("Excel (.xlsx) atau CSV, paling besar 30 MB dan 200.000 baris."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    mapping = forms.ModelChoiceField(
        label=_("Pemetaan kolom yang disimpan"),
        queryset=ImportMapping.objects.all(),
        required=False,
        empty_label=_("Kenali sendiri"),
    )

    def clean_file(self):
        """The inspected content of the file, beside its name."""
        file = self.cleaned_data["file"]
        return inspect_spreadsheet(file).content, file.name


class ColumnsForm(ServiceFormMixin, forms.Form):
    """Which column holds what, how money is counted and, if wanted, a name to save that under."""

    RUPIAH, THOUSANDS = "rupiah", "thousands"

    money = forms.ChoiceField(
        label=_("Angka uang di lembar ini dalam"),
        choices=[
            (RUPIAH, _("rupiah penuh: 5.000.000 berarti Rp5.000.000")),
            (THOUSANDS, _("ribuan rupiah (Rp.000): 5.000 berarti Rp5.000.000")),
        ],
        widget=forms.RadioSelect,
    )
    kbli_version = forms.TypedChoiceField(
        label=_("KBLI versi"), coerce=int, widget=forms.Select(attrs={"class": "w-10"})
    )
    save_as = forms.CharField(
        label=_("Simpan pemetaan ini dengan nama"),
        max_length=60,
        required=False,
        help_text=_("Dapat dipakai lagi untuk lembar dengan judul kolom yang sama."),
    )

    def __init__(self, *args, header, **kwargs):
        super().__init__(*args, **kwargs)
        versions = list(Kbli.objects.order_by("version").values_list("version", flat=True).distinct())
        self.fields["kbli_version"].choices = [(version, str(version)) for version in versions]
        self.columns = [column for column in header.columns if column.heading]
        choices = [("", _("(tidak dipakai)")), *((name, field.label) for name, field in FIELDS.items())]
        for column in self.columns:
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=column.heading, choices=choices, required=False, initial=column.field or ""
            )

    def chosen(self):
        """Column index -> field name or ""."""
        return {column.index: self.cleaned_data[f"column_{column.index}"] for column in self.columns}
