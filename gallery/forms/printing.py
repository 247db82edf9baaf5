"""Which products are printed, and how."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from gallery.models import Category, Edition
from ikm.forms.fields import PlainNumber
from ikm.models import Area


class ChoiceFilterForm(forms.Form):
    """Which products on show are listed."""

    q = forms.CharField(label=_("Nama produk atau usaha"), required=False, max_length=100)
    kategori = forms.ModelChoiceField(
        Category.objects.none(), label=_("Kategori"), required=False, to_field_name="slug", empty_label=_("Semua")
    )  # fmt: skip
    edisi = forms.ModelChoiceField(
        Edition.objects.all(), label=_("Pilihan kurator"), required=False, to_field_name="reference",
        empty_label=_("Semua"),
    )  # fmt: skip
    kecamatan = forms.ModelChoiceField(
        Area.objects.filter(level="kecamatan").order_by("name"), label=_("Kecamatan"), required=False,
        to_field_name="code", empty_label=_("Semua"),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kategori"].queryset = Category.objects.order_by("parent__position", "position", "name")

    def narrowed(self, rows):
        """`rows` of products as far as they are asked for; what cannot be read asks for nothing."""
        self.is_valid()
        asked = self.cleaned_data
        if words := asked.get("q"):
            rows = rows.filter(Q(name__icontains=words) | Q(business__name__icontains=words))
        if category := asked.get("kategori"):
            rows = rows.filter(Q(category=category) | Q(category__parent=category))
        if edition := asked.get("edisi"):
            rows = rows.filter(edition_items__edition=edition)
        if kecamatan := asked.get("kecamatan"):
            rows = rows.filter(business__kelurahan__parent=kecamatan)
        return rows

    @property
    def chosen(self):
        """The values in use, to carry along: {name: text}."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


class PrintForm(ServiceFormMixin, forms.Form):
    """What becomes of the chosen products."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("Judul buku"),
        required=False,
        max_length=100,
        help_text=_("Kosongkan untuk judul galeri atau judul pilihan kurator."),
    )
    language = forms.ChoiceField(
        label=_("Bahasa buku"),
        choices=[("id", "Bahasa Indonesia"), ("en", "English")],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih bahasa buku.")},
    )
    per_page = forms.TypedChoiceField(
        label=_("Produk tiap halaman"),
        choices=[(1, _("satu, foto besar")), (2, _("dua, buku lebih tipis"))],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih satu atau dua produk tiap halaman.")},
    )
    copies = PlainNumber(
        label=_("Label tiap barang"),
        min_value=1,
        max_value=100,
        error_messages={"required": _("Isi banyaknya label tiap barang.")},
    )
