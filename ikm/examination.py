"""What an official examines before deciding on a registration: every part of the entry with its value, what looks wrong in
it, and the documents. Reads only."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import Avg, Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import date_in_words
from core.indonesia import (
    check_licence_number,
    display_phone,
    mask_nik,
    parse_nik,
    parse_npwp,
    rupiah,
)
from core.models import Attachment
from ikm.enums import BusinessStatus, LicenceKind, Scale, Sex
from ikm.models import Business, Licence
from ikm.parts import PARTS, SECTIONS, document_kind
from ikm.route import haversine_m
from ikm.services.duplicates import find_near_duplicates
from ikm.services.registration import LICENCE_FORMATS
from ikm.similarity import reasons

WEEKDAYS = (
    gettext_lazy("Senin"),
    gettext_lazy("Selasa"),
    gettext_lazy("Rabu"),
    gettext_lazy("Kamis"),
    gettext_lazy("Jumat"),
    gettext_lazy("Sabtu"),
    gettext_lazy("Minggu"),
)

#: The point is shown in one line; a correction of it names the latitude.
LABELS = {"latitude": gettext_lazy("Titik peta")}

#: Beyond this the point on the map hardly lies in the kelurahan named.
FAR_FROM_KELURAHAN_M = 4000


@dataclass
class ExaminedPart:
    """One part with its value as lines of text, what looks wrong in it, and whether the owner was asked about it before."""

    name: str
    label: str
    lines: list
    doubts: list = field(default_factory=list)
    asked_before: str = ""


@dataclass
class Section:
    """A page of the registration with its parts."""

    title: str
    parts: list


@dataclass
class Paper:
    """A document of the entry; `part` is what a correction of it names, empty for further files."""

    label: str
    part: str
    attachment: object = None

    @property
    def is_image(self):
        return self.attachment is not None and self.attachment.content_type_name.startswith("image/")


@dataclass
class Alike:
    """Another business that may be the same, and why."""

    business: Business
    why: str


@dataclass
class Examination:
    """Everything for the side-by-side page."""

    business: Business
    owner: object
    sections: list
    papers: list
    alike: list
    scale: str
    doubts_count: int


def examine(business):
    """The Examination of a business, at a fixed number of queries."""
    ownership = business.ownerships.select_related("owner").first()
    owner = ownership.owner if ownership else None
    figure = business.figures.first()
    licences = list(business.licences.all())
    products = list(business.products.all())
    files = _files(business, licences)
    asked = {
        item.field: item.note or item.get_reason_display()
        for item in business.correction_items.order_by("id")
    }
    values = _values(business, owner, figure, licences, products)
    doubts = {
        "nib": _nib_doubts(business, licences),
        "npwp": _refusal(parse_npwp, business.npwp),
        "owner_nik": _nik_doubts(owner),
        "licences": _licence_doubts(licences),
        "latitude": _position_doubts(business),
        "money": _money_doubts(figure),
        "workers": [] if figure else [_("Tenaga kerja belum diisi, skala belum dapat dihitung.")],
        "founded_year": _year_doubts(business),
        "phone": _phone_doubts(business),
    }
    sections = []
    for section, title in SECTIONS.items():
        examined = [
            ExaminedPart(
                name,
                LABELS.get(name, part.label),
                values.get(name, []),
                doubts.get(name, []),
                asked.get(name, ""),
            )
            for name, part in PARTS.items()
            if part.section == section and not part.document and name != "longitude"
        ]
        if examined:
            sections.append(Section(title, examined))
    papers = _papers(files, licences)
    return Examination(
        business=business,
        owner=owner,
        sections=sections,
        papers=papers,
        alike=_alike(business),
        scale=_scale_sentence(figure),
        doubts_count=sum(len(part.doubts) for section in sections for part in section.parts),
    )


def _files(business, licences):
    """The files of the business and of its licences, newest last, in one query each for types and rows."""
    wanted = Q(pk__in=business.attachments.filter(removed_at__isnull=True).values("pk"))
    if licences:
        wanted |= Q(
            pk__in=Attachment.objects.filter(
                removed_at__isnull=True, object_id__in=[licence.pk for licence in licences]
            )
            .filter(content_type__app_label="ikm", content_type__model=Licence._meta.model_name)
            .values("pk")
        )
    return list(Attachment.objects.filter(wanted).select_related("content_type").order_by("id"))


def _papers(files, licences):
    """Every document part, filled or missing, then whatever else was attached."""
    numbers = {licence.pk: str(licence) for licence in licences}
    papers, shown = [], set()
    for name, part in PARTS.items():
        if not part.document:
            continue
        own = [file for file in files if file.kind == document_kind(name)]
        shown.update(file.pk for file in own)
        papers += [
            Paper(str(part.label) if number == 1 else f"{part.label} ({number})", name, file)
            for number, file in enumerate(own, 1)
        ] or [Paper(str(part.label), name)]
    for file in files:
        if file.pk not in shown:
            of_licence = file.content_type.model == Licence._meta.model_name
            papers.append(
                Paper(
                    numbers[file.object_id] if of_licence else file.original_name,
                    "licences" if of_licence else "",
                    file,
                )
            )
    return papers


def _values(business, owner, figure, licences, products):
    point = f"{business.latitude}, {business.longitude}" if business.latitude is not None else ""
    values = {
        "name": business.name,
        "legal_form": business.get_legal_form_display(),
        "brand": business.brand,
        "nib": business.nib,
        "npwp": mask_nik(business.npwp) if business.npwp else "",
        "founded_year": business.founded_year,
        "main_kbli": business.main_kbli and f"{business.main_kbli.code} {business.main_kbli.title}",
        "address": business.address,
        "kelurahan": business.kelurahan and str(business.kelurahan),
        "postcode": business.postcode,
        "latitude": point,
        "phone": display_phone(business.phone) if business.phone else "",
        "email": business.email,
        "website": business.website,
        "visit_days": ", ".join(str(WEEKDAYS[day]) for day in sorted(business.visit_days)),
        "visit_from": business.visit_from and f"{business.visit_from:%H.%M} WIB",
        "visit_until": business.visit_until and f"{business.visit_until:%H.%M} WIB",
    }
    if owner:
        values |= {
            "owner_name": owner.name,
            "owner_nik": mask_nik(owner.nik) if owner.nik else "",
            "owner_sex": owner.get_sex_display(),
            "owner_birth_date": owner.birth_date and date_in_words(owner.birth_date),
            "owner_has_disability": _("Ya") if owner.has_disability else _("Tidak"),
            "owner_phone": display_phone(owner.phone) if owner.phone else "",
            "owner_ktp_address": owner.ktp_address,
        }
    lines = {name: [str(value)] if value not in (None, "") else [] for name, value in values.items()}
    lines["products"] = [
        f"{product.name} ({product.capacity:g} {product.unit})".replace(".", ",")
        if product.capacity
        else product.name
        for product in products
    ]
    lines["licences"] = [_licence_line(licence) for licence in licences]
    if figure:
        lines["workers"] = [
            _("%(men)d laki-laki, %(women)d perempuan (%(year)d)")
            % {"men": figure.men_workers, "women": figure.women_workers, "year": figure.year}
        ]
        lines["money"] = [
            f"{label}: {rupiah(amount)}"
            for label, amount in (
                (_("Investasi tanpa tanah dan bangunan"), figure.investment),
                (_("Tanah dan bangunan"), figure.land_and_buildings),
                (_("Omzet"), figure.turnover),
                (_("Bahan baku"), figure.raw_material_value),
            )
            if amount is not None
        ]
    return lines


def _licence_line(licence):
    line = f"{licence.get_kind_display()} {licence.number}"
    if licence.expires_on:
        line += " – " + _("berlaku sampai %(day)s") % {"day": date_in_words(licence.expires_on)}
    return line


def _refusal(check, *values):
    """The sentences with which a parser refuses a value, none for an empty or a good one."""
    if not values[-1]:
        return []
    try:
        check(*values)
    except ValidationError as error:
        return error.messages
    return []


def _nib_doubts(business, licences):
    doubts = _refusal(check_licence_number, "nib", business.nib)
    for licence in licences:
        if licence.kind == LicenceKind.NIB and business.nib and licence.number != business.nib:
            doubts.append(
                _("Berbeda dengan NIB dalam daftar izin (%(number)s).") % {"number": licence.number}
            )
    return doubts


def _nik_doubts(owner):
    """What the NIK itself says against the other answers; its digits are never repeated here."""
    if owner is None or not owner.nik:
        return [_("NIK belum diisi.")]
    try:
        nik = parse_nik(owner.nik)
    except ValidationError:
        return [_("NIK tidak berbentuk NIK yang benar. Cocokkan dengan KTP.")]
    doubts = []
    if owner.birth_date and nik.birth_date != owner.birth_date:
        doubts.append(_("Tanggal lahir di dalam NIK berbeda dengan tanggal lahir yang diisi."))
    if owner.sex and (nik.sex == "P") != (owner.sex == Sex.FEMALE):
        doubts.append(_("Jenis kelamin di dalam NIK berbeda dengan yang diisi."))
    return doubts


def _licence_doubts(licences):
    doubts, today = [], timezone.localdate()
    for licence in licences:
        if licence.kind in LICENCE_FORMATS:
            try:
                checked = check_licence_number(LICENCE_FORMATS[licence.kind], licence.number)
            except ValidationError as error:
                doubts += [f"{licence.get_kind_display()}: {message}" for message in error.messages]
            else:
                doubts += [f"{licence.get_kind_display()}: {warning}" for warning in checked.warnings]
        if licence.expires_on and licence.expires_on < today:
            doubts.append(
                _("%(licence)s habis masa berlakunya %(day)s.")
                % {"licence": licence, "day": date_in_words(licence.expires_on)}
            )
    return doubts


def _position_doubts(business):
    """Whether the point lies far from the middle of the kelurahan's other businesses."""
    if business.latitude is None or business.kelurahan_id is None:
        return []
    others = (
        Business.objects.filter(kelurahan=business.kelurahan_id, latitude__isnull=False)
        .exclude(pk=business.pk)
        .aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"), count=Count("pk"))
    )
    if others["count"] < 3:
        return []
    distance = haversine_m((business.latitude, business.longitude), (others["latitude"], others["longitude"]))
    if distance < FAR_FROM_KELURAHAN_M:
        return []
    return [
        _("Titik peta %(km)s km dari usaha lain di kelurahan ini.")
        % {"km": f"{distance / 1000:.1f}".replace(".", ",")}
    ]


