"""Forms of the officials' pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.doors import ServiceFormMixin
from ikm.enums import AreaLevel, CorrectionReason
from ikm.models import Area
from ikm.parts import PARTS
from ikm.queue import Filters
from ikm.services.verification import Correction


class QueueFilterForm(forms.Form):
    """What narrows the work queue (GET)."""

    use_required_attribute = False

    cari = forms.CharField(label=_("Nama usaha atau nomor"), required=False, max_length=100)
    jenis = forms.MultipleChoiceField(
        label=_("Jenis pekerjaan"), required=False, widget=forms.CheckboxSelectMultiple
    )
    kecamatan = forms.ChoiceField(label=_("Kecamatan"), required=False)
    terlambat = forms.BooleanField(label=_("Hanya yang lewat batas"), required=False)

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["jenis"].choices = [
            (name, kind.label) for name, kind in kinds.items() if not kind.only_counted
        ]
        areas = Area.objects.filter(level=AreaLevel.KECAMATAN).values_list("code", "name")
        self.fields["kecamatan"].choices = [("", _("Semua kecamatan")), *areas]

    def filters(self):
        """The queue's Filters; whatever is not a choice is left out."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            kinds=tuple(data.get("jenis") or ()),
            kecamatan=data.get("kecamatan") or "",
            overdue=bool(data.get("terlambat")),
            words=data.get("cari") or "",
        )


class SaveFilterForm(ServiceFormMixin, forms.Form):
    """A name for the filter in use."""

    name = forms.CharField(label=_("Nama saringan"), max_length=60)
    query = forms.CharField(widget=forms.HiddenInput, max_length=1000, required=False)


class DecisionForm(ServiceFormMixin, forms.Form):
    """The official's decision on a business, with a reason and a note beside every part that may be asked again."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput)
    queue = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)
    note = forms.CharField(
        label=_("Catatan atau alasan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Wajib bila menolak, menutup, atau membuka kembali. Pemilik membaca alasan ini."),
    )
    closed_on = forms.DateField(
        label=_("Tutup sejak"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    nik_reason = forms.CharField(label=_("Alasan membuka NIK"), required=False, max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, part in PARTS.items():
            self.fields[f"ask_{name}"] = forms.ChoiceField(
                label=_("Perbaikan: %(part)s") % {"part": part.label},
                required=False,
                choices=[("", _("Sudah benar")), *CorrectionReason.choices],
            )
            self.fields[f"note_{name}"] = forms.CharField(
                label=_("Penjelasan: %(part)s") % {"part": part.label}, required=False, max_length=300
            )

    def corrections(self):
        """The Corrections that were ticked. A note without a reason counts as another reason."""
        asked = []
        for name in PARTS:
            reason, note = self.cleaned_data.get(f"ask_{name}"), self.cleaned_data.get(f"note_{name}", "")
            if reason or note.strip():
                asked.append(Correction(name, reason or CorrectionReason.OTHER, note))
        return asked
