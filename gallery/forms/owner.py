"""The pages a maker fills in about a product."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.doors import ServiceFormMixin
from gallery.enums import Condition
from gallery.models import Category
from gallery.models.catalogue import MOST_STOCK
from gallery.services.products import MOST_VARIANTS
from ikm.forms.fields import DraftForm, PlainNumber, RupiahInput


def leaves():
    """Choices of the categories that take products, under the branch they stand in."""
    groups = {}
    rows = Category.objects.filter(children__isnull=True).select_related("parent")
    for leaf in rows.order_by("parent__position", "position", "name"):
        branch = leaf.parent.shown if leaf.parent else leaf.shown
        groups.setdefault(branch, []).append((leaf.pk, leaf.shown))
    return [("", _("Pilih kategori")), *groups.items()]


class StartForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("Nama produk"),
        max_length=150,
        help_text=gettext_lazy("Seperti pembeli menyebutnya. Contoh: Kain batik tulis motif asem arang."),
    )


class WhatForm(DraftForm):
    name = forms.CharField(label=gettext_lazy("Nama produk"), max_length=150)
    category = forms.ModelChoiceField(label=gettext_lazy("Kategori"), queryset=Category.objects.none())
    description = forms.CharField(
        label=gettext_lazy("Keterangan"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Ceritakan cara membuatnya, rasa atau bahannya, dan cara merawatnya."),
    )
    materials = forms.CharField(
        label=gettext_lazy("Bahan"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Contoh: katun primisima, pewarna alam."),
    )
    brand = forms.CharField(label=gettext_lazy("Merek"), max_length=60, required=False)
    condition = forms.ChoiceField(
        label=gettext_lazy("Kondisi"),
        choices=[(value, capfirst(label)) for value, label in Condition.choices],
        widget=forms.RadioSelect,
    )
    video_url = forms.URLField(
        label=gettext_lazy("Tautan video YouTube"), required=False, assume_scheme="https"
    )

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.filter(children__isnull=True)
        self.fields["category"].choices = leaves

    def clean_condition(self):
        return self.cleaned_data["condition"] or Condition.NEW


def _number(label, *, most, **kwargs):
    return PlainNumber(
        label=label, min_value=1, max_value=most, widget=forms.TextInput(attrs={"class": "w-5"}), **kwargs
    )


class MeasuresForm(DraftForm):
    weight_grams = _number(
        gettext_lazy("Berat (gram)"),
        most=500_000,
        help_text=gettext_lazy("Beserta kemasannya, untuk ongkos kirim. 1 kg = 1.000 gram."),
    )
    length_cm = _number(gettext_lazy("Panjang (cm)"), most=1000, required=False)
    width_cm = _number(gettext_lazy("Lebar (cm)"), most=1000, required=False)
    height_cm = _number(gettext_lazy("Tinggi (cm)"), most=1000, required=False)
    minimum_order = _number(
        gettext_lazy("Pesanan paling sedikit"),
        most=9999,
        required=False,
        help_text=gettext_lazy("Kosongkan bila pembeli boleh memesan satu saja."),
    )
    made_to_order_days = _number(
        gettext_lazy("Dibuat setelah dipesan, berapa hari"),
        most=365,
        required=False,
        help_text=gettext_lazy("Kosongkan bila barangnya siap dikirim."),
    )

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)

    def clean_minimum_order(self):
        return self.cleaned_data["minimum_order"] or 1


class CertificatesForm(DraftForm):
    licences = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Sertifikat yang berlaku untuk produk ini"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tanda sertifikat hilang dari halaman produk bila masa berlakunya habis."),
    )
    hs_code = forms.CharField(
        label=gettext_lazy("Kode HS"),
        required=False,
        max_length=8,
        widget=forms.TextInput(attrs={"class": "w-10", "inputmode": "numeric"}),
        help_text=gettext_lazy("6 atau 8 angka. Diperlukan bila produk ini diekspor."),
    )
    is_export_ready = forms.BooleanField(
        label=gettext_lazy("Produk ini siap diekspor"),
        required=False,
        help_text=gettext_lazy("Kemasan, label, dan jumlahnya sudah siap untuk pembeli di luar negeri."),
    )

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["licences"]
        field.queryset = product.business.licences.all()
        field.label_from_instance = lambda one: f"{one.get_kind_display()} {one.number}"
        if not field.queryset.exists():
            del self.fields["licences"]

    def clean_hs_code(self):
        return "".join(sign for sign in self.cleaned_data["hs_code"] if sign not in ". ")


class EnglishForm(DraftForm):
    name_en = forms.CharField(label=gettext_lazy("Nama (Inggris)"), max_length=150, required=False)
    description_en = forms.CharField(
        label=gettext_lazy("Keterangan (Inggris)"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "lang": "en"}),
    )
    materials_en = forms.CharField(label=gettext_lazy("Bahan (Inggris)"), max_length=200, required=False)

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        for name, word in (("name_en", product.name), ("materials_en", product.materials)):
            if word:
                self.fields[name].help_text = _("Dari: %(words)s") % {"words": word}


class VariantForm(forms.Form):
    """One row of the price list; an empty row is none."""

    use_required_attribute = False
    reference = forms.CharField(widget=forms.HiddenInput, required=False)
    price = RupiahInput(
        label=gettext_lazy("Harga"),
        required=False,
        widget=forms.TextInput(attrs={"class": "w-10"}),
        help_text=gettext_lazy("Boleh ditulis 150rb atau 1,5jt."),
    )
    stock = PlainNumber(
        label=gettext_lazy("Stok"),
        required=False,
        max_value=MOST_STOCK,
        widget=forms.TextInput(attrs={"class": "w-5"}),
    )
    size = forms.CharField(label=gettext_lazy("Ukuran"), max_length=40, required=False)
    motif = forms.CharField(label=gettext_lazy("Motif"), max_length=40, required=False)
    colour = forms.CharField(label=gettext_lazy("Warna"), max_length=40, required=False)
    sku = forms.CharField(
        label=gettext_lazy("Kode barang (SKU)"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-10"}),
    )
    photo = forms.ModelChoiceField(
        label=gettext_lazy("Foto varian"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Foto utama"),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Dijual"), required=False, initial=True)
    remove = forms.BooleanField(label=gettext_lazy("Hapus baris ini"), required=False)

    def __init__(self, *args, product, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("price", "stock"):  # in every row that is filled in at all
            self.fields[name].is_needed = True
        self.fields["photo"].queryset = product.photos.all()
        self.fields["photo"].label_from_instance = lambda one: one.alt
        if not product.photos.exists():
            del self.fields["photo"]

    def is_blank(self):
        """Whether nobody typed anything in the row."""
        return not any(
            self.cleaned_data.get(name) not in (None, "")
            for name in ("reference", "price", "stock", "size", "motif", "colour", "sku")
        )

    def clean(self):
        cleaned = super().clean()
        if (
            not self.errors
            and not cleaned.get("remove")
            and cleaned.get("price") is None
            and not self.is_blank()
        ):
            self.add_error("price", _("Isi harganya, atau kosongkan seluruh baris."))
        return cleaned

    def row(self):
        """What services.products.set_variants takes, None for a row that is empty or taken away."""
        if self.cleaned_data["remove"] or self.is_blank():
            return None
        row = {name: value for name, value in self.cleaned_data.items() if name != "remove"}
        row["stock"] = row["stock"] or 0
        return row


class VariantsForm(DraftForm):
    """The rows of the price list, as one form to a reader of its errors."""

    def __init__(self, data=None, *, product, rows, extra=0):
        super().__init__(data, initial={"version": product.version})
        count = len(rows) + extra
        if data is not None:
            typed = data.get("rows", "")
            count = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
        count = min(count, MOST_VARIANTS)
        self.rows = [
            VariantForm(
                data,
                product=product,
                prefix=f"v{number}",
                initial=rows[number] if number < len(rows) and data is None else None,
            )
            for number in range(count)
        ]

    def is_valid(self):
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    def values(self):
        return [row for form in self.rows if (row := form.row()) is not None]


class PhotoForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=gettext_lazy("Foto"),
        help_text=gettext_lazy(
            "JPG, PNG, atau WebP, sisi terpendek paling sedikit 500 piksel, paling besar 10 MB."
        ),
        widget=forms.FileInput(attrs={"accept": "image/*", "data-shrink": ""}),
    )
    alt = forms.CharField(
        label=gettext_lazy("Yang terlihat pada foto"),
        max_length=200,
        help_text=gettext_lazy(
            "Satu kalimat untuk yang tidak dapat melihatnya. Contoh: Kain biru terlipat di meja."
        ),
    )


class DescribePhotoForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    alt = forms.CharField(label=gettext_lazy("Yang terlihat pada foto"), max_length=200)
    alt_en = forms.CharField(label=gettext_lazy("Yang terlihat (Inggris)"), max_length=200, required=False)


class ConsentForm(ServiceFormMixin, forms.Form):
    """What the business agrees to; only being shown to the public is needed for the gallery."""

    use_required_attribute = False
    publish = forms.BooleanField(
        label=gettext_lazy("Saya setuju usaha dan produk saya tampil untuk umum"), required=False
    )
    marketplace = forms.BooleanField(
        label=gettext_lazy("Saya setuju produk saya dipromosikan di lokapasar"), required=False
    )

    def __init__(self, *args, texts, **kwargs):
        super().__init__(*args, **kwargs)
        for name, text in texts.items():
            self.fields[name].help_text = text

    def clean_publish(self):
        if not self.cleaned_data["publish"]:
            raise ValidationError(_("Tanpa persetujuan ini produk Anda tidak dapat ditayangkan."))
        return True


class ConfirmForm(ServiceFormMixin, forms.Form):
    """No fields: a button, and what the service says of it."""


class NoteForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    note = forms.CharField(
        label=gettext_lazy("Alasan"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
