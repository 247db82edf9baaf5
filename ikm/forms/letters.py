"""Forms of the officials' page on letters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.services.letter_issue import signatories


class SignatoryForm(ServiceFormMixin, forms.Form):
    """Who signs."""

    use_required_attribute = False

    signatory = forms.ModelChoiceField(label=_("Penanda tangan"), queryset=None, empty_label=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signatory"].queryset = signatories()
        self.fields["signatory"].initial = signatories().first()


class ReasonForm(ServiceFormMixin, forms.Form):
    """Why a request is refused or a letter revoked; the service asks for it."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("Alasan"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )

    def add_service_error(self, error):
        if hasattr(error, "error_dict") and "reason" in error.error_dict:
            error.error_dict["note"] = error.error_dict.pop("reason")
        super().add_service_error(error)
