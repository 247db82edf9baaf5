"""The forms of attendance: a code, a list to tick, a correction, and what an offline page sends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from training.enums import AttendanceStatus


class CodeForm(ServiceFormMixin, forms.Form):
    """A code typed, pasted, or scanned by a scanner that types."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Kode peserta"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "w-20", "autocomplete": "off", "autocapitalize": "characters"}
        ),
        help_text=_("Pindai QR peserta, atau ketik kodenya. Contoh K7PQM-2X9AB."),
        error_messages={"required": _("Pindai atau ketik kodenya.")},
    )


class CorrectionForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    status = forms.ChoiceField(label=_("Kehadiran"), choices=AttendanceStatus, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        help_text=_("Tersimpan pada catatan kehadiran."),
        error_messages={"required": _("Tuliskan alasannya.")},
    )


class ItemForm(forms.Form):
    """One item of an offline page's queue."""

    nonce = forms.UUIDField()
    enrolment = forms.CharField(max_length=20)
    status = forms.ChoiceField(choices=AttendanceStatus)
    noted_at = forms.DateTimeField()
