"""A list and a detail the way the manuals show: ModelSerializer, django-filter, PageNumberPagination, a token."""

import django_filters
from django.urls import include, path
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from ikm.models import Area, Business, Kbli


class KbliSerializer(serializers.ModelSerializer):
    class Meta:
        model = Kbli
        fields = ["version", "code", "title"]


class AreaSerializer(serializers.ModelSerializer):
    class Meta:
        model = Area
        fields = ["code", "name"]


class BusinessSerializer(serializers.ModelSerializer):
    kbli = KbliSerializer(source="main_kbli")
    kelurahan = AreaSerializer()
    kecamatan = AreaSerializer(source="kelurahan.parent")

    class Meta:
        model = Business
        fields = ["reference", "status", "name", "legal_form", "nib", "brand", "branch", "commodity", "product_words",
                  "kbli", "address", "kelurahan", "kecamatan", "postcode", "latitude", "longitude", "phone", "email",
                  "website", "founded_year", "scale", "workers", "registered_on", "closed_on", "verified_on",
                  "modified_at", "version"]  # fmt: skip


class BusinessFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains")
    area = django_filters.ModelChoiceFilter(
        field_name="kelurahan__parent", queryset=Area.objects.filter(level="kecamatan")
    )

    class Meta:
        model = Business
        fields = ["scale", "status", "search", "area"]


class Pages(PageNumberPagination):
    page_size = 50


class BusinessViewSet(ReadOnlyModelViewSet):
    serializer_class = BusinessSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = BusinessFilter
    pagination_class = Pages
    lookup_field = "reference"

    def get_queryset(self):
        return Business.objects.visible_to(self.request.user).select_related("main_kbli", "kelurahan__parent")


router = SimpleRouter()
router.register("businesses", BusinessViewSet, basename="business")
urlpatterns = [path("", include(router.urls))]