def _money_doubts(figure):
    if figure is None:
        return []
    doubts = []
    if figure.scale == Scale.LARGE:
        doubts.append(_("Menurut aturan ini industri besar, bukan IKM."))
    if (
        None not in (figure.turnover, figure.raw_material_value)
        and figure.raw_material_value > figure.turnover
    ):
        doubts.append(_("Nilai bahan baku lebih besar daripada omzet."))
    if figure.investment is None:
        doubts.append(_("Investasi belum diisi, skala hanya dapat dihitung dari pekerja."))
    return doubts


def _year_doubts(business):
    if business.founded_year and business.founded_year > timezone.localdate().year:
        return [_("Tahun berdiri belum tiba.")]
    return []


def _scale_sentence(figure):
    """Which scales the rules give, in one sentence."""
    if figure is None or not figure.scale:
        return ""
    return _("Skala %(scale)s (Permenperin 64/2016), %(pp7)s (PP 7/2021), %(bps)s (BPS).") % {
        "scale": figure.get_scale_display().lower(),
        "pp7": figure.get_pp7_scale_display().lower() or "–",
        "bps": figure.get_bps_scale_display().lower() or "–",
    }


def _phone_doubts(business):
    """Whether other businesses gave the same number."""
    if not business.phone:
        return []
    others = (
        Business.objects.filter(phone=business.phone)
        .exclude(pk=business.pk)
        .exclude(status__in=[BusinessStatus.DRAFT, BusinessStatus.MERGED])[:3]
    )
    return [_("Nomor ini juga dipakai %(name)s.") % {"name": other} for other in others]


def _alike(business):
    """Other files that may be this business, best first, each with what speaks for it."""
    return [
        Alike(candidate.business, ", ".join(reasons(candidate.likeness.evidence)))
        for candidate in find_near_duplicates(business, at_most=5)
    ]
