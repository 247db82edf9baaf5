from django import forms
from django.utils.translation import gettext_lazy as _


class AsOfForm(forms.Form):
    """At the end of which day (GET)."""

    as_of = forms.DateField(
        label=_("Keadaan pada"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d"),
    )
