"""The public directory: which published businesses answer a search, and what of each may be shown.

Searching goes in steps, each tried when the one before finds nothing: the words themselves (full text, and the everyday
words of the KBLI table), the words with their typing errors repaired, as many of the words as a business holds together, the
line of business that the words may mean.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.core.cache import caches
from django.db import connection
from django.db.models import Exists, F, FloatField, OuterRef, Prefetch, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.html import mark_safe

from accounts.enums import Purpose
from accounts.models import Consent
from ikm.enums import LicenceKind
from ikm.kbli_search import search_kbli
from ikm.models import Business, Kbli, Licence
from ikm.some_words import MOST_WORDS, any_of_them, fewer_and_fewer, without_errors

PAGE_SIZE = 24
MOST_COUNTED = 1000
MOST_POINTS = 300
#: Certificates a buyer looks for. A permit to trade (NIB, IUMK) is not one.
SHOWN_CERTIFICATES = (
    LicenceKind.HALAL,
    LicenceKind.PIRT,
    LicenceKind.SNI,
    LicenceKind.MEREK,
    LicenceKind.BPOM,
    LicenceKind.TKDN,
)
#: From so many of the newest published businesses come the words that a typing error may have meant.
VOCABULARY_FROM = 20_000
VOCABULARY_SECONDS = 15 * 60


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody looks for. `day`: who stood in the register then; None means today."""

    text: str = ""
    kecamatan: str = ""
    scale: str = ""
    division: str = ""
    certificate: str = ""
    day: date | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The businesses found (a queryset) and how: `exact`, `repaired` (see `words`), `some` (of the words), `related` (see
    `titles`) or `none`."""

    rows: object
    how: str
    is_ranked: bool = False
    words: str = ""
    titles: list = field(default_factory=list)


def valid_on(day):
    """The condition on a licence that it holds on `day`; an unknown date counts as open."""
    return (Q(issued_on__isnull=True) | Q(issued_on__lte=day)) & (
        Q(expires_on__isnull=True) | Q(expires_on__gte=day)
    )


def published(day=None):
    """Published businesses that stood in the register on `day`."""
    return Business.objects.published().in_register(day)


def with_contact(rows):
    """`rows` with `shows_contact`: whether phone, street and place on the map may be shown as well."""
    contact = Consent.objects.active(Purpose.PUBLISH_CONTACT).filter(subject=OuterRef("reference"))
    return rows.annotate(shows_contact=Exists(contact))


def find(wish):
    """The `Answer` to a `Wish`. An empty text finds all that pass the filters."""
    rows = _filtered(wish)
    words = re.findall(r"[a-z0-9]+", wish.text.lower())[:MOST_WORDS]
    if not words:
        return Answer(rows=rows, how="exact")
    found = _matching(rows, words)
    if found.exists():
        return Answer(rows=found, how="exact", is_ranked=True)
    for repaired in without_errors(words, vocabulary()):
        found = _matching(rows, repaired)
        if found.exists():
            return Answer(rows=found, how="repaired", is_ranked=True, words=" ".join(repaired))
    for number in fewer_and_fewer(words):
        found = _ranked(rows, any_of_them(words, number))
        if found.exists():
            return Answer(rows=found, how="some", is_ranked=True)
    codes = list(search_kbli(" ".join(words), limit=3))
    found = rows.filter(main_kbli__in=codes)
    if codes and found.exists():
        return Answer(rows=found, how="related", titles=[code.title for code in codes])
    return Answer(rows=rows.none(), how="none")


def _filtered(wish):
    rows = published(wish.day)
    if wish.kecamatan:
        rows = rows.filter(kecamatan_code=wish.kecamatan)
    if wish.scale:
        rows = rows.filter(scale=wish.scale)
    if wish.division:
        rows = rows.filter(main_kbli__in=Kbli.objects.filter(code__startswith=wish.division))
    if wish.certificate:
        day = wish.day or timezone.localdate()
        rows = rows.filter(
            Exists(Licence.objects.filter(valid_on(day), business=OuterRef("pk"), kind=wish.certificate))
        )
    return rows


def _matching(rows, words):
    """Rows that hold all `words` (the last one may be unfinished), or whose KBLI code is called so in everyday speech."""
    query = SearchQuery(" & ".join([*words[:-1], f"{words[-1]}:*"]), config="indonesian", search_type="raw")
    phrase = rf"(^|,)\s*{' '.join(words)}\s*(,|$)"
    called_so = list(Kbli.objects.filter(keywords__iregex=phrase).values_list("pk", flat=True))
    return rows.filter(Q(search=query) | Q(main_kbli__in=called_so)).annotate(
        rank=Cast(SearchRank(F("search"), query), FloatField())
    )


def _ranked(rows, text):
    """Rows that answer the raw tsquery `text`, with their rank."""
    query = SearchQuery(text, config="indonesian", search_type="raw")
    return rows.filter(search=query).annotate(rank=Cast(SearchRank(F("search"), query), FloatField()))


def vocabulary():
    """How often each word occurs in what published businesses are called and make, and in the KBLI's everyday words."""
    counts = caches["memory"].get("directory:vocabulary")
    if counts is None:
        texts = published().order_by("-id").values("name", "brand", "commodity", "product_words")
        sql, parameters = texts[:VOCABULARY_FROM].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT word, count(*) FROM (
                        SELECT regexp_split_to_table(
                            lower(concat_ws(' ', name, brand, commodity, product_words)), '[^a-z0-9]+') AS word
                        FROM ({sql}) AS texts
                        UNION ALL
                        SELECT regexp_split_to_table(lower(keywords), '[^a-z0-9]+') FROM ikm_kbli
                    ) AS words WHERE length(word) > 2 GROUP BY word""",  # noqa: S608 - the ORM's own SQL
                parameters,
            )
            counts = dict(cursor.fetchall())
        caches["memory"].set("directory:vocabulary", counts, VOCABULARY_SECONDS)
    return counts


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some rows of a list and the cursors of the pages around them; an empty cursor: there is none."""

    rows: list
    previous: str = ""
    next: str = ""


