"""Forms of the officials' pages."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.doors import ServiceFormMixin
from ikm.enums import AreaLevel, CorrectionReason
from ikm.examination import WEEKDAYS
from ikm.forms.fields import CoordinateInput
from ikm.models import Area
from ikm.parts import PARTS
from ikm.queue import Filters
from ikm.services.changes import Decision
from ikm.services.verification import Correction
from ikm.visit_planning import verifiers, working_days


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
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Wajib bila menolak, menutup, atau membuka kembali. Dibaca pemilik."),
    )
    closed_on = forms.DateField(
        label=_("Tutup sejak"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    nik_reason = forms.CharField(label=_("Alasan membuka NIK"), required=False, max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["nik_reason"].is_needed = True  # by the button beside it
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


# --- Visits -------------------------------------------------------------------------------------------------------------


class DayField(forms.DateField):
    """A day, picked in the browser's calendar or typed the Indonesian way."""

    widget = forms.DateInput(attrs={"type": "date", "class": "w-10"}, format="%Y-%m-%d")


class ClockField(forms.TimeField):
    """A time of day, picked or typed (`09.30`)."""

    widget = forms.TimeInput(attrs={"type": "time", "class": "w-10"}, format="%H:%M")


class PlanForm(forms.Form):
    """For which days, whom and where visits are proposed (GET)."""

    use_required_attribute = False

    dari = DayField(label=_("Dari tanggal"))
    sampai = DayField(label=_("Sampai tanggal"))
    petugas = forms.ModelMultipleChoiceField(
        label=_("Petugas"),
        queryset=User.objects.none(),
        to_field_name="reference",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih paling sedikit satu petugas.")},
    )
    siapa = forms.MultipleChoiceField(
        label=_("Yang dikunjungi"),
        choices=[
            ("menunggu", _("Menunggu pendaftaran")),
            ("usang", _("Verifikasi lebih dari 12 bulan")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih siapa yang dikunjungi.")},
    )
    kecamatan = forms.ChoiceField(label=_("Kecamatan"), required=False)
    sehari = forms.IntegerField(
        label=_("Kunjungan sehari, paling banyak"),
        min_value=1,
        max_value=12,
        widget=forms.NumberInput(attrs={"class": "w-5"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Who holds the role depends on the day, so it is asked for each page anew.
        self.fields["petugas"].queryset = verifiers()
        areas = Area.objects.filter(level=AreaLevel.KECAMATAN).values_list("code", "name")
        self.fields["kecamatan"].choices = [("", _("Semua kecamatan")), *areas]

    def clean(self):
        data = super().clean()
        first, last = data.get("dari"), data.get("sampai")
        if first and first <= timezone.localdate():
            self.add_error("dari", _("Pilih mulai besok, supaya pemilik sempat diberi tahu."))
        if first and last and last < first:
            self.add_error("sampai", _("Tanggal akhir harus sesudah tanggal awal."))
        elif first and last and not working_days(first, last):
            self.add_error("sampai", _("Tidak ada hari kerja di antara kedua tanggal itu."))
        return data

    def days(self):
        """The working days that were asked for."""
        return working_days(self.cleaned_data["dari"], self.cleaned_data["sampai"])


class VisitResultForm(ServiceFormMixin, forms.Form):
    """What an officer finds at a business; also its draft."""

    use_required_attribute = False

    is_operating = forms.TypedChoiceField(
        label=_("Apakah usaha berjalan?"),
        choices=[("ya", _("Ya, berproduksi")), ("tidak", _("Tidak berjalan atau tidak ada"))],
        coerce=lambda value: value == "ya",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih apakah usaha ini berjalan.")},
    )
    result_note = forms.CharField(
        label=_("Catatan hasil"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Yang dilihat: tempat produksi, alat, jumlah pekerja, produk."),
    )
    latitude = CoordinateInput(
        label=_("Lintang"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    longitude = CoordinateInput(
        label=_("Bujur"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Only a finished visit has to say it; a draft and a closed door do not.
        self.fields["is_operating"].required = not self.is_bound or self.data.get("action") == "done"


class PhotoForm(ServiceFormMixin, forms.Form):
    """One photo of a visit."""

    photo = forms.FileField(
        label=_("Foto tempat usaha"),
        widget=forms.FileInput(
            attrs={
                "accept": "image/jpeg,image/png,image/webp,image/heic",
                "capture": "environment",
                "data-shrink": "",
            }
        ),
        error_messages={"required": _("Pilih satu foto dahulu.")},
    )


class RescheduleForm(ServiceFormMixin, forms.Form):
    """Another day or officer for a visit."""

    use_required_attribute = False

    planned_on = DayField(label=_("Tanggal"))
    verifier = forms.ModelChoiceField(
        label=_("Petugas"), queryset=User.objects.none(), to_field_name="reference", empty_label=None
    )
    expected_from = ClockField(label=_("Perkiraan jam"), required=False)
    note = forms.CharField(
        label=_("Alasan"), required=False, max_length=300, help_text=_("Wajib bila membatalkan.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["verifier"].queryset = verifiers()


WEEKDAY_CHOICES = [(str(number), name) for number, name in enumerate(WEEKDAYS)]


class VisitTimeForm(ServiceFormMixin, forms.Form):
    """When the owner can be met."""

    use_required_attribute = False

    days = forms.MultipleChoiceField(
        label=_("Hari Anda ada di tempat"),
        choices=WEEKDAY_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih paling sedikit satu hari.")},
    )
    visit_from = ClockField(label=_("Mulai pukul"), required=False)
    visit_until = ClockField(label=_("Sampai pukul"), required=False)


# --- Changes, claims, stale verifications -------------------------------------------------------------------------------


class ChangeDecisionForm(ServiceFormMixin, forms.Form):
    """Accept or refuse each line of a proposal; what is refused needs a reason."""

    use_required_attribute = False

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[item.field] = forms.ChoiceField(
                label=PARTS[item.field].label,
                choices=[("accept", _("Terima")), ("refuse", _("Tolak"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Putuskan bagian ini: terima atau tolak.")},
            )
            self.fields[f"reason_{item.field}"] = forms.CharField(
                label=_("Alasan menolak"), required=False, max_length=300
            )

    def decisions(self):
        """{part: Decision} for services.changes.decide_changes."""
        data = self.cleaned_data
        return {
            item.field: Decision(data[item.field] == "accept", data[f"reason_{item.field}"])
            for item in self.items
        }


class NoteForm(ServiceFormMixin, forms.Form):
    """A reason."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("Catatan atau alasan"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Wajib bila menolak. Pemohon membaca alasan ini."),
    )
