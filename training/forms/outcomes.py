"""The forms of what came of a run: scores, an opinion, who signs, a reason, three figures afterwards."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.forms.fields import PlainNumber, RupiahInput
from training.services.certificates import runs_with_due, signatories

MARKS = [
    (5, _("Sangat baik")),
    (4, _("Baik")),
    (3, _("Cukup")),
    (2, _("Kurang")),
    (1, _("Buruk")),
]


class ScoreInput(forms.DecimalField):
    """0 to 100 with up to two decimals, a comma or a dot."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2, **kwargs)

    def to_python(self, value):
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value):
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off", "class": "w-5"}


class ScoresForm(ServiceFormMixin, forms.Form):
    """Two fields for everybody with a seat."""

    use_required_attribute = False

    def __init__(self, people, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        for one in people:
            score = getattr(one, "score", None)
            for name, label in (("before", _("Nilai awal")), ("after", _("Nilai akhir"))):
                self.fields[f"{name}-{one.reference}"] = ScoreInput(
                    label=f"{label} {one.participant.name}", initial=getattr(score, name, None)
                )

    def rows(self):
        return [(one, self[f"before-{one.reference}"], self[f"after-{one.reference}"]) for one in self.people]

    def scores(self):
        """{Enrolment: (before, after)}."""
        cleaned = self.cleaned_data
        return {
            one: (cleaned[f"before-{one.reference}"], cleaned[f"after-{one.reference}"])
            for one in self.people
        }


def _mark(label):
    return forms.TypedChoiceField(
        label=label,
        choices=MARKS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih salah satu.")},
    )


class EvaluationForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    content = _mark(_("Materi"))
    trainer = _mark(_("Pelatih"))
    place = _mark(_("Tempat"))
    remark = forms.CharField(
        label=_("Saran"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Jangan tulis nama atau nomor. Saran dibaca tanpa tahu siapa yang menulis."),
    )


class SignForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    signatory = forms.ModelChoiceField(
        label=_("Penanda tangan"),
        queryset=None,
        empty_label=None,
        error_messages={"required": _("Pilih penanda tangan.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["signatory"].queryset = signatories()


class CertificatesForm(SignForm):
    """Several runs at once."""

    runs = forms.ModelMultipleChoiceField(
        label=_("Angkatan"),
        queryset=None,
        to_field_name="reference",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih paling sedikit satu angkatan.")},
    )
    field_order = ["runs", "signatory"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["runs"].queryset = runs_with_due()
        self.fields["runs"].label_from_instance = lambda run: (
            _("%(course)s, %(batch)s: %(count)s sertifikat")
            % {"course": run.course.title, "batch": run.batch, "count": run.due}
        )


class ReasonForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=200,
        help_text=_("Peserta membaca kalimat ini."),
        error_messages={"required": _("Tuliskan alasannya.")},
    )


class FollowUpForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False
    turnover = RupiahInput(
        label=_("Omzet setahun terakhir"),
        help_text=_("Perkiraan boleh. Contoh 25jt atau Rp25.000.000."),
        error_messages={"required": _("Isi omzet. Tulis 0 bila tidak ada.")},
    )
    workers = PlainNumber(
        label=_("Jumlah pekerja, termasuk pemilik"),
        max_value=100_000,
        error_messages={"required": _("Isi jumlah pekerja.")},
    )
    licences = PlainNumber(
        label=_("Jumlah izin dan sertifikat"),
        max_value=100,
        help_text=_("Misalnya NIB, P-IRT, halal, merek, dan SNI."),
        error_messages={"required": _("Isi jumlah izin. Tulis 0 bila tidak ada.")},
    )
