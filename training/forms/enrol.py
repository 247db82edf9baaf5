"""The forms of enrolment: a person typed once, who comes, what is agreed to."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.enums import Sex
from ikm.forms.fields import DateInput, NikInput, PhoneInput


class PersonForm(ServiceFormMixin, forms.Form):
    """A worker who is not known yet."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Nama"),
        max_length=150,
        help_text=_("Seperti pada KTP."),
        error_messages={"required": _("Isi nama.")},
    )
    nik = NikInput(
        label=_("NIK"),
        help_text=_("16 angka pada KTP. Disimpan terenkripsi."),
        error_messages={"required": _("Isi NIK.")},
    )
    sex = forms.ChoiceField(
        label=_("Jenis kelamin"),
        choices=Sex,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih jenis kelamin.")},
    )
    birth_date = DateInput(label=_("Tanggal lahir"), required=False, help_text=_("Contoh 24-11-1980."))
    phone = PhoneInput(label=_("Telepon"), required=False, help_text=_("Contoh 0812-3456-7890."))
    has_disability = forms.BooleanField(
        label=_("Penyandang disabilitas"), required=False, help_text=_("Dipakai agar seleksi adil.")
    )


class EnrolForm(ServiceFormMixin, forms.Form):
    """The last page: one box, for all who come."""

    use_required_attribute = False
    agree = forms.BooleanField(
        label=_("Orang-orang ini tahu, dan setuju datanya dipakai dinas untuk pelatihan."),
        error_messages={"required": _("Beri tanda bila semua orang ini setuju.")},
    )


class CancelForm(ServiceFormMixin, forms.Form):
    """An official's reason."""

    use_required_attribute = False
    note = forms.CharField(
        label=_("Alasan"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=300,
        help_text=_("Peserta membaca kalimat ini."),
        error_messages={"required": _("Tuliskan alasannya.")},
    )


class QuotaForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    quota = forms.IntegerField(
        label=_("Jumlah kursi"),
        min_value=1,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-5"}),
        error_messages={"required": _("Isi jumlah kursi.")},
    )
