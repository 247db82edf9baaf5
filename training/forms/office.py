"""Forms of the training officer's pages."""

from datetime import datetime

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.dates import WIB, add_months, today
from core.doors import ServiceFormMixin
from core.uploads import inspect_spreadsheet
from ikm.forms.office import ClockField, DayField
from training.enums import RunStatus, SessionStatus
from training.forms.public import MONTHS_AHEAD, parse_month
from training.models import Equipment, Room, Run, Trainer
from training.services.timetables import usual_sessions

#: Runs that can be put into one timetable.
MOST_RUNS = 60


class SessionForm(ServiceFormMixin, forms.Form):
    """When, where and by whom a session is held."""

    day = DayField(label=_("Hari"))
    begins = ClockField(label=_("Mulai"))
    ends = ClockField(label=_("Selesai"))
    room = forms.ModelChoiceField(label=_("Ruang"), queryset=Room.objects.none())
    trainer = forms.ModelChoiceField(label=_("Pelatih"), queryset=Trainer.objects.none())
    title = forms.CharField(label=_("Materi"), required=False, max_length=160)
    equipment = forms.ModelMultipleChoiceField(
        label=_("Peralatan"),
        required=False,
        queryset=Equipment.objects.filter(is_active=True),
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label=_("Catatan untuk peserta"),
        required=False,
        max_length=300,
        help_text=_("Ikut dikirim bila waktu berubah."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, run, session=None, **kwargs):
        if session is not None:
            first, last = (one.astimezone(WIB) for one in (session.during.lower, session.during.upper))
            kwargs["initial"] = {
                "day": first.date(),
                "begins": first.time(),
                "ends": last.time(),
                "room": session.room_id,
                "trainer": session.trainer_id,
                "version": session.version,
            }
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = Room.objects.filter(
            is_active=True, capacity__gte=run.quota
        ).select_related("venue")
        self.fields["trainer"].queryset = Trainer.objects.filter(
            is_active=True, topics__contains=[run.course.topic]
        )
        unused = ["title", "equipment"] if session is not None else ["note", "version"]
        if session is None and not self.fields["equipment"].queryset.exists():
            unused.append("equipment")
        for name in unused:
            del self.fields[name]

    def place(self):
        """What plan_session and move_session want to know."""
        given = self.cleaned_data
        return {
            "starts_at": datetime.combine(given["day"], given["begins"], tzinfo=WIB),
            "ends_at": datetime.combine(given["day"], given["ends"], tzinfo=WIB),
            "room": given["room"],
            "trainer": given["trainer"],
        }


class NoteForm(ServiceFormMixin, forms.Form):
    """Why something does not take place."""

    note = forms.CharField(label=_("Alasan"), max_length=300, help_text=_("Dibaca peserta dan pelatih."))


class CloneForm(ServiceFormMixin, forms.Form):
    """The name and the first day of a copy."""

    batch = forms.CharField(label=_("Nama angkatan baru"), max_length=40)
    starts_on = DayField(label=_("Mulai tanggal"))


class TimetableForm(ServiceFormMixin, forms.Form):
    """Which runs are to be put into which month, how often and how long they meet."""

    month = forms.ChoiceField(label=_("Bulan"))
    without = forms.CharField(
        label=_("Hari yang tidak dipakai"),
        required=False,
        help_text=_("Tanggal dipisah koma, misalnya 3, 17. Hari libur dan akhir pekan sudah dikecualikan."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        first = today().replace(day=1)
        months = [add_months(first, count) for count in range(MONTHS_AHEAD)]
        self.fields["month"].choices = [(f"{one:%Y-%m}", date_format(one, "F Y")) for one in months]
        self.fields["month"].initial = f"{months[1]:%Y-%m}"
        self.runs = list(
            Run.objects.filter(status=RunStatus.DRAFT)
            .exclude(sessions__status=SessionStatus.PLANNED)
            .select_related("course")
            .order_by("starts_on", "pk")[:MOST_RUNS]
        )
        for run in self.runs:
            sessions, minutes = usual_sessions(run.course)
            self.fields[f"run_{run.pk}"] = forms.BooleanField(label=str(run), required=False, initial=True)
            self.fields[f"sessions_{run.pk}"] = forms.IntegerField(
                label=_("Jumlah pertemuan"), min_value=1, max_value=20, initial=sessions,
                widget=forms.NumberInput(attrs={"class": "w-5"}),
            )  # fmt: skip
            self.fields[f"minutes_{run.pk}"] = forms.IntegerField(
                label=_("Lama (menit)"), min_value=30, max_value=480, initial=minutes,
                widget=forms.NumberInput(attrs={"class": "w-5"}),
            )  # fmt: skip

    def rows(self):
        """(run, its three fields) for the page's table."""
        return [
            (run, *(self[f"{name}_{run.pk}"] for name in ("run", "sessions", "minutes"))) for run in self.runs
        ]

    def clean_month(self):
        return parse_month(self.cleaned_data["month"])

    def clean(self):
        cleaned = super().clean()
        month, words = cleaned.get("month"), cleaned.get("without", "")
        if month:
            try:
                cleaned["without"] = [
                    month.replace(day=int(word)) for word in words.replace(",", " ").split()
                ]
            except ValueError:
                self.add_error("without", _("Tulis tanggal dalam bulan itu, misalnya 3, 17."))
        return cleaned

    def asked(self):
        given = self.cleaned_data
        return [
            (run, given[f"sessions_{run.pk}"], given[f"minutes_{run.pk}"])
            for run in self.runs
            if given.get(f"run_{run.pk}")
        ]


class MeetingForm(ServiceFormMixin, forms.Form):
    """Where a proposed meeting is moved; it stays as long as it is."""

    day = DayField(label=_("Hari"))
    begins = ClockField(label=_("Mulai"))
    room = forms.ModelChoiceField(
        label=_("Ruang"), queryset=Room.objects.filter(is_active=True).select_related("venue")
    )
    trainer = forms.ModelChoiceField(label=_("Pelatih"), queryset=Trainer.objects.filter(is_active=True))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def starts_at(self):
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["begins"], tzinfo=WIB)


class SheetForm(ServiceFormMixin, forms.Form):
    """A sheet of sessions."""

    file = forms.FileField(
        label=_("Berkas jadwal"),
        help_text=_(
            "Excel (.xlsx) atau CSV dengan kolom angkatan, pertemuan, tanggal, mulai, selesai, ruang, pelatih; boleh juga "
            "materi dan peralatan (pisahkan dengan titik koma)."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_file(self):
        return inspect_spreadsheet(self.cleaned_data["file"]).content
