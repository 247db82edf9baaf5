"""A catalogue as Wagtail's own guide builds an index of pages."""

from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count
from wagtail.models import Page


class CataloguePage(Page):
    def get_context(self, request):
        products = ProductPage.objects.live().child_of(self)
        shown = (
            products.select_related("photo")
            .prefetch_related("photo__renditions")
            .order_by("-first_published_at", "-id")
        )
        return super().get_context(request) | {
            "products": Paginator(shown, 50).get_page(request.GET.get("page")),
            "categories": products.order_by().values("category").annotate(count=Count("pk")),
            "areas": products.order_by().values("place").annotate(count=Count("pk")),
        }


class ProductPage(Page):
    price = models.PositiveIntegerField()
    category = models.CharField(max_length=80)
    maker = models.CharField(max_length=200)
    place = models.CharField(max_length=80)
    is_export_ready = models.BooleanField(default=False)
    photo = models.ForeignKey("wagtailimages.Image", null=True, on_delete=models.SET_NULL, related_name="+")
