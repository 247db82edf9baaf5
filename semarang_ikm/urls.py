from django.contrib import admin
from django.urls import include, path, re_path

from core.api import unknown_address

urlpatterns = [
    # First, since programs ask most.
    path("api/v1/", include("semarang_ikm.api")),
    re_path("^api/", unknown_address, name="api-not-found"),
    path("kantor/", admin.site.urls),
    path("akun/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("core.urls")),
    path("", include("ikm.urls")),
    path("", include("programme.urls")),
    path("", include("credit.urls")),
    path("", include("training.urls")),
    path("", include("facility.urls")),
    path("", include("cluster.urls")),
    path("", include("gallery.urls")),
    path("", include("webhooks.urls")),
    path("", include("sandbox.urls")),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
