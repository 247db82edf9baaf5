"""Channels in the API: a maker's shops, what stands in them, and what each channel says of a product before it is sent.

A shop is connected on the web alone: its seller signs in at the marketplace. Nothing is sent inside a request; the worker does.
"""

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api import ApiViewSet, Input, MomentField, names_the_actor, read, refuse_unknown
from core.conditional import at_version, json_answer
from core.idempotency import idempotent
from core.references import parse_reference
from gallery.channels.linting import is_ready
from gallery.channels.reading import verdicts, with_parts
from gallery.enums import ChannelKind, ListingStatus, ShopStatus
from gallery.models import Listing, Product, Shop
from gallery.services import channels
from ikm.api import pages
from ikm.api.serializers import NamedOutput

#: As many products as one request sends to a shop.
MOST_OFFERED = 200


class ShopOutput(serializers.Serializer):
    """A maker's shop. The office holds no password; tokens are never shown."""

    reference = serializers.CharField()
    business = NamedOutput()
    channel = serializers.ChoiceField(ChannelKind.choices)
    name = serializers.CharField()
    remote_id = serializers.CharField(help_text="Nomor toko di lokapasar.")
    status = serializers.ChoiceField(ShopStatus.choices)
    access_until = MomentField(allow_null=True, help_text="Izin berlaku sampai; diperbarui sendiri.")
    connected_at = MomentField()
    disconnected_at = MomentField(allow_null=True)
    listed = serializers.IntegerField(help_text="Produk yang tayang di toko.")
    waiting = serializers.IntegerField(help_text="Menunggu dikirim atau diturunkan.")
    failed = serializers.IntegerField()
    modified_at = MomentField()
    version = serializers.IntegerField()


class ShopPageOutput(pages.SyncPageOutput):
    results = ShopOutput(many=True)


class ListingOutput(serializers.Serializer):
    """A product in a shop: the number it has there, what the shop said last, and what a look found different."""

    product = NamedOutput()
    status = serializers.ChoiceField(ListingStatus.choices)
    remote_id = serializers.CharField()
    sent_at = MomentField(allow_null=True)
    attempts = serializers.IntegerField()
    last_error = serializers.CharField(help_text="Kata toko yang terakhir; kosong bila tidak ada.")
    checked_at = MomentField(allow_null=True)
    drift = serializers.DictField(help_text="Yang berbeda di toko, per isian: “local” dan “remote”.")
    delisted_at = MomentField(allow_null=True)
    delisting_answer = serializers.JSONField(help_text="Jawaban toko saat diturunkan; null bila belum.")
    modified_at = MomentField()
    version = serializers.IntegerField()


class ListingPageOutput(pages.SyncPageOutput):
    results = ListingOutput(many=True)


class OfferInput(Input):
    products = serializers.ListField(
        child=serializers.CharField(max_length=16),
        min_length=1,
        max_length=MOST_OFFERED,
        help_text="Nomor produk (PRD-…) yang tayang, dari usaha yang setuju dipromosikan.",
    )


class OfferedOutput(serializers.Serializer):
    waiting = serializers.IntegerField(help_text="Produk yang sekarang menunggu dikirim.")


class EmptyInput(Input):
    pass


class FindingOutput(serializers.Serializer):
    field = serializers.CharField()
    code = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning"])
    words = serializers.CharField(source="sentence", help_text="Yang perlu dilakukan.")


class VerdictOutput(serializers.Serializer):
    channel = serializers.ChoiceField(ChannelKind.choices)
    is_ready = serializers.BooleanField(help_text="Saluran ini akan menerima produknya.")
    findings = FindingOutput(many=True)


class LintOutput(serializers.Serializer):
    product = NamedOutput()
    channels = VerdictOutput(many=True)


_LINT = {
    "product": {"reference": "PRD-4T7P-93RB", "name": "Kain batik tulis asem arang"},
    "channels": [
        {
            "channel": "tokopedia",
            "is_ready": False,
            "findings": [
                {
                    "field": "weight_grams",
                    "code": "weight",
                    "severity": "error",
                    "words": "Isi berat dalam gram, bilangan bulat, paling sedikit 1.",
                }
            ],
        }
    ],
}

#: What a maker does about a product in a shop.
LISTING_STEPS = {"level": channels.level_listing, "take_down": channels.take_down}


def _counted(*statuses):
    return Count("listings", filter=Q(listings__status__in=statuses))


