"""Products of the gallery in the API: the published ones for everybody, one's own to write, and the curator's steps."""

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser

from core.api import ApiViewSet, Input, MomentField, names_the_actor, open_steps_shown, read, refuse_unknown
from core.conditional import at_version, json_answer, version_to_change, written_answer
from core.idempotency import idempotent
from gallery import catalogue
from gallery.channels.addresses import photo_address, product_path
from gallery.enums import Condition, ProductStatus, RemarkReason
from gallery.models import Category, Photo, Product
from gallery.models.catalogue import HIGHEST_PRICE, LOWEST_PRICE, MOST_STOCK
from gallery.services import curation, photos, products
from gallery.views.photos import photo as photo_page
from ikm.api import pages
from ikm.api.serializers import NamedOutput, StepOutput
from ikm.enums import LicenceKind
from ikm.models import Business

# --- Outputs ----------------------------------------------------------------------------------------------------------


class CategoryOutput(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()


class CategoryPlaceOutput(CategoryOutput):
    parent = serializers.SerializerMethodField(help_text="slug kategori di atasnya; null bila paling atas.")
    takes_products = serializers.SerializerMethodField(help_text="Produk hanya masuk kategori terdalam.")

    def get_parent(self, category) -> str | None:
        return category.parent.slug if category.parent else None

    def get_takes_products(self, category) -> bool:
        return not category.children.all()


class BadgeOutput(serializers.Serializer):
    """A certificate that holds today."""

    kind = serializers.ChoiceField(LicenceKind.choices)
    number = serializers.CharField()
    about = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True)


