"""Forms of the settlements with makers."""

import datetime

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _l

from core.dates import add_months, today
from core.doors import ServiceFormMixin
from gallery.enums import SettlementStatus
from ikm.forms.fields import DateInput

MONTHS_SHOWN = 24


def past_months():
    """The first days of the months that are over, newest first."""
    first = today().replace(day=1)
    return [add_months(first, -back) for back in range(1, MONTHS_SHOWN + 1)]


def _months():
    return [(month.isoformat(), date_format(month, "F Y")) for month in past_months()]


def _with_this_month():
    return [today().replace(day=1), *past_months()]


def _day(value):
    return next((month for month in past_months() if month.isoformat() == value), None)


class SettlementFilterForm(forms.Form):
    """Which settlements are listed."""

    use_required_attribute = False

    bulan = forms.TypedChoiceField(
        label=_l("Bulan"),
        choices=lambda: [("", _l("Semua bulan")), *_months()],
        coerce=_day,
        empty_value=None,
        required=False,
    )
    status = forms.ChoiceField(
        label=_l("Status"), choices=[("", _l("Semua status")), *SettlementStatus.choices], required=False
    )


class MovementMonthForm(forms.Form):
    """The month whose movements are downloaded: this one or one that is over."""

    use_required_attribute = False

    bulan = forms.TypedChoiceField(
        label=_l("Bulan"),
        choices=lambda: [(month.isoformat(), date_format(month, "F Y")) for month in _with_this_month()],
        coerce=datetime.date.fromisoformat,
    )


class PrepareForm(ServiceFormMixin, forms.Form):
    """The month whose settlements are prepared."""

    use_required_attribute = False

    month = forms.TypedChoiceField(label=_l("Bulan yang disusun"), choices=_months, coerce=_day)


class PaymentForm(ServiceFormMixin, forms.Form):
    """When a maker was paid, and the number of the proof."""

    use_required_attribute = False

    paid_on = DateInput(label=_l("Tanggal dibayar"), error_messages={"required": _l("Isi tanggal dibayar.")})
    payment_reference = forms.CharField(
        label=_l("Nomor bukti bayar"),
        max_length=60,
        error_messages={"required": _l("Tuliskan nomor bukti bayar.")},
    )


class ApprovalForm(ServiceFormMixin, forms.Form):
    """Nothing is asked for an approval; the form carries the service's sentence."""
