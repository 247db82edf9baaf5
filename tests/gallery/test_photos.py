"""The gate of photos: size, place and camera, looks alike, words for who cannot see."""

import io

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from gallery.enums import ProductStatus
from gallery.models import Product
from gallery.photos import ALIKE, bits_apart, clean_photo
from gallery.services import photos
from tests.gallery import records

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(workshop):
    return records.product(workshop, status=ProductStatus.DRAFT)


def test_a_photo_gets_three_widths_in_two_formats(draft, owner_user):
    made, note = photos.add_photo(
        draft, records.picture(size=(1500, 1200)), actor=owner_user, alt="Tas rotan"
    )
    sizes = {(one.width, one.format) for one in made.renditions.all()}
    assert sizes == {(w, f) for w in (320, 640, 1280) for f in ("webp", "jpeg")}
    for one in made.renditions.all():
        with one.file.open() as file, Image.open(file) as image:
            assert (image.format.lower(), image.width) == (one.format, one.width)
    assert note == ""


def test_a_small_photo_is_not_blown_up(draft, owner_user):
    made, _note = photos.add_photo(draft, records.picture(size=(600, 500)), actor=owner_user, alt="Tas")
    assert {one.width for one in made.renditions.all()} == {320, 600}


def test_place_and_camera_are_taken_out(draft, owner_user):
    exif = Image.Exif()
    exif[0x010F] = "Kamera Contoh"
    exif.get_ifd(0x8825)[1] = "S"
    upload = records.picture(size=(800, 800), exif=exif)
    assert b"Kamera Contoh" in upload.read()
    made, note = photos.add_photo(draft, upload, actor=owner_user, alt="Tas")
    assert "lokasi" in note
    for file in [made.file, *(one.file for one in made.renditions.all())]:
        with file.open() as opened:
            content = opened.read()
        assert b"Kamera Contoh" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


def test_too_small_says_how_large_it_must_be(draft, owner_user):
    with pytest.raises(ValidationError, match="499 piksel.*paling sedikit 500"):
        photos.add_photo(draft, records.picture(size=(900, 499)), actor=owner_user, alt="Tas")


def test_words_for_who_cannot_see_are_needed(draft, owner_user):
    with pytest.raises(ValidationError, match="apa yang terlihat"):
        photos.add_photo(draft, records.picture(), actor=owner_user, alt="  ")


def test_the_same_photo_once_and_nine_at_most(draft, owner_user):
    photos.add_photo(draft, records.picture(1), actor=owner_user, alt="Satu")
    with pytest.raises(ValidationError, match="sudah ada"):
        photos.add_photo(draft, records.picture(1), actor=owner_user, alt="Satu lagi")
    for seed in range(2, 10):
        records.photo(draft, owner_user, seed=seed)
    with pytest.raises(ValidationError, match="paling banyak 9"):
        photos.add_photo(draft, records.picture(77), actor=owner_user, alt="Kesepuluh")


def test_a_copy_that_is_smaller_and_recoded_looks_alike_and_another_does_not(workshop, draft, owner_user):
    mine = records.photo(draft, owner_user, seed=3)
    other = records.product(workshop)
    copy = Image.open(records.picture(3)).resize((700, 545)).point(lambda value: min(value + 12, 255))
    stored = io.BytesIO()
    copy.save(stored, "WEBP", quality=60)
    again = clean_photo(io.BytesIO(stored.getvalue()))
    assert bits_apart(again.perceptual_hash, mine.perceptual_hash) <= ALIKE
    same = records.photo(other, owner_user, seed=3)
    records.photo(other, owner_user, seed=4)
    assert [one for one, _apart in photos.alike(mine)] == [same]


def test_the_first_photo_can_be_chosen_and_one_removed_with_its_files(
    draft, owner_user, django_capture_on_commit_callbacks
):
    first, second = (records.photo(draft, owner_user, seed=seed, position=seed) for seed in (1, 2))
    photos.move_photo(second, actor=owner_user, to=1)
    assert list(draft.photos.all()) == [second, first]
    storage, name = first.file.storage, first.file.name
    with django_capture_on_commit_callbacks(execute=True):
        photos.remove_photo(first, actor=owner_user)
    assert not storage.exists(name)
    assert list(draft.photos.all()) == [second]


def test_each_change_of_its_photos_is_a_change_of_the_product(draft, owner_user):
    def told(act):
        before = Product.objects.get(pk=draft.pk)
        made = act()
        after = Product.objects.get(pk=draft.pk)
        assert after.version == before.version + 1
        assert after.modified_at > before.modified_at
        return made

    told(lambda: photos.add_photo(draft, records.picture(1), actor=owner_user, alt="Tas"))
    second, _note = told(lambda: photos.add_photo(draft, records.picture(2), actor=owner_user, alt="Tas"))
    told(lambda: photos.describe_photo(second, actor=owner_user, alt="Tas biru"))
    told(lambda: photos.move_photo(second, actor=owner_user, to=1))
    told(lambda: photos.remove_photo(second, actor=owner_user))
