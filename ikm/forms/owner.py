"""The pages an entrepreneur fills in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Purpose
from ikm.enums import LegalForm, LicenceKind, RepresentativeKind, Sex
from ikm.forms.fields import (
    CoordinateInput,
    DateInput,
    DraftForm,
    NibInput,
    NikInput,
    NpwpInput,
    PhoneInput,
    PlainNumber,
    RupiahInput,
)
from ikm.models import Area

DAYS = [
    (0, _("Senin")),
    (1, _("Selasa")),
    (2, _("Rabu")),
    (3, _("Kamis")),
    (4, _("Jumat")),
    (5, _("Sabtu")),
    (6, _("Minggu")),
]


class IdentityForm(DraftForm):
    name = forms.CharField(
        label=_("Nama usaha"), max_length=200, help_text=_("Seperti pada papan nama atau NIB.")
    )
    legal_form = forms.ChoiceField(label=_("Badan usaha"), choices=LegalForm, initial=LegalForm.INDIVIDUAL)
    brand = forms.CharField(label=_("Merek dagang"), max_length=120, required=False)
    nib = NibInput(
        label=_("NIB"), required=False, help_text=_("13 angka pada dokumen OSS. Kosongkan jika belum punya.")
    )
    npwp = NpwpInput(label=_("NPWP usaha"), required=False)
    founded_year = forms.IntegerField(
        label=_("Tahun berdiri"),
        required=False,
        min_value=1800,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def clean_legal_form(self):
        return self.cleaned_data["legal_form"] or LegalForm.INDIVIDUAL


class ProductForm(DraftForm):
    name = forms.CharField(
        label=_("Nama produk"),
        max_length=120,
        help_text=_("Satu produk, dengan kata sehari-hari. Contoh: bandeng presto, kursi jati."),
    )


class PlaceForm(DraftForm):
    address = forms.CharField(
        label=_("Alamat"),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        help_text=_("Jalan, nomor, RT dan RW."),
    )
    kelurahan = forms.ModelChoiceField(
        label=_("Kelurahan"), queryset=Area.objects.none(), empty_label=_("Pilih kelurahan")
    )
    postcode = forms.RegexField(
        r"^\d{5}$",
        label=_("Kode pos"),
        required=False,
        error_messages={"invalid": _("Kode pos terdiri atas lima angka.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    latitude = CoordinateInput(
        label=_("Lintang"),
        required=False,
        max_digits=8,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "text", "data-latitude": True}),
        help_text=_("Contoh -6.983500. Kosongkan jika tidak tahu."),
    )
    longitude = CoordinateInput(
        label=_("Bujur"),
        required=False,
        max_digits=9,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "text", "data-longitude": True}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "kelurahan" in self.fields:
            self.fields["kelurahan"].queryset = Area.objects.filter(level="kelurahan").select_related(
                "parent"
            )
            self.fields["kelurahan"].choices = grouped_kelurahan

    def clean(self):
        cleaned = super().clean()
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None) and not self.errors:
            raise forms.ValidationError(_("Isi lintang dan bujur, atau kosongkan keduanya."))
        return cleaned


def grouped_kelurahan():
    """Choices of all kelurahan under their kecamatan, as option groups."""
    groups = {}
    for area in (
        Area.objects.filter(level="kelurahan").select_related("parent").order_by("parent__name", "name")
    ):
        groups.setdefault(area.parent.name, []).append((area.pk, area.name))
    return [("", _("Pilih kelurahan")), *groups.items()]


class OwnerForm(DraftForm):
    name = forms.CharField(label=_("Nama pemilik"), max_length=150, help_text=_("Seperti pada KTP."))
    nik = NikInput(label=_("NIK"), help_text=_("16 angka pada KTP. Disimpan terenkripsi."))
    sex = forms.ChoiceField(label=_("Jenis kelamin"), choices=Sex, widget=forms.RadioSelect)
    birth_date = DateInput(label=_("Tanggal lahir"), help_text=_("Contoh 24-11-1980."))
    has_disability = forms.BooleanField(label=_("Penyandang disabilitas"), required=False)
    phone = PhoneInput(label=_("Telepon"), help_text=_("Contoh 0812-3456-7890."))
    ktp_address = forms.CharField(
        label=_("Alamat pada KTP"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class WorkersForm(DraftForm):
    men_workers = PlainNumber(
        label=_("Pekerja laki-laki"), help_text=_("Termasuk pemilik yang ikut bekerja.")
    )
    women_workers = PlainNumber(label=_("Pekerja perempuan"))


class MoneyForm(DraftForm):
    investment = RupiahInput(
        label=_("Nilai investasi"),
        help_text=_("Mesin, alat, kendaraan, tanpa tanah dan bangunan. Boleh ditulis 5jt atau 5.000.000."),
    )
    land_and_buildings = RupiahInput(label=_("Nilai tanah dan bangunan"), required=False)
    turnover = RupiahInput(
        label=_("Omzet setahun"), required=False, help_text=_("Perkiraan hasil penjualan setahun.")
    )


class LicenceForm(DraftForm):
    kind = forms.ChoiceField(label=_("Jenis"), choices=[("", _("Pilih jenis izin")), *LicenceKind.choices])
    number = forms.CharField(label=_("Nomor"), max_length=60)
    issuer = forms.CharField(label=_("Penerbit"), max_length=120, required=False)
    issued_on = DateInput(label=_("Terbit"), required=False, help_text=_("Contoh 24-11-2025."))
    expires_on = DateInput(label=_("Berlaku sampai"), required=False)
    about = forms.CharField(label=_("Untuk produk atau merek"), max_length=120, required=False)


class DocumentForm(DraftForm):
    file = forms.FileField(
        label=_("Berkas"),
        help_text=_("JPG, PNG, WebP, atau PDF, paling besar 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf", "data-shrink": True}),
    )


class ContactForm(DraftForm):
    phone = PhoneInput(label=_("Telepon usaha"), required=False)
    email = forms.EmailField(label=_("Surel usaha"), required=False)
    website = forms.URLField(label=_("Situs atau media sosial"), required=False, assume_scheme="https")
    visit_days = forms.TypedMultipleChoiceField(
        label=_("Hari pemilik ada di tempat"),
        choices=DAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Petugas datang pada hari ini, agar Anda tidak menunggu sia-sia."),
    )
    visit_from = forms.TimeField(
        label=_("Ada sejak pukul"),
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H"],
        widget=forms.TimeInput(format="%H.%M", attrs={"inputmode": "numeric"}),
        help_text=_("Contoh 08.00."),
    )
    visit_until = forms.TimeField(
        label=_("Ada sampai pukul"),
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H"],
        widget=forms.TimeInput(format="%H.%M", attrs={"inputmode": "numeric"}),
    )


class ConsentForm(DraftForm):
    """One box a purpose; the first is needed to be registered, the others are free."""

    FREE = [Purpose.PUBLISH, Purpose.PUBLISH_CONTACT, Purpose.SHARE_WITH_BANK, Purpose.MARKETPLACE]

    def __init__(self, *args, texts, **kwargs):
        super().__init__(*args, **kwargs)
        for purpose in [Purpose.REGISTER, *self.FREE]:
            self.fields[purpose.value] = forms.BooleanField(
                label=_("Saya setuju: %(purpose)s") % {"purpose": purpose.label},
                help_text=texts.get(purpose, ""),
                required=purpose == Purpose.REGISTER,
            )


class KbliForm(DraftForm):
    main_kbli = forms.ModelChoiceField(
        label=_("Kelompok industri yang cocok"), queryset=None, widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args, results, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["main_kbli"].queryset = results


class ClaimSearchForm(forms.Form):
    use_required_attribute = False
    q = forms.CharField(
        label=_("NIB, nomor berkas, atau nama usaha yang persis"),
        max_length=200,
        error_messages={"required": _("Isi NIB, nomor berkas, atau nama usaha.")},
    )


class ClaimForm(DraftForm):
    kind = forms.ChoiceField(
        label=_("Anda sebagai"), choices=RepresentativeKind, widget=forms.RadioSelect, initial="owner"
    )
    reason = forms.CharField(
        label=_("Jelaskan hubungan Anda dengan usaha ini"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Contoh: saya pemilik sejak 2012, NIB atas nama saya. Jangan tulis NIK di sini."),
    )


class TrackForm(forms.Form):
    use_required_attribute = False
    reference = forms.CharField(
        label=_("Nomor berkas"),
        max_length=40,
        help_text=_("Contoh IKM-7K3M-PX4Q. Huruf kecil dan spasi tidak apa-apa."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Isi nomor berkas.")},
    )
    last_four = forms.RegexField(
        r"^\d{4}$",
        label=_("Empat angka terakhir telepon"),
        help_text=_("Telepon pemilik atau usaha yang Anda daftarkan."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
        error_messages={
            "required": _("Isi empat angka terakhir telepon."),
            "invalid": _("Isi tepat empat angka, contoh 7890."),
        },
    )
