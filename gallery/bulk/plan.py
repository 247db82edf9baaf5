"""What the rows of a sheet mean for a maker's catalogue: which product each is about, what would change, what is refused and
why. Reads only; services.bulk writes.

Which product a row means: the one with its number; else the one that has its SKU; else the new one of its name. A product
is taken whole or not at all: a refused row refuses the other rows of its product.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from core.indonesia import rupiah
from gallery.bulk.sheet import BY_NAME, COLUMNS, LOST, heading_of
from gallery.models import Category, Photo, Product
from gallery.models.catalogue import HIGHEST_PRICE, LOWEST_PRICE
from gallery.photos import ALIKE, bits_apart
from gallery.services.photos import MOST_PHOTOS
from gallery.services.products import MOST_VARIANTS, OPEN
from ikm.enums import RowVerdict

PHOTO_NUMBERS = range(1, MOST_PHOTOS + 1)
#: Asked for before a product may go to the curator (services.curation.gaps), as far as a sheet can hold it.
_NEEDED_TO_SEND = ("category", "description", "weight_grams")


@dataclass(eq=False)
class Row:
    line: int
    cells: dict
    values: dict = field(default_factory=dict)
    photos: list = field(default_factory=list)  # (number of the column, picture, alt)
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    verdict: str = RowVerdict.UNCHANGED
    product: Product | None = None  # the one that stands

    def refuse(self, name, sentence):
        self.errors.append({"field": name, "message": str(sentence)})

    def warn(self, name, sentence):
        self.warnings.append({"field": name, "message": str(sentence)})

    def change(self, name, old, new):
        self.changes.append({"field": name, "old": _shown(name, old), "new": _shown(name, new)})

    def of(self, *, variant):
        """The filled values of the product's, or the variant's, columns."""
        return {
            name: value
            for name, value in self.values.items()
            if name != "reference" and BY_NAME[name].of_variant is variant
        }


@dataclass(eq=False)
class Group:
    """The rows of one product. `fields` are those that change, `variants` all that it is to have (`photo` as the sha256 of its
    picture), `photos` the new ones as (picture, alt), `described` the photos that stand whose sentence changes."""

    rows: list
    product: Product | None = None
    fields: dict = field(default_factory=dict)
    variants: list = field(default_factory=list)
    variants_change: bool = False
    photos: list = field(default_factory=list)
    described: list = field(default_factory=list)

    @property
    def is_refused(self):
        return any(row.errors for row in self.rows)

    @property
    def is_changed(self):
        return bool(self.fields or self.variants_change or self.photos or self.described)


def _shown(name, value):
    if value in (None, ""):
        return ""
    if name == "price":
        return rupiah(value)
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    return str(getattr(value, "label", value))[:200]


def _name_key(name):
    return " ".join(name.split()).upper()


class Plan:
    """The groups that `rows` ([(line, cells)]) of `business` come to. `pictures` are what came along, None where no archive
    was sent."""

    def __init__(self, business, rows, pictures):
        self.business = business
        self.has_archive = pictures is not None
        self.pictures = pictures_by_name(pictures or ())
        self.categories = _categories()
        self.rows = [self._parsed(line, cells) for line, cells in rows]
        self._load()
        self.groups = self._grouped()
        for group in self.groups:
            self._compare(group)
        for group in self.groups:
            _judge(group)

    # --- One row ------------------------------------------------------------------------------------------------------

    def _parsed(self, line, cells):
        row = Row(line, cells)
        for column in COLUMNS:
            text = cells.get(column.name, "")
            if not text:
                continue
            if text.startswith(LOST):
                row.refuse(
                    column.name,
                    _("Angka ini kehilangan digit di Excel. Jadikan selnya Teks, lalu ketik ulang."),
                )
                continue
            try:
                value = column.field.clean(text)
            except ValidationError as error:
                row.refuse(column.name, " ".join(error.messages))
                continue
            if value not in (None, ""):
                row.values[column.name] = " ".join(value.split()) if column.name == "name" else value
        if "category" in row.values:
            self._find_category(row)
        price = row.values.get("price")
        if price is not None and not LOWEST_PRICE <= price <= HIGHEST_PRICE:
            row.refuse("price", _("Harga paling sedikit Rp100 dan paling banyak Rp1.000.000.000."))
        for number in PHOTO_NUMBERS:
            self._find_photo(row, number)
        return row

    def _find_category(self, row):
        found = self.categories.get(row.values.pop("category").casefold(), [])
        if len(found) == 1:
            row.values["category"] = found[0]
        elif found:
            row.refuse("category", _("Ada beberapa kategori bernama ini. Pakai kodenya."))
        else:
            row.refuse("category", _("Kategori ini tidak ada. Pakai kode dari lembar Kategori."))

    def _find_photo(self, row, number):
        name, alt = row.cells.get(f"photo{number}", ""), " ".join(row.cells.get(f"alt{number}", "").split())
        if not name:
            if alt:
                row.refuse(f"photo{number}", _("Isi nama berkas fotonya, atau kosongkan kalimatnya."))
            return
        if not self.has_archive:
            row.photos.append((number, None, alt))
            return
        found = self.pictures.get(picture_key(name), [])
        if len(found) != 1:
            row.refuse(
                f"photo{number}",
                (_("Ada beberapa foto “%(name)s” di dalam .zip. Tulis beserta nama foldernya.") if found
                 else _("Foto “%(name)s” tidak ada di dalam .zip.")) % {"name": name[:80]},
            )  # fmt: skip
        elif found[0].error:
            row.refuse(f"photo{number}", found[0].error)
        elif not alt:
            row.refuse(f"alt{number}", _("Tuliskan dalam satu kalimat apa yang terlihat pada foto."))
        elif len(alt) > 200:
            row.refuse(f"alt{number}", _("Kalimat ini lebih dari 200 huruf. Ringkaskan."))
        else:
            row.photos.append((number, found[0], alt))

    # --- Which product ------------------------------------------------------------------------------------------------

    def _load(self):
        """The maker's products that the rows may mean, with their variants and photos."""
        wanted = Q()
        for row in self.rows:
            row.values.setdefault("reference", "")
        references = {row.values["reference"] for row in self.rows} - {""}
        skus = {row.values["sku"] for row in self.rows if "sku" in row.values}
        names = {_name_key(row.values["name"]) for row in self.rows if "name" in row.values}
        wanted = Q(reference__in=references) | Q(variants__sku__in=skus) | Q(upper_name__in=names)
        keys = (
            Product.objects.filter(business=self.business)
            .annotate(upper_name=Upper("name"))
            .filter(wanted)
            .values("pk")
        )
        self.standing = list(
            Product.objects.filter(pk__in=keys)
            .select_related("category")
            .prefetch_related("variants__photo", "photos")
            .order_by("pk")
        )
        self.by_reference = {one.reference: one for one in self.standing}
        self.by_name = {_name_key(one.name): one for one in self.standing}
        self.by_sku = {}
        for one in self.standing:
            for variant in one.variants.all():
                if variant.sku:
                    self.by_sku.setdefault(variant.sku, set()).add(one)

    def _grouped(self):
        keys, names = {}, {}
        seen = {}
        for row in self.rows:
            product = self._product_of(row)
            sku = row.values.get("sku", "")
            if sku in seen and sku:
                row.refuse(
                    "sku",
                    _("Kode barang ini sudah dipakai baris %(line)d. Beri kode lain.") % {"line": seen[sku]},
                )
            seen.setdefault(sku, row.line)
            name = _name_key(row.values.get("name", ""))
            if product is not None:
                row.product = product
                keys[row] = ("standing", product.pk)
                names.setdefault(name or _name_key(product.name), keys[row])
        groups = {}
        for row in self.rows:
            name = _name_key(row.values.get("name", ""))
            if row not in keys:
                keys[row] = self._key_by_name(row, name, names)
            group = groups.setdefault(keys[row], Group([]))
            group.rows.append(row)
            if row.product is not None:
                group.product = row.product
        for key, group in groups.items():
            if key[0] == "standing" and group.product is None:
                group.product = next(one for one in self.standing if one.pk == key[1])
            for row in group.rows:
                row.product = group.product
        return list(groups.values())

    def _product_of(self, row):
        """The product that the row's number, else its SKU, means; None for a new one."""
        reference, sku = row.values["reference"], row.values.get("sku", "")
        owners = self.by_sku.get(sku, set())
        if reference:
            product = self.by_reference.get(reference)
            if product is None:
                row.refuse(
                    "reference", _("Nomor produk ini tidak ada pada usaha ini. Kosongkan untuk produk baru.")
                )
            elif owners and product not in owners:
                other = min(owners, key=lambda one: one.pk)
                row.refuse("sku", _("Kode barang ini milik produk %(other)s.") % {"other": other.reference})
            return product
        if not sku:
            if not any(error["field"] in ("sku", "reference") for error in row.errors):
                row.refuse("sku", _("Isi kode barang, agar unggahan berikutnya mengenali barang ini."))
            return None
        if len(owners) > 1:
            row.refuse("sku", _("Kode barang ini dipakai beberapa produk. Isi nomor produknya."))
            return None
        return next(iter(owners), None)

    def _key_by_name(self, row, name, names):
        if not name:
            if not any(error["field"] in ("name", "reference") for error in row.errors):
                row.refuse("name", _("Isi nama produk."))
            return "row", row.line
        if name in names:
            return names[name]
        if name in self.by_name and not row.errors:
            row.refuse(
                "name",
                _("Anda sudah punya produk bernama ini. Isi nomornya, %(reference)s, untuk mengubahnya.")
                % {"reference": self.by_name[name].reference},
            )
        return "new", name

    # --- What would change --------------------------------------------------------------------------------------------

    def _compare(self, group):
        self._compare_fields(group)
        self._compare_variants(group)
        self._compare_photos(group)
        product = group.product
        if product is not None and product.status not in OPEN and group.is_changed:
            group.rows[0].refuse(
                "",
                _("Produk ini berstatus %(status)s. Buka produknya dan pilih “Ubah dan kirim lagi” dahulu.")
                % {"status": product.get_status_display()},
            )

    def _compare_fields(self, group):
        said = {}
        for row in group.rows:
            for name, value in row.of(variant=False).items():
                if name in said:
                    first = said[name][0]
                    if value != first and not (name == "name" and _name_key(value) == _name_key(first)):
                        row.refuse(
                            name,
                            _("Berbeda dari baris %(line)d untuk produk yang sama.")
                            % {"line": said[name][1].line},
                        )
                    continue
                said[name] = (value, row)
        for name, (value, row) in said.items():
            if group.product is None:
                group.fields[name] = value
            elif (old := getattr(group.product, name)) != value:
                group.fields[name] = value
                row.change(name, old, value)

    def _compare_variants(self, group):
        standing = list(group.product.variants.all()) if group.product else []
        by_sku = {one.sku: one for one in standing if one.sku}
        by_choice = {(one.size, one.motif, one.colour): one for one in standing}
        merged = {one.reference: _as_row(one) for one in standing}
        new = []
        for row in group.rows:
            given = row.of(variant=True)
            if len(group.rows) > 1 and row.photos and row.photos[0][1] is not None:
                given["photo"] = row.photos[0][1].sha256
            choice = tuple(given.get(name, "") for name in ("size", "motif", "colour"))
            known = by_sku.get(given.get("sku", "")) or by_choice.get(choice)
            if known is not None and known.sku and given.get("sku", known.sku) != known.sku:
                row.refuse("sku", _("Pilihan ini di katalog berkode %(sku)s.") % {"sku": known.sku})
            elif known is not None:
                target = merged[known.reference]
                for name, value in given.items():
                    if target[name] != value:
                        if name == "photo":
                            row.change(f"photo{row.photos[0][0]}", "", row.photos[0][1].name)
                        else:
                            row.change(name, target[name], value)
                        target[name] = value
                        group.variants_change = True
            elif given.get("price") is None:
                if not any(error["field"] == "price" for error in row.errors):
                    row.refuse("price", _("Isi harganya."))
            else:
                made = {"sku": "", "size": "", "motif": "", "colour": "", "stock": 0, "photo": ""} | given
                new.append(made)
                group.variants_change = True
                if group.product is not None:
                    row.change("sku", "", ", ".join(word for word in (made["sku"], *choice) if word))
        group.variants = [*merged.values(), *new]
        self._check_choices(group)

    def _check_choices(self, group):
        choices = [(one["size"], one["motif"], one["colour"]) for one in group.variants]
        if len(set(choices)) != len(choices):
            group.rows[-1].refuse("size", _("Ukuran, motif, dan warna ini sudah ada pada produk ini."))
        if len(group.variants) > MOST_VARIANTS:
            group.rows[-1].refuse(
                "sku", _("Satu produk paling banyak %(most)d varian.") % {"most": MOST_VARIANTS}
            )

    def _compare_photos(self, group):
        standing = {one.sha256: one for one in group.product.photos.all()} if group.product else {}
        coming = {}
        for row in group.rows:
            for number, picture, alt in row.photos:
                if picture is None:
                    self._without_archive(group, row, number)
                elif picture.sha256 in standing:
                    photo = standing[picture.sha256]
                    if photo.alt != alt and photo not in dict(group.described):
                        group.described.append((photo, alt))
                        row.change(f"alt{number}", photo.alt, alt)
                elif picture.sha256 not in coming:
                    coming[picture.sha256] = (picture, alt)
                    if group.product is not None and not any(
                        c["field"] == f"photo{number}" for c in row.changes
                    ):
                        row.change(f"photo{number}", "", picture.name)
        group.photos = list(coming.values())
        if len(standing) + len(coming) > MOST_PHOTOS:
            group.rows[-1].refuse(
                "photo1",
                _("Satu produk paling banyak %(most)d foto. Hapus satu dahulu.") % {"most": MOST_PHOTOS},
            )

    def _without_archive(self, group, row, number):
        if group.product is None:
            row.refuse(f"photo{number}", _("Kirim juga berkas .zip yang memuat foto ini."))
        elif not row.warnings:
            row.warn(f"photo{number}", _("Foto tidak dibandingkan karena berkas .zip tidak dikirim."))

    # --- What to look at ----------------------------------------------------------------------------------------------

    def remark(self):
        """Remarks on what is accepted: what is still missing before the curator, and photos that look like others."""
        taken = [group for group in self.groups if not group.is_refused]
        for group in taken:
            missing = [heading_of(name) for name in _NEEDED_TO_SEND if not _has(group, name)]
            if not (group.photos or (group.product and group.product.photos.all())):
                missing.append(_("foto"))
            if missing:
                group.rows[0].warn(
                    "",
                    _("Belum lengkap untuk dikirim ke kurator: %(parts)s.") % {"parts": ", ".join(missing)},
                )
        self._remark_on_alike(taken)

    def _remark_on_alike(self, groups):
        coming = [(picture, group) for group in groups for picture, _alt in group.photos]
        rows = {
            (group, picture): (row, number)
            for group in groups
            for row in reversed(group.rows)
            for number, picture, _alt in row.photos
        }
        own = _alike_in_catalogue([picture.perceptual_hash for picture, _group in coming])
        for place, (picture, group) in enumerate(coming):
            row, number = rows[group, picture]
            for other, other_group in coming[:place]:
                if bits_apart(picture.perceptual_hash, other.perceptual_hash) <= ALIKE:
                    row.warn(
                        f"photo{number}",
                        _("Mirip foto “%(name)s” pada baris %(line)d.")
                        % {"name": other.name, "line": rows[other_group, other][0].line},
                    )
                    break
            found = [
                (product, business)
                for product, business in own.get(picture.perceptual_hash, ())
                if product != group.product
            ]
            if any(business != self.business.pk for _product, business in found):
                row.warn(f"photo{number}", _("Mirip foto produk usaha lain. Pakai foto Anda sendiri."))
            elif found:
                row.warn(
                    f"photo{number}",
                    _("Mirip foto produk %(reference)s.") % {"reference": found[0][0].reference},
                )


