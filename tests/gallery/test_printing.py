"""Booklets and price tags: what stands on the paper, read back from the PDF and from its picture, and who may make them."""

import io
import math
from itertools import pairwise

import pypdf
import pytest
import segno
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.enums import Role
from accounts.models import Consent
from core.barcodes import code128
from gallery.models import Edition, EditionItem, Product, ShortLink, Variant
from gallery.services import printing
from tests.gallery import records

pytestmark = pytest.mark.django_db
PAGE = reverse("office_prints")
MM = 20  # pixels of a drawn page


def reader(content):
    return pypdf.PdfReader(io.BytesIO(content))


def words(content):
    """All that is written, in one line."""
    return " ".join(" ".join(page.extract_text().split()) for page in reader(content).pages)


def millimetres(content):
    return {
        tuple(round(float(side) * 25.4 / 72) for side in (page.mediabox.width, page.mediabox.height))
        for page in reader(content).pages
    }


def fonts(content):
    """(name, embedded) of every font."""
    found = set()
    for page in reader(content).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            found.add((inner["/BaseFont"], any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))))
    return found


def band(start, end, width):
    """The corners of a straight line that is so wide."""
    along = end[0] - start[0], end[1] - start[1]
    half = width / 2 / (math.hypot(*along) or 1)
    aside = -along[1] * half, along[0] * half
    return [
        (x + side * aside[0], y + side * aside[1])
        for (x, y), side in ((start, 1), (end, 1), (end, -1), (start, -1))
    ]


def picture(content, page):
    """What lines and surfaces leave dark on a page, without words and photos: 255 on 0, MM pixels a millimetre."""
    sheet = reader(content).pages[page - 1]
    scale, high = MM * 25.4 / 72, float(sheet.mediabox.height)
    image = Image.new("L", [round(float(side) * scale) for side in (sheet.mediabox.width, high)])
    draw, paths, pen, put_aside = ImageDraw.Draw(image), [], {b"w": 1.0}, []

    def follow(operator, operands, matrix, _text_matrix):
        nonlocal paths, pen
        if operator == b"q":
            put_aside.append(dict(pen))
        elif operator == b"Q":
            pen = put_aside.pop()
        elif operator == b"w":
            pen[operator] = float(operands[0])
        elif operator in (b"scn", b"SCN"):
            pen[operator] = 255 if sum(map(float, operands)) < len(operands) / 2 else 0
        elif operator in (b"m", b"l"):
            x, y = map(float, operands)
            across, along, slant, upright, left, bottom = matrix
            point = (x * across + y * slant + left) * scale, (high - x * along - y * upright - bottom) * scale
            if operator == b"m":
                paths.append([])
            paths[-1].append(point)
        elif operator in (b"f", b"B", b"S", b"n"):
            for path in paths:
                if operator == b"f" and len(path) > 2:
                    draw.polygon(path, fill=pen[b"scn"])
                elif operator in (b"B", b"S"):
                    for start, end in pairwise(path):
                        draw.polygon(band(start, end, pen[b"w"] * abs(matrix[3]) * scale), fill=pen[b"SCN"])
            paths = []

    sheet.extract_text(visitor_operand_before=follow)
    return image


def part(image, left, top, right, bottom):
    """What is dark between these millimetres, without the white around it."""
    cut = image.crop([round(side * MM) for side in (left, top, right, bottom)])
    return cut.crop(cut.getbbox())


def modules(symbol, side):
    """The squares of a QR code as rows of 0 and 1."""
    step = symbol.width / side
    return [
        [int(symbol.getpixel((int((x + 0.5) * step), int((y + 0.5) * step))) > 0) for x in range(side)]
        for y in range(side)
    ]


def code_of(address):
    return [list(row) for row in segno.make(address, error="m", micro=False).matrix]


@pytest.fixture
def goods(workshop, curator):
    """Three products on show: two batik with a photo, one with two sizes, and one of a business that agreed no longer."""
    batik, wood = records.category("Batik"), records.category("Mebel")
    cloth = records.product(workshop, name="Kain batik asem", category=batik, price=275_000,
                            name_en="Tamarind batik cloth", description_en="Hand drawn. Natural dyes.")  # fmt: skip
    scarf = records.product(workshop, name="Selendang blekok", category=batik, price=180_000)
    chair = records.product(
        workshop,
        name="Kursi jati",
        category=wood,
        variants=[{"price": 900_000, "size": "S"}, {"price": 1_250_000, "size": "L", "sku": "KJ-L"}],
    )
    for seed, one in enumerate((cloth, scarf)):
        records.photo(one, curator, seed=seed)
    gone = records.product(records.maker(name="Usaha lain"), name="Produk ditarik")
    Consent.objects.filter(subject=gone.business.reference).update(withdrawn_at=timezone.now())
    return {"cloth": cloth, "scarf": scarf, "chair": chair, "gone": gone}


