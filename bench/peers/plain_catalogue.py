"""The catalogue's page the way the manuals show: ListView, its Paginator, a QuerySet with what the cards need, and templates."""

from django.db.models import Count, Prefetch
from django.urls import path
from django.views.generic import ListView

from gallery.models import Category, Photo, Product
from ikm.models import Area


class Catalogue(ListView):
    paginate_by = 50
    template_name = "catalogue.html"

    def get_queryset(self):
        return (
            Product.objects.published()
            .select_related("business__kelurahan__parent", "category")
            .prefetch_related(Prefetch("photos", Photo.objects.order_by("position")), "licences")
            .order_by("-published_at", "-id")
        )

    def get_context_data(self, **kwargs):
        shown = Product.objects.published()
        return super().get_context_data(
            categories=Category.objects.filter(products__in=shown).annotate(count=Count("products")),
            areas=Area.objects.filter(children__businesses__gallery_products__in=shown).annotate(
                count=Count("children__businesses__gallery_products")
            ),
            **kwargs,
        )


urlpatterns = [path("", Catalogue.as_view(), name="catalogue")]
