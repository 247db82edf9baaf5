from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin


class SikpForm(ServiceFormMixin, forms.Form):
    """Why full NIK leave the portal, and in which form; the service says how much of a reason it takes."""

    use_required_attribute = False

    nik_reason = forms.CharField(
        label=_("Alasan mengeluarkan NIK lengkap"),
        max_length=200,
        help_text=_("Alasan ini dicatat dan dapat dilihat pemilik data."),
    )
    kind = forms.ChoiceField(
        label=_("Bentuk"),
        choices=[("txt", _("Teks dengan tanda |")), ("csv", "CSV")],
        widget=forms.RadioSelect,
        initial="txt",
    )
