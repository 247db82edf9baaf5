"""What visitors ask of the list of training runs. A GET form: the address is the question."""

import datetime
import re

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.dates import add_months, today
from training.enums import Topic

#: How many months ahead can be chosen.
MONTHS_AHEAD = 12


def parse_month(text):
    """The first day of the month written `2026-12`, None when it is none."""
    match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text or "")
    return match and datetime.date(int(match[1]), int(match[2]), 1)


class RunFilterForm(forms.Form):
    """Narrows the list by topic and month."""

    bidang = forms.ChoiceField(
        label=_("Bidang"), required=False, choices=[("", _("Semua bidang")), *Topic.choices]
    )
    bulan = forms.ChoiceField(label=_("Bulan"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        first = today().replace(day=1)
        months = [add_months(first, count) for count in range(MONTHS_AHEAD)]
        self.fields["bulan"].choices = [
            ("", _("Semua bulan")),
            *((f"{month:%Y-%m}", date_format(month, "F Y")) for month in months),
        ]

    def chosen(self):
        """(topic or "", first day of the month or None); what is not a choice asks for nothing."""
        self.is_valid()
        return self.cleaned_data.get("bidang") or "", parse_month(self.cleaned_data.get("bulan"))
