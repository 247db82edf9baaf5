import csv
import io
import time
import tracemalloc
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from core.spreadsheets import csv_cell, read_rows
from ikm.exports import businesses_file, columns, copy_csv
from ikm.models import Business, Owner
from ikm.services.figures import record_figures
from tests.ikm import entries

SHADY = [
    "=1+1",
    "+SUM(A1)",
    "@x",
    "-2+3",
    "\t=1",
    "'=1",
    "'007",
    "'Aisyiyah",
    "＝1",
    "+6281234",
    'biasa, "dua"',
    " =x",
]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def business(owner_user, registrar):
    return entries.registered(owner_user, registrar, name="Batik Sekar Jagad", nib="1234567890123")


def content(file):
    with file:
        file.seek(0)
        return file.read()


def table(text):
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_list_as_csv_holds_what_it_shows_and_no_nik(business):
    file, count = businesses_file("csv", queryset=Business.objects.all())
    text = content(file).decode()
    assert count == 1
    assert business.ownerships.get().owner.nik not in text
    (row,) = table(text)
    assert row["Nomor register"] == business.reference
    assert row["Pemilik"] == "Siti Aminah"
    assert row["Status"] == "Terdaftar"
    assert row["NIB"] == "1234567890123"
    assert (row["Pekerja"], row["Skala"], row["Investasi"]) == ("4", "Kecil", "25000000")
    assert row["Kelurahan"] == business.kelurahan.name
    assert row["Kecamatan"] == business.kelurahan.parent.name


@pytest.mark.parametrize("text", SHADY)
def test_the_database_disarms_formulas_as_python_does(business, text):
    business.name = text
    business.save()
    (row,) = table(content(businesses_file("csv", queryset=Business.objects.all())[0]).decode())
    assert row["Nama usaha"] == csv_cell(text)


def test_excel_keeps_numbers_numbers_and_ids_text(business):
    file, _count = businesses_file("xlsx", queryset=Business.objects.all())
    rows = [cells for _number, cells in read_rows(SimpleUploadedFile("b.xlsx", content(file)))]
    row = dict(zip(rows[0], rows[1], strict=False))
    assert row["NIB"] == "1234567890123"
    assert row["Pekerja"] == 4
    assert row["Investasi"] == 25_000_000


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.django_db(transaction=True)
def test_a_report_made_again_after_corrections_is_the_same_to_the_byte(business, registrar, kind):
    known_at = timezone.now()
    as_of = timezone.localdate()
    first = content(businesses_file(kind, as_of=as_of, known_at=known_at)[0])
    time.sleep(1.1)  # the clock of a file's own metadata must not show
    business.name, business.phone = "Nama sesudah perbaikan", "+62811111111"
    business.save()
    owner = business.ownerships.get().owner
    owner.name = "Nama pemilik sesudah perbaikan"
    owner.save()
    record_figures(
        business, actor=registrar, year=as_of.year, men_workers=40, women_workers=0, investment=3_000_000_000
    )
    with time_machine.travel("2027-05-01"):
        again = content(businesses_file(kind, as_of=as_of, known_at=known_at)[0])
    assert again == first
    now = content(businesses_file(kind, as_of=as_of)[0])
    assert now != first


def register(day):
    return table(content(businesses_file("csv", as_of=day)[0]).decode())


def test_the_register_on_a_day_holds_who_stood_in_it(business):
    assert register(date(2020, 1, 1)) == []
    assert len(register(timezone.localdate())) == 1
    with pytest.raises(ValidationError):
        businesses_file("csv", as_of=date(2020, 1, 1), known_at=timezone.now() + timedelta(days=1))


def test_a_million_rows_take_no_more_memory_than_a_few(db):
    """The rows go from the database through a file on disk; peak memory stays below two megabytes."""
    statement = "SELECT n, 'Usaha ' || n, repeat('x', 40) FROM generate_series(1, 1000000) n"
    tracemalloc.start()
    file, count = copy_csv(statement, ["a", "b", "c"])
    with file:
        file.seek(0)
        sent = sum(len(piece) for piece in iter(lambda: file.read(65_536), b""))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1_000_000
    assert sent > 50_000_000
    assert peak < 2_500_000


def test_labels_are_told_apart():
    labels = [label for label, _sql, _kind in columns()]
    assert len(set(labels)) == len(labels)
    assert not {"NIK", "NPWP"} & set(labels)


# --- The door ---------------------------------------------------------------------------------------------------------


def body(response):
    return b"".join(response.streaming_content)


def test_a_filtered_list_goes_out_with_its_filter_and_leaves_a_line(business, stranger, registrar, sign_in):
    entries.submitted(stranger, name="Belum terdaftar")
    client = sign_in(registrar)
    listed = client.get(reverse("admin:ikm_business_changelist"), {"status__exact": "registered"})
    export = reverse("admin:ikm_business_export", args=["csv"]) + "?status__exact=registered"
    assert export in listed.content.decode()
    response = client.get(export)
    assert response["Content-Disposition"].startswith("attachment")
    text = body(response).decode()
    assert business.name in text
    assert "Belum terdaftar" not in text
    entry = AuditEntry.objects.get(action="ikm.export_businesses")
    assert entry.actor == registrar
    assert entry.detail == {"count": 1, "filter": "status__exact=registered", "kind": "csv"}


def test_only_who_may_export_does(business, verifier, sign_in):
    client = sign_in(verifier)
    page = client.get(reverse("admin:ikm_business_changelist")).content.decode()
    assert "ekspor" not in page
    assert client.get(reverse("admin:ikm_business_export", args=["csv"])).status_code == 403
    assert client.get(reverse("admin:ikm_business_register")).status_code == 403
    assert not AuditEntry.objects.filter(action="ikm.export_businesses").exists()


def test_the_register_of_a_day_is_asked_for_on_a_page(business, registrar, sign_in):
    client = sign_in(registrar)
    page = reverse("admin:ikm_business_register")
    assert client.get(page).status_code == 200
    assert client.get(page, {"as_of": "", "kind": "csv"}).status_code == 400
    assert (
        client.get(page, {"as_of": "2026-01-05", "known_at": "2999-01-01T00:00", "kind": "csv"}).status_code
        == 400
    )
    response = client.get(page, {"as_of": timezone.localdate().isoformat(), "known_at": "", "kind": "xlsx"})
    assert body(response).startswith(b"PK")
    assert (
        AuditEntry.objects.get(action="ikm.export_businesses").detail["as_of"]
        == timezone.localdate().isoformat()
    )


def test_other_lists_go_out_as_they_are_shown(business, registrar, sign_in):
    owner = Owner.objects.get()
    client = sign_in(registrar)
    text = body(client.get(reverse("admin:ikm_owner_export", args=["csv"]))).decode()
    assert owner.reference in text
    assert "Perempuan" in text
    assert owner.nik not in text
    assert body(client.get(reverse("admin:ikm_owner_export", args=["xlsx"]))).startswith(b"PK")
    assert client.get(reverse("admin:ikm_owner_export", args=["pdf"])).status_code == 404
