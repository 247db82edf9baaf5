"""Letters as PDF, read back."""

import datetime
import io
import threading

import pytest
from PIL import Image
from pypdf import PdfReader

from core.typesetting import REQUIRED, render_letter

MOMENT = datetime.datetime(2026, 11, 24, 18, 30, tzinfo=datetime.UTC)
URL = "https://ikm.example/verifikasi/9fK2mQxT7LbVwZp3YcRd1A"

COMMON = {
    "number": "0007/SKB/DISPERIN/2026",
    "date": "25 November 2026",
    "verification_url": URL,
    "signer_name": "Contoh Pejabat, S.E.",
    "signer_post": "Kepala Dinas Perindustrian Kota Semarang",
    "signer_unit": "Dinas Perindustrian Kota Semarang",
    "reference": "IKM-7K3M-PX4Q",
}
IKM = COMMON | {
    "business_name": "Batik Asem Semarangan",
    "owner_name": "Sri Wahyuni",
    "address": "Jalan Batik Nomor 16",
    "kelurahan": "Bugangan",
    "kecamatan": "Semarang Timur",
    "kbli": "13134 Industri Batik (KBLI 2020)",
    "products": "Batik tulis, batik cap",
    "scale": "Industri kecil",
}
BRAND = COMMON | {
    "applicant_name": "Sri Wahyuni",
    "applicant_address": "Jalan Batik Nomor 16, Kelurahan Bugangan",
    "business_name": "Batik Asem Semarangan",
    "brand": "ASEM ARANG",
    "goods": "Kain batik",
    "nice_class": 25,
    "filing_year": 2026,
}
CERTIFICATE = COMMON | {
    "holder": "Siti Aminah",
    "course": "Desain kemasan",
    "batch": "Angkatan III 2026",
    "hours": "32",
    "trainers": "Budi Santoso",
    "held": "1 November 2026 sampai 4 November 2026",
    "reference": "DFT-7K3M-PX4Q",
}
MEMBER = COMMON | {
    "business_name": "Batik Asem Semarangan",
    "address": "Jalan Batik Nomor 16",
    "cluster_name": "Sentra Batik Rejomulyo",
    "cluster_products": "Batik tulis dan cap",
    "legal_basis": "Surat Keputusan Nomor 530/87 Tahun 2018 tentang Penetapan sentra",
    "member_number": "AGT-7K3M-PX4Q",
    "member_since": "15 Maret 2018",
}
GOODS = COMMON | {
    "business_name": "Batik Asem Semarangan",
    "went": "diterima",
    "handed_by": "Sri Wahyuni",
    "recorded_by": "Kinanti Kurator",
    "recorded_at": "24 November 2026 13.05 WIB",
    "pieces": "5",
    "lines": [["1", "BRG-7K3M-PX4Q", "Syal batik", "5"]],
}
SETTLEMENT = COMMON | {
    "business_name": "Batik Asem Semarangan",
    "month": "Oktober 2026",
    "sold": "Rp450.000",
    "commission": "Rp90.000",
    "payable": "Rp360.000",
    "payable_words": "tiga ratus enam puluh ribu rupiah",
    "paid_on": "5 November 2026",
    "payment_reference": "TRX-77",
    "lines": [["3 Oktober 2026", "JUL-7K3M-PX4Q", "Syal batik", "3", "Rp450.000", "Rp90.000"]],
}
LETTERS = {
    "anggota_klaster": MEMBER,
    "bagi_hasil_galeri": SETTLEMENT,
    "ikm_binaan": IKM,
    "rekomendasi_merek": BRAND,
    "sertifikat_pelatihan": CERTIFICATE,
    "tanda_terima_barang": GOODS,
}


def read(content):
    return PdfReader(io.BytesIO(content))


def text_of(content):
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_says_everything_it_was_given(template):
    content = render_letter(template, LETTERS[template], issued_at=MOMENT)
    text = text_of(content)
    for key, value in LETTERS[template].items():
        for said in sum(value, []) if key == "lines" else [str(value)]:
            assert said in text, key
    assert len(read(content).pages) == 1
    assert "DINAS PERINDUSTRIAN" in text


@pytest.mark.parametrize("template", LETTERS)
def test_a_letter_is_accessible_archivable_and_brings_its_fonts(template):
    reader = read(render_letter(template, LETTERS[template], issued_at=MOMENT))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"].startswith("id")
    assert "/StructTreeRoot" in catalog
    metadata = catalog["/Metadata"].get_data()
    assert b"pdfuaid" in metadata
    assert b"pdfaid" in metadata
    assert reader.metadata.title.endswith(COMMON["number"])
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert fonts
    for font in fonts.values():
        (descendant,) = font.get_object()["/DescendantFonts"]
        descriptor = descendant.get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_verification_address_is_a_link():
    page = read(render_letter("ikm_binaan", IKM, issued_at=MOMENT)).pages[0]
    links = {annotation.get_object()["/A"]["/URI"] for annotation in page["/Annots"]}
    assert links == {URL}


