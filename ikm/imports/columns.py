"""Which column of a sheet holds what: the fields of the office's "Data IKM" sheet, their spellings, and the search for
the header among title rows, in one row or in two merged ones. Pure: no ORM.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

HEADER_SEARCH_ROWS = 40


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the sheet. `needed`: no import without its column. `filled`: where the column stands, a row that
    leaves it empty is refused."""

    name: str
    label: str
    aliases: tuple[str, ...]
    needed: bool = False
    filled: bool = False
    is_money: bool = False


def _heading(text):
    """A heading that Django's own catalogue would take for another word ("No" is not "Tidak", "Sat" no Saturday)."""
    return pgettext_lazy("judul kolom", text)


def _field(name, label, aliases, **options):
    return Field(name=name, label=label, aliases=tuple(aliases.split()), **options)


#: In the order of the office's own sheet. An alias is the heading in small letters and digits only.
FIELDS = {
    field.name: field
    for field in [
        _field("number", _heading("No"), "no nomor nourut nomorurut"),
        _field(
            "legal_form",
            _("Badan Usaha"),
            "badanusaha bentukbadanusaha bentukusaha badanhukum bentukbadanhukum jenisbadanusaha",
        ),
        _field(
            "name",
            _("Nama Perusahaan"),
            "namaperusahaan namausaha namaikm namaindustri perusahaan namaperusahaanusaha namausahaperusahaan "
            "namaunitusaha namaumkm namaikmusaha namaindustriikm namaperusahaanikm namaproduksi usaha",
            needed=True,
            filled=True,
        ),
        _field(
            "owner",
            _("Nama Pemilik"),
            "namapemilik pemilik namapemilikusaha penanggungjawab namapenanggungjawab namapengusaha namapimpinan "
            "pemilikusaha pengusaha namapemilikpenanggungjawab namapemilikpimpinan",
            filled=True,
        ),
        _field(
            "nik",
            _("NIK pemilik"),
            "nik nikpemilik noktp nomorktp noktppemilik nomorindukkependudukan nonik ktp",
        ),
        _field(
            "address",
            _("Jalan/Alamat"),
            "jalanalamat jalan alamat alamatjalan alamatusaha alamatperusahaan alamatlengkap alamatpabrik jln "
            "alamatjln alamatindustri alamatproduksi lokasi",
            needed=True,
            filled=True,
        ),
        _field(
            "kelurahan",
            _("Desa/Kel"),
            "desakel desakelurahan kelurahan kel keldesa kelurahandesa desa namakelurahan kelurahanusaha",
            needed=True,
            filled=True,
        ),
        _field("kecamatan", _("Kecamatan"), "kecamatan kec namakecamatan kecamatanusaha"),
        _field(
            "phone",
            _("Telepon"),
            "telepon telp tlp telpon notelepon notelp notelpon nohp hp teleponhp telphp notelphp nomortelepon "
            "nomorhp notlp notlphp wa nowa whatsapp kontak telponhp noteleponhp nomorteleponhp",
        ),
        _field("fax", _("Fax"), "fax faks faksimile faksimili nofax"),
        _field("email", _("Email"), "email surel alamatemail emailusaha"),
        _field("website", _("Web"), "web website situs situsweb laman url"),
        _field(
            "licence_kind",
            _("Izin Usaha Industri"),
            "izinusahaindustri jenisizin izinusaha perizinan legalitas ijinusaha ijinusahaindustri jenisijin izin "
            "legalitasusaha jenisperizinan izinusahaindustrijenis",
        ),
        _field(
            "licence_number",
            _("Nomor/Tahun izin"),
            "nomortahunizin nomorizin noizin notahunizin noizintahun nomorizintahun nomortahun notahun noijin "
            "nomorijin nomorizinusaha noizinusaha izinnomortahun izinusahanomortahun izinnomor "
            "izinusahaindustrinomortahun izinusahaindustrinomor izinusahanomor",
        ),
        _field("nib", _("NIB"), "nib nomornib nonib nomorindukberusaha nomorindukberusahanib"),
        _field(
            "kbli",
            _("KBLI"),
            "kbli kodekbli kbli2020 kbli5digit nokbli nomorkbli kodekbli2020",
            needed=True,
            filled=True,
        ),
        _field("commodity", _("Komoditi"), "komoditi komoditas jeniskomoditi namakomoditi"),
        _field(
            "product",
            _("Jenis Produk"),
            "jenisproduk produk jenisproduksi hasilproduksi namaproduk produkutama produkyangdihasilkan jenisprodukusaha",
            filled=True,
        ),
        _field("brand", _("Merek"), "merek merk merekdagang merkdagang namamerek namamerk"),
        _field("branch", _("Cabang Industri"), "cabangindustri cabang sektorindustri kelompokindustri"),
        _field(
            "year",
            _("Tahun Data"),
            "tahundata tahun tahunpendataan thndata thn tahunlaporan periodedata",
            needed=True,
            filled=True,
        ),
        _field(
            "founded_year", _("Tahun berdiri"), "tahunberdiri thnberdiri tahunmulaiusaha tahunmulai berdiri"
        ),
        _field(
            "men",
            _("TK LK"),
            "tklk tkl tklaki tklakilaki tkpria pekerjalakilaki lakilaki",
            needed=True,
            filled=True,
        ),
        _field(
            "women",
            _("TK PR"),
            "tkpr tkp tkperempuan tkwanita pekerjaperempuan perempuan",
            needed=True,
            filled=True,
        ),
        _field(
            "investment",
            _("Nilai Investasi"),
            "nilaiinvestasi investasi nilaiinvestasitanpatanahdanbangunan nilaiinvestasitanpatanahbangunan "
            "jumlahinvestasi totalinvestasi nilaiinventasi",
            filled=True,
            is_money=True,
        ),
        _field(
            "land_and_buildings",
            _("Nilai tanah dan bangunan"),
            "nilaitanahdanbangunan tanahdanbangunan nilaitanahbangunan investasitanahdanbangunan",
            is_money=True,
        ),
        _field(
            "capacity",
            _("Jml Kapasitas Produksi"),
            "jmlkapasitasproduksi kapasitasproduksi kapasitas jumlahkapasitasproduksi jmlkapasitas kapasitasterpasang "
            "jumlahkapasitas kapasitasproduksitahun volumeproduksi",
            filled=True,
        ),
        _field(
            "unit",
            _heading("Sat"),
            "sat satuan satuankapasitas satuanproduksi satuankapasitasproduksi",
            filled=True,
        ),
        _field(
            "production_value",
            _("Nilai produksi"),
            "nilaiproduksi nilaiproduksitahun nilaihasilproduksi",
            filled=True,
            is_money=True,
        ),
        _field(
            "raw_material_value",
            _("Nilai BB/BP"),
            "nilaibbbp nilaibahanbaku nilaibb bahanbaku nilaibahanbakubahanpenolong nilaibahanbakudanbahanpenolong "
            "nilaibahanbakupenolong nilaibahanbakudanpenolong bbbp",
            filled=True,
            is_money=True,
        ),
        _field(
            "turnover",
            _("Omzet"),
            "omzet omset nilaipenjualan penjualan omzettahun omsettahun",
            is_money=True,
        ),
        _field(
            "export_percent",
            _("Orientasi Ekspor"),
            "orientasiekspor ekspor persenekspor eksporpersen orientasiekspor persentaseekspor",
        ),
        _field("export_countries", _("Negara Tujuan Ekspor"), "negaratujuanekspor negaratujuan negaraekspor"),
        _field("npwp", _("NPWP"), "npwp nonpwp nomornpwp npwpusaha npwpperusahaan"),
        _field("latitude", _("Latitude"), "latitude lat lintang koordinatlat koordinatlintang"),
        _field("longitude", _("Longitude"), "longitude long lng lon bujur koordinatlong koordinatbujur"),
    ]
}
NEEDED = [name for name, field in FIELDS.items() if field.needed]
MONEY = [name for name, field in FIELDS.items() if field.is_money]
#: Columns that are recognised so that nobody wonders, and not kept.
IGNORED = ("number", "fax")

