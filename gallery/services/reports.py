"""The monthly report to makers: who is told of it and when, and what it says to do next."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, outbox
from core.dates import add_months, date_in_words, today
from core.indonesia import rupiah
from gallery import selectors
from gallery.enums import ListingStatus, ShopStatus
from gallery.models import GalleryStock, Listing, Product, ReportOptOut, SentReport
from ikm.enums import BusinessStatus, RepresentativeStatus
from ikm.models import Business

#: A worker that was away on the first still tells; after these days nobody waits for it any more.
DAYS_TO_TELL = 7
#: A certificate is spoken of so long before it expires, and so long afterwards.
BEFORE_EXPIRY, AFTER_EXPIRY = timedelta(days=60), timedelta(days=30)
#: Things of one kind that are named one by one.
MOST_NAMED = 5


@transaction.atomic
def set_report_news(wanted, *, actor):
    """Whether the actor wants a message when the report of a month is there."""
    if wanted:
        ReportOptOut.objects.filter(user=actor).delete()
    else:
        ReportOptOut.objects.get_or_create(user=actor)
    audit.record(actor, "gallery.set_report_news", actor, detail={"wanted": bool(wanted)})


def send_reports(day=None):
    """In the first days of a month (`day`, today): tell every maker once of the report of the month before. Returns how many
    were told, each in a transaction of its own."""
    day = day or today()
    if day.day > DAYS_TO_TELL:
        return 0
    month = add_months(day.replace(day=1), -1)
    told = 0
    for person in _waiting(month):
        with transaction.atomic():
            # The row is the lock: of two workers one makes it.
            _row, is_new = SentReport.objects.get_or_create(recipient=person, month=month)
            if is_new:
                _tell(person, month)
                told += 1
    return told


def _waiting(month):
    """Who speaks for a business that shows products or has goods at the gallery, and was not told of `month`."""
    makers = Business.objects.filter(
        Q(pk__in=Product.objects.published().values("business"))
        | Q(pk__in=GalleryStock.objects.filter(quantity__gt=0).values("variant__product__business")),
        status=BusinessStatus.REGISTERED,
    )
    return (
        User.objects.filter(
            is_active=True,
            representations__business__in=makers,
            representations__status=RepresentativeStatus.APPROVED,
        )
        .exclude(pk__in=ReportOptOut.objects.values("user"))
        .exclude(pk__in=SentReport.objects.filter(month=month).values("recipient"))
        .distinct()
        .order_by("pk")
    )


def _tell(person, month):
    total = selectors.total_of(selectors.product_months(month, list(Business.objects.spoken_for_by(person))))
    outbox.tell(
        person,
        title=lambda: _("Laporan galeri %(month)s") % {"month": date_format(month, "F Y")},
        body=lambda: (
            _(
                "Tautan produk Anda diikuti %(followed)d kali. Terjual di galeri %(sold)d buah seharga %(amount)s. "
                "Buka laporan untuk melihat yang perlu dilakukan. Tidak ingin dikabari? Ubah di halaman laporan."
            )
            % {"followed": total.followed, "sold": total.sold, "amount": rupiah(total.amount)}
        ),
        link=reverse("my_report", args=[f"{month:%Y-%m}"]),
    )


# --- What to do next ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that helps to sell: what to do, and the page on which it is done."""

    sentence: str
    url: str


def advice_for(businesses, day=None):
    """What these businesses should do next, the most urgent first: a list of Advice."""
    day = day or today()
    return [
        *_stuck_shops(businesses),
        *_refused(businesses),
        *_certificates(businesses, day),
        *_few_left(businesses),
        *_without_english(businesses),
    ]


def _stuck_shops(businesses):
    shops = {}
    for one in selectors.stuck_listings().filter(shop__business__in=businesses).select_related("shop"):
        shops[one.shop] = shops.get(one.shop, 0) + 1
    return [
        Advice(
            _("Sambungkan lagi toko %(shop)s. Produk yang menunggu di sana: %(count)d.")
            % {"shop": shop.name, "count": count},
            reverse("my_shops"),
        )
        for shop, count in shops.items()
    ]


def _refused(businesses):
    rows = Listing.objects.filter(
        shop__business__in=businesses, shop__status=ShopStatus.CONNECTED, status=ListingStatus.FAILED
    ).select_related("product", "shop")
    return [
        Advice(
            _("%(product)s belum masuk toko %(shop)s. %(error)s")
            % {"product": one.product.name, "shop": one.shop.name, "error": one.last_error},
            reverse("channel_check", args=[one.product.reference]),
        )
        for one in rows[:MOST_NAMED]
    ]


def _certificates(businesses, day):
    rows = (
        Product.licences.through.objects.filter(
            product__in=Product.objects.published().filter(business__in=businesses),
            licence__expires_on__range=(day - AFTER_EXPIRY, day + BEFORE_EXPIRY),
        )
        .select_related("licence__business")
        .order_by("licence__expires_on", "licence")
    )
    licences = list(dict.fromkeys(row.licence for row in rows))[:MOST_NAMED]
    return [
        Advice(
            (
                _(
                    "%(kind)s %(number)s berakhir %(day)s. Perpanjang agar tandanya tetap tampil pada produk Anda."
                )
                if one.expires_on >= day
                else _(
                    "%(kind)s %(number)s sudah berakhir %(day)s. Tandanya tidak lagi tampil pada produk Anda."
                )
            )
            % {
                "kind": one.get_kind_display(),
                "number": one.number,
                "day": date_in_words(one.expires_on),
            },
            reverse("my_business", args=[one.business.reference]),
        )
        for one in licences
    ]


def _few_left(businesses):
    rows = (
        selectors.goods_of(businesses)
        .filter(here__lte=selectors.LOW, is_active=True, product__in=Product.objects.published())
        .order_by("here", "product__name", "position")
    )
    return [
        Advice(
            _("%(goods)s tinggal %(here)d buah di galeri. Bawa lagi.") % {"goods": one, "here": one.here}
            if one.here
            else _("%(goods)s habis di galeri. Bawa lagi.") % {"goods": one},
            reverse("my_consignment"),
        )
        for one in rows[:MOST_NAMED]
    ]


def _without_english(businesses):
    rows = (
        Product.objects.published().without_english().filter(business__in=businesses).order_by("name", "pk")
    )
    return [
        Advice(
            _("%(product)s belum lengkap bahasa Inggrisnya. Lengkapi bagi pembeli dari luar negeri.")
            % {"product": one.name},
            reverse("my_product", args=[one.reference]),
        )
        for one in rows[:MOST_NAMED]
    ]
