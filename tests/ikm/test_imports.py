"""The office's sheet into the register: real files, every verdict, twice the same, all or nothing."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from core.models import AuditEntry
from ikm import scale
from ikm.enums import BusinessStatus, ImportStatus, RowVerdict
from ikm.imports.scale_sql import pp7_case, scale_case
from ikm.imports.sheets import open_sheet
from ikm.models import (
    Business,
    BusinessEvent,
    DuplicatePair,
    ImportBatch,
    ImportMapping,
    ImportRow,
    Licence,
    Owner,
    YearlyFigure,
)
from ikm.services import imports
from ikm.services.figures import scale_limits

pytestmark = pytest.mark.django_db

ROW = {
    "Badan Usaha": "UD",
    "Nama Perusahaan": "Batik Sari",
    "Nama Pemilik": "Siti Aminah",
    "Jalan/Alamat": "Jl. Batik No. 5",
    "Desa/Kel": "Rejomulyo",
    "Kecamatan": "Semarang Timur",
    "Telepon": "0812-3456-7890 / 024-3541234",
    "KBLI": "13134",
    "Jenis Produk": "Kain batik",
    "Tahun Data": "2017",
    "TK LK": "1",
    "TK PR": "4",
    "Nilai Investasi": "25000000",
    "Jml Kapasitas Produksi": "600",
    "Sat": "pcs",
    "Nilai produksi": "180000000",
    "Nilai BB/BP": "70000000",
}
NIK_SITI, NIK_ANI = "3374014107800001", "3374015508820002"


def csv_of(*rows, columns=None):
    """A .csv of rows that differ from ROW in the given cells."""
    columns = columns or list(dict.fromkeys([*ROW, *(name for row in rows for name in row)]))
    lines = [";".join(columns)] + [
        ";".join(str((ROW | row).get(name, "")) for name in columns) for row in rows
    ]
    return "\n".join(lines).encode()


def bring_in(*rows, content=None, **options):
    options = {"actor": None, "money_in_thousands": False, "name": "data.csv", "sha256": "0" * 64} | options
    return imports.import_sheet(open_sheet(content or csv_of(*rows)), **options)


def verdicts(outcome):
    return {verdict: count for verdict, count in outcome.counts.items() if count}


def reason(outcome, line):
    return " ".join(remark["message"] for remark in outcome.errors[line])


# --- A whole sheet ---


def test_a_row_becomes_a_registered_business_with_owner_figures_and_product():
    outcome = bring_in({})
    assert verdicts(outcome) == {"new": 1}
    business = Business.objects.get()
    assert business.status == BusinessStatus.REGISTERED
    assert (business.name, business.legal_form, business.main_kbli.code) == ("Batik Sari", "ud", "13134")
    assert (business.kelurahan.name, business.kelurahan.parent.name) == ("Rejomulyo", "Semarang Timur")
    assert business.postcode == business.kelurahan.postcode
    assert business.phone == "+6281234567890"
    assert business.registered_on == date(2017, 12, 31)
    assert (business.scale, business.workers, business.product_words) == ("small", 5, "Kain batik")
    figure = business.figures.get()
    assert business.latest_figure == figure
    assert (figure.year, figure.men_workers, figure.women_workers, figure.source) == (2017, 1, 4, "import")
    assert (figure.investment, figure.production_value, figure.raw_material_value) == (
        25_000_000,
        180_000_000,
        70_000_000,
    )
    assert (figure.capacity, figure.unit, figure.scale, figure.bps_scale) == (600, "pcs", "small", "small")
    owner = business.ownerships.get().owner
    assert (owner.name, owner.phone) == ("Siti Aminah", "+62243541234")
    assert business.products.get().capacity == 600
    business.full_clean()
    figure.full_clean(exclude=["workers"])
    owner.full_clean()


def test_the_register_in_search_finds_what_was_imported():
    bring_in({})
    assert Business.objects.filter(search="batik").exists()
    assert Business.objects.in_register(date(2018, 1, 1)).exists()
    assert not Business.objects.in_register(date(2017, 6, 14)).exists()


def test_the_same_file_twice_changes_nothing():
    content = csv_of({}, {"Tahun Data": "2018", "TK PR": "6"}, {"Jenis Produk": "Kebaya"}, {"KBLI": "1313"})
    first = bring_in(content=content)
    assert verdicts(first) == {"new": 3, "refused": 1}
    before = list(Business.objects.values()) + list(YearlyFigure.objects.values())
    events = BusinessEvent.objects.count()
    second = bring_in(content=content)
    assert verdicts(second) == {"unchanged": 3, "refused": 1}
    assert list(Business.objects.values()) + list(YearlyFigure.objects.values()) == before
    assert BusinessEvent.objects.count() == events
    assert (second.added, second.changed) == (0, 0)


def test_changes_are_told_field_by_field_and_kept_in_history(registrar):
    bring_in({})
    outcome = bring_in({"Jalan/Alamat": "Jl. Baru 9", "KBLI": "14111", "TK PR": "30"}, actor=registrar)
    assert verdicts(outcome) == {"changed": 1}
    row = ImportRow.objects.get(batch=outcome.batch)
    assert row.changes == {
        "address": ["Jl. Batik No. 5", "Jl. Baru 9"],
        "kbli": ["13134", "14111"],
        "figure.women": [4, 30],
    }
    business = Business.objects.get()
    assert (business.address, business.workers, business.scale) == ("Jl. Baru 9", 31, "medium")
    assert business.version > 1
    assert row.business == business
    event = BusinessEvent.objects.filter(pgh_obj_id=business.pk).order_by("pgh_id").last()
    assert event.address == "Jl. Baru 9"
    assert event.pgh_context == {"user": registrar.pk, "import_batch": outcome.batch.reference}
    entry = AuditEntry.objects.filter(action="ikm.import_business").order_by("number").last()
    assert (entry.actor, entry.subject) == (registrar, outcome.batch.reference)
    assert entry.detail == {"new": 0, "changed": 1, "unchanged": 0, "refused": 0}


def test_an_empty_cell_says_nothing_and_erases_nothing():
    bring_in({"Email": "batik@contoh.id"})
    assert verdicts(bring_in({"Email": "", "Telepon": ""})) == {"unchanged": 1}
    assert Business.objects.get().email == "batik@contoh.id"


def test_a_dry_run_counts_and_writes_nothing():
    outcome = bring_in({}, {"KBLI": "1"}, dry_run=True)
    assert verdicts(outcome) == {"new": 1, "refused": 1}
    assert not Business.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not AuditEntry.objects.exists()


def test_nothing_is_half_applied_when_the_database_refuses_at_the_end(monkeypatch):
    monkeypatch.setattr(
        imports.audit, "record", lambda *args, **kwargs: connection.cursor().execute("SELECT 1/0")
    )
    with pytest.raises(Exception, match="division by zero"):
        bring_in({})
    assert not Business.objects.exists()
    assert not Owner.objects.exists()


def test_who_may_not_import_is_refused(stranger):
    with pytest.raises(PermissionDenied):
        bring_in({}, actor=stranger)


# --- One firm on many rows ---


def test_products_and_years_of_one_firm_make_one_business():
    outcome = bring_in(
        {},
        {
            "Jenis Produk": "Kebaya",
            "Nilai produksi": "20000000",
            "Jml Kapasitas Produksi": "50",
            "Nilai BB/BP": "5000000",
        },
        {"Tahun Data": "2018", "TK PR": "6", "Telepon": ""},
    )
    assert verdicts(outcome) == {"new": 3}
    business = Business.objects.get()
    assert set(business.products.values_list("name", flat=True)) == {"Kain batik", "Kebaya"}
    of_2017, of_2018 = business.figures.order_by("year")
    assert (of_2017.production_value, of_2017.capacity, of_2017.raw_material_value) == (
        200_000_000,
        650,
        75_000_000,
    )
    assert of_2018.women_workers == 6
    assert business.latest_figure == of_2018
    assert business.workers == 7
    assert business.phone == "+6281234567890"  # 2018 left it empty
    assert business.registered_on == date(2017, 12, 31)


def test_kilograms_and_pieces_are_not_added_up():
    bring_in({}, {"Jenis Produk": "Malam", "Sat": "kg"})
    figure = YearlyFigure.objects.get()
    assert (figure.capacity, figure.unit) == (None, "")
    assert figure.production_value == 360_000_000


def test_a_repeated_product_of_the_same_year_is_refused():
    outcome = bring_in({}, {"Jenis Produk": "KAIN BATIK"})
    assert verdicts(outcome) == {"new": 1, "refused": 1}
    assert reason(outcome, 3) == "Usaha, tahun, dan produk ini sudah ada di baris 2."


def test_rows_of_one_year_that_contradict_each_other_are_refused():
    outcome = bring_in({}, {"Jenis Produk": "Kebaya", "TK PR": "9"})
    assert verdicts(outcome) == {"new": 1, "refused": 1}
    assert "berbeda dari baris 2" in reason(outcome, 3)
    assert YearlyFigure.objects.get().women_workers == 4


def test_an_older_sheet_adds_its_year_and_leaves_todays_address_alone():
    bring_in({"Tahun Data": "2018"})
    outcome = bring_in({"Tahun Data": "2015", "Jalan/Alamat": "Jl. Lama 1", "Jml Kapasitas Produksi": "10"})
    row = ImportRow.objects.get(batch=outcome.batch)
    assert row.changes == {"figure": ["", 2015]}
    assert "Register sudah memuat data tahun 2018" in row.warnings[0]["message"]
    business = Business.objects.get()
    assert business.address == "Jl. Batik No. 5"
    assert business.figures.count() == 2
    assert business.latest_figure.year == 2018


# --- Which business a row means ---


def test_a_nib_finds_the_business_under_another_name_and_address():
    bring_in({"NIB": "9120301234567"})
    outcome = bring_in(
        {"NIB": "9120301234567", "Nama Perusahaan": "Batik Sari Asih", "Jalan/Alamat": "Jl. Lain 2"}
    )
    assert verdicts(outcome) == {"changed": 1}
    assert Business.objects.get().name == "Batik Sari Asih"


def test_a_nib_in_the_column_of_licence_numbers_counts_as_nib():
    bring_in({"Izin Usaha Industri": "NIB", "Nomor/Tahun izin": "9120301234567"})
    assert Business.objects.get().nib == "9120301234567"
    assert not Licence.objects.exists()


def test_a_nib_of_quite_another_firm_is_refused():
    bring_in({"NIB": "9120301234567"})
    outcome = bring_in(
        {"NIB": "9120301234567", "Nama Perusahaan": "Roti Enak", "Nama Pemilik": "Budi", "Desa/Kel": "Tanjung Mas",
         "Kecamatan": "Semarang Utara"}
    )  # fmt: skip
    assert verdicts(outcome) == {"refused": 1}
    assert "NIB ini di register milik" in reason(outcome, 2)


def test_a_known_business_with_another_nib_is_refused():
    bring_in({"NIB": "9120301234567"})
    assert "ber-NIB 9120301234567" in reason(bring_in({"NIB": "9120301234568"}), 2)


def test_rows_without_nib_join_their_namesake_with_one():
    outcome = bring_in({"NIB": "9120301234567"}, {"Tahun Data": "2016"})
    assert verdicts(outcome) == {"new": 2}
    assert Business.objects.count() == 1


def test_a_business_gets_the_nib_it_lacked():
    bring_in({})
    outcome = bring_in({"NIB": "9120301234567"})
    assert ImportRow.objects.get(batch=outcome.batch).changes == {"nib": [None, "9120301234567"]}
    assert Business.objects.get().nib == "9120301234567"


def test_the_owners_nik_and_the_name_find_the_business_in_another_kelurahan():
    bring_in({"NIK": NIK_SITI})
    outcome = bring_in({"NIK": NIK_SITI, "Desa/Kel": "Tanjung Mas", "Kecamatan": "Semarang Utara"})
    assert verdicts(outcome) == {"changed": 1}
    assert Business.objects.get().kelurahan.name == "Tanjung Mas"


def test_a_nik_is_sealed_and_shown_only_masked():
    outcome = bring_in(
        {"NIK": NIK_SITI, "NPWP": "013121660091000"}, {"NIK": NIK_SITI, "KBLI": "1", "Tahun Data": "2016"}
    )
    owner = Owner.objects.get()
    assert (owner.nik, owner.sex, owner.birth_date) == (NIK_SITI, "female", date(1980, 7, 1))
    assert Owner.objects.with_blind(nik=NIK_SITI).get() == owner
    assert Business.objects.with_blind(npwp="0013121660091000").exists()
    kept = str(list(ImportRow.objects.filter(batch=outcome.batch).values()))
    assert NIK_SITI not in kept
    assert "3374••••••••0001" in kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik FROM ikm_owner UNION ALL SELECT nik FROM ikm_ownerevent")
        assert all(NIK_SITI not in nik for (nik,) in cursor)


def test_one_person_by_nik_owns_two_firms_as_one_owner():
    bring_in(
        {"NIK": NIK_SITI},
        {"NIK": NIK_SITI, "Nama Perusahaan": "Warung Siti", "Jenis Produk": "Abon", "KBLI": "10130"},
    )
    assert Owner.objects.get().ownerships.count() == 2


def test_an_owner_known_by_name_gets_the_nik():
    bring_in({})
    outcome = bring_in({"NIK": NIK_SITI})
    assert ImportRow.objects.get(batch=outcome.batch).changes == {"nik": ["", "3374••••••••0001"]}
    assert Owner.objects.get().nik == NIK_SITI
    assert verdicts(bring_in({"NIK": NIK_SITI})) == {"unchanged": 1}


def test_another_nik_for_a_known_owner_is_refused():
    bring_in({"NIK": NIK_SITI})
    assert "NIK pemilik berbeda" in reason(bring_in({"NIK": NIK_ANI, "NIB": ""}), 2)


def test_the_legal_form_and_marks_in_a_name_do_not_make_another_firm():
    bring_in({"Nama Perusahaan": "UD. Batik-Sari"})
    assert verdicts(bring_in({"Nama Perusahaan": "UD. Batik-Sari"})) == {"unchanged": 1}
    outcome = bring_in({"Nama Perusahaan": "batik sari"})
    assert verdicts(outcome) == {"changed": 1}
    assert Business.objects.count() == 1


def test_namesakes_elsewhere_or_of_other_owners_are_other_firms():
    outcome = bring_in(
        {},
        {"Desa/Kel": "Tanjung Mas", "Kecamatan": "Semarang Utara"},
        {"Nama Pemilik": "Budi", "Jalan/Alamat": "Jl. Jauh 77"},
    )
    assert verdicts(outcome) == {"new": 3}
    assert Business.objects.count() == 3


def test_a_new_namesake_in_the_kelurahan_is_pointed_out(registrar):
    bring_in({})
    content = csv_of({"Nama Pemilik": "Budi", "Jalan/Alamat": "Jl. Jauh 77"})
    batch = imports.upload_batch(content, actor=registrar, name="a.csv")
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False)
    batch = imports.check_batch(batch, actor=registrar)
    assert Business.objects.get().reference in batch.rows.get().warnings[0]["message"]


def test_two_namesakes_that_cannot_be_told_apart_are_refused():
    bring_in({})
    twin = Business.objects.get()
    owner = twin.ownerships.get().owner
    twin.pk = twin.reference = twin.latest_figure_id = None
    twin.address = "Jl. Lain 8"
    twin.reference = ""
    twin.save()
    twin.ownerships.create(owner=owner)
    outcome = bring_in({"Jalan/Alamat": "Jl. Ketiga 3"})
    assert "beberapa usaha bernama sama" in reason(outcome, 2)
    assert verdicts(bring_in({"Jalan/Alamat": "Jalan Lain 8", "Tahun Data": "2016"})) == {"changed": 1}


def test_the_address_finds_the_business_of_a_new_owner_who_is_not_changed_by_a_sheet():
    bring_in({})
    outcome = bring_in({"Nama Pemilik": "Anak Siti", "Tahun Data": "2018"})
    assert verdicts(outcome) == {"changed": 1}
    assert Owner.objects.get().name == "Siti Aminah"
    assert "tidak diubah" in str(ImportRow.objects.get(batch=outcome.batch).warnings)


def test_merged_unfinished_and_closed_businesses():
    bring_in({}, {"Nama Perusahaan": "Batik Lama", "Nama Pemilik": "Budi"})
    kept, merged = Business.objects.order_by("-name")
    Business.objects.filter(pk=merged.pk).update(status=BusinessStatus.MERGED, merged_into=kept)
    outcome = bring_in({"Nama Perusahaan": "Batik Lama", "Nama Pemilik": "Budi"})
    assert f"sudah digabung ke {kept.reference}" in reason(outcome, 2)
    Business.objects.filter(pk=kept.pk).update(status=BusinessStatus.SUBMITTED)
    assert "masih dalam pendaftaran" in reason(bring_in({}), 2)
    Business.objects.filter(pk=kept.pk).update(status=BusinessStatus.CLOSED, closed_on=date(2018, 3, 1))
    assert "tutup sejak 01-03-2018" in reason(bring_in({"Tahun Data": "2019"}), 2)
    assert verdicts(bring_in({"Tahun Data": "2018"})) == {"changed": 1}


def test_one_nib_on_two_quite_different_firms_is_refused():
    outcome = bring_in(
        {"NIB": "9120301234567"},
        {"NIB": "9120301234567", "Nama Perusahaan": "Roti", "Nama Pemilik": "Budi", "Desa/Kel": "Tanjung Mas",
         "Kecamatan": "Semarang Utara"},
    )  # fmt: skip
    assert verdicts(outcome) == {"refused": 2}
    assert "NIB yang sama" in reason(outcome, 2)


# --- Cells ---


@pytest.mark.parametrize(
    ("cells", "part"),
    [
        ({"Nama Perusahaan": ""}, "Nama Perusahaan belum diisi."),
        ({"Nama Pemilik": " "}, "Nama Pemilik belum diisi."),
        ({"Desa/Kel": ""}, "Desa/Kel belum diisi."),
        ({"Desa/Kel": "Mangunharjo", "Kecamatan": ""}, "Isi juga kecamatannya"),
        ({"TK LK": "0", "TK PR": ""}, "paling sedikit satu pekerja"),
        ({"Nilai Investasi": "-5"}, "tidak boleh negatif"),
        ({"NIK": "3,37E+15"}, "angkanya hilang"),
        ({"NIB": "9,12E+12"}, "angkanya hilang"),
        ({"KBLI": "131341"}, "6 angka, seharusnya lima"),
        ({"Tahun Data": "2099"}, "belum tiba"),
        ({"Latitude": "-7,9", "Longitude": "110,4"}, "di luar Kota Semarang"),
        ({"Orientasi Ekspor": "120"}, "0 sampai 100"),
    ],
)  # fmt: skip
def test_a_bad_cell_refuses_its_row_with_a_reason(cells, part):
    outcome = bring_in({"Tahun Data": "2016"}, cells)
    assert verdicts(outcome) == {"new": 1, "refused": 1}
    assert part in reason(outcome, 3)


def test_every_reason_of_a_row_is_given_at_once():
    outcome = bring_in({"KBLI": "1", "Tahun Data": "17", "Nama Pemilik": ""})
    assert {remark["field"] for remark in outcome.errors[2]} == {"kbli", "year", "owner"}


def test_export_value_and_other_licences():
    bring_in({"Orientasi Ekspor": "25%", "Negara Tujuan Ekspor": "Jepang", "Izin Usaha Industri": "IUI",
              "Nomor/Tahun izin": "503/12/2015"})  # fmt: skip
    figure = YearlyFigure.objects.get()
    assert (figure.export_value, figure.export_countries) == (45_000_000, "Jepang")
    licence = Licence.objects.get()
    assert (licence.kind, licence.number) == ("iui", "503/12/2015")


# --- Real files ---


@pytest.fixture
def merged_sheet(tmp_path):
    """The office's sheet as .xlsx: titles, two merged header rows, Rp.000, a firm merged over its products, a total."""
    path = tmp_path / "Data IKM 2017.xlsx"
    workbook = xlsxwriter.Workbook(path)
    workbook.add_worksheet("Rekap").write(0, 0, "Lihat lembar Data")
    sheet = workbook.add_worksheet("Data")
    sheet.merge_range("A1:P1", "DATA IKM KOTA SEMARANG TAHUN 2017")
    heads = ["No", "Nama Perusahaan", "Nama Pemilik", ("Alamat", "Jalan", "Desa/Kel", "Kecamatan"), "Telepon", "KBLI",
             "Jenis Produk", "Tahun Data", ("Tenaga Kerja", "L", "P"), "Nilai Investasi (Rp.000)",
             ("Kapasitas Produksi", "Jumlah", "Satuan"), "Nilai Produksi (Rp.000)", "Nilai BB/BP (Rp.000)"]  # fmt: skip
    column = 0
    for head in heads:
        if isinstance(head, str):
            sheet.merge_range(2, column, 3, column, head)
            column += 1
        else:
            parent, *children = head
            sheet.merge_range(2, column, 2, column + len(children) - 1, parent)
            for child in children:
                sheet.write(3, column, child)
                column += 1
    for place in range(column):
        sheet.write(4, place, f"({place + 1})")
    firm = ["1", "Batik Sari", "Siti Aminah", "Jl. Batik 5", "Tanjungmas", "Smg Utara", 81234567890]
    for place, value in enumerate(firm):
        sheet.merge_range(5, place, 6, place, value)
    for line, (product, capacity, made, used) in enumerate(
        [("Kain", 600, 180_000, 70_000), ("Kebaya", 50, 20_000, 5_000)]
    ):
        for place, value in enumerate([13134, product, 2017, 1, 4, 25_000.5, capacity, "pcs", made, used]):
            sheet.write(5 + line, 7 + place, value)
    sheet.write_row(7, 0, ["2", "Roti Enak", "Budi", "Jl. Roti 1", "Mangunharjo", "", "", 1071, "Roti", 2017, 1, 0, 100, 9,
                           "kg", 1000, 500])  # fmt: skip
    sheet.write_row(8, 0, ["Jumlah", "", "", "", "", "", "", "", "", "", 2, 8])
    workbook.close()
    return path


