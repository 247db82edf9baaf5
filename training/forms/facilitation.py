"""The forms of facilitation: what a business asks for, what the office answers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.forms.fields import DateInput
from ikm.models import Business
from training.enums import FacilitationKind


class AskForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    business = forms.ModelChoiceField(
        label=_("Usaha"),
        queryset=None,
        empty_label=None,
        to_field_name="reference",
        error_messages={"required": _("Pilih usahanya.")},
    )
    kind = forms.ChoiceField(
        label=_("Bantuan"),
        choices=FacilitationKind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih bantuan yang diperlukan.")},
    )
    about = forms.CharField(
        label=_("Untuk produk atau merek"),
        max_length=120,
        help_text=_("Contoh: keripik tempe, atau nama mereknya."),
        error_messages={"required": _("Sebutkan produk atau mereknya.")},
    )
    note = forms.CharField(
        label=_("Penjelasan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Yang sudah diurus dan yang menjadi kendala."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["business"].queryset = (
            Business.objects.spoken_for_by(user).filter(status="registered").order_by("name", "pk")
        )


class NoteForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    note = forms.CharField(
        label=_("Keterangan untuk pemilik"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class GrantForm(NoteForm):
    """What was issued."""

    number = forms.CharField(label=_("Nomor"), required=False, max_length=60)
    issuer = forms.CharField(label=_("Penerbit"), required=False, max_length=120)
    issued_on = DateInput(label=_("Terbit"), required=False, help_text=_("Contoh 24-11-2026."))
    expires_on = DateInput(
        label=_("Berlaku sampai"), required=False, help_text=_("Kosongkan bila tidak berakhir.")
    )
    field_order = ["number", "issuer", "issued_on", "expires_on", "note"]

    def __init__(self, *args, is_licence, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_licence:
            for name in ("number", "issuer", "issued_on", "expires_on"):
                del self.fields[name]
