"""Forms of the facilities for who speaks for a business."""

import re
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.dates import WIB, parse_date_id
from core.doors import ServiceFormMixin
from ikm.forms.fields import ParsedField
from ikm.forms.office import ClockField, DayField
from ikm.models import Business

PURPOSE = {
    "label": _("Keperluan"),
    "max_length": 160,
    "help_text": _("Contoh: memotong papan untuk pesanan kursi."),
    "error_messages": {"required": _("Tuliskan keperluannya.")},
}


class ForBusinessForm(ServiceFormMixin, forms.Form):
    """A form of a registered business that the person speaks for; the first is chosen where there is one."""

    use_required_attribute = False
    business = forms.ModelChoiceField(
        label=_("Usaha"),
        queryset=None,
        empty_label=None,
        to_field_name="reference",
        error_messages={"required": _("Pilih usahanya.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["business"].queryset = (
            Business.objects.spoken_for_by(user).filter(status="registered").order_by("name", "pk")
        )

    @property
    def has_business(self):
        return self.fields["business"].queryset.exists()


class BookForm(ForBusinessForm):
    """One booking."""

    day = DayField(label=_("Hari"), error_messages={"required": _("Pilih harinya.")})
    starts_at = ClockField(label=_("Mulai"), error_messages={"required": _("Isi jam mulai.")})
    ends_at = ClockField(label=_("Selesai"), error_messages={"required": _("Isi jam selesai.")})
    purpose = forms.CharField(**PURPOSE)
    wait = forms.BooleanField(
        label=_("Bila sudah terisi, masukkan saya ke antrean."),
        required=False,
    )

    def values(self):
        """What services.bookings.book_unit wants to know beside unit and business."""
        given = self.cleaned_data
        return {
            "starts_at": datetime.combine(given["day"], given["starts_at"], tzinfo=WIB),
            "ends_at": datetime.combine(given["day"], given["ends_at"], tzinfo=WIB),
            "purpose": given["purpose"],
            "wait": given["wait"],
        }


class DaysField(ParsedField):
    """Days with commas between them, as a list of dates."""

    empty = ()

    def parse(self, text):
        return sorted({parse_date_id(part) for part in re.split(r"[,;\n]+", text) if part.strip()})


class SeriesForm(ForBusinessForm):
    """A recurring booking."""

    first_on = DayField(label=_("Hari pertama"), error_messages={"required": _("Pilih hari pertama.")})
    until_on = DayField(label=_("Sampai"), error_messages={"required": _("Pilih hari terakhir.")})
    every_weeks = forms.TypedChoiceField(
        label=_("Setiap"),
        coerce=int,
        choices=[(1, _("minggu")), (2, _("2 minggu")), (4, _("4 minggu"))],
    )
    begins = ClockField(label=_("Mulai"), error_messages={"required": _("Isi jam mulai.")})
    ends = ClockField(label=_("Selesai"), error_messages={"required": _("Isi jam selesai.")})
    exceptions = DaysField(
        label=_("Kecuali tanggal"),
        required=False,
        help_text=_("Pisahkan dengan koma. Contoh: 8-12-2026, 15-12-2026."),
    )
    purpose = forms.CharField(**PURPOSE)

    def clean(self):
        cleaned = super().clean()
        if not self.errors and cleaned["until_on"] < cleaned["first_on"]:
            raise ValidationError({"until_on": _("Hari terakhir harus sesudah hari pertama.")})
        return cleaned

    def values(self):
        """What preview_series wants to know beside unit and business."""
        return {
            name: self.cleaned_data[name]
            for name in ("first_on", "until_on", "every_weeks", "begins", "ends", "exceptions")
        }


class ArriveForm(ServiceFormMixin, forms.Form):
    """The code that hangs at the unit."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Kode di unit"),
        max_length=20,
        help_text=_("Sepuluh tanda di bawah kode QR. Contoh: K7PQM-2X9AB."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Pindai atau ketik kode yang tertempel di unit.")},
    )


class NoteForm(ServiceFormMixin, forms.Form):
    """A word to the other side."""

    use_required_attribute = False
    note = forms.CharField(
        label=_("Keterangan"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MaintenanceForm(ServiceFormMixin, forms.Form):
    """What was done to a unit."""

    use_required_attribute = False
    done_on = DayField(label=_("Tanggal dirawat"), error_messages={"required": _("Isi tanggalnya.")})
    note = forms.CharField(
        label=_("Yang dikerjakan"),
        max_length=300,
        error_messages={"required": _("Tuliskan yang dikerjakan.")},
    )
