"""Which products are ready for which channel, over the whole catalogue: kept in memory, and worked out anew for the makers alone
of whose products something changed."""

from dataclasses import dataclass

from django.core.cache import caches
from django.db import connection

from gallery.channels.linting import is_ready
from gallery.channels.reading import verdicts, with_parts
from gallery.models import Product

KEY = "gallery.readiness"
#: What is kept is thrown away after so long even if nothing changes.
SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Readiness:
    """A product and {channel: "ready", "changes" (it takes it, but changes something) or "refused"}."""

    reference: str
    name: str
    business: str
    statuses: dict

    def is_ready(self, channel):
        return self.statuses[channel] != "refused"


def status_of(findings):
    """The status of a product on the channel that found this."""
    if not is_ready(findings):
        return "refused"
    return "changes" if findings else "ready"


def readiness():
    """The Readiness of every product that channels may show, by name; one statement where nothing changed since."""
    kept = caches["memory"].get(KEY) or {}
    states = _states()
    changed = [business for business, state in states.items() if kept.get(business, (None,))[0] != state]
    found = {business: kept[business] for business in states if business not in set(changed)}
    if changed:
        fresh = {business: [] for business in changed}
        products = Product.objects.for_channels().filter(business__in=changed).order_by("pk")
        for product, findings in verdicts(with_parts(products)):
            fresh[product.business_id].append(
                Readiness(
                    reference=product.reference,
                    name=product.name,
                    business=product.business.name,
                    statuses={channel: status_of(some) for channel, some in findings.items()},
                )
            )
        found |= {business: (states[business], rows) for business, rows in fresh.items()}
    if changed or len(found) != len(kept):
        caches["memory"].set(KEY, found, SECONDS)
    rows = [row for _state, rows in found.values() for row in rows]
    return sorted(rows, key=lambda row: (row.name, row.reference))


def _states():
    """{business: a few characters that differ as soon as anything changes by which its products are judged}."""
    shown, values = Product.objects.for_channels().order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH shown AS MATERIALIZED ({shown}),
            categories AS MATERIALIZED (
                SELECT md5(concat_ws('|',
                    (SELECT string_agg(concat_ws(':', channel, category_id, code, is_deepest), ',' ORDER BY id)
                     FROM gallery_channelcategory),
                    (SELECT string_agg(concat_ws(':', id, name), ',' ORDER BY id) FROM gallery_category))) AS state),
            parts AS (
                SELECT p.business_id, 'p' AS kind, p.id AS part, p.version::text AS state
                FROM gallery_product p WHERE p.id IN (SELECT * FROM shown)
                UNION ALL
                SELECT p.business_id, 'v', v.id, v.version::text FROM gallery_variant v
                JOIN gallery_product p ON p.id = v.product_id WHERE p.id IN (SELECT * FROM shown)
                UNION ALL
                SELECT p.business_id, 'f', f.id, f.position::text FROM gallery_photo f
                JOIN gallery_product p ON p.id = f.product_id WHERE p.id IN (SELECT * FROM shown)
                UNION ALL
                SELECT p.business_id, 'l', l.id, l.code FROM gallery_shortlink l
                JOIN gallery_product p ON p.id = l.product_id WHERE p.id IN (SELECT * FROM shown))
            SELECT parts.business_id, md5(concat_ws('|', min(b.version), (SELECT state FROM categories),
                string_agg(concat_ws(':', kind, part, state), ',' ORDER BY kind, part)))
            FROM parts JOIN ikm_business b ON b.id = parts.business_id GROUP BY parts.business_id
            """,  # noqa: S608 - the queryset's own SQL; its values go as parameters
            values,
        )
        return dict(cursor.fetchall())
