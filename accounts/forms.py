"""Web forms about people."""

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import DataRequest, User
from core.doors import ServiceFormMixin
from core.indonesia import parse_phone


class PhoneField(forms.CharField):
    """A phone number as people write it; cleans to E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value):
        value = super().clean(value)
        return parse_phone(value) if value else ""


class LoginForm(AllauthLoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Nomor ponsel atau surel")
        self.fields["password"].label = _("Kata sandi")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignupForm(AllauthSignupForm):
    """Name, one way to be reached, and a password."""

    name = forms.CharField(
        label=_("Nama lengkap"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "phone", "email", "password1"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].label = _("Nomor ponsel")
        self.fields["phone"].help_text = _(
            "Contoh 0812-3456-7890. Isi nomor ponsel atau surel, boleh keduanya."
        )
        self.fields["email"].label = _("Surel")
        self.fields["password1"].label = _("Kata sandi")
        self.fields["password1"].help_text = _(
            "Paling sedikit 12 huruf atau angka. Tiga kata yang Anda ingat sudah cukup."
        )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def _clean_phone(self):
        """No SMS can tell the number's holder, so that the page itself says what to do."""
        phone = self.cleaned_data.get("phone")
        if phone and User.objects.filter(phone=phone).exists():
            self.add_error(
                "phone", _("Nomor ini sudah terdaftar. Silakan masuk, atau minta kode loket kepada petugas.")
            )

    def clean(self):
        cleaned = super().clean()
        if (
            not self.errors.keys() & {"phone", "email"}
            and not cleaned.get("phone")
            and not cleaned.get("email")
        ):
            self.add_error("phone", _("Isi nomor ponsel atau surel, salah satu saja sudah cukup."))
        return cleaned


class ResetPasswordForm(AllauthResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Surel")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class CounterCodeEntryForm(forms.Form):
    """The code handed over at the counter."""

    login = forms.CharField(label=_("Nomor ponsel atau surel"), max_length=254)
    code = forms.CharField(
        label=_("Kode dari petugas"),
        max_length=9,
        help_text=_("Enam angka. Berlaku 10 menit, sekali pakai."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-10"}
        ),
    )

    def clean_code(self):
        return "".join(self.cleaned_data["code"].split())


class CounterCodeIssueForm(ServiceFormMixin, forms.Form):
    """Whom the code is for; a phone not yet known makes a new account."""

    phone = PhoneField(label=_("Nomor ponsel"), help_text=_("Nomor orang yang berdiri di depan Anda."))
    name = forms.CharField(
        label=_("Nama lengkap"),
        max_length=150,
        required=False,
        help_text=_("Hanya bila nomor ini belum terdaftar."),
    )


class ProfileForm(ServiceFormMixin, forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language"]


class DataRequestForm(ServiceFormMixin, forms.Form):
    kind = forms.ChoiceField(label=_("Yang Anda minta"), choices=DataRequest.Kind, widget=forms.RadioSelect)
    detail = forms.CharField(
        label=_("Penjelasan"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Sebutkan data mana dan apa yang seharusnya. Dijawab paling lambat 3 × 24 jam."),
    )