def test_the_offices_merged_sheet_on_the_command_line(merged_sheet, tmp_path, capsys):
    with pytest.raises(CommandError, match="Rp.000"):
        call_command("import_businesses", merged_sheet)
    back = tmp_path / "kembali.xlsx"
    with pytest.raises(SystemExit) as left:
        call_command("import_businesses", merged_sheet, money_in_thousands=True, errors=back)
    assert left.value.code == 1
    printed = capsys.readouterr().out
    assert "(new): 2" in printed
    assert "(changed): 0" in printed
    assert "(unchanged): 0" in printed
    assert "(refused): 1" in printed
    business = Business.objects.get()
    assert business.kelurahan.name == "Tanjung Mas"
    assert business.phone == "+6281234567890"
    assert set(business.products.values_list("name", flat=True)) == {"Kain", "Kebaya"}
    figure = business.figures.get()
    assert (figure.investment, figure.production_value, figure.men_workers) == (25_000_500, 200_000_000, 1)
    sheet = openpyxl.load_workbook(back).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "DATA IKM KOTA SEMARANG TAHUN 2017"
    assert rows[2][17] == "Alasan ditolak"
    assert rows[4][:3] == ["2", "Roti Enak", "Budi"]
    assert "Baris 8." in rows[4][17]
    assert "Mungkin 10710" in rows[4][17]
    assert "Isi juga kecamatannya" in rows[4][17]
    assert len(rows) == 5


