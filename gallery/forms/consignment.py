"""Forms of the gallery's counter and of hand-overs."""

from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from core.doors import ServiceFormMixin
from core.indonesia import parse_rupiah, rupiah
from gallery.enums import Payment
from gallery.forms.scanning import CodeField
from gallery.services.consignment.stock import variant_of
from ikm.forms.fields import PlainNumber, RupiahInput


@dataclass
class BasketLine:
    """A line of the basket as it stands in the page's own form: nothing is stored before it is paid."""

    variant: object
    quantity: int
    price: int

    @property
    def amount(self):
        return self.quantity * self.price


class CounterForm(ServiceFormMixin, forms.Form):
    """One input for the scanner, the basket, and how it is paid."""

    use_required_attribute = False

    scan = CodeField(required=False)
    payment = forms.ChoiceField(label=_l("Dibayar dengan"), choices=Payment, widget=forms.RadioSelect)
    given = RupiahInput(label=_l("Uang diterima"), required=False)
    payment_reference = forms.CharField(label=_l("Nomor transaksi QRIS"), required=False, max_length=60)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("scan", "given", "payment_reference"):
            self.fields[name].is_needed = True

    def basket(self):
        """The lines of the posted form, those of quantity 0 left out; what cannot be read becomes an error."""
        lines = []
        posted = (self.data.getlist(name) for name in ("code", "quantity", "price"))
        for code, quantity, price in zip(*posted, strict=False):
            try:
                variant = variant_of(code)
                line = BasketLine(variant, PlainNumber().clean(quantity), int(parse_rupiah(price)))
            except ValidationError as error:
                self.add_error(None, error)
                continue
            if line.quantity:
                lines.append(line)
        return lines

    def scan_into(self, lines):
        """One more of the code typed or scanned; a code already in the basket counts up."""
        try:
            variant = variant_of(self.cleaned_data.get("scan", ""))
        except ValidationError as error:
            self.add_error("scan", error)
            return
        for line in lines:
            if line.variant == variant and line.price == variant.price:
                line.quantity += 1
                return
        lines.append(BasketLine(variant, 1, int(variant.price)))

    def check_cash(self, total):
        """An error where the cash given is less than `total`."""
        given = self.cleaned_data.get("given")
        if self.cleaned_data.get("payment") == Payment.CASH and given is not None and given < total:
            self.add_error("given", _("Uang kurang %(missing)s.") % {"missing": rupiah(total - given)})


class TakeBackForm(ServiceFormMixin, forms.Form):
    """How many of one line a buyer brings back, and why."""

    use_required_attribute = False

    quantity = PlainNumber(
        label=_l("Banyaknya"), min_value=1, error_messages={"required": _l("Isi banyaknya.")}
    )
    reason = forms.CharField(
        label=_l("Alasan pembeli"), max_length=200, error_messages={"required": _l("Tuliskan alasannya.")}
    )


class HandOverForm(ServiceFormMixin, forms.Form):
    """Quantities of a maker's variants that come in, go back or broke; one number beside each variant."""

    use_required_attribute = False

    handed_by = forms.CharField(
        label=_l("Nama yang menyerahkan atau menerima"), required=False, max_length=150
    )
    note = forms.CharField(label=_l("Catatan atau sebab"), required=False, max_length=200)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, variants, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("handed_by", "note"):  # by some of the buttons
            self.fields[name].is_needed = True
        self.variants = variants
        for variant in variants:
            self.fields[variant.reference] = PlainNumber(
                label=str(variant),
                required=False,
                help_text=_("%(code)s, di galeri %(quantity)s")
                % {"code": variant.reference, "quantity": variant.here},
            )
            self.fields[variant.reference].is_needed = True
        self.order_fields([variant.reference for variant in variants])

    def lines(self):
        """Pairs of a variant and the quantity typed beside it."""
        return [
            (variant, quantity)
            for variant in self.variants
            if (quantity := self.cleaned_data[variant.reference])
        ]
