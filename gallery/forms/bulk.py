from django import forms
from django.utils.translation import gettext_lazy as _

from core.archives import PictureArchive
from core.doors import ServiceFormMixin
from gallery.bulk.sheet import read_sheet


class UploadForm(ServiceFormMixin, forms.Form):
    """A sheet and its photos, both looked at before anything is kept. `businesses` (a QuerySet) are those that may be chosen."""

    use_required_attribute = False
    business = forms.ModelChoiceField(
        label=_("Usaha"), queryset=None, to_field_name="reference", empty_label=None
    )
    sheet = forms.FileField(
        label=_("Lembar produk"),
        help_text=_("Excel (.xlsx) atau CSV, paling banyak 1.000 baris."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    photos = forms.FileField(
        label=_("Foto dalam satu .zip"),
        required=False,
        help_text=_("Paling besar 200 MB dan 900 foto. Boleh kosong bila hanya mengubah harga atau stok."),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )

    def __init__(self, *args, businesses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["business"].queryset = businesses
        self._only = businesses[0] if len(businesses) == 1 else None
        if self._only:
            del self.fields["business"]

    def clean_sheet(self):
        """The rows of the sheet, beside its name."""
        file = self.cleaned_data["sheet"]
        return read_sheet(file), file.name

    def clean_photos(self):
        """The archive, looked at, beside its name; (None, "") where none was sent."""
        file = self.cleaned_data["photos"]
        return (PictureArchive(file), file.name) if file else (None, "")

    @property
    def business_chosen(self):
        return self._only or self.cleaned_data["business"]
