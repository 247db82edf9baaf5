"""The registrar's pages of the import, from upload to the register."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from core.models import AuditEntry
from ikm.enums import ImportStatus
from ikm.imports.columns import FIELDS, find_header
from ikm.models import Business, ImportBatch, ImportMapping, YearlyFigure
from ikm.services import imports
from tests.ikm.test_imports import NIK_SITI, csv_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def upload(client, content, name="data.csv", **more):
    return client.post(reverse("import_upload"), {"file": SimpleUploadedFile(name, content), **more})


def mapping_answers(batch, **more):
    answers = {f"column_{column.index}": column.field or "" for column in imports.batch_header(batch).columns}
    return answers | {"money": "rupiah", "kbli_version": "2020"} | more


@pytest.fixture
def batch(registrar):
    content = csv_of({"NIK": NIK_SITI}, {"KBLI": "1071", "Tahun Data": "2016"})
    return imports.upload_batch(content, actor=registrar, name="data.csv")


@pytest.fixture
def checked(batch, registrar):
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False)
    return imports.check_batch(batch, actor=registrar)


def text(page):
    return " ".join(page.content.decode().split())


def test_from_the_file_to_the_register(registrar, sign_in):
    client = sign_in(registrar)
    content = csv_of({"NIK": NIK_SITI}, {"KBLI": "1071", "Tahun Data": "2016"})
    answer = upload(client, content)
    batch = ImportBatch.objects.get()
    columns = reverse("import_columns", args=[batch.reference])
    assert answer.url == columns
    page = text(client.get(columns))
    assert "Jl. Batik No. 5" in page
    assert NIK_SITI not in page
    answer = client.post(columns, mapping_answers(batch, save_as="Lembar 2017"), follow=True)
    page = text(answer)
    assert "Hasil pemeriksaan" in page
    assert "1071 terdiri atas 4 angka" in page
    assert NIK_SITI not in page
    assert ImportMapping.objects.get().name == "Lembar 2017"
    assert not Business.objects.exists()
    apply = reverse("import_apply", args=[batch.reference])
    assert "1 baris menambah usaha baru" in text(client.get(apply))
    page = text(client.post(apply, follow=True))
    assert "Data sudah ditulis ke register." in page
    assert Business.objects.get().reference in page


def test_the_unit_of_money_must_be_said(batch, registrar, sign_in):
    answers = mapping_answers(batch)
    del answers["money"]
    page = sign_in(registrar).post(reverse("import_columns", args=[batch.reference]), answers)
    assert page.context["form"].errors["money"]
    batch.refresh_from_db()
    assert batch.status == ImportStatus.UPLOADED


def test_a_heading_in_thousands_is_pointed_out_and_nothing_is_preselected(registrar, sign_in):
    client = sign_in(registrar)
    upload(client, csv_of({}).replace(b"Nilai Investasi", b"Nilai Investasi (Rp.000)"))
    batch = ImportBatch.objects.get()
    url = reverse("import_columns", args=[batch.reference])
    page = client.get(url)
    assert "Judul kolom menyebut ribuan rupiah" in text(page)
    assert "checked" not in str(page.context["form"]["money"])
    client.post(url, mapping_answers(batch, money="thousands"))
    client.post(reverse("import_apply", args=[batch.reference]))
    assert YearlyFigure.objects.get().investment == 25_000_000_000


def test_a_column_chosen_by_hand_and_one_left_out(registrar, sign_in):
    client = sign_in(registrar)
    upload(client, csv_of({}).replace(b"Nama Perusahaan", b"Unit Usahaku"))
    batch = ImportBatch.objects.get()
    url = reverse("import_columns", args=[batch.reference])
    assert "Belum dikenali: Nama Perusahaan." in text(client.get(url))
    assert "Tunjuk kolom untuk Nama Perusahaan." in text(client.post(url, mapping_answers(batch)))
    client.post(url, mapping_answers(batch, column_1="name", column_6=""))
    batch.refresh_from_db()
    assert (batch.status, batch.rows_new) == (ImportStatus.CHECKED, 1)


def test_a_saved_mapping_is_offered_at_upload(registrar, sign_in):
    mapping = ImportMapping.objects.create(
        name="Lama", columns={"unitusahaku": "name"}, money_in_thousands=True
    )
    client = sign_in(registrar)
    upload(client, csv_of({}).replace(b"Nama Perusahaan", b"Unit Usahaku"), mapping=mapping.pk)
    batch = ImportBatch.objects.get()
    page = client.get(reverse("import_columns", args=[batch.reference]))
    assert page.context["form"]["money"].value() == "thousands"
    assert not page.context["missing"]


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"a;b\n1;2\n", "a.csv", "Judul kolom tidak ditemukan"),
        (b"\x89PNG\r\n\x1a\n0000", "a.xlsx", "bukan tabel"),
        (b"<html><script>alert(1)</script></html>", "a.csv", "bukan tabel"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_and_not_kept(content, name, part, registrar, sign_in, tmp_path):
    page = upload(sign_in(registrar), content, name)
    assert part in text(page)
    assert not ImportBatch.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_rows_by_verdict(checked, registrar, sign_in):
    client = sign_in(registrar)
    url = reverse("import_batch", args=[checked.reference])
    everything, refused, new = (
        text(client.get(url, query)) for query in ({}, {"putusan": "refused"}, {"putusan": "new"})
    )
    reason = "1071 terdiri atas 4 angka"
    assert reason in everything
    assert reason in refused
    assert reason not in new
    assert client.get(url, {"putusan": "bukan", "setelah": "x"}).status_code == 200


def test_changes_are_shown_from_and_to(checked, registrar, sign_in):
    imports.apply_batch(checked, actor=registrar)
    client = sign_in(registrar)
    upload(client, csv_of({"Badan Usaha": "CV", "Nilai Investasi": "30000000"}))
    batch = ImportBatch.objects.exclude(pk=checked.pk).get()
    page = text(
        client.post(reverse("import_columns", args=[batch.reference]), mapping_answers(batch), follow=True)
    )
    assert "<del>Rp25.000.000</del> → <ins>Rp30.000.000</ins>" in page
    assert "<del>Usaha dagang (UD)</del> → <ins>CV</ins>" in page


def test_many_rows_come_in_pages_with_few_queries(registrar, sign_in, django_assert_max_num_queries):
    content = csv_of(*({"Nama Perusahaan": f"Batik {n}"} for n in range(120)))
    batch = imports.upload_batch(content, actor=registrar, name="a.csv")
    imports.map_batch(batch, actor=registrar, fields={}, money_in_thousands=False)
    imports.check_batch(batch, actor=registrar)
    client = sign_in(registrar)
    url = reverse("import_batch", args=[batch.reference])
    with django_assert_max_num_queries(10):
        page = client.get(url)
    assert len(page.context["rows"]) == 50
    second = client.get(url + page.context["next_url"].split("#")[0])
    assert second.context["rows"][0]["row"].line == 52
    assert client.get(url, {"setelah": "101"}).context["next_url"] == ""


def test_the_refused_rows_come_back_and_that_is_recorded(checked, registrar, sign_in):
    answer = sign_in(registrar).get(reverse("import_refused", args=[checked.reference]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.max_row == 2
    assert "1071" in sheet.cell(2, sheet.max_column).value
    assert AuditEntry.objects.filter(action="ikm.download_refused_rows", subject=checked.reference).exists()


def test_the_example_sheet_can_be_imported_as_it_is(registrar, sign_in):
    client = sign_in(registrar)
    answer = client.get(reverse("import_example"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    assert set(find_header(rows).fields) == set(FIELDS)
    upload(client, answer.content, "contoh.xlsx")
    batch = ImportBatch.objects.get()
    client.post(reverse("import_columns", args=[batch.reference]), mapping_answers(batch))
    batch.refresh_from_db()
    assert (batch.rows_new, batch.rows_refused) == (1, 0)


def test_discarding_asks_first_and_leaves_the_register_alone(checked, registrar, sign_in):
    client = sign_in(registrar)
    url = reverse("import_discard", args=[checked.reference])
    assert "Register tidak berubah" in text(client.get(url))
    assert client.post(url).url == reverse("imports")
    checked.refresh_from_db()
    assert checked.status == ImportStatus.DISCARDED
    assert not checked.rows.exists()
    assert client.get(reverse("import_refused", args=[checked.reference])).status_code == 404


def test_an_applied_batch_is_neither_applied_nor_discarded_again(checked, registrar, sign_in):
    client = sign_in(registrar)
    apply = reverse("import_apply", args=[checked.reference])
    client.post(apply)
    assert "tidak dapat dilakukan lagi" in text(client.post(apply, follow=True))
    page = client.post(reverse("import_discard", args=[checked.reference]), follow=True)
    assert "tidak dapat dilakukan lagi" in text(page)
    assert client.get(apply).status_code == 302
    assert client.get(reverse("import_columns", args=[checked.reference])).status_code == 302
    assert Business.objects.count() == 1


def test_a_large_sheet_waits_for_the_worker(batch, registrar, sign_in, monkeypatch, capsys):
    monkeypatch.setattr(imports, "ROWS_AT_ONCE", 1)
    client = sign_in(registrar)
    page = client.post(reverse("import_columns", args=[batch.reference]), mapping_answers(batch), follow=True)
    assert "Sedang diperiksa" in text(page)
    call_command("work_imports")
    assert batch.reference in capsys.readouterr().out
    assert "Hasil pemeriksaan" in text(client.get(reverse("import_batch", args=[batch.reference])))
    page = client.post(reverse("import_apply", args=[batch.reference]), follow=True)
    assert "Sedang diterapkan" in text(page)
    assert not Business.objects.exists()
    call_command("work_imports")
    assert Business.objects.count() == 1


def test_the_list_of_batches(checked, registrar, sign_in, django_assert_max_num_queries):
    client = sign_in(registrar)
    with django_assert_max_num_queries(10):
        page = text(client.get(reverse("imports")))
    assert checked.reference in page
    assert "Siap diterapkan" in page
    assert client.get(reverse("imports"), {"sebelum": str(checked.pk)}).context["batches"] == []


@pytest.mark.parametrize("who", ["stranger", "partner", "verifier", "auditor"])
def test_nobody_else_comes_near(who, checked, request, sign_in, client):
    urls = [reverse(name) for name in ("imports", "import_upload", "import_example")]
    urls += [
        reverse(name, args=[checked.reference])
        for name in ("import_batch", "import_columns", "import_apply", "import_discard", "import_refused")
    ]
    assert {client.get(url).status_code for url in urls} == {302}
    sign_in(request.getfixturevalue(who))
    assert {client.get(url).status_code for url in urls} == {403}
    assert {client.post(url).status_code for url in urls} == {403}


def test_the_version_of_the_kbli_is_a_year_and_not_an_amount(checked, registrar, sign_in):
    page = text(sign_in(registrar).get(reverse("import_batch", args=[checked.reference])))
    assert "KBLI 2020." in page
