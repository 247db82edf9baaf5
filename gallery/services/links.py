"""Short addresses of products, one for each place they are shown at, and how often each was followed."""

import re
import secrets

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.enums import ChannelKind
from gallery.models import Product, ShortLink

#: Where a short address is shown: the channels, and what makers share by hand.
PLACES = {
    **dict(ChannelKind.choices),
    "whatsapp": _("WhatsApp"),
    "instagram": _("Instagram"),
    "print": _("cetakan (label dan brosur)"),
}
#: Neither 0 and O nor 1, I and L: addresses are read over the phone.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 7
#: Programs that follow links by themselves, as far as they say so.
_PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|facebot|whatsapp|telegram|skype|slack|discord|embed|fetch|monitor|"
    r"curl|wget|python|java/|go-http|okhttp|axios|node|headless|lighthouse|scan|archiv|feed",
    re.IGNORECASE,
)


def new_code(*, choice=secrets.choice):
    """A code nobody can guess the next of. `choice` picks a sign; demo data bring their own, to be the same each time."""
    return "".join(choice(_SIGNS) for _sign in range(_LENGTH))


@transaction.atomic
def make_links(products=None, places=tuple(PLACES)):
    """Give every product that channels may show (or those given) its missing short addresses at `places`. Returns how many
    were made."""
    rows = Product.objects.for_channels() if products is None else products
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    known = set(ShortLink.objects.filter(product__in=keys).values_list("product", "channel"))
    missing = [
        ShortLink(code=new_code(), product_id=key, channel=place)
        for key in keys
        for place in places
        if (key, place) not in known
    ]
    # Who makes the same at the same time, or draws a code that is taken, is passed over and made by the next run.
    return len(ShortLink.objects.bulk_create(missing, ignore_conflicts=True, batch_size=1000))


def is_program(user_agent):
    """Whether a program followed the link and no person, as far as it says so."""
    return not user_agent or bool(_PROGRAM.search(user_agent))


def count_click(link):
    """One more click on the link today, in one statement: parallel clicks lose none."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO "gallery_linkday" (link_id, "on", clicks) VALUES (%s, %s, 1) '
            'ON CONFLICT (link_id, "on") DO UPDATE SET clicks = "gallery_linkday".clicks + 1',
            [link.pk, timezone.localdate()],
        )
