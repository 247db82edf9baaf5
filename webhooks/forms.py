"""Forms of a partner's page of webhooks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from webhooks.enums import DeliveryStatus


class EndpointForm(ServiceFormMixin, forms.Form):
    url = forms.CharField(
        label=_("Alamat penerima"),
        max_length=500,
        help_text=_("Alamat https di internet umum."),
        widget=forms.URLInput,
    )
    kinds = forms.CharField(
        label=_("Jenis kejadian"),
        help_text=_("Dipisahkan spasi, misalnya credit.application.* credit.loan.paid"),
    )
    description = forms.CharField(label=_("Keterangan"), max_length=150, required=False)

    def clean_kinds(self):
        return self.cleaned_data["kinds"].replace(",", " ").split()


class DeliveryFilterForm(forms.Form):
    endpoint = forms.CharField(label=_("Nomor alamat"), required=False, max_length=20)
    subject = forms.CharField(label=_("Nomor berkas"), required=False, max_length=20)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Semua")), *DeliveryStatus.choices]
    )

    def narrow(self, deliveries):
        """The deliveries asked for; all where the form is not valid."""
        asked = {name: value.strip() for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}  # fmt: skip
        names = {"endpoint": "endpoint__reference__iexact", "subject": "subject__iexact", "status": "status"}
        return deliveries.filter(**{names[name]: value for name, value in asked.items()})
