"""Forms of the stock count."""

from django import forms
from django.utils.translation import gettext_lazy as _l

from core.doors import ServiceFormMixin
from gallery.forms.scanning import CodeField
from ikm.forms.fields import PlainNumber


class ScanForm(ServiceFormMixin, forms.Form):
    """A code from the scanner or the keyboard: one more of it, or the number typed beside it."""

    use_required_attribute = False

    scan = CodeField()
    quantity = PlainNumber(
        label=_l("Banyaknya ditemukan"), help_text=_l("Kosongkan untuk menambah satu."), required=False
    )


class LineForm(ServiceFormMixin, forms.Form):
    """How many of one variant were found, and why they are not as many as the book says."""

    use_required_attribute = False

    quantity = PlainNumber(error_messages={"required": _l("Isi banyaknya yang ditemukan.")})
    reason = forms.CharField(required=False, max_length=200)


class CloseForm(ServiceFormMixin, forms.Form):
    """Nothing is asked to open or close a count; the form carries the service's sentence."""
