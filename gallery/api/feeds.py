"""The gallery's feeds in the API: where channels fetch them, in what form, and how many products stand in each."""

import orjson
from django.conf import settings
from django.urls import reverse
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from core.api import ApiViewSet, refuse_unknown
from core.conditional import json_answer
from gallery.channels.feeds import FEEDS, feed
from gallery.enums import ChannelKind
from gallery.models import Product


class FeedOutput(serializers.Serializer):
    channel = serializers.ChoiceField(ChannelKind.choices)
    address = serializers.URLField(help_text="Tetap, dibaca tanpa masuk; kirim If-None-Match dengan etag.")
    content_type = serializers.CharField()
    etag = serializers.CharField(help_text="Berganti begitu isinya berubah.")
    products = serializers.IntegerField(help_text="Banyaknya produk di dalamnya.")


class FeedsOutput(serializers.Serializer):
    results = FeedOutput(many=True)


_EXAMPLE = {
    "results": [
        {
            "channel": "google",
            "address": "https://ikm.example/umpan/google.xml",
            "content_type": "application/rss+xml; charset=utf-8",
            "etag": '"5f1d3b0c7a8e4f2d9b6a1c3e5d7f9a0b"',
            "products": 212,
        }
    ]
}


@extend_schema(tags=["gallery"])
class FeedViewSet(ApiViewSet):
    """The feeds of published products whose makers agreed to be promoted at marketplaces, as far as each channel takes them."""

    scope = "gallery.feeds"
    queryset = Product.objects.none()
    serializer_class = FeedOutput
    permission_classes = [AllowAny]

    @extend_schema(
        summary="Umpan produk untuk saluran",
        responses=forced_singular_serializer(FeedsOutput),
        filters=False,
        examples=[OpenApiExample("Google", value=_EXAMPLE, response_only=True)],
    )
    def list(self, request):
        refuse_unknown(request.query_params, set())
        rows = [
            {
                "channel": channel,
                "address": settings.SITE_URL + reverse(page),
                "content_type": content_type,
                "etag": (found := feed(channel)).etag,
                "products": found.products,
            }
            for channel, (page, content_type) in FEEDS.items()
        ]
        return json_answer(request, orjson.dumps({"results": FeedOutput(rows, many=True).data}))
