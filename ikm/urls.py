from django.urls import include, path

from ikm.views import after_login

urlpatterns = [
    path("", include("ikm.urls_public")),
    path("", include("ikm.urls_owner")),
    path("masuk/lanjut/", after_login.home_after_login, name="home_after_login"),
    path("", include("ikm.urls_office")),
    path("", include("ikm.urls_imports")),
    path("", include("ikm.urls_backoffice")),
]