def test_the_same_letter_has_the_same_bytes():
    first = render_letter("ikm_binaan", IKM, issued_at=MOMENT)
    assert first == render_letter("ikm_binaan", dict(reversed(IKM.items())), issued_at=MOMENT)
    assert first != render_letter("ikm_binaan", IKM | {"number": "0008/SKB/DISPERIN/2026"}, issued_at=MOMENT)
    later = MOMENT + datetime.timedelta(seconds=1)
    assert first != render_letter("ikm_binaan", IKM, issued_at=later)


def test_the_pdf_carries_the_moment():
    reader = read(render_letter("ikm_binaan", IKM, issued_at=MOMENT))
    assert reader.metadata.creation_date == MOMENT


def test_optional_values_appear_only_when_given():
    assert "Nomor Induk Berusaha" not in text_of(render_letter("ikm_binaan", IKM, issued_at=MOMENT))
    more = {
        "nib": "1234567890123",
        "purpose": "pengajuan kredit",
        "valid_until": "25 November 2027",
        "signer_id": "1970",
    }
    text = text_of(render_letter("ikm_binaan", IKM | more, issued_at=MOMENT))
    for value in more.values():
        assert value in text
    assert "Rp" not in text_of(render_letter("rekomendasi_merek", BRAND, issued_at=MOMENT))
    fees = {"fee_general": "Rp1.800.000", "fee_small": "Rp500.000"}
    text = text_of(render_letter("rekomendasi_merek", BRAND | fees, issued_at=MOMENT))
    assert "Rp500.000 per kelas dari tarif umum Rp1.800.000" in text


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "#panic()",
        "*tebal* _miring_ $x^2$",
        "] #emph[x",
        '" + "',
        "= Judul",
        "// komentar",
        "\\ \\u{41}",
        "<label> @ref",
    ],
)
def test_what_people_type_is_text_never_markup(hostile):
    assert hostile in text_of(render_letter("ikm_binaan", IKM | {"business_name": hostile}, issued_at=MOMENT))


def test_letters_and_signs_of_many_languages_print():
    name = "Kedai “Ñandú” & Söhne – D’Java"
    assert name in text_of(render_letter("ikm_binaan", IKM | {"business_name": name}, issued_at=MOMENT))


def test_the_etiket_is_shown_when_given():
    stored = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(stored, "PNG")
    content = render_letter(
        "rekomendasi_merek", BRAND | {"etiket_image": stored.getvalue()}, issued_at=MOMENT
    )
    assert len(read(content).pages[0].images) == 1
    assert len(read(render_letter("rekomendasi_merek", BRAND, issued_at=MOMENT)).pages[0].images) == 0


def test_long_values_go_on_to_a_second_page_without_loss():
    products = ", ".join(f"produk nomor {number}" for number in range(250))
    content = render_letter("ikm_binaan", IKM | {"products": products}, issued_at=MOMENT)
    assert "produk nomor 249" in text_of(content)
    assert URL in read(content).pages[-1].extract_text()


def test_a_certificate_is_one_page_across_however_long_the_names():
    long = {
        "holder": "Raden Ajeng Siti Nurhaliza Kusumawardhani Prawirodirdjo Tjokroaminoto " * 2,
        "course": "Penerapan sistem jaminan mutu dan keamanan pangan bagi industri kecil " * 2,
        "trainers": ", ".join(["Prof. Dr. Bambang Wijayakusuma"] * 12),
    }
    (page,) = read(render_letter("sertifikat_pelatihan", CERTIFICATE | long, issued_at=MOMENT)).pages
    assert page.mediabox.width > page.mediabox.height


@pytest.mark.parametrize("template", LETTERS)
def test_a_missing_value_is_named(template):
    for key in REQUIRED[template]:
        incomplete = {name: value for name, value in LETTERS[template].items() if name != key}
        with pytest.raises(ValueError, match=key):
            render_letter(template, incomplete, issued_at=MOMENT)


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        render_letter("ikm_binaan", IKM, issued_at=datetime.datetime(2026, 11, 24))


def test_threads_do_not_mix_their_letters():
    wrong = []

    def work(start):
        for number in range(start, start + 4):
            text = text_of(render_letter("ikm_binaan", IKM | {"number": f"{number}/SKB"}, issued_at=MOMENT))
            if f"{number}/SKB" not in text:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(start,)) for start in (1000, 2000, 3000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