def test_the_refused_rows_corrected_can_be_imported_as_they_are(merged_sheet, tmp_path):
    back = tmp_path / "kembali.xlsx"
    with pytest.raises(SystemExit):
        call_command("import_businesses", merged_sheet, "--money-in-thousands", f"--errors={back}")
    workbook = openpyxl.load_workbook(back)
    sheet = workbook.active
    sheet["H5"], sheet["F5"] = "10710", "Tugu"
    workbook.save(back)
    call_command("import_businesses", back, "--money-in-thousands")
    assert Business.objects.get(name="Roti Enak").kelurahan.parent.name == "Tugu"


def test_no_formula_and_no_number_out_of_text_comes_back(tmp_path):
    content = csv_of(
        {
            "Nama Perusahaan": '=HYPERLINK("http://x")',
            "NIK": "3374014107800001",
            "KBLI": "1",
            "Telepon": "+6281",
        }
    )
    source, back = tmp_path / "a.csv", tmp_path / "b.xlsx"
    source.write_bytes(content)
    with pytest.raises(SystemExit):
        call_command("import_businesses", source, errors=back)
    cells = [cell for row in openpyxl.load_workbook(back).active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells]
    assert "3374014107800001" in values
    assert "+6281" in values


def test_a_float_nik_in_a_workbook_is_refused_and_says_how_to_mend_it(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append([*ROW, "NIK"])
    workbook.active.append([*ROW.values(), 3374014107800001])
    workbook.save(path)
    outcome = bring_in(content=path.read_bytes())
    assert "tersimpan sebagai angka Excel (3.37E+15)" in reason(outcome, 2)
    assert "menjadi Teks" in reason(outcome, 2)


def test_the_dry_run_of_the_command_writes_nothing_and_leaves_with_zero(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_of({}))
    call_command("import_businesses", path, "--dry-run")
    assert "(new): 1" in capsys.readouterr().out
    assert not Business.objects.exists()


def test_a_saved_mapping_names_the_columns_and_the_money(tmp_path):
    ImportMapping.objects.create(
        name="Lama", columns={"unitusahaku": "name", "investasinya": "investment"}, money_in_thousands=True
    )
    content = (
        csv_of({}).replace(b"Nama Perusahaan", b"Unit Usahaku").replace(b"Nilai Investasi", b"Investasinya")
    )
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="Nama Perusahaan"):
        call_command("import_businesses", path)
    call_command("import_businesses", path, mapping="Lama")
    assert YearlyFigure.objects.get().investment == 25_000_000_000
    with pytest.raises(CommandError, match="Tidak ada pemetaan"):
        call_command("import_businesses", path, mapping="Entah")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"a;b\n1;2\n", "Judul kolom tidak ditemukan"),
        (csv_of({}).split(b"\n")[0], "Tidak ada baris data"),
        (csv_of({}).replace(b"Nilai Investasi", b"Nilai Investasi (juta Rp)"), "jutaan"),
        (b"PK\x03\x04 rusak", "rusak"),
        (b"", "kosong"),
    ],
)
def test_a_sheet_that_cannot_be_taken_as_a_whole_says_why(content, part, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=part):
        call_command("import_businesses", path)
    assert not ImportBatch.objects.exists()


