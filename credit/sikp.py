"""Prospective debtors as SIKP takes them from a regional government: one row an application, checked before it leaves.

The fields, their order and lengths are those of SIKP's table of prospective debtors (PMK 12/2024); codes that only a bank
knows (marital status, education, occupation, linkage) stay empty.
"""

import io
import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Purpose
from accounts.models import Consent
from core.indonesia import display_phone, mask_nik
from core.languages import in_indonesian
from core.spreadsheets import write_csv
from credit.enums import ApplicationStatus, CollateralKind
from credit.models import Application, Loan
from credit.selectors import begun_on
from ikm.enums import Sex

#: Applications that a bank is to decide on, or is about to.
STATUSES = (
    ApplicationStatus.RECOMMENDED,
    ApplicationStatus.FORWARDED,
    ApplicationStatus.IN_BANK_REVIEW,
    ApplicationStatus.APPROVED,
)


@dataclass(frozen=True)
class Field:
    """A column: its name in SIKP and here, the longest text it takes, whether it must be filled, and the form it must have."""

    name: str
    label: str
    length: int
    is_required: bool = False
    pattern: str = ""


_DAY = r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(19|20)\d\d"
_AMOUNT = r"\d+"

FIELDS = (
    Field("nik", gettext_lazy("NIK"), 16, True, r"\d{16}"),
    Field("nmr_registry", gettext_lazy("Nomor permohonan"), 15, True),
    Field("nama", gettext_lazy("Nama pemilik"), 250, True),
    Field("tgl_lahir", gettext_lazy("Tanggal lahir"), 8, True, _DAY),
    Field("jns_kelamin", gettext_lazy("Jenis kelamin"), 1, True, "[LP]"),
    Field("maritas_sts", gettext_lazy("Status perkawinan"), 2),
    Field("pendidikan", gettext_lazy("Pendidikan"), 2),
    Field("pekerjaan", gettext_lazy("Pekerjaan"), 4),
    Field("alamat", gettext_lazy("Alamat KTP"), 255, True),
    Field("kode_kabkota", gettext_lazy("Kota pada KTP"), 4, True, r"\d{4}"),
    Field("kode_pos", gettext_lazy("Kode pos"), 5, pattern=r"\d{5}"),
    Field("npwp", gettext_lazy("NPWP"), 16, pattern=r"\d{15,16}"),
    Field("mulai_usaha", gettext_lazy("Mulai usaha"), 8, True, _DAY),
    Field("alamat_usaha", gettext_lazy("Alamat usaha"), 255, True),
    Field("ijin_usaha", gettext_lazy("Izin usaha"), 255, True),
    Field("modal_usaha", gettext_lazy("Modal usaha"), 18, pattern=_AMOUNT),
    Field("jml_pekerja", gettext_lazy("Banyaknya pekerja"), 6, pattern=_AMOUNT),
    Field("jml_kredit", gettext_lazy("Jumlah kredit"), 18, True, _AMOUNT),
    Field("is_linkage", gettext_lazy("Linkage"), 1),
    Field("linkage", gettext_lazy("Lembaga linkage"), 6),
    Field("no_hp", gettext_lazy("Nomor HP"), 16, True, r"0\d{7,14}"),
    Field("uraian_agunan", gettext_lazy("Uraian agunan"), 255),
    Field("is_subsidized", gettext_lazy("Pernah disubsidi"), 1, True, "[01]"),
    Field("subsidi_sebelumnya", gettext_lazy("Subsidi sebelumnya"), 255),
)

_SEX = {Sex.MALE: "L", Sex.FEMALE: "P"}


@dataclass(frozen=True)
class Fault:
    """What SIKP would refuse in a column of a row, and how it has to be."""

    column: Field
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """An application as a row of SIKP; `faults` say what keeps it from being sent."""

    application: object
    values: dict
    faults: list = field(default_factory=list)

    @property
    def masked_nik(self):
        nik = self.values["nik"]
        return mask_nik(nik) if len(nik) == 16 else "–"


