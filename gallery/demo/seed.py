"""The catalogue of the demo city: 300 products of verified makers who agreed, with pictures drawn by us, two editions, what
waits for the curator and for the makers, their shops and their goods at the gallery."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from io import BytesIO
from random import Random

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import Purpose, Role
from accounts.models import Consent, ConsentText, User
from core import dates
from core.dates import WIB
from core.models import StepLine
from core.references import new_reference
from gallery.demo.channels import make_channels
from gallery.demo.consignment import make_consignment
from gallery.demo.goods import GOODS
from gallery.demo.pictures import product_picture
from gallery.enums import ChannelKind, ProductStatus, RemarkReason
from gallery.models import (
    Category,
    ChannelCategory,
    Edition,
    EditionItem,
    Photo,
    PhotoRendition,
    Product,
    Remark,
    Variant,
)
from gallery.photos import clean_photo
from ikm.demo import people
from ikm.enums import IKM_SCALES, BusinessStatus, LicenceKind, RepresentativeStatus
from ikm.models import Business, Licence, Representative

PRODUCTS = 300
#: Products of one maker at most.
MOST = 6
#: How many of the last ones are not shown: with the curator, given back, with their makers.
WITH_CURATOR, GIVEN_BACK, DRAFTS = 9, 4, 6
#: The first of the codes that devserver/marketplace.py knows as leaves.
FIRST_CODE = 600_101
SHOWN_AS_CERTIFICATE = [
    LicenceKind.HALAL,
    LicenceKind.PIRT,
    LicenceKind.SNI,
    LicenceKind.MEREK,
    LicenceKind.TKDN,
]


@transaction.atomic
def seed_demo(*, seed=2017):
    """Add the catalogue to the demo city unless it is there. Returns how many products were made."""
    if Product.objects.exists():
        return 0
    rng = Random(f"{seed} gallery")
    by_role = {sign_in.role: sign_in.email for sign_in in people.SHOWN}
    curator = User.objects.get(email=by_role[Role.GALLERY_CURATOR])
    heroines = User.objects.filter(email__in=[people.ENTREPRENEUR.email, people.APPLICANT.email])
    sellers = {user.pk: user for user in heroines}
    _let_show(heroines, curator)
    _channel_codes()
    plan = _plan(rng, heroines)
    products = _products(rng, plan, curator, sellers)
    _licences(rng, products)
    _editions(rng, products)
    make_sales(seed, heroines, curator, User.objects.get(email=by_role[Role.ADMINISTRATOR]))
    return len(products)


def make_sales(seed, users, clerk, second):
    """Shops, clicks and goods at the gallery; those of these people's businesses first."""
    rows = Representative.objects.filter(user__in=users, status=RepresentativeStatus.APPROVED)
    spoken = {row.business_id: row.user for row in rows.select_related("user").order_by("business_id")}
    make_channels(Random(f"{seed} gallery channels"), spoken)
    make_consignment(Random(f"{seed} gallery consignment"), spoken, clerk=clerk, second=second)


def _let_show(users, recorder):
    """Our two entrepreneurs agree to be shown and promoted, so that their pages have something to show."""
    for business in Business.objects.filter(
        representatives__user__in=users, status=BusinessStatus.REGISTERED, verified_on__isnull=False
    ).distinct():
        for purpose in (Purpose.PUBLISH, Purpose.PUBLISH_CONTACT, Purpose.MARKETPLACE):
            if not Consent.objects.active(purpose).filter(subject=business.reference).exists():
                Consent.objects.create(
                    subject=business.reference,
                    purpose=purpose,
                    text=ConsentText.objects.filter(purpose=purpose).latest("version"),
                    channel="portal",
                    given_by=business.representatives.filter(user__in=users).first().user,
                    recorded_by=recorder,
                )


def _channel_codes():
    """What the marketplace on the developer's machine calls the categories; the real ones are the office's to fill in."""
    leaves = Category.objects.filter(children__isnull=True).order_by("parent__position", "position")
    ChannelCategory.objects.bulk_create(
        ChannelCategory(
            category=leaf, channel=channel, code=str(FIRST_CODE + number), label=f"{leaf.name} (contoh)"
        )
        for number, leaf in enumerate(leaves)
        for channel in (ChannelKind.TOKOPEDIA, ChannelKind.TIKTOK_SHOP)
    )