def test_csv_of_windows_and_of_excels_unicode_text():
    rows = csv_of({"Nama Perusahaan": "Kafé Sari"}).decode()
    bring_in(content=rows.encode("cp1252"))
    assert verdicts(bring_in(content=rows.encode("utf-16"))) == {"unchanged": 1}
    assert Business.objects.get().name == "Kafé Sari"


# --- Step by step ---


@pytest.fixture
def batch(registrar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content = csv_of({"NIK": NIK_SITI}, {"KBLI": "1", "Tahun Data": "2016"})
    return imports.upload_batch(content, actor=registrar, name="data.csv")


def test_upload_check_apply(batch, registrar):
    assert batch.status == ImportStatus.UPLOADED
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=True)
    batch = imports.check_batch(batch, actor=registrar)
    assert (batch.status, batch.rows_new, batch.rows_refused) == (ImportStatus.CHECKED, 1, 1)
    assert not Business.objects.exists()
    new = batch.rows.get(verdict=RowVerdict.NEW)
    assert new.cells["nik"] == "3374••••••••0001"
    batch = imports.apply_batch(imports.request_apply(batch, actor=registrar), actor=registrar)
    assert batch.status == ImportStatus.APPLIED
    assert batch.applied_by == registrar
    new.refresh_from_db()
    assert new.business == Business.objects.get()
    assert YearlyFigure.objects.get().investment == 25_000_000_000
    book = openpyxl.load_workbook(io.BytesIO(imports.refused_rows_workbook(batch))).active
    assert "Mungkin" in book.cell(2, book.max_column).value
    with pytest.raises(ValidationError, match="Diterapkan"):
        imports.apply_batch(batch, actor=registrar)