@pytest.fixture
def edition(goods):
    made = Edition.objects.create(
        title="Batik Pesisir", title_en="Batik of the Coast", introduction="Warna dari laut.",
        introduction_en="Colours of the sea.", shown_from=timezone.localdate(),
    )  # fmt: skip
    for position, (name, said) in enumerate((("scarf", "Ringan dipakai."), ("cloth", ""), ("gone", "")), 1):
        EditionItem.objects.create(edition=made, product=goods[name], position=position, words=said)
    return made


# --- The booklet ------------------------------------------------------------------------------------------------------


def test_a_booklet_is_a_tagged_a5_with_cover_contents_and_the_goods(goods, curator):
    made = printing.make_booklet(Product.objects.all(), actor=curator)
    text = words(made)
    assert millimetres(made) == {(148, 210)}
    assert len(reader(made).pages) == 5  # cover, how to order, contents, batik, mebel
    for sentence in (
        "Karya Pilihan Kota Semarang", "Langsung dari bengkel", "Daftar isi", "Cara memesan", "Kain batik asem",
        "Rp275.000", "Kursi jati", "mulai Rp900.000", "Batik Sekar Jagad", "S, L", goods["cloth"].reference,
    ):  # fmt: skip
        assert sentence in text
    assert "Produk ditarik" not in text
    catalogue = reader(made).trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"].startswith("id")
    assert reader(made).metadata.title == "Karya Pilihan Kota Semarang"
    assert fonts(made)
    assert all(embedded for _name, embedded in fonts(made))


def test_one_product_a_page_needs_more_pages(goods, curator):
    made = printing.make_booklet(Product.objects.all(), actor=curator, per_page=1, title="Untuk tamu kota")
    assert len(reader(made).pages) == 6
    assert "Untuk tamu kota" in words(made)


def test_the_english_booklet_speaks_english(goods, curator):
    made = printing.make_booklet(Product.objects.all(), actor=curator, language="en")
    text = words(made)
    for sentence in ("Tamarind batik cloth", "Natural dyes", "Contents", "How to order", "from Rp900.000"):
        assert sentence in text
    assert "Daftar isi" not in text
    assert reader(made).trailer["/Root"]["/Lang"].startswith("en")


def test_a_phone_reads_the_way_to_the_product_from_the_page(goods, curator, client):
    made = printing.make_booklet(
        Product.objects.filter(pk=goods["cloth"].pk), actor=curator, per_page=1, language="en"
    )
    link = ShortLink.objects.get(product=goods["cloth"], channel="print")
    address = f"http://127.0.0.1:8000/g/{link.code}/?bahasa=en"
    symbol = part(picture(made, 4), 108, 150, 137, 190)
    expected = code_of(address)
    square = symbol.crop((0, 0, symbol.width, symbol.width))
    assert modules(square, len(expected)) == expected
    followed = client.get(f"/g/{link.code}/?bahasa=en", headers={"user-agent": "Mozilla/5.0"})
    assert followed["Location"] == f"/galeri/{goods['cloth'].reference}/?bahasa=en"


def test_an_edition_keeps_the_curators_order_and_words(edition, curator):
    made = printing.make_edition_booklet(edition, actor=curator)
    text = words(made)
    assert "Batik Pesisir" in text
    assert "Warna dari laut." in text
    assert "Ringan dipakai." in text
    pages = [page.extract_text() for page in reader(made).pages]
    assert "Selendang blekok" in pages[3]
    assert "Kain batik asem" in pages[4]
    assert len(pages) == 5
    english = words(printing.make_edition_booklet(edition, actor=curator, language="en"))
    assert "Batik of the Coast" in english
    assert "Ringan dipakai." not in english


def test_photos_are_no_larger_than_print_needs(workshop, curator):
    made = records.product(workshop)
    records.photo(made, curator, seed=3)
    content = printing.make_booklet(Product.objects.all(), actor=curator, per_page=2)
    sizes = {image.image.size for page in reader(content).pages for image in page.images}
    assert sizes
    assert all(width <= 390 and height <= 551 for width, height in sizes)


