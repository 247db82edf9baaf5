from django.urls import include, path

urlpatterns = [
    path("", include("credit.urls_public")),
    path("", include("credit.urls_owner")),
    path("", include("credit.urls_money")),
    path("", include("credit.urls_loans")),
    path("", include("credit.urls_office")),
]