def test_what_an_import_brings_in_beside_a_look_alike_goes_to_the_worklist(registrar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    bring_in({})
    alike = csv_of({"Nama Perusahaan": "Batik Sarie", "Jalan/Alamat": "Jalan Batik 5"})
    batch = imports.upload_batch(alike, actor=registrar, name="data.csv")
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False)
    imports.check_batch(batch, actor=registrar)
    batch = imports.apply_batch(batch, actor=registrar)
    assert batch.rows_new == 1
    assert imports.look_for_duplicates(batch) == 1
    assert str(DuplicatePair.objects.get().second) == "Batik Sarie"


def test_the_uploaded_file_is_sealed_on_disk_and_gone_after_discarding(
    batch, registrar, tmp_path, django_capture_on_commit_callbacks
):
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert NIK_SITI.encode() not in file.read_bytes()
    assert NIK_SITI.encode() in imports.batch_content(batch)
    with django_capture_on_commit_callbacks(execute=True):
        imports.discard_batch(batch, actor=registrar)
    assert not file.exists()


def test_nothing_is_written_when_the_register_moved_since_the_preview(batch, registrar):
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False)
    imports.check_batch(batch, actor=registrar)
    bring_in({})
    batch = imports.apply_batch(batch, actor=registrar)
    assert batch.status == ImportStatus.CHECKED
    assert "Register berubah" in batch.message
    assert Owner.objects.get().nik == ""
    assert batch.rows_changed == 1
    assert imports.apply_batch(batch, actor=registrar).status == ImportStatus.APPLIED
    assert Owner.objects.get().nik == NIK_SITI