def prospects(user):
    """The Prospects among the applications that `user` sees: at a bank or about to be, whose owners consented to that."""
    consented = Consent.objects.active(Purpose.SHARE_WITH_BANK).values("subject")
    rows = list(
        Application.objects.visible_to(user)
        .filter(status__in=STATUSES, reference__in=consented)
        .select_related("owner", "business__kelurahan", "business__latest_figure", "scheme_version")
        .prefetch_related("business__licences")
        .order_by("id")
    )
    earlier = {}
    for reference, owner in Loan.objects.filter(
        application__owner__in=[row.owner_id for row in rows]
    ).values_list("reference", "application__owner"):
        earlier.setdefault(owner, []).append(reference)
    return [prospect(row, earlier.get(row.owner_id, [])) for row in rows]


def prospect(application, earlier=()):
    """`application` as a row; `earlier` are references of subsidised loans its owner had."""
    owner, business = application.owner, application.business
    figure = business.latest_figure
    licences = [f"NIB {business.nib}"] if business.nib else []
    licences += [f"{one.get_kind_display()} {one.number}" for one in business.licences.all()]
    values = {
        "nik": owner.nik,
        "nmr_registry": application.reference,
        "nama": owner.name,
        "tgl_lahir": _day(owner.birth_date),
        "jns_kelamin": _SEX.get(owner.sex, ""),
        "alamat": owner.ktp_address,
        "kode_kabkota": owner.ktp_area_code.replace(".", "")[:4],
        "kode_pos": business.postcode,
        "npwp": business.npwp,
        "mulai_usaha": _day(begun_on(business)),
        "alamat_usaha": business.address,
        "ijin_usaha": "; ".join(licences),
        "modal_usaha": _number(figure.investment if figure else None),
        "jml_pekerja": _number(business.workers),
        "jml_kredit": _number(application.recommended_amount or application.amount),
        "is_linkage": "0",
        "no_hp": display_phone(owner.phone or business.phone).replace("-", "")
        if owner.phone or business.phone
        else "",
        "uraian_agunan": ""
        if application.collateral_kind == CollateralKind.NONE
        else application.collateral_description,
        "is_subsidized": "1" if earlier else "0",
        "subsidi_sebelumnya": ", ".join(earlier),
    }
    values = {one.name: " ".join(str(values.get(one.name, "")).split()) for one in FIELDS}
    return Prospect(application=application, values=values, faults=faults_of(values))


def _day(day):
    return f"{day:%d%m%Y}" if day else ""


def _number(value):
    return "" if value is None else f"{value:f}" if not isinstance(value, int) else str(value)


def faults_of(values):
    """The Faults of a row, one a column at most."""
    wanted = {
        "nik": _("harus 16 angka."),
        "tgl_lahir": _("harus tanggal yang lengkap."),
        "mulai_usaha": _("harus tanggal yang lengkap."),
        "jns_kelamin": _("harus L atau P."),
        "no_hp": _("harus angka dan dimulai dengan 0."),
    }
    found = []
    for one in FIELDS:
        value = values[one.name]
        if not value:
            if one.is_required:
                found.append(Fault(one, _("belum terisi.")))
        elif len(value) > one.length:
            sentence = _("paling panjang %(most)d huruf, kini %(now)d.")
            found.append(Fault(one, sentence % {"most": one.length, "now": len(value)}))
        elif "|" in value:
            found.append(Fault(one, _("hapus tanda |.")))
        elif one.pattern and not re.fullmatch(one.pattern, value):
            found.append(Fault(one, wanted.get(one.name) or _("bentuknya tidak diterima SIKP.")))
    return found


@in_indonesian
def as_text(rows, kind):
    """The rows (values) as the text of a file: "txt" has `|` between the columns, "csv" commas; both a heading."""
    header = [one.name for one in FIELDS]
    table = [[values[name] for name in header] for values in rows]
    if kind == "txt":
        return "".join("|".join(cells) + "\r\n" for cells in [header, *table])
    stream = io.StringIO(newline="")
    write_csv(stream, header, table)
    return stream.getvalue()