class GalleryPlaceOutput(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class GalleryProductOutput(serializers.Serializer):
    """A product as lists show it. Money is whole rupiah; `price_from` is the lowest price of what is sold."""

    reference = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    status = serializers.ChoiceField(ProductStatus.choices)
    category = CategoryOutput(allow_null=True)
    maker = NamedOutput(source="business")
    kecamatan = GalleryPlaceOutput(source="business.kelurahan.parent", allow_null=True, default=None)
    price_from = serializers.IntegerField(allow_null=True)
    stock = serializers.IntegerField(help_text="Pada pembuatnya, semua varian.")
    made_to_order_days = serializers.IntegerField(allow_null=True)
    is_export_ready = serializers.BooleanField()
    badges = BadgeOutput(many=True, help_text="Sertifikat yang berlaku hari ini.")
    photo = serializers.SerializerMethodField(help_text="Alamat foto pertama (JPEG); kosong bila belum ada.")
    page = serializers.SerializerMethodField(help_text="Halaman produk di portal.")
    published_at = MomentField(allow_null=True)
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_photo(self, product) -> str:
        first = next(iter(product.photos.all()), None)
        return photo_address(first) if first else ""

    def get_page(self, product) -> str:
        return settings.SITE_URL + product_path(product)


class GalleryProductPageOutput(pages.SyncPageOutput):
    results = GalleryProductOutput(many=True)


class VariantOutput(serializers.Serializer):
    reference = serializers.CharField()
    sku = serializers.CharField()
    size = serializers.CharField()
    motif = serializers.CharField()
    colour = serializers.CharField()
    price = serializers.IntegerField()
    stock = serializers.IntegerField()
    photo = serializers.CharField(
        source="photo.reference", default="", help_text="Nomor foto varian; kosong bila foto utama."
    )
    is_active = serializers.BooleanField(help_text="Dijual.")


class PhotoSizeOutput(serializers.Serializer):
    width = serializers.IntegerField()
    webp = serializers.URLField()
    jpeg = serializers.URLField()


class GalleryPhotoOutput(serializers.Serializer):
    reference = serializers.CharField()
    position = serializers.IntegerField()
    alt = serializers.CharField(help_text="Yang terlihat pada foto.")
    alt_en = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sizes = serializers.SerializerMethodField(help_text="Alamat untuk umum selama produk tayang.")

    def get_sizes(self, photo) -> PhotoSizeOutput(many=True):
        return [
            {
                "width": width,
                **{
                    name: settings.SITE_URL + reverse("gallery_photo", args=[photo.reference, width, ending])
                    for name, ending in (("webp", "webp"), ("jpeg", "jpg"))
                },
            }
            for width in catalogue.picture_of(photo).widths
        ]


class RemarkOutput(serializers.Serializer):
    field = serializers.CharField()
    photo = serializers.CharField(source="photo.reference", default="")
    reason = serializers.ChoiceField(RemarkReason.choices)
    words = serializers.CharField(source="get_reason_display", help_text="Yang perlu dilakukan.")
    note = serializers.CharField()
    asked_at = MomentField()
    answered_at = MomentField(allow_null=True)


class GapOutput(serializers.Serializer):
    part = serializers.CharField()
    words = serializers.CharField()


class GalleryProductTextsOutput(GalleryProductOutput):
    description = serializers.CharField()
    description_en = serializers.CharField()
    materials = serializers.CharField()
    materials_en = serializers.CharField()
    brand = serializers.CharField()
    condition = serializers.ChoiceField(Condition.choices)
    weight_grams = serializers.IntegerField(allow_null=True)
    length_cm = serializers.IntegerField(allow_null=True)
    width_cm = serializers.IntegerField(allow_null=True)
    height_cm = serializers.IntegerField(allow_null=True)
    minimum_order = serializers.IntegerField()
    hs_code = serializers.CharField()
    video_url = serializers.CharField()
    photos = GalleryPhotoOutput(many=True)


class GalleryProductDetailOutput(GalleryProductTextsOutput):
    """A product whole. `remarks`, `missing` and `steps` are empty for who neither speaks for the maker nor curates."""

    variants = VariantOutput(many=True)
    remarks = RemarkOutput(many=True)
    missing = GapOutput(many=True, help_text="Yang masih kurang sebelum dapat dikirim ke kurator.")
    steps = StepOutput(many=True)


# --- Inputs -----------------------------------------------------------------------------------------------------------


class CertificateInput(Input):
    kind = serializers.ChoiceField(LicenceKind.choices)
    number = serializers.CharField(max_length=60)


def _text(most):
    return serializers.CharField(max_length=most, required=False, allow_blank=True)


def _number(most):
    return serializers.IntegerField(min_value=1, max_value=most, required=False, allow_null=True)


class ProductChangeInput(Input):
    name = serializers.CharField(max_length=150, required=False)
    name_en = _text(150)
    description = _text(5000)
    description_en = _text(5000)
    category = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Category.objects.filter(children__isnull=True),
        required=False,
        allow_null=True,
        help_text="slug kategori terdalam.",
    )
    brand = _text(60)
    materials = _text(200)
    materials_en = _text(200)
    condition = serializers.ChoiceField(Condition.choices, required=False)
    weight_grams = _number(500_000)
    length_cm = _number(1000)
    width_cm = _number(1000)
    height_cm = _number(1000)
    minimum_order = serializers.IntegerField(min_value=1, max_value=9999, required=False)
    made_to_order_days = _number(365)
    hs_code = _text(8)
    is_export_ready = serializers.BooleanField(required=False)
    video_url = serializers.URLField(required=False, allow_blank=True, max_length=200)
    licences = CertificateInput(
        many=True,
        required=False,
        help_text="Sertifikat usaha ini yang berlaku untuk produknya; mengganti semua.",
    )


class ProductInput(ProductChangeInput):
    business = serializers.CharField(max_length=16, help_text="Nomor register usaha (IKM-…).")
    name = serializers.CharField(max_length=150)


class VariantInput(Input):
    reference = serializers.CharField(
        max_length=16, required=False, help_text="Nomor varian (BRG-…) yang sudah ada; tanpa ini dibuat baru."
    )
    sku = _text(50)
    size = _text(40)
    motif = _text(40)
    colour = _text(40)
    price = serializers.IntegerField(min_value=LOWEST_PRICE, max_value=HIGHEST_PRICE)
    stock = serializers.IntegerField(min_value=0, max_value=MOST_STOCK, default=0)
    photo = serializers.CharField(
        max_length=16, required=False, allow_blank=True, help_text="Nomor foto (FTO-…) produk ini."
    )
    is_active = serializers.BooleanField(default=True)


class VariantsInput(Input):
    variants = VariantInput(many=True, max_length=products.MOST_VARIANTS)


class GalleryPhotoInput(Input):
    photo = serializers.FileField(
        help_text="JPG, PNG, atau WebP, sisi terpendek paling sedikit 500 piksel, paling besar 10 MB."
    )
    alt = serializers.CharField(max_length=200, help_text="Yang terlihat pada foto, satu kalimat.")
    alt_en = _text(200)


