"""What the gallery prints: booklets of its products, and price tags. Their QR codes are short links, so that makers see in their
counts who came from paper."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from gallery.booklet import booklet_pdf
from gallery.models import Photo, Product, ShortLink, Variant
from gallery.services.consignment.stock import RECORD, check_may
from gallery.services.links import make_links
from gallery.tags import tags_pdf

MOST_PRODUCTS, MOST_TAGS = 300, 3000
PRINT = "print"


def _links(products):
    """{key of a product on show: the code of its short link on paper}; missing ones are made."""
    shown = Product.objects.published().filter(pk__in=products)
    make_links(shown, [PRINT])
    return dict(ShortLink.objects.filter(product__in=shown, channel=PRINT).values_list("product_id", "code"))


def make_booklet(
    products, *, actor, title="", introduction="", subtitle="", per_page=2, language="id", words=None
):
    """The PDF of a booklet of `products` (a queryset), those on show alone, by category and name.

    With `words` ({key: the curator's words}) they stand in its order and without categories. An empty `title`, `subtitle` or
    `introduction` gets the gallery's own. Raises PermissionDenied for who curates nothing, ValidationError for no product or too many.
    """  # fmt: skip
    if not (actor.is_staff and actor.has_perm("gallery.curate_product")):
        raise PermissionDenied(_("Peran Anda tidak mencakup kurasi galeri."))
    # Its own question: `products` may be cut to a page.
    keys = list(products.values_list("pk", flat=True))
    rows = list(
        Product.objects.published()
        .filter(pk__in=keys)
        .select_related("business__kelurahan__parent", "category__parent")
        .defer("business__search", "business__product_words", "search")
        .prefetch_related(
            "licences",
            Prefetch("photos", Photo.objects.prefetch_related("renditions")),
            Prefetch("variants", Variant.objects.filter(is_active=True), to_attr="sold"),
        )
    )
    if not rows:
        raise ValidationError(_("Pilih paling sedikit satu produk yang tayang."), code="none")
    if len(rows) > MOST_PRODUCTS:
        raise ValidationError(
            _("Satu buku memuat paling banyak %(most)d produk, yang dipilih %(count)d. Saring dahulu.")
            % {"most": MOST_PRODUCTS, "count": len(rows)},
            code="many",
        )
    with override(language):
        own = {
            "title": _("Karya Pilihan Kota Semarang"),
            "subtitle": _("Langsung dari bengkel dan dapur pembuatnya"),
            "introduction": _(
                "Buku ini memuat karya pengrajin Kota Semarang yang terdaftar dan dikunjungi petugas dinas. "
                "Tiap karya dipilih kurator galeri, dan uang pembelian sampai kepada pembuatnya."
            ),
        }
        chapters = _in_order(rows, words) if words is not None else _by_category(rows)
    return booklet_pdf(
        chapters,
        _links(keys),
        title=title or own["title"],
        subtitle=subtitle or own["subtitle"],
        introduction=introduction or own["introduction"],
        per_page=per_page,
        language=language,
        made_at=timezone.now(),
    )


def _by_category(rows):
    """The rows under the branches of the tree."""

    def place(one):
        branch = one.category.parent or one.category
        return branch.position, branch.name, one.category.position, one.shown_name, one.pk

    chapters = {}
    for one in sorted(rows, key=place):
        chapters.setdefault((one.category.parent or one.category).shown, []).append((one, ""))
    return list(chapters.items())


def _in_order(rows, words):
    found = {one.pk: one for one in rows}
    return [(_("Pilihan kurator"), [(found[key], said) for key, said in words.items() if key in found])]


def make_edition_booklet(edition, *, actor, products=None, title="", per_page=1, language="id"):
    """The booklet of a curator's edition (or of those of its `products`), in the curator's order and with the curator's words."""
    with override(language):
        told = {"title": title or str(edition), "introduction": edition.shown_introduction}
    return make_booklet(
        edition.products.all() if products is None else products,
        actor=actor,
        per_page=per_page,
        language=language,
        # What the curator says of a product is Indonesian.
        words={
            key: said if language == "id" else ""
            for key, said in edition.items.values_list("product_id", "words")
        },
        **told,
    )


def make_tags(variants, *, actor, copies=1):
    """The PDF with `copies` price tags of each of `variants` (a queryset); None: as many as lie in the gallery.

    Raises PermissionDenied for who keeps no goods, ValidationError for none or too many.
    """
    check_may(actor, RECORD)
    rows = list(
        variants.select_related("product__business", "gallery_stock").order_by(
            "product__business__name", "product__name", "product_id", "position"
        )
    )
    counted = [
        (one, copies or (one.gallery_stock.quantity if hasattr(one, "gallery_stock") else 0)) for one in rows
    ]
    counted = [(one, count) for one, count in counted if count]
    if not counted:
        raise ValidationError(_("Tidak ada barang untuk dibuatkan label."), code="none")
    if (count := sum(count for _one, count in counted)) > MOST_TAGS:
        raise ValidationError(
            _("Sekali cetak paling banyak %(most)d label, yang diminta %(count)d. Saring dahulu.")
            % {"most": MOST_TAGS, "count": count},
            code="many",
        )
    return tags_pdf(counted, _links({one.product_id for one, _count in counted}), made_at=timezone.now())