def page_of(answer, *, after="", before="", size=PAGE_SIZE):
    """One page of an `Answer`, best first or newest first, found by key and not by counting rows.

    `after` and `before` are cursors of an earlier `Page`; what is not a cursor gives the first page.
    """
    backwards = bool(before) and not after
    cursor = _parse_cursor(before if backwards else after, answer.is_ranked)
    backwards = backwards and cursor is not None
    rows = answer.rows
    if cursor:
        rank, pk = cursor
        side = "gt" if backwards else "lt"
        beyond = Q(**{f"id__{side}": pk})
        if answer.is_ranked:
            beyond = Q(**{f"rank__{side}": rank}) | (Q(rank=rank) & beyond)
        rows = rows.filter(beyond)
    keys = ("rank", "id") if answer.is_ranked else ("id",)
    rows = rows.order_by(*(keys if backwards else (f"-{key}" for key in keys)))
    found = list(for_cards(rows)[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Page(
        rows=found,
        previous=_cursor(found[0]) if found and (more if backwards else cursor) else "",
        next=_cursor(found[-1]) if found and (backwards or more) else "",
    )


def _cursor(row):
    rank = getattr(row, "rank", None)
    return str(row.pk) if rank is None else f"{rank!r}~{row.pk}"


def _parse_cursor(text, is_ranked):
    match = re.fullmatch(r"(?:([0-9.]{1,30}(?:e-[0-9]{1,3})?)~)?([0-9]{1,18})", text)
    if not match or bool(match[1]) != is_ranked:
        return None
    try:
        return float(match[1] or 0), int(match[2])
    except ValueError:
        return None


def for_cards(rows, day=None):
    """`rows` with what a card shows: place, line of business, products and certificates that hold on `day`."""
    day = day or timezone.localdate()
    certificates = Licence.objects.filter(valid_on(day), kind__in=SHOWN_CERTIFICATES)
    return (
        rows.select_related("kelurahan__parent", "main_kbli")
        .prefetch_related(
            "products", Prefetch("licences", queryset=certificates, to_attr="current_certificates")
        )
        .only(
            "reference",
            "name",
            "brand",
            "commodity",
            "scale",
            "kelurahan__name",
            "kelurahan__parent__name",
            "main_kbli__code",
            "main_kbli__title",
            "main_kbli__version",
        )
    )


def count_of(rows, most=MOST_COUNTED):
    """How many rows, counted no further than `most` + 1: a long list is not worth a count of all."""
    return rows.order_by()[: most + 1].count()


def points_of(rows):
    """(longitude, latitude, name, address) of those who show where they are, the newest `MOST_POINTS`."""
    located = with_contact(rows).filter(shows_contact=True, latitude__isnull=False, longitude__isnull=False)
    return [
        (float(longitude), float(latitude), name, reverse("business", args=[reference]))
        for longitude, latitude, name, reference in located.order_by("-id").values_list(
            "longitude", "latitude", "name", "reference"
        )[:MOST_POINTS]
    ]


def structured_data(business, *, pictures=()):
    """The page of a business (a row of `with_contact`) for search engines (schema.org), as JSON that cannot leave its
    script element."""
    page = settings.SITE_URL + reverse("business", args=[business.reference])
    place = {
        "@type": "PostalAddress",
        "addressLocality": "Kota Semarang",
        "addressRegion": "Jawa Tengah",
        "addressCountry": "ID",
    }
    data = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "@id": page,
        "url": page,
        "name": business.name,
        "identifier": business.reference,
        "address": place,
    }
    if business.story:
        data["description"] = business.story
    if business.brand:
        data["brand"] = {"@type": "Brand", "name": business.brand}
    if business.founded_year:
        data["foundingDate"] = str(business.founded_year)
    if pictures:
        data["image"] = [settings.SITE_URL + reverse("attachment", args=[one.reference]) for one in pictures]
    products = [product.name for product in business.products.all()]
    if products:
        data["makesOffer"] = [
            {"@type": "Offer", "itemOffered": {"@type": "Product", "name": name}} for name in products
        ]
    if business.shows_contact:
        place["streetAddress"] = business.address
        if business.postcode:
            place["postalCode"] = business.postcode
        if business.phone:
            data["telephone"] = business.phone
        if business.latitude is not None and business.longitude is not None:
            data["geo"] = {
                "@type": "GeoCoordinates",
                "latitude": float(business.latitude),
                "longitude": float(business.longitude),
            }
    text = json.dumps(data, ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 - no character that HTML reads is left in it