def _plan(rng, users):
    """[(business pk, its name, its speaker's pk or None, goods, thing, style, material)], the entrepreneurs' first."""
    agreed = Consent.objects.active(Purpose.PUBLISH).values("subject")
    makers = list(
        Business.objects.filter(
            reference__in=agreed,
            status=BusinessStatus.REGISTERED,
            verified_on__isnull=False,
            scale__in=IKM_SCALES,
        )
        .order_by("pk")
        .values("pk", "name", "main_kbli__code")
    )
    spoken = dict(
        Business.objects.filter(representatives__user__in=users).values_list("pk", "representatives__user_id")
    )
    planned, taken = [], set()
    for one in sorted(makers, key=lambda maker: maker["pk"] not in spoken):
        if one["pk"] not in spoken:
            break
        goods = _of_code(one["main_kbli__code"])
        planned += [_piece(rng, one, spoken[one["pk"]], goods) for _number in range(MOST)] if goods else []
        taken.add(one["pk"])
    by_goods = {goods.leaf: [] for goods in GOODS}
    for one in makers:
        if one["pk"] not in taken and (goods := _of_code(one["main_kbli__code"])):
            by_goods[goods.leaf].append(one)
    while len(planned) < PRODUCTS:
        for goods in GOODS:
            if by_goods[goods.leaf]:
                one = by_goods[goods.leaf].pop(rng.randrange(len(by_goods[goods.leaf])))
                planned += [_piece(rng, one, None, goods) for _number in range(rng.randint(1, 4))]
    return planned[:PRODUCTS]


