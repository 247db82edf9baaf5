"""Sheets as the office would send them, made up: believable, repeatable, of any length."""

import csv
import random
from functools import cache

import xlsxwriter

from core.indonesia import areas_of_semarang

HEADINGS = [
    "No", "Badan Usaha", "Nama Perusahaan", "Nama Pemilik", "Jalan/Alamat", "Desa/Kel", "Kecamatan", "Telepon", "Email",
    "Izin Usaha Industri", "Nomor/Tahun izin", "KBLI", "Komoditi", "Jenis Produk", "Cabang Industri", "Tahun Data", "TK LK",
    "TK PR", "Nilai Investasi", "Jml Kapasitas Produksi", "Sat", "Nilai produksi", "Nilai BB/BP",
]  # fmt: skip
#: The twenty columns of PERFORMANCE: without the number and the two rarely filled ones.
TWENTY = [heading for heading in HEADINGS if heading not in ("No", "Email", "Izin Usaha Industri")]

_FIRST = [
    "Siti",
    "Sri",
    "Budi",
    "Agus",
    "Endang",
    "Wahyu",
    "Dewi",
    "Eko",
    "Rini",
    "Slamet",
    "Tri",
    "Dwi",
    "Nur",
    "Hadi",
    "Lestari",
    "Bambang",
    "Yuli",
    "Indah",
]
_LAST = [
    "Lestari",
    "Santoso",
    "Wibowo",
    "Utami",
    "Handayani",
    "Prasetyo",
    "Rahayu",
    "Susanto",
    "Hartono",
    "Kusuma",
    "Puspita",
    "Setiawan",
]
_WORDS = [
    "Berkah",
    "Jaya",
    "Sari",
    "Makmur",
    "Sejahtera",
    "Barokah",
    "Lancar",
    "Mulya",
    "Abadi",
    "Rejeki",
    "Mandiri",
    "Sentosa",
    "Murni",
    "Asri",
]
_KINDS = [
    ("13134", "Batik", "Kain batik tulis", "Sandang dan Kulit", "pcs"),
    ("10710", "Roti dan kue", "Roti manis", "Pangan", "kg"),
    ("10794", "Kerupuk", "Kerupuk udang", "Pangan", "kg"),
    ("10750", "Bandeng presto", "Bandeng presto", "Pangan", "kg"),
    ("31001", "Mebel kayu", "Kursi kayu", "Kerajinan dan Aneka", "unit"),
    ("14111", "Pakaian jadi", "Kemeja", "Sandang dan Kulit", "lusin"),
    ("25934", "Peralatan dapur", "Wajan", "Logam dan Elektronika", "buah"),
    ("23932", "Gerabah", "Guci", "Kimia dan Bahan Bangunan", "buah"),
]


@cache
def _kelurahan():
    return [area for area in areas_of_semarang() if area.level == "kelurahan"]


def made_up_rows(count, *, seed=2017, bad_every=0):
    """`count` rows under HEADINGS, each another firm; every `bad_every`-th row has a mistake."""
    draw = random.Random(seed)
    for number in range(1, count + 1):
        area = draw.choice(_kelurahan())
        kbli, commodity, product, branch, unit = draw.choice(_KINDS)
        word = draw.choice(_WORDS)
        value = draw.randrange(20, 900) * 1_000_000
        row = [
            str(number), draw.choice(["PO", "UD", "CV", "PO", "PO"]), f"{commodity} {word} {number}",
            f"{draw.choice(_FIRST)} {draw.choice(_LAST)}", f"Jl. {draw.choice(_LAST)} No. {draw.randrange(1, 300)}",
            area.name, area.kecamatan, f"08{draw.randrange(10**9, 10**10)}", f"usaha{number}@contoh.id",
            draw.choice(["belum", "IUMK", "belum"]), "", kbli, commodity, product, branch, "2017",
            str(draw.randrange(1, 12)), str(draw.randrange(0, 12)), str(draw.randrange(5, 900) * 1_000_000),
            str(draw.randrange(100, 20_000)), unit, str(value), str(value * 6 // 10),
        ]  # fmt: skip
        if bad_every and number % bad_every == 0:
            row[11] = "1071"
        yield row


def write_csv(path, count, *, headings=TWENTY, **options):
    places = [HEADINGS.index(heading) for heading in headings]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([row[place] for place in places] for row in made_up_rows(count, **options))


def write_xlsx(path, count, *, headings=TWENTY, **options):
    places = [HEADINGS.index(heading) for heading in headings]
    numbers = {
        "Tahun Data",
        "TK LK",
        "TK PR",
        "Nilai Investasi",
        "Jml Kapasitas Produksi",
        "Nilai produksi",
        "Nilai BB/BP",
    }
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True})
    worksheet = workbook.add_worksheet("Data IKM")
    for column, heading in enumerate(headings):
        worksheet.write_string(0, column, heading)
    for line, row in enumerate(made_up_rows(count, **options), 1):
        for column, place in enumerate(places):
            if HEADINGS[place] in numbers:
                worksheet.write_number(line, column, float(row[place]))
            else:
                worksheet.write_string(line, column, row[place])
    workbook.close()
