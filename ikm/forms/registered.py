"""The forms of a business in the register."""

from django import forms
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.enums import LegalForm
from ikm.forms.fields import CoordinateInput, NibInput, PhoneInput, PlainNumber, RupiahInput
from ikm.forms.owner import DAYS, grouped_kelurahan
from ikm.models import Area, Kbli
from ikm.parts import PARTS
from ikm.services import changes


class ServiceForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False

    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class FigureForm(ServiceForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    men_workers = PlainNumber(
        label=_("Pekerja laki-laki"), help_text=_("Termasuk pemilik yang ikut bekerja.")
    )
    women_workers = PlainNumber(label=_("Pekerja perempuan"))
    investment = RupiahInput(
        label=_("Nilai investasi"),
        help_text=_("Mesin, alat, kendaraan, tanpa tanah dan bangunan. Boleh ditulis 5jt atau 5.000.000."),
    )
    turnover = RupiahInput(label=_("Omzet setahun"))
    land_and_buildings = RupiahInput(label=_("Nilai tanah dan bangunan"), required=False)
    capacity = forms.DecimalField(
        label=_("Kapasitas produksi setahun"), required=False, min_value=0, decimal_places=2, localize=True
    )
    production = forms.DecimalField(
        label=_("Jumlah produksi setahun"), required=False, min_value=0, decimal_places=2, localize=True
    )
    unit = forms.CharField(
        label=_("Satuan"), required=False, max_length=20, help_text=_("Contoh: kg, lembar, buah.")
    )
    production_value = RupiahInput(label=_("Nilai produksi"), required=False)
    raw_material_value = RupiahInput(label=_("Nilai bahan baku"), required=False)
    export_value = RupiahInput(label=_("Nilai ekspor"), required=False)
    export_countries = forms.CharField(label=_("Negara tujuan"), required=False, max_length=200)
    electricity_kwh = PlainNumber(label=_("Listrik (kWh)"), required=False)
    fuel_litres = PlainNumber(label=_("Bahan bakar (liter)"), required=False)


class ChangeForm(ServiceForm):
    """Every part that may be proposed to change, named as in ikm.parts."""

    name = forms.CharField(max_length=200)
    legal_form = forms.ChoiceField(choices=LegalForm)
    brand = forms.CharField(max_length=120, required=False)
    nib = NibInput(required=False)
    founded_year = forms.IntegerField(
        required=False,
        min_value=1800,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    main_kbli = forms.ModelChoiceField(queryset=Kbli.objects.none(), empty_label=None)
    products = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Satu produk setiap baris.")
    )
    address = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    kelurahan = forms.ModelChoiceField(queryset=Area.objects.filter(level="kelurahan"))
    postcode = forms.RegexField(
        r"^\d{5}$", required=False, error_messages={"invalid": _("Kode pos terdiri atas lima angka.")}
    )
    latitude = CoordinateInput(required=False, max_digits=8, decimal_places=6, widget=forms.TextInput)
    longitude = CoordinateInput(required=False, max_digits=9, decimal_places=6, widget=forms.TextInput)
    phone = PhoneInput(required=False)
    email = forms.EmailField(required=False)
    website = forms.URLField(required=False, assume_scheme="https")
    visit_days = forms.TypedMultipleChoiceField(
        choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    visit_from = forms.TimeField(
        required=False, input_formats=["%H:%M", "%H.%M", "%H"], widget=forms.TimeInput(format="%H.%M")
    )
    visit_until = forms.TimeField(
        required=False, input_formats=["%H:%M", "%H.%M", "%H"], widget=forms.TimeInput(format="%H.%M")
    )
    owner_name = forms.CharField(max_length=150)
    owner_phone = PhoneInput(required=False)
    owner_ktp_address = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, business, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = PARTS[name].label
            # What the office never had does not hold up a change of something else.
            field.required = field.required and bool(changes.current_text(business, name))
        if changes.main_owner(business) is None:
            for name in [name for name in self.fields if changes.FIELDS[name].owner]:
                del self.fields[name]
        newest = Kbli.objects.aggregate(newest=Max("version"))["newest"]
        # The code that stands now is offered too, though it be of an older version: keeping it changes nothing.
        self.fields["main_kbli"].queryset = Kbli.objects.filter(
            Q(version=newest) | Q(pk=business.main_kbli_id)
        )
        self.fields["kelurahan"].choices = grouped_kelurahan

    @staticmethod
    def initial_of(business):
        """What stands now, as the form shows it."""
        owner = changes.main_owner(business)
        initial = {}
        for name, field in changes.FIELDS.items():
            subject = owner if field.owner else business
            if name == "products":
                initial[name] = changes.current_text(business, name)
            elif subject is not None:
                value = getattr(subject, field.attribute)
                initial[name] = getattr(value, "pk", value)
        return initial


class BinaanLetterForm(ServiceForm):
    purpose = forms.CharField(
        label=_("Keperluan"), max_length=200, help_text=_("Contoh: mengajukan pinjaman, mengikuti pameran.")
    )


class BrandLetterForm(ServiceForm):
    brand = forms.CharField(label=_("Merek"), max_length=120, help_text=_("Satu surat untuk satu merek."))
    goods = forms.CharField(label=_("Jenis barang"), max_length=200, help_text=_("Contoh: keripik tempe."))
    nice_class = forms.IntegerField(
        label=_("Kelas merek"),
        min_value=1,
        max_value=45,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_(
            "Angka 1–45. Contoh: 30 kue dan bumbu, 29 olahan ikan dan daging, 25 pakaian, 20 mebel, 18 kulit."
        ),
    )
    brand_description = forms.CharField(
        label=_("Uraian etiket merek"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    label = forms.FileField(
        label=_("Gambar etiket merek"),
        required=False,
        help_text=_("JPG, PNG, atau WebP, paling besar 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/*", "data-shrink": True}),
    )
