"""Letters as PDF, set by typst from `core/letter_templates/<template>.typ`, and other things on paper from their rooms.

The data go in as JSON and the templates place them as text, so nothing a person typed is ever run as markup. The same
data and moment give the same bytes on every machine: only the fonts inside typst are used, and the moment is the PDF's own
date. Every letter is tagged (PDF/UA-1), archivable (PDF/A-2a) and has its fonts embedded.
"""

import datetime
import json
import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path

import segno
import typst
from django.utils import timezone

FOLDER = Path(__file__).parent / "letter_templates"

_EVERY_LETTER = {"number", "date", "verification_url", "signer_name", "signer_post", "signer_unit"}
_LOAN = {
    "reference",
    "contract",
    "bank",
    "business_name",
    "owner_name",
    "principal",
    "disbursed_on",
}
#: The values each template needs. All may also have `signer_rank`, `signer_id` (NIP) and `office_address`.
REQUIRED = {
    # also: nib, registered_on, purpose, valid_until
    "ikm_binaan": _EVERY_LETTER
    | {
        "business_name",
        "owner_name",
        "address",
        "kelurahan",
        "kecamatan",
        "kbli",
        "products",
        "scale",
        "reference",
    },
    # also: kelurahan, nib, purpose, valid_until
    "anggota_klaster": _EVERY_LETTER
    | {
        "business_name",
        "address",
        "reference",
        "cluster_name",
        "cluster_products",
        "legal_basis",
        "member_number",
        "member_since",
    },
    "penawaran_pelunasan": _EVERY_LETTER | _LOAN | {"pay_on", "amount", "principal_left"},
    "surat_lunas": _EVERY_LETTER | _LOAN | {"paid_off_on", "paid"},
    # also: nib, fee_general with fee_small (as text), etiket_image (bytes of a PNG or JPEG)
    "rekomendasi_merek": _EVERY_LETTER
    | {
        "applicant_name",
        "applicant_address",
        "business_name",
        "reference",
        "brand",
        "goods",
        "nice_class",
        "filing_year",
    },
    # also: payment_order with paid_on, reasons ([name, sentence]); `lines` are rows of seven cells
    "rekap_subsidi": _EVERY_LETTER
    | {
        "bank_name",
        "scheme_name",
        "month",
        "reference",
        "claimed",
        "computed",
        "agreed",
        "agreed_words",
        "differing",
        "lines",
    },
    # also: note; `lines` are rows of four cells
    "tanda_terima_barang": _EVERY_LETTER
    | {
        "business_name",
        "reference",
        "went",
        "handed_by",
        "recorded_by",
        "recorded_at",
        "pieces",
        "lines",
    },
    # `lines` are rows of six cells
    "bagi_hasil_galeri": _EVERY_LETTER
    | {
        "business_name",
        "reference",
        "month",
        "sold",
        "commission",
        "payable",
        "payable_words",
        "paid_on",
        "payment_reference",
        "lines",
    },
    # also: owner_nik (masked), nib, kbli
    "surat_rekomendasi_kredit": _EVERY_LETTER
    | {
        "bank_name",
        "legal_basis",
        "scheme",
        "verified_on",
        "owner_name",
        "business_name",
        "address",
        "kelurahan",
        "kecamatan",
        "reference",
        "amount",
        "amount_in_words",
        "months",
        "annual_rate",
        "purpose",
        "collateral",
        "answer_by",
    },
    # also: unit, business_name
    "sertifikat_pelatihan": _EVERY_LETTER
    | {"holder", "course", "batch", "hours", "trainers", "held", "reference"},
    # also: explanation
    "surat_penolakan_kredit": _EVERY_LETTER
    | {
        "owner_name",
        "business_name",
        "address",
        "scheme",
        "reference",
        "submitted_on",
        "amount",
        "months",
        "reason",
        "advice",
        "reapply_on",
    },
}

# A compiler keeps its fonts and parsed templates, which is most of the work, but serves one thread at a time.
_local = threading.local()


def _compiler():
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(root=FOLDER, font_paths=_fonts(), ignore_system_fonts=True)
    return _local.compiler


@cache
def _fonts():
    return typst.Fonts(include_system_fonts=False)


def render_letter(template, data, *, issued_at):
    """The PDF of a letter. `data` holds text (dates and money already written out), see `REQUIRED`.

    `issued_at` is an aware moment; it becomes the PDF's date. Raises `ValueError` naming any missing value.
    """
    missing = sorted(key for key in REQUIRED[template] if not data.get(key))
    if missing:
        raise ValueError(f"the letter {template} lacks {', '.join(missing)}")
    if timezone.is_naive(issued_at):
        raise ValueError("a letter is issued at a moment with a time zone")
    values = {key: list(value) if isinstance(value, bytes) else value for key, value in data.items()}
    code = segno.make(data["verification_url"], error="m", micro=False)
    return _compiler().compile(
        FOLDER / f"{template}.typ",
        format="pdf",
        sys_inputs={
            "data": json.dumps(values, sort_keys=True),
            "qr": code.svg_inline(scale=4, border=0, dark="#1f1b2d"),
        },
        pdf_standards=["ua-1", "a-2a"],
        timestamp=issued_at.astimezone(datetime.UTC),
    )


def render_print(template, data, *, made_at, pictures=None):
    """The PDF of a thing on paper that is no letter: `template` is the path of its .typ, `data` what JSON holds.

    The template reads `data.json` and `pictures` ({name: bytes}) beside it, emblem.svg too, and nothing else of the machine.
    `made_at` is an aware moment; it becomes the PDF's date.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for source in (template, FOLDER / "emblem.svg"):
            shutil.copyfile(source, folder / Path(source).name)
        (folder / "data.json").write_text(json.dumps(data))
        for picture, content in (pictures or {}).items():
            (folder / picture).write_bytes(content)
        return typst.Compiler(root=folder, font_paths=_fonts(), ignore_system_fonts=True).compile(
            folder / Path(template).name,
            format="pdf",
            pdf_standards=["ua-1", "a-2a"],
            timestamp=made_at.astimezone(datetime.UTC).replace(microsecond=0),
        )
