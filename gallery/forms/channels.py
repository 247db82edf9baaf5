"""Forms of the channels."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gallery.enums import ChannelKind


class ChannelFilterForm(forms.Form):
    """What narrows the office's list of products and channels (GET)."""

    use_required_attribute = False

    cari = forms.CharField(label=_("Nama produk atau usaha"), required=False, max_length=100)
    saluran = forms.ChoiceField(
        label=_("Saluran"), required=False, choices=[("", _("Semua saluran")), *ChannelKind.choices]
    )
    siap = forms.ChoiceField(
        label=_("Kesiapan"),
        required=False,
        choices=[("", _("Semua")), ("ya", _("Siap")), ("tidak", _("Belum siap"))],
    )

    def _given(self):
        self.is_valid()
        return getattr(self, "cleaned_data", {})

    def active(self):
        """How many filters are in use."""
        return sum(bool(value) for value in self._given().values())

    def narrow(self, products):
        """The products that the words leave."""
        words = self._given().get("cari")
        if not words:
            return products
        return products.filter(
            Q(name__icontains=words) | Q(business__name__icontains=words) | Q(reference__iexact=words)
        )

    def finds(self, row):
        """Whether the words leave this Readiness."""
        words = (self._given().get("cari") or "").lower()
        return words in row.name.lower() or words in row.business.lower() or words == row.reference.lower()

    def keeps(self, ready_on):
        """Whether a product stays of which `ready_on(channel)` says if that takes it: ready (or not) on the channel, or on
        all (any) of them."""
        given = self._given()
        wanted = given.get("siap")
        if not wanted:
            return True
        channels = [given["saluran"]] if given.get("saluran") else list(ChannelKind)
        ready = all(ready_on(channel) for channel in channels)
        return ready == (wanted == "ya")
