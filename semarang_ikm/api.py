"""The API's router: every room registers its resources here."""

from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from accounts.authentication import TEST_REQUESTS_PER_MINUTE
from accounts.oauth import TokenView
from accounts.selectors import partner_of, programs_of
from cluster.api import ClusterRequestViewSet, ClusterViewSet
from credit.api.views import (
    ApplicationViewSet,
    ClaimViewSet,
    LoanViewSet,
    PaymentViewSet,
    SchemeViewSet,
    SimulateViewSet,
)
from facility.api.stalls import DamageViewSet, LeaseViewSet
from facility.api.views import BookingViewSet, FacilityViewSet, StallEventViewSet
from gallery.api.channels import ShopViewSet
from gallery.api.consignment import (
    GalleryStockViewSet,
    GoodsNoteViewSet,
    MovementViewSet,
    SaleViewSet,
    SettlementViewSet,
    StockCountViewSet,
)
from gallery.api.feeds import FeedViewSet
from gallery.api.products import GalleryProductViewSet
from ikm.api.views import AreaViewSet, BusinessViewSet, KbliViewSet, StatisticsViewSet
from programme.api import LegalBasisViewSet
from sandbox import magic
from semarang_ikm.api_changes import CHANGES
from training.api.views import (
    CalendarViewSet,
    CourseViewSet,
    EnrolmentViewSet,
    RunViewSet,
    SessionViewSet,
)
from webhooks.api import DeliveryViewSet, EndpointViewSet

router = SimpleRouter()
router.register("businesses", BusinessViewSet, basename="api-business")
router.register("areas", AreaViewSet, basename="api-area")
router.register("kbli", KbliViewSet, basename="api-kbli")
router.register("statistics", StatisticsViewSet, basename="api-statistics")
router.register("credit/schemes", SchemeViewSet, basename="api-credit-scheme")
router.register("credit/simulate", SimulateViewSet, basename="api-credit-simulate")
router.register("credit/applications", ApplicationViewSet, basename="api-credit-application")
router.register("credit/loans", LoanViewSet, basename="api-credit-loan")
router.register("credit/payments", PaymentViewSet, basename="api-credit-payment")
router.register("credit/claims", ClaimViewSet, basename="api-credit-claim")
router.register("legal-bases", LegalBasisViewSet, basename="api-legal-basis")
router.register("clusters/requests", ClusterRequestViewSet, basename="api-cluster-request")
router.register("clusters", ClusterViewSet, basename="api-cluster")
router.register("training/courses", CourseViewSet, basename="api-training-course")
router.register("training/runs", RunViewSet, basename="api-training-run")
router.register("training/sessions", SessionViewSet, basename="api-training-session")
router.register("training/enrolments", EnrolmentViewSet, basename="api-training-enrolment")
router.register("training/calendar", CalendarViewSet, basename="api-training-calendar")
router.register("facilities/events", StallEventViewSet, basename="api-stall-event")
router.register("facilities", FacilityViewSet, basename="api-facility")
router.register("bookings", BookingViewSet, basename="api-booking")
router.register("leases", LeaseViewSet, basename="api-lease")
router.register("damage-reports", DamageViewSet, basename="api-damage")
router.register("gallery/products", GalleryProductViewSet, basename="api-gallery-product")
router.register("gallery/feeds", FeedViewSet, basename="api-gallery-feed")
router.register("gallery/channels", ShopViewSet, basename="api-gallery-shop")
router.register("gallery/consignment/receipts", GoodsNoteViewSet, basename="api-goods-note")
router.register("gallery/consignment/stock", GalleryStockViewSet, basename="api-gallery-stock")
router.register("gallery/consignment/movements", MovementViewSet, basename="api-gallery-movement")
router.register("gallery/consignment/sales", SaleViewSet, basename="api-gallery-sale")
router.register("gallery/consignment/settlements", SettlementViewSet, basename="api-gallery-settlement")
router.register("gallery/consignment/counts", StockCountViewSet, basename="api-gallery-count")
router.register("webhooks/endpoints", EndpointViewSet, basename="api-webhook-endpoint")
router.register("webhooks/deliveries", DeliveryViewSet, basename="api-webhook-delivery")


@require_GET
def guide(request):
    """How to begin, for who writes a program; a partner signed in finds its own programs."""
    partner = partner_of(request.user)
    context = {
        "base": request.build_absolute_uri("/api/v1/"),
        "partner": partner,
        "programs": programs_of(partner) if partner else [],
        "sandbox": {"limit": TEST_REQUESTS_PER_MINUTE, "values": magic.VALUES},
    }
    return render(request, "api/guide.html", context)


@require_GET
def changes(request):
    """What changed in the API, for everybody."""
    return render(request, "api/changes.html", {"changes": CHANGES})


# Split into a page and a script, Swagger UI keeps the portal's strict Content-Security-Policy.
reference = SpectacularSwaggerSplitView.as_view(template_name="api/docs.html")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", reference, name="api_docs"),
    path("panduan/", guide, name="api_start"),
    path("perubahan/", changes, name="api_changes"),
    path("oauth/token/", TokenView.as_view(), name="api-oauth-token"),
    path("", include(router.urls)),
]
