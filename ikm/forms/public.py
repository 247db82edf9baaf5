"""What visitors ask of the directory and of the statistics. Both are GET forms: the address is the question."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ikm.directory import SHOWN_CERTIFICATES, Wish
from ikm.divisions import DIVISIONS
from ikm.enums import Scale
from ikm.models import Area

KBLI_VERSION = 2020


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class AsOfField(forms.DateField):
    """A day up to today."""

    widget = DayInput

    def validate(self, value):
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(_("Tanggal ini masih akan datang. Pilih hari ini atau sebelumnya."))


class DirectoryForm(forms.Form):
    """Turns the address of the directory into a `Wish`."""

    cari = forms.CharField(
        label=_("Cari usaha atau produk"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kecamatan = forms.ChoiceField(label=_("Kecamatan"), required=False)
    skala = forms.ChoiceField(label=_("Skala"), required=False, choices=[("", _("Semua")), *Scale.choices])
    kbli = forms.ChoiceField(
        label=_("Jenis industri"),
        required=False,
        choices=[("", _("Semua")), *DIVISIONS[KBLI_VERSION].items()],
    )
    sertifikat = forms.ChoiceField(
        label=_("Sertifikat yang berlaku"),
        required=False,
        choices=[("", _("Semua")), *[(kind.value, kind.label) for kind in SHOWN_CERTIFICATES]],
    )
    as_of = AsOfField(label=_("Terdaftar pada tanggal"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kecamatan = Area.objects.filter(level="kecamatan").order_by("name").values_list("code", "name")
        self.fields["kecamatan"].choices = [("", _("Semua")), *kecamatan]

    def wish(self):
        """The valid part of the question; what could not be read asks for nothing."""
        given = self.cleaned_data
        return Wish(
            text=given.get("cari") or "",
            kecamatan=given.get("kecamatan") or "",
            scale=given.get("skala") or "",
            division=given.get("kbli") or "",
            certificate=given.get("sertifikat") or "",
            day=given.get("as_of"),
        )

    @property
    def filters_in_use(self):
        """How many filters beside the words."""
        names = ("kecamatan", "skala", "kbli", "sertifikat", "as_of")
        return sum(bool(self.cleaned_data.get(name)) for name in names)


class StatisticsForm(forms.Form):
    """The two dates of a report."""

    as_of = AsOfField(label=_("Keadaan pada tanggal"), required=False)
    known_at = forms.DateTimeField(
        label=_("Seperti diketahui Dinas pada"),
        help_text=_("Waktu Semarang (WIB). Kosongkan untuk data terbaru."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
    )

    def clean_known_at(self):
        moment = self.cleaned_data["known_at"]
        if moment and moment > timezone.now():
            raise ValidationError(_("Saat ini masih akan datang. Pilih waktu yang sudah lewat."))
        return moment