def test_the_worker_takes_what_waits_and_then_rests(batch, registrar):
    assert imports.work_off() is None
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False)
    assert imports.work_off().status == ImportStatus.CHECKED
    imports.request_apply(batch, actor=registrar)
    assert imports.work_off().status == ImportStatus.APPLIED
    assert imports.work_off() is None


def test_a_batch_that_cannot_be_read_fails_with_its_reason(batch, registrar):
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False, kbli_version=1990)
    batch = imports.check_batch(batch, actor=registrar)
    assert batch.status == ImportStatus.FAILED
    assert "KBLI 1990" in batch.message


def test_mapping_needs_its_columns_once_each(batch, registrar):
    header = imports.batch_header(batch)
    name = header.fields["name"]
    with pytest.raises(ValidationError, match="Nama Perusahaan"):
        imports.map_batch(batch, actor=registrar, fields={name: ""}, money_in_thousands=False)
    with pytest.raises(ValidationError, match="lebih dari satu kolom"):
        imports.map_batch(
            batch, actor=registrar, fields={c.index: "name" for c in header.columns}, money_in_thousands=False
        )


def test_a_mapping_is_saved_under_its_name_and_replaced(batch, registrar):
    with pytest.raises(ValidationError):
        imports.save_mapping(batch, actor=registrar, name="  ")
    first = imports.save_mapping(batch, actor=registrar, name="Sheet lama")
    assert first.columns["namaperusahaan"] == "name"
    assert imports.save_mapping(batch, actor=registrar, name="Sheet lama").pk == first.pk