def test_a_long_story_ends_with_a_sentence_and_stays_on_its_page(workshop, curator):
    story = "Kalimat yang panjang tentang kain ini. " * 90
    made = records.product(
        workshop, name="Nama produk yang sangat panjang " * 4, description=story, materials="katun " * 25
    )
    for per_page in (1, 2):
        content = printing.make_booklet(Product.objects.filter(pk=made.pk), actor=curator, per_page=per_page)
        assert len(reader(content).pages) == 4
        assert "Kalimat yang panjang tentang kain ini." in words(content)


def test_too_many_and_none_are_refused(goods, curator, monkeypatch):
    with pytest.raises(ValidationError, match="paling sedikit satu"):
        printing.make_booklet(Product.objects.filter(pk=goods["gone"].pk), actor=curator)
    monkeypatch.setattr(printing, "MOST_PRODUCTS", 2)
    with pytest.raises(ValidationError, match="paling banyak 2 produk, yang dipilih 3"):
        printing.make_booklet(Product.objects.all(), actor=curator)


# --- Price tags -------------------------------------------------------------------------------------------------------


def test_tags_are_cut_from_a4_and_say_what_the_shelf_needs(goods, curator):
    made = printing.make_tags(Variant.objects.filter(product=goods["chair"]), actor=curator, copies=10)
    text = words(made)
    large = goods["chair"].variants.get(size="L")
    assert millimetres(made) == {(210, 297)}
    assert len(reader(made).pages) == 2  # eighteen a sheet
    for sentence in ("Kursi jati", "Rp1.250.000", "Batik Sekar Jagad", large.reference, "SKU KJ-L"):
        assert text.count(sentence) == (20 if sentence in ("Kursi jati", "Batik Sekar Jagad") else 10)
    assert reader(made).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert all(embedded for _name, embedded in fonts(made))


def test_the_counter_reads_the_lines_and_the_square_of_a_tag(goods, curator, sign_in, shelf):
    variant = goods["cloth"].variants.get()
    sheet = picture(printing.make_tags(goods["cloth"].variants.all(), actor=curator), 1)
    link = ShortLink.objects.get(product=goods["cloth"], channel="print")
    address = f"http://127.0.0.1:8000/g/{link.code}/?b={variant.reference}"
    expected = code_of(address)
    assert modules(part(sheet, 50, 13.5, 69.5, 31), len(expected)) == expected
    lines = part(sheet, 12, 45, 69, 46)
    module = lines.width / sum(code128(variant.reference))
    edges = [x for x in range(1, lines.width) if lines.getpixel((x, 2)) != lines.getpixel((x - 1, 2))]
    widths = [
        round((end - start) / module) for start, end in zip([0, *edges], [*edges, lines.width], strict=True)
    ]
    assert widths == code128(variant.reference)
    counter = sign_in(curator)
    for scanned in (address, variant.reference):
        page = counter.post(
            reverse("office_counter"), {"action": "scan", "scan": scanned, "payment": "cash", "key": "k"}
        )
        assert variant.reference in page.content.decode()
        assert page.status_code == 200


def test_goods_that_are_not_on_show_carry_their_code_alone(goods, curator):
    printing.make_tags(goods["gone"].variants.all(), actor=curator)
    assert not ShortLink.objects.exists()


def test_a_maker_gets_a_tag_for_each_piece_in_the_gallery(shelf, workshop, curator, sign_in):
    made = sign_in(curator).post(reverse("office_maker_tags", args=[workshop.reference]))
    assert made["Content-Type"] == "application/pdf"
    text = words(made.content)
    assert text.count(shelf[0].reference) == 10
    assert shelf[1].reference not in text


def test_a_maker_without_goods_here_gets_a_sentence(workshop, curator, sign_in):
    records.terms(workshop, curator)
    answer = sign_in(curator).post(reverse("office_maker_tags", args=[workshop.reference]), follow=True)
    assert "Tidak ada barang untuk dibuatkan label." in answer.content.decode()


def test_more_tags_than_a_print_holds_are_refused(goods, curator, monkeypatch):
    monkeypatch.setattr(printing, "MOST_TAGS", 5)
    with pytest.raises(ValidationError, match="paling banyak 5 label, yang diminta 6"):
        printing.make_tags(Variant.objects.filter(product=goods["chair"]), actor=curator, copies=3)


# --- The page ---------------------------------------------------------------------------------------------------------

ASKED = {"language": "id", "per_page": "2", "copies": "1"}


