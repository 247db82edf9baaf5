"""Forms of damage: the report with its photo, and what an official does about it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from facility.forms.public import NoteForm
from ikm.forms.office import DayField


class DamageForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    words = forms.CharField(
        label=_("Apa yang rusak?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Contoh: mata gergaji patah, mesin berbunyi kasar."),
        error_messages={"required": _("Tuliskan apa yang rusak.")},
    )
    photo = forms.FileField(
        label=_("Foto kerusakan"),
        help_text=_("Hanya Anda dan petugas yang dapat melihatnya."),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/heic", "data-shrink": ""}
        ),
        error_messages={"required": _("Pilih satu foto dahulu.")},
    )


class HandleForm(NoteForm):
    """A word to who reported; where the repair begins, how long the unit is closed."""

    closed_until = DayField(
        label=_("Unit ditutup sampai"),
        required=False,
        help_text=_("Kosongkan bila unit tetap dapat dipakai. Pesanan dalam waktu itu dibatalkan."),
    )
