"""Many products at once: what each row comes to, what is written once Simpan is pressed, and what goes back."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from core.archives import PictureArchive
from gallery.bulk.sheet import empty_workbook, read_sheet
from gallery.enums import ProductStatus, UploadStatus
from gallery.models import BulkUpload, Photo, Product
from gallery.services import bulk, curation
from tests.gallery import records
from tests.gallery.bulk_files import archive, named_archive, picture_bytes, row, sheet


@pytest.fixture(autouse=True)
def batik(db):
    return records.category("Batik", slug="batik-uji")


def upload(business, actor, rows, photos=None):
    made = bulk.upload_products(
        business,
        read_sheet(sheet(*rows)),
        PictureArchive(photos) if photos else None,
        actor=actor,
        sheet_name="produk.xlsx",
        archive_name="foto.zip" if photos else "",
    )
    return bulk.check_upload(made)


def save(made, actor):
    return bulk.save_upload(bulk.request_save(made, actor=actor))


def verdicts(made):
    return [one.verdict for one in made.rows.all()]


def reasons(made, line=2):
    return " ".join(bulk.in_words(made.rows.get(line=line).errors))


def files(settings):
    return sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


# --- New products -----------------------------------------------------------------------------------------------------


def test_a_row_with_its_photo_becomes_a_draft(
    workshop, owner_user, batik, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
        assert verdicts(made) == ["new"]
        assert made.status == UploadStatus.CHECKED
        assert not Product.objects.exists()
        assert not Photo.objects.exists()
        done = save(made, owner_user)
    product = Product.objects.get()
    assert (product.status, product.name, product.category) == ("draft", "Kain batik nomor 1", batik)
    assert (product.price_from, product.stock, product.variants.get().sku) == (150_000, 4, "SKU-1")
    photo = product.photos.get()
    assert photo.alt == "Kain cokelat terlipat di meja"
    assert photo.renditions.count() == 4
    assert done.status == UploadStatus.SAVED
    assert done.rows.get().product == product
    # What waited is gone; what is left are the photo and its sizes.
    assert not done.file
    assert not done.pictures.exists()
    assert len(files(settings)) == 5
    assert not curation.gaps(product)


def test_rows_of_one_name_are_variants_of_one_product_each_with_its_photo(workshop, owner_user):
    rows = [
        row(1, name="Kaus", sku="K-M", size="M", photo1="merah"),
        row(
            2,
            name="kaus ",
            sku="K-L",
            size="L",
            price=160000,
            photo1="BIRU.JPG",
            description=None,
            weight_grams=None,
        ),
    ]
    save(upload(workshop, owner_user, rows, archive(merah=1, biru=2)), owner_user)
    product = Product.objects.get()
    first, second = product.variants.all()
    assert (first.size, second.size, second.price) == ("M", "L", 160_000)
    assert [first.photo, second.photo] == list(product.photos.all())


def test_the_same_files_again_change_nothing(workshop, owner_user):
    rows = [
        row(1),
        row(2, name="Kaus", sku="K-M", size="M"),
        row(3, name="Kaus", sku="K-L", size="L"),
    ]
    photos = {"foto_1": 1, "foto_2": 2, "foto_3": 3}
    save(upload(workshop, owner_user, rows, archive(**photos)), owner_user)
    before = list(Product.objects.values()), list(Photo.objects.values("pk", "sha256"))
    again = upload(workshop, owner_user, rows, archive(**photos))
    assert verdicts(again) == ["unchanged"] * 3
    with pytest.raises(ValidationError, match="Tidak ada baris baru"):
        bulk.request_save(again, actor=owner_user)
    assert before == (list(Product.objects.values()), list(Photo.objects.values("pk", "sha256")))


def test_a_second_press_of_save_writes_once(workshop, owner_user):
    made = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
    waiting = bulk.request_save(made, actor=owner_user)
    with pytest.raises(ValidationError, match="sedang disimpan"):
        bulk.request_save(made, actor=owner_user)
    bulk.save_upload(waiting)
    bulk.save_upload(waiting)
    with pytest.raises(ValidationError, match="tersimpan"):
        bulk.request_save(made, actor=owner_user)
    assert Product.objects.count() == 1
    assert Photo.objects.count() == 1


def test_two_uploads_of_one_sheet_write_it_once(workshop, owner_user, curator):
    first = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
    second = upload(workshop, curator, [row(1)], archive(foto_1=1))
    save(first, owner_user)
    assert verdicts(save(second, curator)) == ["unchanged"]
    assert Product.objects.count() == 1
    assert Photo.objects.count() == 1


def test_a_save_that_was_cut_off_goes_on_where_it_stopped(workshop, owner_user, monkeypatch):
    made = upload(workshop, owner_user, [row(1), row(2)], archive(foto_1=1, foto_2=2))
    waiting = bulk.request_save(made, actor=owner_user)
    whole = bulk._write_group
    monkeypatch.setattr(bulk, "_finish", lambda upload: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bulk.save_upload(waiting)
    assert Product.objects.count() == 2
    monkeypatch.undo()
    monkeypatch.setattr(bulk, "_write_group", lambda *args: pytest.fail("written twice") or whole(*args))
    assert bulk.save_upload(waiting).status == UploadStatus.SAVED
    assert Product.objects.count() == 2


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"price": None}, "Harga: Isi harganya."),
        ({"price": "murah"}, "Harga: "),
        ({"price": 50}, "Harga paling sedikit Rp100"),
        ({"sku": None}, "Isi kode barang"),
        ({"name": None}, "Nama produk: Isi nama produk."),
        ({"category": "kosmos"}, "Kategori ini tidak ada"),
        ({"weight_grams": 1.5}, "Berat (gram): "),
        ({"stock": -1}, "Stok: "),
        ({"condition": "lumayan"}, "Tulis baru atau bekas."),
        ({"hs_code": "123"}, "6 atau 8 angka"),
        ({"sku": 8_999_999_999_999_999_999}, "kehilangan digit"),
        ({"photo1": "lain.jpg"}, "Foto “lain.jpg” tidak ada di dalam .zip."),
        ({"alt1": None}, "Yang terlihat pada foto 1: Tuliskan"),
        ({"photo1": None}, "Isi nama berkas fotonya"),
        ({"photo1": "kecil.jpg"}, "paling sedikit 500 piksel"),
        ({"photo1": "rusak.jpg"}, "rusak atau terpotong"),
        ({"reference": "PRD-2222-2222"}, "Nomor produk: "),
        ({"description": "x" * 5001}, "Keterangan: "),
    ],
)  # fmt: skip
def test_a_wrong_cell_refuses_its_row_with_the_reason(workshop, owner_user, cells, sentence):
    photos = named_archive({
        "foto-1.jpg": 1, "kecil.jpg": picture_bytes(1, size=(300, 300)), "rusak.jpg": picture_bytes(1)[:900],
    })  # fmt: skip
    made = upload(workshop, owner_user, [row(1, **cells)], photos)
    assert verdicts(made) == ["refused"]
    assert sentence in reasons(made)


def test_a_product_is_taken_whole_or_not_at_all(workshop, owner_user):
    rows = [row(1, name="Kaus", size="M", photo1=None, alt1=None), row(2, name="Kaus", size="L", price="x")]
    made = upload(workshop, owner_user, [*rows, row(3)], archive(foto_2=2, foto_3=3))
    assert verdicts(made) == ["refused", "refused", "new"]
    assert "Baris 3 dari produk ini ditolak." in reasons(made, 2)
    save(made, owner_user)
    assert Product.objects.get().name == "Kain batik nomor 3"


def test_rows_that_contradict_each_other_are_refused(workshop, owner_user):
    rows = [
        row(1, name="Kaus", sku="A", size="M"), row(2, name="Kaus", sku="B", size="L", weight_grams=500),
        row(3, name="Tas", sku="C"), row(4, name="Tas", sku="D"), row(5, sku="C"),
    ]  # fmt: skip
    made = upload(workshop, owner_user, rows, archive(**{f"foto_{n}": n for n in range(1, 6)}))
    assert set(verdicts(made)) == {"refused"}
    assert "Berbeda dari baris 2" in reasons(made, 3)
    assert "Ukuran, motif, dan warna ini sudah ada" in reasons(made, 5)
    assert "Kode barang ini sudah dipakai baris 4" in reasons(made, 6)


def test_the_reference_of_another_maker_is_as_unknown_as_none(workshop, owner_user):
    other = records.product(records.maker(name="Usaha lain"), name="Rahasia dagang", status="draft")
    made = upload(workshop, owner_user, [row(1, reference=other.reference)], archive(foto_1=1))
    assert verdicts(made) == ["refused"]
    assert "tidak ada pada usaha ini" in reasons(made)
    assert "Rahasia" not in str(made.rows.values())
    assert made.rows.get().product is None


def test_another_makers_sku_means_nothing(workshop, owner_user):
    records.product(
        records.maker(name="Usaha lain"), variants=[{"price": 5000, "sku": "SKU-1"}], status="draft"
    )
    made = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
    assert verdicts(made) == ["new"]


def test_the_refused_rows_come_back_corrected(workshop, owner_user):
    rows = [row(1), row(2, price="mahal", name="=1+1"), row(3, category="kosmos", sku="0012")]
    made = upload(workshop, owner_user, rows, archive(foto_1=1, foto_2=2, foto_3=3))
    save(made, owner_user)
    back = bulk.refused_rows_workbook(made)
    found = read_sheet(io.BytesIO(back))
    assert [cells["name"] for _line, cells in found] == ["=1+1", "Kain batik nomor 3"]
    assert found[1][1]["sku"] == "0012"
    # The cells are as they were, so that what was wrong is still to be seen; put right, everything is taken.
    assert found[0][1] == {name: str(value) for name, value in rows[1].items()}
    found[0][1]["price"], found[1][1]["category"] = "200rb", "batik-uji"
    again = bulk.upload_products(
        workshop, found, PictureArchive(archive(foto_2=2, foto_3=3)), actor=owner_user, sheet_name="a", archive_name="b"
    )  # fmt: skip
    save(bulk.check_upload(again), owner_user)
    assert Product.objects.count() == 3


def test_the_empty_sheet_is_recognised_and_tells_the_categories(workshop, owner_user):
    with pytest.raises(ValidationError, match="Tidak ada baris produk"):
        read_sheet(io.BytesIO(empty_workbook()))


# --- Products that stand ----------------------------------------------------------------------------------------------


@pytest.fixture
def draft(workshop, owner_user):
    save(upload(workshop, owner_user, [row(1)], archive(foto_1=1)), owner_user)
    return Product.objects.get()


def test_a_reference_changes_what_is_filled_in_and_nothing_else(draft, workshop, owner_user):
    change = {"reference": draft.reference, "sku": "SKU-1", "price": 175000, "materials": "katun"}
    made = upload(workshop, owner_user, [change])
    assert verdicts(made) == ["changed"]
    assert [(one["field"], one["old"], one["new"]) for one in made.rows.get().changes] == [
        ("materials", "", "katun"),
        ("price", "Rp150.000", "Rp175.000"),
    ]
    save(made, owner_user)
    draft.refresh_from_db()
    assert (draft.price_from, draft.materials, draft.stock) == (175_000, "katun", 4)
    assert draft.photos.count() == 1
    assert draft.description


def test_the_sku_alone_finds_the_product_even_under_a_new_name(draft, workshop, owner_user):
    save(upload(workshop, owner_user, [row(1, name="Nama baru", photo1=None, alt1=None)]), owner_user)
    draft.refresh_from_db()
    assert draft.name == "Nama baru"


def test_a_new_variant_and_a_new_photo_join_those_that_stand(draft, workshop, owner_user):
    change = row(2, reference=draft.reference, name=None, size="L", sku="SKU-1-L", photo1="foto-2.jpg")
    made = upload(workshop, owner_user, [change], archive(foto_2=2))
    save(made, owner_user)
    assert draft.variants.count() == 2
    assert draft.photos.count() == 2


def test_a_name_that_stands_without_its_sku_asks_for_the_number(draft, workshop, owner_user):
    made = upload(workshop, owner_user, [row(1, sku="LAIN")], archive(foto_1=1))
    assert draft.reference in reasons(made)


@pytest.mark.parametrize("status", ["published", "submitted", "withdrawn"])
def test_what_is_not_with_its_maker_is_not_changed(draft, workshop, owner_user, status):
    draft.status = status
    draft.published_at = draft.created_at
    draft.save()
    made = upload(workshop, owner_user, [row(1, price=1000)], archive(foto_1=1))
    assert "Ubah dan kirim lagi" in reasons(made)
    same = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
    assert verdicts(same) == ["unchanged"]


def test_what_was_sent_to_the_curator_after_the_preview_is_refused_with_the_reason(
    draft, workshop, owner_user
):
    made = upload(workshop, owner_user, [row(1, price=1000), row(2)], archive(foto_1=1, foto_2=2))
    curation.submit_product(draft, actor=owner_user)
    done = save(made, owner_user)
    assert verdicts(done) == ["refused", "new"]
    assert "Ubah dan kirim lagi" in reasons(done)
    draft.refresh_from_db()
    assert draft.price_from == 150_000
    assert draft.status == ProductStatus.SUBMITTED


def test_without_an_archive_the_photos_that_stand_are_left_and_new_products_ask_for_theirs(
    draft, workshop, owner_user
):
    made = upload(workshop, owner_user, [row(1, price=170_000), row(2)])
    assert verdicts(made) == ["changed", "refused"]
    assert "Kirim juga berkas .zip" in reasons(made, 3)
    save(made, owner_user)
    assert draft.photos.count() == 1


def test_more_photos_than_a_product_takes_are_refused(draft, workshop, owner_user):
    names = {f"p{n}": 40 + n for n in range(9)}
    cells = {f"photo{n + 1}": f"p{n}" for n in range(9)} | {f"alt{n + 1}": "Kain" for n in range(9)}
    made = upload(workshop, owner_user, [row(1, **cells)], archive(**names))
    assert "paling banyak 9 foto" in reasons(made)


def test_photos_that_look_alike_are_remarked_on(draft, workshop, owner_user):
    other = records.maker(name="Usaha lain")
    records.photo(records.product(other), owner_user, seed=2)
    photos = named_archive({
        "foto-5.jpg": picture_bytes(5), "foto-6.jpg": picture_bytes(5, quality=40),
        "foto-7.jpg": picture_bytes(2, size=(900, 700), quality=60),
        "foto-8.jpg": picture_bytes(1, quality=40),
    })  # fmt: skip
    made = upload(workshop, owner_user, [row(n) for n in (5, 6, 7, 8)], photos)
    remarks = [" ".join(bulk.in_words(one.warnings)) for one in made.rows.all()]
    assert verdicts(made) == ["new"] * 4
    assert remarks[0] == ""
    assert "Mirip foto “foto-5.jpg” pada baris 2" in remarks[1]
    assert "Mirip foto produk usaha lain" in remarks[2]
    assert "Usaha lain" not in remarks[2]
    assert draft.reference in remarks[3]


def test_what_lacks_for_the_curator_is_told(workshop, owner_user):
    made = upload(workshop, owner_user, [{"sku": "A", "name": "Tas", "price": 5000}])
    assert verdicts(made) == ["new"]
    assert "Belum lengkap untuk dikirim ke kurator: Kategori, Keterangan, Berat (gram), foto." in str(
        made.rows.get().warnings
    )


# --- Who --------------------------------------------------------------------------------------------------------------


def test_an_official_uploads_for_a_verified_maker_who_agrees(workshop, curator):
    save(upload(workshop, curator, [row(1)], archive(foto_1=1)), curator)
    assert Product.objects.get().business == workshop


@pytest.mark.parametrize(
    ("fields", "sentence"), [({"verified": False}, "belum diverifikasi"), ({"purposes": ()}, "belum setuju")]
)
def test_an_official_uploads_for_nobody_else(curator, fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        upload(records.maker(**fields), curator, [row(1)])


def test_a_consent_withdrawn_before_saving_stops_the_official(workshop, curator):
    made = upload(workshop, curator, [row(1)], archive(foto_1=1))
    workshop_consents = bulk.Consent.objects.filter(subject=workshop.reference)
    workshop_consents.delete()
    with pytest.raises(ValidationError, match="belum setuju"):
        bulk.request_save(made, actor=curator)


def test_an_upload_given_up_leaves_nothing(
    workshop, owner_user, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
        bulk.discard_upload(made, actor=owner_user)
    made.refresh_from_db()
    assert made.status == UploadStatus.DISCARDED
    assert not made.rows.exists()
    assert not made.pictures.exists()
    assert files(settings) == []


def test_a_new_upload_replaces_the_one_left_unsaved(workshop, owner_user):
    first = upload(workshop, owner_user, [row(1)], archive(foto_1=1))
    upload(workshop, owner_user, [row(1)], archive(foto_1=1))
    first.refresh_from_db()
    assert first.status == UploadStatus.DISCARDED


# --- The worker -------------------------------------------------------------------------------------------------------


def test_the_worker_checks_and_saves_what_waits(workshop, owner_user):
    made = bulk.upload_products(
        workshop, read_sheet(sheet(row(1))), PictureArchive(archive(foto_1=1)), actor=owner_user,
        sheet_name="a.xlsx", archive_name="b.zip",
    )  # fmt: skip
    call_command("work_uploads")
    made.refresh_from_db()
    assert made.status == UploadStatus.CHECKED
    bulk.request_save(made, actor=owner_user)
    call_command("work_uploads")
    assert BulkUpload.objects.get().status == UploadStatus.SAVED
    assert Product.objects.count() == 1


def test_an_upload_that_another_process_works_on_is_left_alone_until_that_falls_silent(workshop, owner_user):
    made = bulk.upload_products(
        workshop, read_sheet(sheet(row(1))), None, actor=owner_user, sheet_name="a.xlsx"
    )
    working = BulkUpload.objects.filter(pk=made.pk)
    working.update(worked_on_at=timezone.now())
    assert bulk.work_off() is None
    working.update(worked_on_at=timezone.now() - timedelta(minutes=10))
    assert bulk.work_off().status == UploadStatus.CHECKED
    assert working.get().worked_on_at is None


def test_products_cost_the_same_queries_each(workshop, owner_user, django_assert_max_num_queries):
    made = upload(
        workshop, owner_user, [row(n) for n in range(1, 5)], archive(**{f"foto_{n}": n for n in range(1, 5)})
    )
    bulk.request_save(made, actor=owner_user)
    with django_assert_max_num_queries(4 * 70 + 20):
        bulk.save_upload(made)
    rows = [row(n) for n in range(1, 5)]
    again = bulk.upload_products(
        workshop, read_sheet(sheet(*rows)), PictureArchive(archive(foto_1=1)), actor=owner_user, sheet_name="a", archive_name="b"
    )  # fmt: skip
    with django_assert_max_num_queries(30):
        bulk.check_upload(again)
