from django.urls import include, path

urlpatterns = [
    path("kerja/galeri/titip-jual/", include("gallery.urls_consignment")),
    path("kerja/galeri/", include("gallery.urls_office")),
    path("galeri/saya/", include("gallery.urls_owner")),
    path("", include("gallery.urls_channels")),
    path("galeri/", include("gallery.urls_public")),
]
