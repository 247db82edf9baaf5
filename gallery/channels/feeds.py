"""The feeds that channels fetch at stable addresses: what is in them, kept in memory until something of it changes."""

from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.urls import reverse
from django.utils import translation

from gallery.channels import files
from gallery.channels.reading import ready_candidates, with_parts
from gallery.enums import ChannelKind
from gallery.models import Product

#: What stays in memory at most so long even if nothing changes.
SECONDS = 3600
TITLE = "Kreatif Galeri Semarang"
DESCRIPTION = "Produk pilihan kurator dari industri kecil dan menengah Kota Semarang."


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is answered. `products` is how many stand in it."""

    body: bytes
    etag: str
    products: int


#: Channel -> (name of its page, content type).
FEEDS = {
    ChannelKind.GOOGLE: ("feed_google", "application/rss+xml; charset=utf-8"),
    ChannelKind.META: ("feed_meta", "text/csv; charset=utf-8"),
    ChannelKind.JSON: ("feed_json", "application/feed+json"),
}


def feed(channel):
    """The Feed of a channel, from memory while nothing that it shows has changed."""
    key = f"gallery.feed.{channel}.{_state()}"
    found = caches["memory"].get(key)
    if found is None:
        found = _build(channel)
        caches["memory"].set(key, found, SECONDS)
    return found


def _build(channel):
    rows = with_parts(Product.objects.for_channels().order_by("pk"))
    with translation.override("id"):
        found = [one for _product, one in ready_candidates(rows, channel)]
    page = settings.SITE_URL + reverse("gallery")
    if channel == ChannelKind.GOOGLE:
        body = files.google_xml(found, title=TITLE, link=page, description=DESCRIPTION)
    elif channel == ChannelKind.META:
        body = files.meta_csv(found)
    else:
        address = settings.SITE_URL + reverse("feed_json")
        body = files.json_feed(found, title=TITLE, link=page, feed_url=address, description=DESCRIPTION)
    return Feed(body, f'"{sha256(body).hexdigest()[:32]}"', len(found))


def _state():
    """A few characters that differ as soon as anything a feed shows does, in one statement."""
    rows, values = Product.objects.for_channels().order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH shown AS MATERIALIZED ({rows})
            SELECT md5(concat_ws('|',
                (SELECT string_agg(concat_ws(':', p.id, p.version, b.version), ',' ORDER BY p.id)
                 FROM gallery_product p JOIN ikm_business b ON b.id = p.business_id WHERE p.id IN (SELECT * FROM shown)),
                (SELECT string_agg(concat_ws(':', id, version), ',' ORDER BY id)
                 FROM gallery_variant WHERE product_id IN (SELECT * FROM shown)),
                (SELECT string_agg(concat_ws(':', id, position), ',' ORDER BY id)
                 FROM gallery_photo WHERE product_id IN (SELECT * FROM shown)),
                (SELECT string_agg(concat_ws(':', channel, category_id, code, is_deepest), ',' ORDER BY id)
                 FROM gallery_channelcategory),
                (SELECT string_agg(concat_ws(':', id, name), ',' ORDER BY id) FROM gallery_category),
                (SELECT string_agg(code, ',' ORDER BY id)
                 FROM gallery_shortlink WHERE product_id IN (SELECT * FROM shown))
            ))
            """,  # noqa: S608 - the queryset's own SQL; its values go as parameters
            values,
        )
        return cursor.fetchone()[0]
