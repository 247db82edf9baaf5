"""Forms of the officials' pages of leases."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from facility.enums import PaymentKind
from ikm.forms.fields import RupiahInput
from ikm.forms.office import DayField


class PaymentForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    kind = forms.ChoiceField(label=_("Jenis"), choices=PaymentKind)
    paid_on = DayField(label=_("Tanggal bayar"), error_messages={"required": _("Isi tanggalnya.")})
    amount = RupiahInput(label=_("Jumlah"), error_messages={"required": _("Isi jumlahnya.")})
    receipt = forms.CharField(
        label=_("Nomor bukti"), max_length=60, error_messages={"required": _("Isi nomor buktinya.")}
    )
