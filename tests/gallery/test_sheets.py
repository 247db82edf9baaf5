"""Contact sheets: which photos stand where, who sees them, what they weigh."""

import re
from datetime import timedelta
from io import BytesIO
from random import Random

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import Consent
from gallery import sheets
from gallery.catalogue import Picture
from gallery.photos import PHONE_BYTES, PHONE_WIDTH, clean_photo
from tests.gallery import records

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_memory():
    caches["memory"].clear()


@pytest.fixture
def shown(owner_user):
    """Two products with a photo each, the dark one and the other; the newest stands first."""
    maker = records.maker(name="Batik Sekar Jagad")
    return [records.photo(records.product(maker), owner_user, seed=seed) for seed in (1, 2)]


def frame(content, place, width=sheets.CARD):
    """The colour in the middle of a frame."""
    with Image.open(BytesIO(content)) as sheet:
        assert sheet.size == (width, width * 3 // 4 * sheets.FRAMES)
        return sheet.convert("RGB").getpixel((width // 2, width * 3 // 4 * place + width * 3 // 8))


def is_paper(colour):
    return max(abs(one - other) for one, other in zip(colour, (0xEF, 0xE6, 0xDA), strict=True)) < 8


def sheet_of(client, page):
    (address,) = set(re.findall(r'src="(/galeri/lembar/[^"]+)"', page.content.decode()))
    return address, client.get(address)


def test_every_card_shows_its_own_frame(client, shown):
    page = client.get("/galeri/").content.decode()
    places = re.findall(r'class="frame at(\d)" src="([^"]+)" alt="([^"]*)"', page)
    assert [place for place, _address, _alt in places] == ["0", "1"]
    assert len({address for _place, address, _alt in places}) == 1
    content = client.get(places[0][1]).content
    for place, photo in enumerate(reversed(shown)):
        copy = photo.renditions.get(width=320, format="webp")
        with copy.file.open() as opened, Image.open(opened) as alone:
            expected = alone.convert("RGB").getpixel((alone.width // 2, alone.height // 2))
        assert max(abs(a - b) for a, b in zip(frame(content, place), expected, strict=True)) < 40
    assert is_paper(frame(content, 2))


def test_ten_stand_on_a_sheet_and_only_the_first_is_fetched_at_once():
    pictures = [Picture(f"FTO-2222-22{number:02}", "", 900, 700) for number in range(23)]
    sheets.lay_out([pictures[0], None, *pictures[1:]], eager=True)
    assert len({picture.sheet for picture in pictures}) == 3
    assert [picture.place for picture in pictures] == [*range(10), *range(10), 0, 1, 2]
    assert [picture.is_eager for picture in pictures] == [True] * 10 + [False] * 13


def test_a_photo_that_is_no_longer_shown_leaves_its_frame_empty(client, shown):
    address, first = sheet_of(client, client.get("/galeri/"))
    assert first["Cache-Control"] == "public, max-age=3600"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Consent.objects.update(withdrawn_at=timezone.now() + timedelta(seconds=-1))
    later = client.get(address, headers={"if-none-match": first["ETag"]})
    assert later.status_code == 200
    assert is_paper(frame(later.content, 0))


def test_nobody_has_a_sheet_drawn_that_no_page_asks_for(client, shown):
    address = sheets.sheet_address([photo.reference for photo in shown], sheets.CARD)
    assert client.get(address).status_code == 200
    for other in (
        address.replace("320-", "319-"),
        re.sub(r"-[0-9a-f]{16}\.webp", "-0000000000000000.webp", address),
        address.replace(f".{shown[1].reference[4:]}", ""),
    ):
        assert other != address
        assert client.get(other).status_code == 404


def noise(seed):
    """A photo without a quiet spot: batik, gravel, leaves."""
    stored = BytesIO()
    picture = Image.frombytes("RGB", (70, 52), Random(seed).randbytes(70 * 52 * 3))
    picture.resize((900, 675)).save(stored, "JPEG", quality=90)
    return SimpleUploadedFile("foto.jpg", stored.getvalue(), content_type="image/jpeg")


def test_what_a_phone_fetches_weighs_little_also_where_a_photo_has_no_quiet_spot(
    client, owner_user, monkeypatch
):
    clean = clean_photo(noise(1))
    assert max(len(one.content) for one in clean.renditions if one.format == "webp" and one.width <= PHONE_WIDTH) <= PHONE_BYTES  # fmt: skip
    monkeypatch.setitem(records._cleaned, 1, clean)
    photo = records.photo(records.product(records.maker()), owner_user)
    photos = sheets.photos_of(".".join([photo.reference[4:]] * sheets.FRAMES))
    assert all(photos)
    assert len(sheets.drawn(photos, sheets.CARD)) <= sheets.MOST_BYTES[sheets.CARD] * sheets.FRAMES