def test_ticked_products_become_a_booklet(goods, curator, sign_in):
    client = sign_in(curator)
    page = client.get(PAGE).content.decode()
    assert "Semua yang disaring (3 produk)" in page
    assert "Produk ditarik" not in page
    ticked = [goods["cloth"].reference, goods["gone"].reference]
    made = client.post(PAGE, ASKED | {"which": "chosen", "produk": ticked, "action": "booklet"})
    assert made["Content-Type"] == "application/pdf"
    assert made["Content-Disposition"].startswith('attachment; filename="buku-galeri-')
    assert "no-store" in made["Cache-Control"]
    assert "Kain batik asem" in words(made.content)
    assert "Kursi jati" not in words(made.content)


def test_all_that_the_filter_finds_becomes_tags(goods, curator, sign_in):
    asked = ASKED | {
        "which": "all",
        "kategori": goods["chair"].category.slug,
        "action": "tags",
        "copies": "2",
    }
    made = sign_in(curator).post(PAGE, asked)
    assert words(made.content).count("Kursi jati") == 4
    assert "Kain batik" not in words(made.content)


def test_filters_narrow_by_words_category_edition_and_district(goods, edition, curator, sign_in):
    client = sign_in(curator)
    district = goods["cloth"].business.kelurahan.parent.code
    for asked, count in (
        ({"q": "selendang"}, 1), ({"q": "sekar jagad"}, 3), ({"kategori": goods["cloth"].category.slug}, 2),
        ({"edisi": edition.reference}, 2), ({"kecamatan": district}, 3), ({"kategori": "tidak-ada"}, 3),
    ):  # fmt: skip
        assert f"Semua yang disaring ({count} produk)" in client.get(PAGE, asked).content.decode()


def test_nothing_ticked_says_what_to_do_and_keeps_what_was_typed(goods, curator, sign_in):
    answer = sign_in(curator).post(
        PAGE, ASKED | {"which": "chosen", "title": "Untuk tamu", "action": "booklet"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Centang paling sedikit satu produk" in page
    assert 'value="Untuk tamu"' in page


def test_an_error_keeps_the_ticks(goods, curator, sign_in):
    answer = sign_in(curator).post(
        PAGE,
        ASKED | {"which": "chosen", "produk": [goods["cloth"].reference], "copies": "0", "action": "tags"},
    )
    assert answer.status_code == 400
    assert f'id="p-{goods["cloth"].reference}" checked' in answer.content.decode()
    assert f'id="p-{goods["scarf"].reference}" checked' not in answer.content.decode()


def test_an_edition_filter_gives_the_edition_its_title(edition, curator, sign_in):
    asked = ASKED | {"which": "all", "edisi": edition.reference, "action": "booklet"}
    assert "Batik Pesisir" in words(sign_in(curator).post(PAGE, asked).content)


def test_officials_download_an_edition_from_its_public_page(edition, curator, sign_in, client):
    public = reverse("gallery_edition", args=[edition.reference])
    assert "Unduh buku" not in client.get(public).content.decode()
    official = sign_in(curator)
    assert "Unduh buku" in official.get(public).content.decode()
    address = reverse("office_edition_booklet", args=[edition.reference])
    assert "Batik Pesisir" in words(official.post(address).content)
    assert "Batik of the Coast" in words(official.post(address, {"bahasa": "en"}).content)


def test_an_edition_with_nothing_on_show_says_so(edition, curator, sign_in):
    edition.items.filter(~Q(words="")).delete()
    edition.items.exclude(product__name="Produk ditarik").delete()
    answer = sign_in(curator).post(reverse("office_edition_booklet", args=[edition.reference]), follow=True)
    assert "Pilih paling sedikit satu produk yang tayang." in answer.content.decode()


def test_the_auditor_looks_and_prints_nothing(goods, person, sign_in):
    auditor = person(Role.AUDITOR)
    client = sign_in(auditor)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert 'name="action"' not in page.content.decode()
    for action in ("booklet", "tags"):
        answer = client.post(PAGE, ASKED | {"which": "all", "action": action})
        assert answer.status_code == 400
        assert "Peran Anda tidak mencakup" in answer.content.decode()
    assert not ShortLink.objects.exists()


def test_who_is_no_official_prints_nothing(goods, owner_user):
    with pytest.raises(PermissionDenied):
        printing.make_booklet(Product.objects.all(), actor=owner_user)
    with pytest.raises(PermissionDenied):
        printing.make_tags(Variant.objects.all(), actor=owner_user)


def test_the_page_costs_the_same_for_many(goods, workshop, curator, sign_in, django_assert_max_num_queries):
    for seed in range(4):
        records.photo(records.product(workshop), curator, seed=seed)
    client = sign_in(curator)
    client.get(PAGE)
    with django_assert_max_num_queries(14):
        client.get(PAGE)
