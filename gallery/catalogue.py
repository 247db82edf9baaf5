"""The public catalogue: which published products answer a question, how many there are of each kind, and what a card shows.

All facets come from one statement: the products that hold the words, grouped by everything that can be chosen. From these few
groups every count follows, each facet's own choice left aside, so that the page can say what another choice would find.
"""

import json
import re
from array import array
from dataclasses import dataclass, field, replace
from functools import cache, partial

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.cache import caches
from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone
from django.utils.html import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.indonesia import rupiah
from gallery.changes import CATALOGUE
from gallery.models import Category, Edition, EditionItem, Photo, Product
from gallery.photos import PHONE_WIDTH, WIDTHS
from ikm.directory import SHOWN_CERTIFICATES, valid_on
from ikm.enums import LicenceKind
from ikm.models import Area, Licence
from ikm.some_words import MOST_WORDS, any_of_them, fewer_and_fewer, without_errors

PAGE_SIZE = 50
EDITIONS_SHOWN = 3
VOCABULARY_SECONDS = 15 * 60
#: Ranges of price: the key in the address, from, below (None: no end).
BANDS = (
    ("sampai-50rb", 0, 50_000),
    ("50rb-200rb", 50_000, 200_000),
    ("200rb-1jt", 200_000, 1_000_000),
    ("mulai-1jt", 1_000_000, None),
)
SORTS = {
    "baru": (_("Terbaru"), ("-published_at", "-id")),
    "murah": (_("Termurah"), ("price_from", "-id")),
    "mahal": (_("Termahal"), ("-price_from", "-id")),
}
#: What can be chosen: its name in the address, and the column of the groups that holds it.
FACETS = {
    "kategori": "category_id",
    "kecamatan": "business__kelurahan__parent__code",
    "harga": "band",
    "sertifikat": "kinds",
    "ekspor": "is_export_ready",
    "pesanan": "is_made_to_order",
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody looks for: words, one choice of each facet ("" for any), an order and the number of the page."""

    text: str = ""
    kategori: str = ""
    kecamatan: str = ""
    harga: str = ""
    sertifikat: str = ""
    ekspor: str = ""
    pesanan: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def of(cls, query):
        """The wish in an address; what cannot be read asks for nothing."""
        page = query.get("halaman", "")
        bands = {key for key, _low, _high in BANDS}
        return cls(
            text=query.get("cari", "").replace("\x00", "").strip()[:100],
            kategori=query.get("kategori", "")[:60].replace("\x00", ""),
            kecamatan=query.get("kecamatan", "") if re.fullmatch(r"[0-9.]{8}", query.get("kecamatan", "")) else "",
            harga=query.get("harga", "") if query.get("harga", "") in bands else "",
            sertifikat=query.get("sertifikat", "") if query.get("sertifikat", "") in SHOWN_CERTIFICATES else "",
            ekspor="1" if query.get("ekspor") == "1" else "",
            pesanan="1" if query.get("pesanan") == "1" else "",
            sort=query.get("urut", "") if query.get("urut", "") in SORTS else "",
            page=int(page) if re.fullmatch(r"[1-9][0-9]{0,3}", page) else 1,
        )  # fmt: skip

    def address(self, **changes):
        """The question of the address that asks for this wish with `changes`; another choice begins at the first page."""
        wish = replace(self, page=1, **changes) if "page" not in changes else replace(self, **changes)
        pairs = {"cari": wish.text, **{name: getattr(wish, name) for name in FACETS}, "urut": wish.sort}
        if wish.page > 1:
            pairs["halaman"] = str(wish.page)
        return {name: value for name, value in pairs.items() if value}

    @property
    def filters(self):
        """How many choices beside the words."""
        return sum(bool(getattr(self, name)) for name in FACETS)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One page of what was found and how: `exact`, `repaired` (see `words`), `some` (of the words) or `none`."""

    cards: list
    total: int
    how: str
    words: str = ""
    #: {facet: [Choice]} in the order of the page.
    facets: dict = field(default_factory=dict)

    def pages(self):
        return -(-self.total // PAGE_SIZE)


@dataclass(frozen=True, kw_only=True)
class Choice:
    value: str
    label: str
    count: int
    is_chosen: bool = False
    children: list = field(default_factory=list)


def find(wish, generation=None):
    """The `Answer` to a `Wish`. What all its pages share, the groups and the order, is remembered while `generation` (of
    `gallery.changes.CATALOGUE`) lasts: a deep page costs no more than the first, and another choice no new counting.
    """
    holding = cache(partial(_holding, wish.text))
    remembered = partial(CATALOGUE.remembered, generation)
    tree = {one.pk: one for one in Category.objects.all()}
    chosen = _chosen(wish, tree)
    how, words, groups = remembered(("groups", wish.text), lambda: (*holding()[1:], _groups(holding()[0])))
    total = sum(group["count"] for group in groups if _passes(group, chosen))
    ordered = remembered(
        ("order", wish.address(page=1)), lambda: _ordered(_filtered(holding()[0], wish, chosen), wish)
    ) if total else []  # fmt: skip
    start = (wish.page - 1) * PAGE_SIZE
    return Answer(
        cards=_cards_in_order(ordered[start : start + PAGE_SIZE]),
        total=total,
        how=how if total else "none",
        words=words,
        facets=_facets(groups, chosen, wish, tree),
    )


def _holding(text):
    """(published products that hold the words of `text`, how they were found, the words with their errors repaired)."""
    rows = Product.objects.published()
    words = words_of(text)
    if not words:
        return rows, "exact", ""
    found = matching(rows, words)
    if found.exists():
        return found, "exact", ""
    for repaired in without_errors(words, vocabulary()):
        found = matching(rows, repaired)
        if found.exists():
            return found, "repaired", " ".join(repaired)
    for number in fewer_and_fewer(words):
        query = SearchQuery(any_of_them(words, number), config="indonesian", search_type="raw")
        found = rows.filter(search=query).annotate(rank=Cast(SearchRank(F("search"), query), FloatField()))
        if found.exists():
            return found, "some", ""
    return rows.none(), "none", ""


def words_of(text):
    """The words of a search as `matching` takes them; at most MOST_WORDS."""
    return re.findall(r"[a-z0-9]+", text.lower())[:MOST_WORDS]


def matching(rows, words):
    """Rows that hold all `words` (the last one may be unfinished), in Indonesian or in their English name, or stand in a
    category called so."""
    query = SearchQuery(" & ".join([*words[:-1], f"{words[-1]}:*"]), config="indonesian", search_type="raw")
    english, called = Q(), Q()
    for word in words:
        english &= Q(name_en__icontains=word)
        called &= Q(name__icontains=word) | Q(name_en__icontains=word)
    categories = list(Category.objects.filter(called).values_list("pk", flat=True))
    return rows.filter(
        Q(search=query) | english | Q(category__in=categories) | Q(category__parent__in=categories)
    ).annotate(rank=Cast(SearchRank(F("search"), query), FloatField()))


def vocabulary():
    """The words of published products and of the categories, for repairing typing errors."""
    known = caches["memory"].get("gallery:vocabulary")
    if known is None:
        rows = Product.objects.published().values("name", "name_en", "brand", "materials")
        sql, parameters = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT DISTINCT word FROM (
                        SELECT regexp_split_to_table(
                            lower(concat_ws(' ', name, name_en, brand, materials)), '[^a-z0-9]+') AS word
                        FROM ({sql}) AS texts
                        UNION ALL
                        SELECT regexp_split_to_table(lower(name || ' ' || name_en), '[^a-z0-9]+') FROM gallery_category
                    ) AS words WHERE length(word) > 2""",  # noqa: S608 - the ORM's own SQL
                parameters,
            )
            known = {word for (word,) in cursor.fetchall()}
        caches["memory"].set("gallery:vocabulary", known, VOCABULARY_SECONDS)
    return known


# --- Facets -----------------------------------------------------------------------------------------------------------


def _badges(reference="pk"):
    """The kinds of the certificates of a product that hold today."""
    return ArraySubquery(
        Licence.objects.filter(
            valid_on(timezone.localdate()), gallery_products=OuterRef(reference), kind__in=SHOWN_CERTIFICATES
        )
        .order_by("kind")
        .values("kind")
        .distinct()
    )


def _groups(rows):
    """The products of `rows` counted by everything that can be chosen."""
    band = Case(
        *(When(price_from__lt=high, then=Value(number)) for number, (_key, _low, high) in enumerate(BANDS) if high),
        default=Value(len(BANDS) - 1),
        output_field=IntegerField(),
    )  # fmt: skip
    return list(
        rows.order_by()
        .annotate(band=band, kinds=_badges(), is_made_to_order=Q(made_to_order_days__isnull=False))
        .values(*FACETS.values())
        .annotate(count=Count("pk"))
    )


def _chosen(wish, tree):
    """{facet: the values of a group that pass} for every facet that is chosen."""
    chosen = {}
    if wish.kategori:
        chosen["kategori"] = {
            pk
            for pk, one in tree.items()
            if one.slug == wish.kategori or (one.parent_id and tree[one.parent_id].slug == wish.kategori)
        }
    if wish.kecamatan:
        chosen["kecamatan"] = {wish.kecamatan}
    if wish.harga:
        chosen["harga"] = {number for number, band in enumerate(BANDS) if band[0] == wish.harga}
    if wish.sertifikat:
        chosen["sertifikat"] = {wish.sertifikat}
    for name in ("ekspor", "pesanan"):
        if getattr(wish, name):
            chosen[name] = {True}
    return chosen


def _passes(group, chosen, but=""):
    for name, values in chosen.items():
        if name != but:
            value = group[FACETS[name]]
            if values.isdisjoint(value) if isinstance(value, list) else value not in values:
                return False
    return True


def _filtered(rows, wish, chosen):
    if "kategori" in chosen:
        rows = rows.filter(category__in=chosen["kategori"])
    if wish.kecamatan:
        rows = rows.filter(business__kelurahan__parent__code=wish.kecamatan)
    if wish.harga:
        _key, low, high = next(band for band in BANDS if band[0] == wish.harga)
        rows = rows.filter(price_from__gte=low)
        rows = rows.filter(price_from__lt=high) if high else rows
    if wish.sertifikat:
        holding = Licence.objects.filter(valid_on(timezone.localdate()), kind=wish.sertifikat)
        rows = rows.filter(pk__in=holding.values("gallery_products"))
    if wish.ekspor:
        rows = rows.filter(is_export_ready=True)
    if wish.pesanan:
        rows = rows.filter(made_to_order_days__isnull=False)
    return rows


def _facets(groups, chosen, wish, tree):
    counts = {name: {} for name in FACETS}
    for name, column in FACETS.items():
        for group in groups:
            if _passes(group, chosen, but=name):
                values = group[column] if isinstance(group[column], list) else [group[column]]
                for value in values:
                    counts[name][value] = counts[name].get(value, 0) + group["count"]

    def choices(name, pairs):
        return [
            Choice(value=value, label=label, count=counts[name].get(key, 0), is_chosen=getattr(wish, name) == value)
            for key, value, label in pairs
            if counts[name].get(key) or getattr(wish, name) == value
        ]  # fmt: skip

    kecamatan = Area.objects.filter(level="kecamatan").order_by("name").values_list("code", "name")
    return {
        "kategori": _tree(counts["kategori"], wish, tree),
        "kecamatan": choices("kecamatan", [(code, code, name) for code, name in kecamatan]),
        "harga": choices("harga", [(number, band[0], band_label(band)) for number, band in enumerate(BANDS)]),
        "sertifikat": choices("sertifikat", [(kind, kind.value, kind.label) for kind in SHOWN_CERTIFICATES]),
        "ekspor": choices("ekspor", [(True, "1", _("Siap ekspor"))]),
        "pesanan": choices("pesanan", [(True, "1", _("Dibuat setelah dipesan"))]),
    }


def _tree(counts, wish, tree):
    branches = []
    for branch in sorted(tree.values(), key=lambda one: (one.position, one.name)):
        if branch.parent_id is not None:
            continue
        leaves = [
            Choice(value=leaf.slug, label=leaf.shown, count=counts.get(leaf.pk, 0), is_chosen=leaf.slug == wish.kategori)
            for leaf in sorted(tree.values(), key=lambda one: (one.position, one.name))
            if leaf.parent_id == branch.pk
        ]  # fmt: skip
        count = counts.get(branch.pk, 0) + sum(leaf.count for leaf in leaves)
        if count or wish.kategori in {branch.slug, *(leaf.value for leaf in leaves)}:
            branches.append(
                Choice(
                    value=branch.slug,
                    label=branch.shown,
                    count=count,
                    is_chosen=branch.slug == wish.kategori,
                    children=[leaf for leaf in leaves if leaf.count or leaf.is_chosen],
                )
            )
    return branches


def band_label(band):
    """What a range of prices is called."""
    _key, low, high = band
    if not low:
        return _("di bawah %(high)s") % {"high": rupiah(high)}
    if high is None:
        return _("mulai %(low)s") % {"low": rupiah(low)}
    return f"{rupiah(low)} – {rupiah(high)}"


# --- Cards ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Picture:
    """A photo as pages show it: its widths are known from its own width, without a look at the renditions; and where it stands
    on a sheet (`gallery.sheets.lay_out`)."""

    reference: str
    alt: str
    width: int
    height: int
    sheet: str = ""
    place: int = 0
    is_eager: bool = False

    @property
    def widths(self):
        return sorted({min(width, self.width) for width in WIDTHS})

    @property
    def on_phone(self):
        """The width that a phone fetches: sharp enough, and light."""
        return max(width for width in self.widths if width <= PHONE_WIDTH)


@dataclass(frozen=True, slots=True)
class Card:
    reference: str
    name: str
    price: object
    maker: str
    place: str
    picture: Picture | None
    badges: list
    is_export_ready: bool
    is_made_to_order: bool
    stock: int
    words: str = ""


def picture_of(photo):
    """The `Picture` of a photo, a row or what the database tells of one."""
    if photo is None:
        return None
    told = photo if isinstance(photo, dict) else vars(photo)
    alt = told["alt_en"] if get_language() == "en" and told["alt_en"] else told["alt"]
    return Picture(told["reference"], alt, told["width"], told["height"])


def cards_of(rows):
    """The cards of `rows` of products in their order, in one statement."""
    first = Photo.objects.filter(product=OuterRef("pk")).order_by("position", "id")
    told = {name: name for name in ("reference", "alt", "alt_en", "width", "height")}
    labels = dict(LicenceKind.choices)
    english = get_language() == "en"
    columns = (
        "reference", "name", "name_en", "price_from", "stock", "is_export_ready", "made_to_order_days",
        "business__name", "business__kelurahan__parent__name",
    )  # fmt: skip
    rows = rows.annotate(photo=Subquery(first.values(json=JSONObject(**told))[:1]), kinds=_badges())
    return [
        Card(
            reference=row["reference"],
            name=row["name_en"] if english and row["name_en"] else row["name"],
            price=row["price_from"],
            maker=row["business__name"],
            place=row["business__kelurahan__parent__name"] or "",
            picture=picture_of(row["photo"]),
            badges=[labels[kind] for kind in row["kinds"]],
            is_export_ready=row["is_export_ready"],
            is_made_to_order=row["made_to_order_days"] is not None,
            stock=row["stock"],
        )
        for row in rows.values(*columns, "photo", "kinds")
    ]


def _ordered(rows, wish):
    """The keys of all that was found, in the order of the pages: eight bytes each."""
    is_ranked = "rank" in rows.query.annotations and not wish.sort
    order = ("-rank", "-id") if is_ranked else SORTS[wish.sort or "baru"][1]
    return array("q", rows.order_by(*order).values_list("pk", flat=True))


def _cards_in_order(keys):
    """The cards of the products with these keys, in this order, of those that are still published."""
    place = Func(
        Value(list(keys), output_field=ArrayField(BigIntegerField())), F("pk"), function="array_position"
    )
    return cards_of(Product.objects.published().filter(pk__in=keys).order_by(place)) if keys else []


def editions(day=None):
    """The curator's editions shown today, each with `cards` of its first products; those with nothing to show are left out."""
    shown = []
    for edition in Edition.objects.shown(day)[:EDITIONS_SHOWN]:
        edition.cards = edition_cards(edition, limit=3)
        if edition.cards:
            shown.append(edition)
    return shown


def edition_cards(edition, limit=None):
    """The cards of an edition's published products in the curator's order."""
    items = EditionItem.objects.filter(edition=edition, product=OuterRef("pk"))
    rows = (
        Product.objects.published()
        .filter(edition_items__edition=edition)
        .annotate(place=Subquery(items.values("position")[:1]))
        .order_by("place", "pk")
    )
    return cards_of(rows[:limit])


def as_script(data):
    """JSON for a script element, with no character in it that HTML reads."""
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 - no character that HTML reads is left in it
