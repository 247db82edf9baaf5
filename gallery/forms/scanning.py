"""The input of a scanner, which types a code and presses Enter as a keyboard does."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeField(forms.CharField):
    """The code of a variant; the page opens with the cursor in it. The QR code of a price tag holds an address for phones with
    the variant's code at its end: of that the code is taken."""

    def __init__(self, **options):
        super().__init__(
            label=_("Kode barang"),
            help_text=_("Pindai label, atau ketik kodenya lalu tekan Enter."),
            max_length=200,
            error_messages={"required": _("Pindai atau ketik kode barang.")},
            widget=forms.TextInput(attrs={"autofocus": "", "autocomplete": "off", "spellcheck": "false"}),
            **options,
        )

    def to_python(self, value):
        return super().to_python(value).rpartition("=")[2]
