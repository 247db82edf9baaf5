"""The programme of the demo city: the budget's nomenclature, activities under the five pillars, their targets and quarters; and
figures of 2012–2017 as newspapers stated them, which disagree. Ceilings and targets are examples."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from core import dates
from ikm.demo import people
from programme.enums import Pillar, TargetKind
from programme.models import Activity, BudgetCode, BudgetLine, Period
from programme.services import activities

MILLION = 1_000_000

#: Permendagri 90/2019 for the urusan and its programs; the kegiatan and sub kegiatan in the words of the demo.
CODES = {
    "3.31": "Urusan pemerintahan bidang perindustrian",
    "3.31.02": "Perencanaan dan pembangunan industri",
    "3.31.02.2.01": "Penyusunan dan evaluasi rencana pembangunan industri kota",
    "3.31.02.2.01.0004": "Koordinasi, sinkronisasi, dan pembangunan sarana dan prasarana industri",
    "3.31.02.2.01.0005": "Koordinasi, sinkronisasi, dan pemberdayaan industri dan peran serta masyarakat",
    "3.31.02.2.02": "Pembinaan industri kecil dan menengah",
    "3.31.02.2.02.0003": "Pelatihan dan pendampingan industri kecil",
    "3.31.02.2.02.0004": "Promosi dan pemasaran produk industri kecil",
}

#: Sub kegiatan that no other room of the demo brings, with the ceiling of a year in millions of rupiah.
CEILINGS = {"3.31.02.2.01.0004": 1400, "3.31.02.2.02.0004": 650}

#: code, pillar, name, purpose, [(kind, indicator, unit, baseline, goal, source, reached by each quarter's end in tenths of the way)]
PLANS = [
    (
        "3.31.02.2.01.0005", Pillar.STIMULATING, "Subsidi bunga Kredit Wibawa",
        "Usaha kecil memperoleh modal dengan bunga 3% setahun.",
        [(TargetKind.OUTPUT, "Pinjaman yang dicairkan", "pinjaman", 20, 120, "Pembukuan kredit", (2, 4, 7, 9)),
         (TargetKind.OUTCOME, "Peminjam yang omzetnya naik", "usaha", 8, 60, "Angka tahunan usaha", (0, 2, 4, 6))],
    ),
    (
        "3.31.02.2.02.0004", Pillar.MARKETING, "Kreatif Galeri dan pemasaran daring",
        "Produk terkurasi dijual di galeri dan lokapasar, di dalam dan luar negeri.",
        [(TargetKind.OUTPUT, "Produk yang tayang", "produk", 120, 300, "Katalog galeri", (3, 6, 8, 10)),
         (TargetKind.OUTCOME, "Penjualan lewat galeri", "juta rupiah", 90, 240, "Titip jual galeri", (1, 3, 6, 8))],
    ),
    (
        "3.31.02.2.01.0004", Pillar.ADJUSTING, "Sarana bersama di sentra dan Kota Lama",
        "Mesin dan los bersama menyesuaikan cara kerja usaha kecil dengan pasar.",
        [(TargetKind.OUTPUT, "Jam pemakaian mesin bersama", "jam", 400, 1600, "Catatan pemakaian", (2, 5, 7, 9))],
    ),
    (
        "3.31.02.2.01.0005", Pillar.RAISING, "Pembinaan sentra",
        "Sentra berdasar hukum, berpengurus, dan mampu memenuhi pesanan besar.",
        [(TargetKind.OUTPUT, "Sentra yang aktif", "sentra", 12, 20, "Daftar klaster", (3, 6, 9, 10))],
    ),
    (
        "3.31.02.2.02.0003", Pillar.TRAINING, "Pelatihan desain, kemasan, dan sertifikasi",
        "Perajin menguasai desain, kemasan, standar, dan pengelolaan usaha.",
        [(TargetKind.OUTPUT, "Peserta yang lulus", "orang", 150, 480, "Daftar kelulusan", (2, 5, 8, 10)),
         (TargetKind.OUTCOME, "Lulusan yang memperoleh izin atau sertifikat", "usaha", 20, 110, "Register usaha", (1, 3, 5, 7))],
    ),
]  # fmt: skip

#: topic, year, value, unit, source, day. They disagree; the portal chooses none.
STATED = [
    ("Anggaran bidang perindustrian dalam APBD", 2017, 362_099_248, "rupiah", "jatengprov.go.id", date(2017, 7, 12)),
    ("Anggaran bidang perindustrian dalam APBD", 2017, 3_000_000_000, "rupiah", "metrosemarang.com", date(2017, 7, 12)),
    ("Anggaran bidang perindustrian dalam APBD", 2017, "8.2", "% APBD", "jatengprov.go.id", date(2017, 7, 12)),
    ("Omzet UKM Kota Semarang", 2012, 314, "miliar rupiah", "solopos.com", date(2017, 8, 2)),
    ("Omzet UKM Kota Semarang", 2015, 379, "miliar rupiah", "solopos.com", date(2017, 8, 2)),
    ("Omzet UKM Kota Semarang", 2016, 716, "miliar rupiah", "solopos.com", date(2017, 8, 2)),
    ("Omzet UKM Kota Semarang", 2016, 726, "miliar rupiah", "metrosemarang.com", date(2017, 8, 2)),
    ("Industri kecil dan menengah", 2017, 3497, "usaha", "finance.detik.com", date(2017, 6, 1)),
    ("Tenaga kerja industri kecil dan menengah", 2017, 29770, "orang", "finance.detik.com", date(2017, 6, 1)),
]  # fmt: skip


@transaction.atomic
def seed_demo(*, seed=2017):
    """Add the programme of last year and this one unless it is there. Returns how many activities. The same for every `seed`."""
    if Activity.objects.exists():
        return 0
    by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
    officer = User.objects.get(email=by_role[Role.PROGRAMME_OFFICER])
    administrator = User.objects.get(email=by_role[Role.ADMINISTRATOR])
    BudgetCode.objects.bulk_create(BudgetCode(code=code, name=name) for code, name in CODES.items())
    for topic, year, value, unit, source, day in STATED:
        activities.state_figure(
            actor=officer,
            topic=topic,
            year=year,
            value=Decimal(value),
            unit=unit,
            source=source,
            stated_on=day,
        )
    made = 0
    for year in (dates.today().year - 1, dates.today().year):
        made += _year(year, officer, administrator)
    return made


def _year(year, officer, administrator):
    for code, ceiling in CEILINGS.items():
        BudgetLine.objects.get_or_create(
            code=code,
            year=year,
            defaults={
                "name": CODES[code],
                "ceiling": ceiling * MILLION,
                "stated_on": date(year, 1, 2),
                "document": f"DPA {year} (contoh)",
            },
        )
    ways = {}
    for code, pillar, name, purpose, wanted in PLANS:
        activity = activities.plan_activity(
            actor=officer,
            name=name,
            line=BudgetLine.objects.get(code=code, year=year),
            pillar=pillar,
            purpose=purpose,
            starts_on=date(year, 1, 15),
            ends_on=date(year, 12, 15),
            owner=officer,
        )
        for kind, indicator, unit, baseline, goal, source, way in wanted:
            target = activities.set_target(
                activity,
                actor=officer,
                kind=kind,
                indicator=indicator,
                unit=unit,
                baseline=Decimal(baseline),
                baseline_on=date(year - 1, 12, 31),
                goal=Decimal(goal),
                goal_on=date(year, 12, 31),
                source=source,
                owner=officer,
            )
            ways[target] = way
    ended = 4 if year < dates.today().year else (dates.today().month - 1) // 3
    for quarter in range(1, min(ended + 1, 4) + 1):
        period = activities.open_period(actor=officer, year=year, quarter=quarter)
        if quarter > ended:
            continue  # the quarter that runs: its numbers are still collected
        for target, way in ways.items():
            value = target.baseline + (target.goal - target.baseline) * way[quarter - 1] / 10
            activities.record_realisation(
                target, actor=officer, period=period, value=round(value), source=target.source
            )
        period = activities.submit_period(period, actor=officer)
        if quarter < ended:
            activities.approve_period(period, actor=administrator)
    if year < dates.today().year:
        _correct(ways, Period.objects.get(year=year, quarter=3), officer)
    return len(PLANS)


def _correct(ways, period, officer):
    """Last year's third quarter was counted too high: the correction stands beside what it corrects."""
    target = next(one for one in ways if one.indicator == "Peserta yang lulus")
    activities.record_realisation(
        target,
        actor=officer,
        period=period,
        value=Decimal(402),
        source="Daftar kelulusan, dihitung ulang",
        reason="Dua angkatan terhitung dua kali.",
    )
