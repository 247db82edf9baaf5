"""The API's router: every room registers its resources here."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from ikm.api.views import AreaViewSet, BusinessViewSet, KbliViewSet, StatisticsViewSet

router = SimpleRouter()
router.register("businesses", BusinessViewSet, basename="api-business")
router.register("areas", AreaViewSet, basename="api-area")
router.register("kbli", KbliViewSet, basename="api-kbli")
router.register("statistics", StatisticsViewSet, basename="api-statistics")

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("", include(router.urls)),
]