class PhotoChangeInput(Input):
    alt = serializers.CharField(max_length=200, required=False)
    alt_en = _text(200)
    position = serializers.IntegerField(
        min_value=1, max_value=photos.MOST_PHOTOS, required=False, help_text="1 untuk foto utama."
    )


class RemarkInput(Input):
    field = serializers.ChoiceField([*curation.PARTS])
    reason = serializers.ChoiceField(RemarkReason.choices)
    photo = serializers.CharField(max_length=16, required=False, help_text="Nomor foto (FTO-…).")
    note = _text(300)


class ProductStepInput(Input):
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    remarks = RemarkInput(many=True, required=False, help_text="ask_improvement: yang perlu diperbaiki.")


#: What its maker and the curator do with a product.
STEPS = {
    "submit": curation.submit_product,
    "ask_improvement": curation.ask_improvement,
    "publish": curation.publish_product,
    "withdraw": curation.withdraw_product,
    "revise": curation.revise_product,
}

#: A product as a maker sends it.
_EXAMPLE = {
    "business": "IKM-4T7P-93RB",
    "name": "Kain batik tulis asem arang",
    "name_en": "Hand-drawn batik cloth, asem arang",
    "description": "Batik tulis dengan pewarna alam, dikerjakan dua minggu.",
    "category": "kain-batik",
    "materials": "katun primisima",
    "weight_grams": 450,
    "made_to_order_days": 14,
}
_VARIANTS = {
    "variants": [
        {"size": "200 × 115 cm", "colour": "soga", "price": 450_000, "stock": 3, "sku": "AA-SOGA"},
        {"size": "200 × 115 cm", "colour": "indigo", "price": 475_000, "stock": 1, "sku": "AA-INDIGO"},
    ]
}


# --- Lists ------------------------------------------------------------------------------------------------------------


def readable(user):
    """The products that `user` may read: the published ones, and those that `visible_to` adds for makers and officials."""
    shown = Product.objects.published()
    if not user.is_authenticated:
        return shown
    own = Product.objects.visible_to(user)
    return Product.objects.filter(Q(pk__in=shown.values("pk")) | Q(pk__in=own.values("pk")))


def _in_category(rows, slug):
    found = Category.objects.filter(Q(slug=slug) | Q(parent__slug=slug))
    if not found:
        raise ValidationError(_("Kategori ini tidak ada."))
    return rows.filter(category__in=found)


def _holding(rows, text):
    words = catalogue.words_of(text)
    return catalogue.matching(rows, words) if words else rows.none()


