"""Reference data of the register: areas, KBLI, scale rules and the words of the consents."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from accounts.enums import Purpose
from accounts.models import ConsentText
from core.indonesia import areas_of_semarang
from core.models import ServiceStandard, Tariff
from ikm.enums import BpsScale, Pp7Scale, Scale, ScaleRuleKind
from ikm.models import Area, Kbli, ScaleRule

KBLI_VERSION = 2020
KBLI_TABLE = Path(__file__).resolve().parent.parent / "reference" / "kbli2020.csv"

MILLION = 10**6
BILLION = 10**9

PERMENPERIN_64 = "Permenperin 64/M-IND/PER/7/2016"
BEFORE_PERMENPERIN_64 = (
    "Angka sebelum Permenperin 64/M-IND/PER/7/2016, dibaca dengan batas yang sama supaya sebanding"
)
UU_20 = "UU 20/2008 pasal 6"
PP_7 = "PP 7/2021 pasal 35"
BPS = "BPS, penggolongan industri menurut jumlah tenaga kerja"

# A scale holds up to (workers, rupiah). Two lines for "menengah": few workers with any investment, or any number of
# workers with at most 15 billion.
_PERMENPERIN_LIMITS = [
    (Scale.SMALL, 19, BILLION - 1),
    (Scale.MEDIUM, 19, None),
    (Scale.MEDIUM, None, 15 * BILLION),
    (Scale.LARGE, None, None),
]


def _by_amount(micro, small, medium):
    return [
        (Pp7Scale.MICRO, None, micro),
        (Pp7Scale.SMALL, None, small),
        (Pp7Scale.MEDIUM, None, medium),
        (Pp7Scale.LARGE, None, None),
    ]


#: (kind, in force from, until, legal basis, lines by rank)
SCALE_RULES = [
    (
        ScaleRuleKind.KEMENPERIN,
        date(1990, 1, 1),
        date(2016, 6, 30),
        BEFORE_PERMENPERIN_64,
        _PERMENPERIN_LIMITS,
    ),
    (ScaleRuleKind.KEMENPERIN, date(2016, 7, 1), None, PERMENPERIN_64, _PERMENPERIN_LIMITS),
    (
        ScaleRuleKind.PP7_CAPITAL,
        date(2008, 7, 4),
        date(2021, 2, 1),
        UU_20,
        _by_amount(50 * MILLION, 500 * MILLION, 10 * BILLION),
    ),
    (
        ScaleRuleKind.PP7_CAPITAL,
        date(2021, 2, 2),
        None,
        PP_7,
        _by_amount(BILLION, 5 * BILLION, 10 * BILLION),
    ),
    (
        ScaleRuleKind.PP7_SALES,
        date(2008, 7, 4),
        date(2021, 2, 1),
        UU_20,
        _by_amount(300 * MILLION, 2_500 * MILLION, 50 * BILLION),
    ),
    (
        ScaleRuleKind.PP7_SALES,
        date(2021, 2, 2),
        None,
        PP_7,
        _by_amount(2 * BILLION, 15 * BILLION, 50 * BILLION),
    ),
    (
        ScaleRuleKind.BPS,
        date(1990, 1, 1),
        None,
        BPS,
        [
            (BpsScale.MICRO, 4, None),
            (BpsScale.SMALL, 19, None),
            (BpsScale.MEDIUM, 99, None),
            (BpsScale.LARGE, None, None),
        ],
    ),
]

#: Fee of a trademark application per class: (code, label, rupiah, in force from)
PNBP_KEMENKUMHAM = "PP 28/2019, tarif PNBP Kementerian Hukum dan HAM"
TARIFFS = [
    ("merek.umum", "Pendaftaran merek per kelas, umum", 1_800_000, date(2019, 5, 3)),
    ("merek.umk", "Pendaftaran merek per kelas, usaha mikro dan kecil", 500_000, date(2019, 5, 3)),
]

#: What the office promises: (code, label, working days)
SERVICE_STANDARDS_FROM = date(2017, 1, 1)
UU_25 = "UU 25/2009 pasal 20, standar pelayanan dinas"
SERVICE_STANDARDS = [
    ("ikm.registration", "Pemeriksaan pendaftaran usaha", 3),
    ("ikm.change", "Pemeriksaan usulan perubahan data", 3),
    ("ikm.letter", "Penerbitan surat", 3),
    ("ikm.claim", "Pemeriksaan klaim hak atas usaha", 3),
]

CONSENT_TEXTS_FROM = date(2017, 1, 1)

#: purpose -> the words in Indonesian and in English
CONSENT_TEXTS = {
    Purpose.REGISTER: (
        "Saya setuju Dinas Perindustrian Kota Semarang menyimpan dan memakai data diri dan data usaha saya untuk "
        "pendataan dan pembinaan industri kecil dan menengah. Data saya hanya dibuka oleh petugas yang "
        "memerlukannya, dan setiap pembukaan dicatat. Saya dapat melihat, memperbaiki, dan meminta penghapusan "
        "data saya, serta menarik persetujuan ini di halaman Data saya.",
        "I agree that the industry office of Kota Semarang keeps and uses my personal and business data for the "
        "register of small and medium industries and its programmes. Only officials who need my data open them, and "
        "each time is logged. I can see and correct my data, ask for their erasure, and withdraw this consent on "
        "the page Data saya.",
    ),
    Purpose.PUBLISH: (
        "Saya setuju nama usaha, produk, merek, kelurahan, dan cerita usaha saya tampil di direktori umum portal "
        "ini. Nama pemilik, NIK, alamat lengkap, telepon, dan angka usaha tidak ditampilkan. Jika persetujuan ini "
        "saya tarik, halaman usaha saya hilang dari direktori seketika.",
        "I agree that the name, products, brand, kelurahan and story of my business appear in the public directory "
        "of this portal. The owner's name, NIK, full address, phone and figures are not shown. When I withdraw this "
        "consent, the page of my business leaves the directory at once.",
    ),
    Purpose.PUBLISH_CONTACT: (
        "Saya setuju nomor telepon dan titik peta usaha saya tampil di direktori umum portal ini, supaya pembeli "
        "dapat menghubungi dan mendatangi usaha saya.",
        "I agree that the phone number and the map position of my business appear in the public directory of this "
        "portal, so that buyers can call and visit my business.",
    ),
    Purpose.SHARE_WITH_BANK: (
        "Saya setuju data diri, data usaha, dan angka tahunan saya diteruskan kepada bank penyalur yang memproses "
        "permohonan kredit saya, dan hanya untuk permohonan itu.",
        "I agree that my personal data, business data and yearly figures are passed on to the bank which handles my "
        "credit application, and for that application only.",
    ),
    Purpose.MARKETPLACE: (
        "Saya setuju nama usaha, merek, foto, dan keterangan produk saya dipakai untuk promosi di lokapasar dan "
        "galeri yang bekerja sama dengan Dinas Perindustrian Kota Semarang.",
        "I agree that the name, brand, pictures and product descriptions of my business are used for promotion in "
        "marketplaces and galleries that work with the industry office of Kota Semarang.",
    ),
}


@transaction.atomic
def load_reference():
    """Bring the reference tables up to the project's own data; what the office changed there stays.

    Areas and KBLI titles follow the project; scale rules, tariffs, service standards, consent texts and KBLI keywords are
    only added where they are missing. Running it again changes nothing. Returns the number of rows of each kind that the project knows.
    """
    return {
        "areas": _load_areas(),
        "KBLI_codes": _load_kbli(),
        "scale_rules": _load_scale_rules(),
        "consent_texts": _load_consent_texts(),
        "tariffs": _load_tariffs(),
        "service_standards": _load_service_standards(),
    }


def _load_areas():
    rows = [
        Area(
            code=area.code,
            level=area.level,
            name=area.name,
            parent_id=area.kecamatan_code if area.level == "kelurahan" else None,
            postcode=area.postcode or "",
        )
        for area in areas_of_semarang()
    ]
    Area.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["level", "name", "parent", "postcode"],
    )
    return len(rows)


def _load_kbli():
    with KBLI_TABLE.open(encoding="utf-8", newline="") as lines:
        table = {row["code"]: row for row in csv.DictReader(lines)}
    Kbli.objects.bulk_create(
        [Kbli(version=KBLI_VERSION, **row) for row in table.values()],
        update_conflicts=True,
        unique_fields=["version", "code"],
        update_fields=["title"],
    )
    bare = list(Kbli.objects.filter(version=KBLI_VERSION, keywords="", code__in=table))
    filled = [kbli for kbli in bare if table[kbli.code]["keywords"]]
    for kbli in filled:
        kbli.keywords = table[kbli.code]["keywords"]
    Kbli.objects.bulk_update(filled, ["keywords"])
    return len(table)


def _load_scale_rules():
    rows = [
        ScaleRule(
            kind=kind,
            scale=scale,
            rank=rank,
            workers_max=workers_max,
            amount_max=None if amount_max is None else Decimal(amount_max),
            legal_basis=legal_basis,
            in_force_from=since,
            in_force_until=until,
        )
        for kind, since, until, legal_basis, lines in SCALE_RULES
        for rank, (scale, workers_max, amount_max) in enumerate(lines, 1)
    ]
    ScaleRule.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _load_consent_texts():
    rows = [
        ConsentText(purpose=purpose, version=1, text=text, text_en=text_en, in_force_from=CONSENT_TEXTS_FROM)
        for purpose, (text, text_en) in CONSENT_TEXTS.items()
    ]
    ConsentText.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _load_tariffs():
    rows = [
        Tariff(code=code, label=label, amount=amount, legal_basis=PNBP_KEMENKUMHAM, in_force_from=since)
        for code, label, amount, since in TARIFFS
    ]
    Tariff.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _load_service_standards():
    rows = [
        ServiceStandard(
            code=code,
            label=label,
            working_days=days,
            legal_basis=UU_25,
            in_force_from=SERVICE_STANDARDS_FROM,
        )
        for code, label, days in SERVICE_STANDARDS
    ]
    ServiceStandard.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
