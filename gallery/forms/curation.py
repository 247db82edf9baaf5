"""What the curator writes: reasons beside parts and photos, and the English texts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from gallery.enums import ProductStatus, RemarkReason
from gallery.models import Product
from gallery.services.curation import PARTS

REASONS = [("", "—"), *RemarkReason.choices]
#: What can be wrong with a photo, and with a text.
OF_PHOTOS = {"dark", "blurred", "background", "cut_off", "not_the_product", "text_on_photo", "other"}
OF_TEXTS = {"unclear", "wrong", "claim", "missing", "other"}


class FilterForm(forms.Form):
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Semua")), *ProductStatus.choices]
    )
    q = forms.CharField(label=_("Nama produk atau usaha"), required=False, max_length=100)


class DecisionForm(ServiceFormMixin, forms.Form):
    """A reason and a note for every part and photo of one product, and words for the maker."""

    note = forms.CharField(
        label=_("Pesan kepada pembuat"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, product, photos, **kwargs):
        super().__init__(*args, **kwargs)
        self.photos = {photo.reference: photo for photo in photos}
        #: {key of a part or photo: (name of its reason field, name of its note field)}
        self.pairs = {}
        for part, label in PARTS.items():
            if part != "photo" or not photos:
                self._add(part, label, OF_TEXTS)
        for photo in photos:
            self._add(photo.reference, _("Foto %(number)d") % {"number": photo.position}, OF_PHOTOS)

    def _add(self, key, label, reasons):
        names = f"reason-{key}", f"note-{key}"
        self.fields[names[0]] = forms.ChoiceField(
            label=_("Yang kurang: %(part)s") % {"part": label},
            required=False,
            choices=[(value, words) for value, words in REASONS if not value or value in reasons],
        )
        self.fields[names[1]] = forms.CharField(
            label=_("Penjelasan: %(part)s") % {"part": label}, required=False, max_length=300
        )
        self.pairs[key] = names

    def remarks(self):
        """What was chosen, as curation.ask_improvement takes it."""
        found = []
        for key, (reason, note) in self.pairs.items():
            if chosen := self.cleaned_data[reason]:
                photo = self.photos.get(key)
                found.append(
                    {
                        "field": "photo" if photo else key,
                        "photo": photo,
                        "reason": chosen,
                        "note": self.cleaned_data[note].strip(),
                    }
                )
        return found


class EnglishForm(ServiceFormMixin, forms.ModelForm):
    """The English texts of a product; the Indonesian ones stand beside them."""

    class Meta:
        model = Product
        fields = ["name_en", "description_en", "materials_en"]
        widgets = {"description_en": forms.Textarea(attrs={"rows": 6})}
