"""Prospective debtors for SIKP."""

import pytest
from django.urls import reverse

from accounts.enums import Purpose
from accounts.services import withdraw_consent
from core.models import AuditEntry
from credit.sikp import FIELDS, as_text, faults_of, prospects

pytestmark = pytest.mark.django_db
REASON = "Unggah calon debitur bulan ini"


@pytest.fixture
def ready(application):
    made = application("recommended")
    made.business.nib = "1234567890123"
    made.business.save()
    owner = made.owner
    owner.nik, owner.sex, owner.birth_date = "3374014101900001", "female", "1990-01-01"
    owner.ktp_address, owner.ktp_area_code, owner.phone = "Jl. Pemuda 1", "33.74.01", "+6281234567890"
    owner.save()
    return made


def test_a_complete_row_is_as_sikp_takes_it(ready, officer):
    (row,) = prospects(officer)
    assert row.faults == []
    assert row.values["nik"] == "3374014101900001"
    assert row.values["tgl_lahir"] == "01011990"
    assert row.values["kode_kabkota"] == "3374"
    assert row.values["no_hp"] == "081234567890"
    assert (row.values["jml_kredit"], row.values["mulai_usaha"]) == ("5000000", "01012015")
    header, line = as_text([row.values], "txt").splitlines()
    assert header.split("|") == [field.name for field in FIELDS]
    assert line.split("|")[:2] == ["3374014101900001", ready.reference]
    assert "3374014101900001," in as_text([row.values], "csv")


def test_the_columns_are_those_that_sikp_takes_of_a_prospective_debtor():
    """Whatever else stands in its table comes back in its answer."""
    assert " ".join(field.name for field in FIELDS) == (
        "nik nmr_registry nama tgl_lahir jns_kelamin maritas_sts pendidikan pekerjaan alamat kode_kabkota kode_pos npwp "
        "mulai_usaha alamat_usaha ijin_usaha modal_usaha jml_pekerja jml_kredit is_linkage linkage no_hp uraian_agunan "
        "is_subsidized subsidi_sebelumnya"
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("nik", "33740141", "NIK: harus 16 angka."),
        ("nik", "", "NIK: belum terisi."),
        ("tgl_lahir", "1990-1-1", "Tanggal lahir: harus tanggal yang lengkap."),
        ("nama", "x" * 251, "Nama pemilik: paling panjang 250 huruf, kini 251."),
        ("alamat", "Jl. A | B", "Alamat KTP: hapus tanda |."),
        ("no_hp", "+62812", "Nomor HP: harus angka dan dimulai dengan 0."),
        ("jml_kredit", "lima juta", "Jumlah kredit: bentuknya tidak diterima SIKP."),
    ],
)
def test_each_fault_is_a_sentence(ready, officer, name, value, sentence):
    (row,) = prospects(officer)
    (fault,) = faults_of(row.values | {name: value})
    assert (fault.column.name, f"{fault.column.label}: {fault.sentence}") == (name, sentence)


def test_only_who_consented_and_is_on_the_way_to_a_bank(ready, application, officer, partner):
    application("submitted")
    assert len(prospects(officer)) == 1
    withdraw_consent(ready, Purpose.SHARE_WITH_BANK, actor=officer)
    assert prospects(officer) == []


def test_the_file_needs_a_reason_that_is_kept(ready, officer, sign_in):
    client = sign_in(officer)
    page = client.get(reverse("credit_sikp"))
    assert "3374014101900001" not in page.content.decode()
    assert "siap" in page.content.decode()
    refused = client.post(reverse("credit_sikp"), {"nik_reason": "x", "kind": "txt"})
    assert "paling sedikit sepuluh huruf" in refused.content.decode()
    assert "3374014101900001" not in refused.content.decode()
    assert not AuditEntry.objects.filter(action__in=["credit.export_sikp", "ikm.owner.reveal_nik"]).exists()
    answer = client.post(reverse("credit_sikp"), {"nik_reason": REASON, "kind": "txt"})
    assert answer["Content-Disposition"].endswith('.txt"')
    assert "3374014101900001|" in answer.content.decode()
    entry = AuditEntry.objects.get(action="credit.export_sikp")
    assert (entry.actor, entry.detail["references"]) == (officer, [ready.reference])
    assert (
        AuditEntry.objects.filter(action="ikm.owner.reveal_nik", subject=ready.owner.reference).count() == 1
    )


def test_who_may(ready, approver, owner_user, partner, verifier, sign_in):
    for user in (owner_user, partner, verifier):
        assert sign_in(user).get(reverse("credit_sikp")).status_code == 403
    client = sign_in(approver)
    assert client.get(reverse("credit_sikp")).status_code == 200
    refused = client.post(reverse("credit_sikp"), {"nik_reason": REASON, "kind": "csv"})
    assert "Peran Anda tidak mencakup NIK lengkap" in refused.content.decode()


def test_more_rows_take_few_more_queries(ready, application, officer, django_assert_max_num_queries):
    for _n in range(4):
        made = application("forwarded")
        made.status = "approved"
    with django_assert_max_num_queries(5):
        assert len(prospects(officer)) == 5