#: A short heading under a wide merged one means something only together with it.
_CHILDREN = {
    "men": (r"(?:jumlah|jml)?(?:tenagakerja|tk|pekerja|karyawan)(?:orang)?", r"l|lk|laki|lakilaki|pria"),
    "women": (r"(?:jumlah|jml)?(?:tenagakerja|tk|pekerja|karyawan)(?:orang)?", r"p|pr|perempuan|wanita|pw"),
    "capacity": (
        r"(?:jumlah|jml)?kapasitas(?:produksi|terpasang)?(?:tahun)?",
        r"jumlah|jml|volume|nilai|vol|banyaknya",
    ),
    "unit": (r"(?:jumlah|jml)?kapasitas(?:produksi|terpasang)?(?:tahun)?", r"sat|satuan"),
    "licence_kind": (r"izin.*|ijin.*|perizinan|legalitas.*", r"jenis|macam|jenisizin"),
    "licence_number": (
        r"izin.*|ijin.*|perizinan|legalitas.*",
        r"nomor|no|nomortahun|notahun|nomordantahun|nothn",
    ),
    "export_percent": (r"(?:orientasi)?ekspor", r"persen|persentase|"),
    "export_countries": (r"(?:orientasi)?ekspor", r"negara|negaratujuan|tujuan"),
    "owner": (r"pemilik|pengusaha", r"nama"),
    "nik": (r"pemilik|pengusaha", r"nik|noktp"),
    "name": (r"perusahaan|usaha|ikm|identitasusaha", r"nama"),
}
_CHILDREN = {name: (re.compile(parent), re.compile(child)) for name, (parent, child) in _CHILDREN.items()}