@extend_schema(tags=["gallery"])
class ShopViewSet(ApiViewSet):
    """Shops of the businesses one speaks for; all for officials of the gallery, who read only."""

    scope = "gallery.channels"
    queryset = Shop.objects.none()
    serializer_class = ShopOutput
    filters = {
        "channel": pages.choice("channel", ChannelKind.values),
        "status": pages.choice("status", ShopStatus.values),
        "business": pages.exact("business__reference"),
    }
    listing_filters = {"status": pages.choice("status", ListingStatus.values)}

    def _rows(self, user):
        return (
            Shop.objects.visible_to(user)
            .annotate(
                listed=_counted(ListingStatus.LISTED),
                waiting=_counted(ListingStatus.WAITING, ListingStatus.DELISTING),
                failed=_counted(ListingStatus.FAILED),
            )
            .select_related("business")
            .defer("access_token", "refresh_token", "business__search", "business__product_words")
        )

    def _own(self, user, reference):
        return pages.own(Shop.objects.visible_to(user).select_related("business"), reference, "TKO")

    def _listing(self, user, reference, product):
        rows = Listing.objects.visible_to(user).filter(shop=self._own(user, reference))
        try:
            number = parse_reference(product, prefix="PRD")
        except ValidationError as error:
            raise Http404 from error
        found = rows.select_related("product", "shop__business").filter(product__reference=number).first()
        if found is None:
            raise Http404
        return found

    @pages.listed(
        "Daftar toko",
        ShopPageOutput,
        OpenApiParameter("channel", str, enum=ChannelKind.values),
        OpenApiParameter("status", str, enum=ShopStatus.values),
        OpenApiParameter("business", str, description="Nomor register usaha (IKM-…)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), ShopOutput, filters=self.filters)

    @extend_schema(summary="Satu toko", responses=ShopOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        shop = pages.own(self._rows(request.user), reference, "TKO")
        return json_answer(request, orjson.dumps(ShopOutput(shop).data), version=shop.version)

    @extend_schema(
        summary="Putuskan toko",
        description="Izinnya dilupakan. Yang sudah tayang tetap milik tokonya.",
        parameters=[pages.IDEMPOTENCY_KEY, pages.IF_MATCH],
        request=EmptyInput,
        responses={200: ShopOutput},
    )
    @action(detail=True, methods=["post"])
    @names_the_actor
    @idempotent(required=False)
    def disconnect(self, request, reference):
        shop = self._own(request.user, reference)
        read(EmptyInput, request)
        with at_version(request, shop):
            channels.disconnect_shop(shop, actor=request.user)
        return Response(ShopOutput(self._rows(request.user).get(pk=shop.pk)).data)

    @pages.listed(
        "Produk di sebuah toko",
        ListingPageOutput,
        OpenApiParameter("status", str, enum=ListingStatus.values),
        operation_id="gallery_channels_listings_list",
        filters=False,
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def listings(self, request, reference):
        rows = Listing.objects.visible_to(request.user).filter(shop=self._own(request.user, reference))
        return pages.answer(
            request, rows.select_related("product"), ListingOutput, filters=self.listing_filters
        )

    @extend_schema(
        summary="Kirim produk ke toko",
        description="Pekerja mengirimnya dalam beberapa menit; hasilnya terbaca dalam daftar produk di toko.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=OfferInput,
        responses={202: OfferedOutput},
        examples=[
            OpenApiExample(
                "Dua produk", value={"products": ["PRD-4T7P-93RB", "PRD-6M2K-W8QD"]}, request_only=True
            )
        ],
    )
    @listings.mapping.post
    @names_the_actor
    @idempotent(required=False)
    def offer(self, request, reference):
        user = request.user
        shop = self._own(user, reference)
        asked = read(OfferInput, request)["products"]
        chosen = [pages.own(Product.objects.visible_to(user), one, "PRD") for one in asked]
        return Response({"waiting": channels.offer_products(shop, chosen, actor=user)}, status=202)

    @extend_schema(
        summary="Satu produk di sebuah toko",
        parameters=[
            OpenApiParameter("product", str, OpenApiParameter.PATH, description="Nomor produk (PRD-…).")
        ],
        responses=ListingOutput,
    )
    @action(detail=True, methods=["get"], url_path=r"listings/(?P<product>[^/]+)", url_name="listing")
    def listing(self, request, reference, product):
        refuse_unknown(request.query_params, set())
        found = self._listing(request.user, reference, product)
        return json_answer(request, orjson.dumps(ListingOutput(found).data), version=found.version)

    @extend_schema(
        summary="Ambil langkah untuk produk di toko",
        description="take_down menurunkannya; level menulis ulang yang berbeda di toko.",
        parameters=[
            OpenApiParameter("product", str, OpenApiParameter.PATH, description="Nomor produk (PRD-…)."),
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*LISTING_STEPS]),
            pages.IDEMPOTENCY_KEY,
            pages.IF_MATCH,
        ],
        request=EmptyInput,
        responses={200: ListingOutput},
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=r"listings/(?P<product>[^/]+)/steps/(?P<step>[^/]+)",
        url_name="listing-step",
    )
    @names_the_actor
    @idempotent(required=False)
    def listing_step(self, request, reference, product, step):
        if step not in LISTING_STEPS:
            raise Http404
        found = self._listing(request.user, reference, product)
        read(EmptyInput, request)
        with at_version(request, found):
            LISTING_STEPS[step](found, actor=request.user)
        return Response(ListingOutput(self._listing(request.user, reference, product)).data)

    @extend_schema(
        summary="Periksa produk untuk tiap saluran",
        description="Yang akan ditolak (error) atau diubah (warning) tiap saluran, sebelum produknya dikirim.",
        parameters=[
            OpenApiParameter("product", str, required=True, description="Nomor produk (PRD-…)."),
            OpenApiParameter("channel", str, enum=ChannelKind.values, description="Satu saluran saja."),
        ],
        responses=LintOutput,
        filters=False,
        examples=[OpenApiExample("Belum ada beratnya", value=_LINT, response_only=True)],
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def lint(self, request):
        parameters = request.query_params
        refuse_unknown(parameters, {"product", "channel"})
        if "product" not in parameters:
            raise ValidationError({"product": _("Sebutkan nomor produknya.")})
        channel = parameters.get("channel", "")
        if channel and channel not in ChannelKind.values:
            choices = ", ".join(ChannelKind.values)
            raise ValidationError({"channel": _("Pilih salah satu: %(choices)s.") % {"choices": choices}})
        rows = Product.objects.visible_to(request.user)
        found = pages.own(rows, parameters["product"], "PRD")
        [(product, said)] = verdicts(with_parts(rows.filter(pk=found.pk)))
        body = {
            "product": product,
            "channels": [
                {"channel": one, "is_ready": is_ready(findings), "findings": findings}
                for one, findings in said.items()
                if not channel or one == channel
            ],
        }
        return json_answer(request, orjson.dumps(LintOutput(body).data))