def _judge(group):
    refused = [row for row in group.rows if row.errors]
    for row in group.rows:
        if refused:
            if not row.errors:
                row.refuse("", _("Baris %(line)d dari produk ini ditolak.") % {"line": refused[0].line})
            row.verdict = RowVerdict.REFUSED
        elif group.product is None:
            row.verdict = RowVerdict.NEW
        elif row.changes:
            row.verdict = RowVerdict.CHANGED


def _has(group, name):
    return name in group.fields or (
        group.product is not None and getattr(group.product, name) not in (None, "")
    )


def _as_row(variant):
    names = ("reference", "sku", "size", "motif", "colour", "price", "stock", "is_active")
    row = {name: getattr(variant, name) for name in names}
    return row | {"photo": variant.photo.sha256 if variant.photo else ""}


def _categories():
    found = {}
    for leaf in Category.objects.filter(children__isnull=True):
        for word in {leaf.slug.casefold(), leaf.name.casefold(), leaf.name_en.casefold()}:
            found.setdefault(word, []).append(leaf)
    return found


def picture_key(name):
    """How a photo's name in the sheet is looked up among the pictures."""
    return name.replace("\\", "/").strip("/").casefold()


def pictures_by_name(pictures):
    """{picture_key: pictures}: by path, by name alone and by name without ending, as people write them."""
    found = {}
    for one in pictures:
        path = one.name.casefold()
        last = path.rsplit("/", 1)[-1]
        for word in {path, last, path.rsplit(".", 1)[0], last.rsplit(".", 1)[0]}:
            found.setdefault(word, []).append(one)
    return found


def _alike_in_catalogue(hashes):
    """{hash: [(Product, key of its business)]} of the photos in the catalogue that look like one of `hashes`."""
    if not hashes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wanted.hash, photo.id FROM unnest(%s::bigint[]) AS wanted(hash)
            JOIN gallery_photo photo ON bit_count((photo.perceptual_hash # wanted.hash)::bit(64)) <= %s
            ORDER BY photo.id
            """,
            [list(set(hashes)), ALIKE],
        )
        pairs = cursor.fetchall()
    photos = Photo.objects.select_related("product").in_bulk({key for _hash, key in pairs})
    found = {}
    for one, key in pairs:
        found.setdefault(one, []).append((photos[key].product, photos[key].product.business_id))
    return found