_THOUSANDS = re.compile(
    r"rp\.?\s*[.,]?\s*\(?0{3}\b|rp\.?\s*1\.?000\b|[(\s]0{3}\)|\bribuan\b|\bribu\b", re.IGNORECASE
)
_MILLIONS = re.compile(r"\bjuta(?:an)?\b", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_ALIASES = {alias: name for name, field in FIELDS.items() for alias in field.aliases}


def letters(heading):
    """A heading reduced to what is compared: "Desa / Kel." -> "desakel". Units in brackets do not count."""
    text = _IN_BRACKETS.sub(" ", str(heading)).lower()
    text = re.sub(r"\b(?:rp\.?\s*[.,]?0{3}|rp\b\.?)", " ", text)
    text = text.replace("%", "")
    return re.sub(r"[^a-z0-9]", "", text)


def says_thousands(heading):
    """Whether a heading states its money in thousands: "Nilai Investasi (Rp.000)", "dalam ribuan rupiah"."""
    return bool(_THOUSANDS.search(str(heading)))


def says_millions(heading):
    """Whether a heading states its money in millions, which an import does not take."""
    return bool(_MILLIONS.search(str(heading)))


def match_heading(parent, child=""):
    """The field that a column's heading (in one or two rows) names, None if none."""
    above, below = letters(parent), letters(child)
    if str(child).strip():
        for name, (parent_pattern, child_pattern) in _CHILDREN.items():
            if parent_pattern.fullmatch(above) and child_pattern.fullmatch(below):
                return name
        if not below:  # only a unit stands below, like "(Rp.000)"
            return _ALIASES.get(above)
        return _ALIASES.get(above + below) or (
            _ALIASES.get(below) if len(below) > 2 and below != "jumlah" else None
        )
    return _ALIASES.get(above)


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a sheet: its heading as people read it, and the field it seems to hold."""

    index: int
    heading: str
    field: str | None
    in_thousands: bool = False


@dataclass(frozen=True, kw_only=True)
class Header:
    """Where the header stands (`first_row` counts from 0, `rows` is 1 or 2) and what its columns hold."""

    first_row: int
    rows: int
    columns: tuple[Column, ...]

    @property
    def data_row(self):
        return self.first_row + self.rows

    @property
    def fields(self):
        """Field -> column index."""
        return {column.field: column.index for column in self.columns if column.field}

    @property
    def missing(self):
        return [name for name in NEEDED if name not in self.fields]

    @property
    def says_thousands(self):
        """Whether any money column says that it counts in thousands of rupiah."""
        return any(column.in_thousands for column in self.columns if column.field in MONEY)


def _text(row, index):
    value = row[index] if index < len(row) else ""
    return "" if value is None else " ".join(str(value).split())


def _columns(top, bottom, title_says_thousands):
    """The columns of a header in `top` and, if not None, `bottom`; a merged cell holds its text at its left end."""
    width = max(len(top), len(bottom or ()))
    columns, taken, parent = [], set(), ""
    for index in range(width):
        above = _text(top, index)
        below = _text(bottom, index) if bottom is not None else ""
        if above:
            parent = above
        elif not below:
            parent = ""
        heading = " – ".join(part for part in (above or (parent if below else ""), below) if part)
        field = match_heading(above or parent, below) if (above or below) else None
        if field in taken:
            field = None  # the first column of a name counts, a second one is shown as not recognised
        if field:
            taken.add(field)
        says = says_thousands(f"{parent} {below}") or title_says_thousands
        columns.append(Column(index=index, heading=heading, field=field, in_thousands=says))
    return tuple(columns)


def find_header(rows):
    """The header among the first rows of a sheet: the place where most headings are known; None if fewer than four are.

    A second row counts as part of the header only where it explains more columns than the first row alone.
    """
    best, best_score = None, 3
    rows = rows[:HEADER_SEARCH_ROWS]
    titles = [" ".join(_text(row, index) for index in range(len(row))) for row in rows]
    for place, row in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        says = any(says_thousands(title) for title in titles[:place])
        for bottom in (None, following):
            columns = _columns(row, bottom, says)
            score = sum(column.field is not None for column in columns)
            if score > best_score and not (bottom is not None and _looks_like_data(bottom)):
                best_score = score
                best = Header(first_row=place, rows=1 if bottom is None else 2, columns=columns)
            if following is None:
                break
    return best


def _looks_like_data(row):
    """Whether a row under a header is already data: it holds numbers."""
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in row)


_NUMBERING = re.compile(r"\(?\s*([0-9]{1,3})(?:\.0)?\s*\)?\.?")


def is_numbering(row):
    """Whether a row only numbers the columns: "(1) (2) (3)" or 1, 2, 3."""
    found = [_NUMBERING.fullmatch(str(value).strip()) for value in row if str(value or "").strip()]
    if len(found) < 4 or not all(found):
        return False
    numbers = [int(match[1]) for match in found]
    return all(after == before + 1 for before, after in pairwise(numbers))


_TOTAL = re.compile(r"\s*(?:jumlah|total|sub ?total|grand total)\b.*", re.IGNORECASE)


def is_total(row, name_index):
    """Whether a row sums up the ones above: no name, and its first filled cell says "Jumlah"."""
    first = next((str(value) for value in row if str(value if value is not None else "").strip()), "")
    name = row[name_index] if name_index < len(row) else ""
    return bool(_TOTAL.fullmatch(first)) and (not str(name or "").strip() or str(name) == first)


def from_saved(header, saved):
    """`header` with the fields of a saved mapping, {heading letters: field}; "" means: leave this column out."""
    columns = []
    for column in header.columns:
        key = heading_key(column)
        field = saved.get(key, column.field) or None
        columns.append(
            Column(index=column.index, heading=column.heading, field=field, in_thousands=column.in_thousands)
        )
    return Header(first_row=header.first_row, rows=header.rows, columns=tuple(columns))


def heading_key(column):
    """What a saved mapping knows a column by."""
    return re.sub(r"[^a-z0-9]", "", column.heading.lower())


def to_saved(header):
    """The mapping of `header` as saved: {heading letters: field or ""}."""
    return {heading_key(column): column.field or "" for column in header.columns if column.heading}