def test_a_stranger_does_none_of_it(batch, stranger):
    for step in (imports.check_batch, imports.apply_batch, imports.discard_batch, imports.request_apply):
        with pytest.raises(PermissionDenied):
            step(batch, actor=stranger)
    with pytest.raises(PermissionDenied):
        imports.upload_batch(b"", actor=stranger, name="x")
    with pytest.raises(PermissionDenied):
        imports.save_mapping(batch, actor=stranger, name="x")


# --- The fast path against the plain one ---


def test_scales_in_sql_are_those_of_the_python_rules_row_for_row():
    limits = scale_limits()
    edges = [None, 0, 1, 50_000_000, 999_999_999, 10**9, 10**9 + 1, 2 * 10**9, 5 * 10**9, 15 * 10**9, 15 * 10**9 + 1,
             50 * 10**9, 10**12]  # fmt: skip
    cases = [
        (workers, investment, turnover, day)
        for workers in (1, 4, 5, 19, 20, 99, 100, 5000)
        for investment in edges
        for turnover in (None, 10**9, 2 * 10**9, 2 * 10**9 + 1, 50 * 10**9 + 1)
        for day in (
            date(1990, 1, 1),
            date(2016, 12, 31),
            date(2017, 12, 31),
            date(2020, 12, 31),
            date(2021, 2, 2),
            date(2026, 1, 1),
        )
    ]
    ours = ", ".join(
        [
            scale_case(limits, "kemenperin", workers="workers", amount="investment", day="day"),
            pp7_case(limits, investment="investment", turnover="turnover", day="day"),
            scale_case(limits, "bps", workers="workers", amount=None, day="day"),
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE case_row (n int, workers int, investment numeric(18), turnover numeric(18), day date)"
        )
        cursor.executemany(
            "INSERT INTO case_row VALUES (%s, %s, %s, %s, %s)", [(n, *case) for n, case in enumerate(cases)]
        )
        cursor.execute(f"SELECT {ours} FROM case_row ORDER BY n", {})
        found = cursor.fetchall()
        cursor.execute("DROP TABLE case_row")
    for (workers, investment, turnover, day), row in zip(cases, found, strict=True):
        amount, sales = (None if value is None else Decimal(value) for value in (investment, turnover))
        plain = scale.scales(limits, workers=workers, investment=amount, turnover=sales, day=day)
        assert row == (plain.kemenperin, plain.pp7, plain.bps), (workers, investment, turnover, day)


def test_what_the_import_copies_to_the_business_is_what_a_refresh_would():
    bring_in(
        {},
        {"Jenis Produk": "Kebaya"},
        {"Tahun Data": "2018", "TK PR": "40"},
        {"Nama Perusahaan": "Roti", "KBLI": "10710"},
    )
    before = list(Business.objects.order_by("pk").values())
    from ikm.services.figures import refresh_current

    refresh_current([row["id"] for row in before])
    assert list(Business.objects.order_by("pk").values()) == before