def _of_code(code):
    """The goods that a business of this KBLI code makes: those with the longest beginning of it; None for none."""
    fitting = [
        (len(start), goods) for goods in GOODS for start in goods.kbli if (code or "").startswith(start)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _piece(rng, business, speaker, goods):
    return (
        business,
        speaker,
        goods,
        rng.choice(goods.things),
        rng.choice(goods.styles),
        rng.choice(goods.materials),
    )


def _products(rng, plan, curator, sellers):
    """The products with variants and photos. Shown ones went through the curator; their history says when."""
    leaves = {category.slug: category for category in Category.objects.filter(children__isnull=True)}
    now = timezone.now()
    unshown = [ProductStatus.SUBMITTED] * WITH_CURATOR + [ProductStatus.TO_IMPROVE] * GIVEN_BACK
    unshown += [ProductStatus.DRAFT] * DRAFTS
    rng.shuffle(unshown)
    rows, variants = [], []
    for number, (business, _speaker, goods, thing, style, material) in enumerate(plan):
        name, name_en = f"{thing[0]} {style[0]}", f"{thing[1]}, {style[1]}"
        english = rng.random() < 0.8
        # The entrepreneurs' own: shown, but for the last two of each six.
        status = ProductStatus.PUBLISHED
        if number >= PRODUCTS - len(unshown):
            status = unshown[number - PRODUCTS + len(unshown)]
        elif number < 2 * MOST and number % MOST == MOST - 1:
            status = ProductStatus.TO_IMPROVE
        elif number < 2 * MOST and number % MOST == MOST - 2:
            status = ProductStatus.DRAFT
        sent = (
            _moment(rng, 15, 400)
            if status != ProductStatus.SUBMITTED
            else now - timedelta(days=rng.randint(1, 8))
        )
        length, width, height = (max(round(side * rng.uniform(0.8, 1.2)), 1) for side in goods.measures)
        made_to_order = goods.days and rng.random() < 0.35
        export = english and bool(goods.hs_code) and rng.random() < 0.3
        rows.append(
            Product(
                reference=new_reference("PRD", choice=rng.choice),
                business_id=business["pk"],
                status=ProductStatus.DRAFT,
                name=name,
                name_en=name_en if english else "",
                description=_words(name, material[0], goods, made_to_order),
                description_en=_words_en(name_en, material[1], goods, made_to_order) if english else "",
                category=leaves[goods.leaf],
                brand=business["name"][:60] if rng.random() < 0.4 else "",
                materials=material[0],
                materials_en=material[1] if english else "",
                weight_grams=round(thing[5] * rng.uniform(0.85, 1.2)),
                length_cm=length,
                width_cm=width,
                height_cm=height,
                minimum_order=rng.choice((1, 1, 1, 2, 5)) if thing[3] < 50_000 else 1,
                made_to_order_days=goods.days if made_to_order else None,
                hs_code=goods.hs_code if export else "",
                is_export_ready=export,
                submitted_at=None if status == ProductStatus.DRAFT else sent,
                published_at=sent + timedelta(days=2) if status == ProductStatus.PUBLISHED else None,
                created_at=sent - timedelta(days=3),
            )
        )
        rows[-1].status_to_be = status
    products = Product.objects.bulk_create(rows)
    for product, (_business, _speaker, goods, thing, _style, _material) in zip(products, plan, strict=True):
        price = round(rng.randint(thing[3], thing[4]), -3)
        sizes = rng.sample(goods.sizes, rng.randint(2, len(goods.sizes))) if len(goods.sizes) > 1 else [""]
        for position, size in enumerate(
            sorted(sizes, key=goods.sizes.index) if goods.sizes else [""], start=1
        ):
            variants.append(
                Variant(
                    reference=new_reference("BRG", choice=rng.choice),
                    product=product,
                    position=position,
                    sku=f"{goods.leaf[:3].upper()}-{product.pk % 10000:04d}-{position}",
                    size=size,
                    price=price + (position - 1) * round(price * 0.08, -3),
                    stock=rng.choice((0, 2, 3, 5, 8, 12, 20, 40)),
                )
            )
    Variant.objects.bulk_create(variants)
    _photos(products, plan, curator, sellers)
    for status in {product.status_to_be for product in products} - {ProductStatus.DRAFT}:
        Product.objects.filter(pk__in=[p.pk for p in products if p.status_to_be == status]).update(
            status=status
        )
    _history(products, plan, curator, sellers)
    _remarks(rng, products, curator)
    return list(
        Product.objects.filter(pk__in=[p.pk for p in products]).select_related("business").order_by("pk")
    )


def _moment(rng, least, most):
    day = dates.today() - timedelta(days=rng.randint(least, most))
    return datetime.combine(day, time(rng.randint(8, 15), rng.randint(0, 59)), tzinfo=WIB)


def _words(name, material, goods, made_to_order):
    sentences = [
        f"{name} buatan tangan dari Kota Semarang, dikerjakan di bengkel kami sendiri.",
        f"Bahan: {material}.",
        "Setiap potong sedikit berbeda karena dikerjakan satu per satu.",
    ]
    if made_to_order:
        sentences.append(f"Dibuat sesudah dipesan, selesai dalam {goods.days} hari.")
    return " ".join(sentences)


def _words_en(name, material, goods, made_to_order):
    sentences = [
        f"{name}, made by hand in Semarang in our own workshop.",
        f"Materials: {material}.",
        "Each piece differs a little, as they are made one by one.",
    ]
    if made_to_order:
        sentences.append(f"Made to order within {goods.days} days.")
    return " ".join(sentences)


def _photos(products, plan, curator, sellers):
    """A drawn picture for each product, through the gate that every photo passes; two are worked on at a time."""

    def draw(pair):
        product, planned = pair
        thing = planned[3]
        return clean_photo(BytesIO(product_picture(Random(product.reference), thing[2])))

    with ThreadPoolExecutor(max_workers=2) as workers:
        cleaned = list(workers.map(draw, zip(products, plan, strict=True)))
    folder = timezone.localdate().strftime("gallery/%Y/%m/")
    photos = []
    for product, planned, clean in zip(products, plan, cleaned, strict=True):
        stem = f"{folder}{product.reference.lower()}"
        photos.append(
            Photo(
                reference=new_reference("FTO", choice=Random(f"photo {product.reference}").choice),
                product=product,
                alt=f"{product.name} di atas meja",
                alt_en=f"{product.name_en} on a table" if product.name_en else "",
                file=default_storage.save(f"{stem}.jpg", ContentFile(clean.content)),
                width=clean.width,
                height=clean.height,
                sha256=clean.sha256,
                perceptual_hash=clean.perceptual_hash,
                uploaded_by=sellers.get(planned[1], curator),
            )
        )
    renditions = []
    for photo, clean in zip(Photo.objects.bulk_create(photos), cleaned, strict=True):
        stem = photo.file.name.removesuffix(".jpg")
        for one in clean.renditions:
            name = default_storage.save(f"{stem}-{one.width}.{one.format}", ContentFile(one.content))
            renditions.append(
                PhotoRendition(
                    photo=photo,
                    width=one.width,
                    height=one.height,
                    format=one.format,
                    file=name,
                    size=len(one.content),
                )
            )
    PhotoRendition.objects.bulk_create(renditions)


def _history(products, plan, curator, sellers):
    """The steps that led each product to where it is. What has no speaker was written down at the counter."""
    of_product = ContentType.objects.get_for_model(Product)
    clerk = User.objects.get(email=next(one.email for one in people.SHOWN if one.role == Role.ADMINISTRATOR))
    lines = []
    for product, planned in zip(products, plan, strict=True):
        maker = sellers.get(planned[1], clerk)
        steps = [("create", "", "draft", maker, product.created_at)]
        if product.status_to_be != ProductStatus.DRAFT:
            steps.append(("submit", "draft", "submitted", maker, product.submitted_at))
        if product.status_to_be == ProductStatus.PUBLISHED:
            steps.append(("publish", "submitted", "published", curator, product.published_at))
        if product.status_to_be == ProductStatus.TO_IMPROVE:
            later = product.submitted_at + timedelta(days=1)
            steps.append(("ask_improvement", "submitted", "to_improve", curator, later))
        lines += [
            StepLine(
                content_type=of_product,
                object_id=product.pk,
                step=step,
                from_status=before,
                to_status=after,
                actor=actor,
                at=at,
            )
            for step, before, after, actor, at in steps
        ]
    StepLine.objects.bulk_create(lines)


def _remarks(rng, products, curator):
    given_back = [one for one in products if one.status_to_be == ProductStatus.TO_IMPROVE]
    photos = {photo.product_id: photo for photo in Photo.objects.filter(product__in=given_back)}
    Remark.objects.bulk_create(
        remark
        for product in given_back
        for remark in (
            Remark(
                product=product,
                photo=photos[product.pk],
                field="photo",
                reason=rng.choice((RemarkReason.DARK, RemarkReason.BACKGROUND, RemarkReason.CUT_OFF)),
                asked_by=curator,
                asked_at=product.submitted_at + timedelta(days=1),
            ),
            Remark(
                product=product,
                field="description",
                reason=RemarkReason.UNCLEAR,
                note="Sebutkan ukuran dan cara merawatnya.",
                asked_by=curator,
                asked_at=product.submitted_at + timedelta(days=1),
            ),
        )
    )


def _licences(rng, products):
    """The certificates that a maker has in the register stand on some of the products."""
    of_business = {}
    for licence in Licence.objects.filter(
        business__in={product.business_id for product in products}, kind__in=SHOWN_AS_CERTIFICATE
    ).order_by("pk"):
        of_business.setdefault(licence.business_id, []).append(licence)
    link = Product.licences.through
    link.objects.bulk_create(
        link(product_id=product.pk, licence_id=licence.pk)
        for product in products
        for licence in of_business.get(product.business_id, ())
        if rng.random() < 0.8
    )


EDITIONS = (
    ("Batik Semarangan", "Batik of Semarang", ("kain-batik", "pakaian", "tas-kulit"),
     "Asam, blekok, dan Lawang Sewu pada kain: pilihan kurator dari perajin Rejomulyo sampai Gunungpati.",
     "Tamarind, herons and Lawang Sewu on cloth: chosen from makers all over the city."),
    ("Oleh-oleh untuk dibawa pulang", "Gifts to take home", ("camilan", "kue", "olahan-ikan", "minuman"),
     "Makanan yang tahan perjalanan, dari dapur yang sudah kami kunjungi.",
     "Food that travels well, from kitchens we have visited."),
)  # fmt: skip


def _editions(rng, products):
    shown = (
        Product.objects.published()
        .filter(pk__in=[product.pk for product in products])
        .annotate(leaf=F("category__slug"))
        .order_by("pk")
    )
    by_leaf = {}
    for product in shown:
        by_leaf.setdefault(product.leaf, []).append(product)
    for title, title_en, leaves, words, words_en in EDITIONS:
        fitting = [product for leaf in leaves for product in by_leaf.get(leaf, ())]
        edition = Edition.objects.create(
            title=title,
            title_en=title_en,
            introduction=words,
            introduction_en=words_en,
            shown_from=dates.today() - timedelta(days=20),
        )
        EditionItem.objects.bulk_create(
            EditionItem(edition=edition, product=product, position=position)
            for position, product in enumerate(rng.sample(fitting, min(8, len(fitting))), start=1)
        )