@extend_schema(tags=["gallery"])
class GalleryProductViewSet(ApiViewSet):
    """Products: the published ones for everybody; makers also theirs, officials of the gallery all."""

    scope = "gallery.products"
    queryset = Product.objects.none()
    serializer_class = GalleryProductOutput
    open_actions = {"list", "retrieve", "categories", "photo"}
    filters = {
        "status": pages.choice("status", ProductStatus.values),
        "category": _in_category,
        "maker": pages.exact("business__reference"),
        "kecamatan": pages.exact("business__kelurahan__parent__code"),
        "search": _holding,
    }

    def _rows(self, user):
        return (
            readable(user)
            .select_related("business__kelurahan__parent", "category")
            .prefetch_related("photos", "licences")
            .defer("search", "business__search", "business__product_words")
        )

    def _own(self, user, reference):
        """The product, for who may see it before it is published."""
        return pages.own(Product.objects.visible_to(user).select_related("business"), reference, "PRD")

    def _written(self, request, product, **options):
        shown = self._rows(request.user).get(pk=product.pk)
        return written_answer(request, _detail(shown, request.user), version=shown.version, **options)

    @pages.listed(
        "Daftar produk galeri",
        GalleryProductPageOutput,
        OpenApiParameter("status", str, enum=ProductStatus.values),
        OpenApiParameter("category", str, description="slug kategori, cabang atau yang terdalam."),
        OpenApiParameter("maker", str, description="Nomor register usaha pembuatnya (IKM-…)."),
        OpenApiParameter("kecamatan", str, description="Kode kecamatan pembuatnya."),
        OpenApiParameter("search", str, description="Kata dalam nama, merek, bahan, atau keterangan."),
        description="Yang tayang untuk semua orang; pembuat juga melihat miliknya, petugas galeri semuanya.",
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), GalleryProductOutput, filters=self.filters)

    @extend_schema(
        summary="Pohon kategori", responses=CategoryPlaceOutput(many=True), parameters=[], filters=False
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def categories(self, request):
        refuse_unknown(request.query_params, set())
        rows = Category.objects.select_related("parent").prefetch_related("children")
        shown = CategoryPlaceOutput(rows.order_by("parent__position", "position", "name"), many=True).data
        return json_answer(request, orjson.dumps(shown))

    @extend_schema(summary="Satu produk galeri", responses=GalleryProductDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        shown = pages.own(self._rows(request.user), reference, "PRD")
        return json_answer(request, orjson.dumps(_detail(shown, request.user)), version=shown.version)

    @extend_schema(
        summary="Buat draf produk",
        description="Untuk usaha terdaftar yang Anda wakili; petugas galeri mencatat atas nama usaha.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=ProductInput,
        responses={201: GalleryProductDetailOutput},
        examples=[OpenApiExample("Kain batik", value=_EXAMPLE, request_only=True)],
    )
    @names_the_actor
    @idempotent(required=False)
    def create(self, request):
        given, user = read(ProductInput, request), request.user
        business = pages.own(Business.objects.visible_to(user), given.pop("business"), "IKM")
        licences = given.pop("licences", None)
        with transaction.atomic():
            made = products.create_product(business, actor=user, **given)
            if licences:
                products.change_product(made, actor=user, licences=_licences(business, licences))
        return self._written(request, made, status=201, made=made.reference)

    @extend_schema(
        summary="Ubah produk",
        description="Selama draf atau perlu diperbaiki.",
        parameters=[pages.IF_MATCH_NEEDED],
        request=ProductChangeInput,
        responses=GalleryProductDetailOutput,
        examples=[
            OpenApiExample(
                "Berat dan bahan", value={"weight_grams": 450, "materials": "katun"}, request_only=True
            )
        ],
    )
    @names_the_actor
    def partial_update(self, request, reference):
        product = self._own(request.user, reference)
        version = version_to_change(request)
        given = read(ProductChangeInput, request)
        if "licences" in given:
            given["licences"] = _licences(product.business, given["licences"])
        products.change_product(product, actor=request.user, version=version, **given)
        return self._written(request, product)

    @extend_schema(
        summary="Ganti varian, harga, dan stok",
        description="Yang tidak disebut dihapus, atau tidak dijual lagi bila sudah pernah ada di galeri.",
        parameters=[pages.IF_MATCH_NEEDED],
        request=VariantsInput,
        responses=GalleryProductDetailOutput,
        examples=[OpenApiExample("Dua warna", value=_VARIANTS, request_only=True)],
    )
    @action(detail=True, methods=["put"], url_name="variants")
    @names_the_actor
    def variants(self, request, reference):
        product = self._own(request.user, reference)
        version = version_to_change(request)
        rows = [_variant(row, product) for row in read(VariantsInput, request)["variants"]]
        products.set_variants(product, rows, actor=request.user, version=version)
        return self._written(request, product)

    @extend_schema(
        summary="Tambah foto",
        description="Lokasi dan data kamera dibuang. Satu produk paling banyak 9 foto.",
        parameters=[pages.IDEMPOTENCY_KEY, pages.IF_MATCH],
        request={"multipart/form-data": GalleryPhotoInput},
        responses={201: GalleryProductDetailOutput},
    )
    @action(
        detail=True, methods=["post"], url_path="photos", url_name="photos", parser_classes=[MultiPartParser]
    )
    @names_the_actor
    @idempotent(required=False)
    def add_photo(self, request, reference):
        product = self._own(request.user, reference)
        given = read(GalleryPhotoInput, request)
        with at_version(request, product):
            photos.add_photo(product, given.pop("photo"), actor=request.user, **given)
        return self._written(request, product, status=201)

    @extend_schema(
        summary="Foto, selebar-lebarnya",
        description="Juga foto draf, untuk yang boleh melihat produknya.",
        parameters=[OpenApiParameter("photo", str, OpenApiParameter.PATH, description="Nomor foto (FTO-…).")],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], url_path=r"photos/(?P<photo>[^/]+)", url_name="photo")
    def photo(self, request, reference, photo):
        found = _photo(pages.own(readable(request.user), reference, "PRD"), photo)
        return photo_page(request, found.reference, catalogue.picture_of(found).widths[-1], "jpg")

    @extend_schema(
        summary="Ubah keterangan atau urutan foto",
        parameters=[pages.IF_MATCH],
        request=PhotoChangeInput,
        responses=GalleryProductDetailOutput,
    )
    @photo.mapping.patch
    @names_the_actor
    def change_photo(self, request, reference, photo):
        product = self._own(request.user, reference)
        found, given = _photo(product, photo), read(PhotoChangeInput, request)
        position = given.pop("position", None)
        with at_version(request, product):
            if given:
                told = {"alt": found.alt, "alt_en": found.alt_en} | given
                photos.describe_photo(found, actor=request.user, **told)
            if position is not None:
                photos.move_photo(found, actor=request.user, to=position)
        return self._written(request, product)

    @extend_schema(
        summary="Hapus foto", parameters=[pages.IF_MATCH], responses={200: GalleryProductDetailOutput}
    )
    @photo.mapping.delete
    @names_the_actor
    def remove_photo(self, request, reference, photo):
        product = self._own(request.user, reference)
        found = _photo(product, photo)
        with at_version(request, product):
            photos.remove_photo(found, actor=request.user)
        return self._written(request, product)

    @extend_schema(
        summary="Ambil langkah",
        description="submit, withdraw, dan revise untuk pembuat; publish dan ask_improvement (dengan “remarks”) untuk "
        "kurator. Yang terbuka bagi Anda tercantum dalam “steps”.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=ProductStepInput,
        responses={200: GalleryProductDetailOutput},
        examples=[
            OpenApiExample(
                "Minta perbaikan",
                value={
                    "note": "Foto utamanya gelap.",
                    "remarks": [{"field": "photo", "photo": "FTO-7K2M-W8QD", "reason": "dark"}],
                },
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    @idempotent(required=False)
    def step(self, request, reference, step):
        if step not in STEPS:
            raise Http404
        user = request.user
        product = self._own(user, reference)
        given = read(ProductStepInput, request)
        remarks = given.get("remarks", [])
        if remarks and step != "ask_improvement":
            raise ValidationError({"remarks": _("Catatan hanya untuk langkah ask_improvement.")})
        rows = [
            {**row, "photo": _photo(product, row["photo"]) if row.get("photo") else None} for row in remarks
        ]
        with at_version(request, product):
            STEPS[step](
                product, *([rows] if step == "ask_improvement" else []), actor=user, note=given["note"]
            )
        return self._written(request, product)


def _photo(product, reference):
    """The photo of that product; else 404."""
    return pages.own(Photo.objects.filter(product=product), reference, "FTO")


def _licences(business, given):
    """The certificates of `business` that the kinds and numbers name. Raises ValidationError for one it does not have."""
    known = {(one.kind, one.number): one for one in business.licences.all()}
    found = [known.get((one["kind"], one["number"])) for one in given]
    if None in found:
        raise ValidationError({"licences": _("Pilih sertifikat milik usaha ini.")})
    return found


def _variant(row, product):
    """A row as services.products.set_variants takes it: what was not said is empty. Raises ValidationError."""
    photo = product.photos.filter(reference=row["photo"]).first() if row.get("photo") else None
    if row.get("photo") and photo is None:
        raise ValidationError({"variants": _("Foto %(photo)s tidak ada pada produk ini.") % row})
    words = {name: row.get(name, "").strip() for name in ("sku", "size", "motif", "colour")}
    return {**row, **words, "photo": photo}


def _detail(product, user):
    """The product as JSON. What is between its maker and the office stands in it for them alone."""
    is_own = Product.objects.visible_to(user).filter(pk=product.pk).exists()
    variants, remarks, missing = product.variants.select_related("photo"), [], {}
    if is_own:
        remarks = product.remarks.select_related("photo")
        missing = curation.gaps(product) if product.status in products.OPEN else {}
    else:
        variants = variants.filter(is_active=True)
    return {
        **GalleryProductTextsOutput(product).data,
        "variants": VariantOutput(variants, many=True).data,
        "remarks": RemarkOutput(remarks, many=True).data,
        "missing": [{"part": part, "words": words} for part, words in missing.items()],
        "steps": open_steps_shown(product, user) if is_own else [],
    }
