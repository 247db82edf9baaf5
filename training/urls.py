from django.urls import include, path

# What has fixed words after /pelatihan/ comes before the public pages, whose last address takes any reference.
urlpatterns = [
    path("", include("training.urls_outcome")),
    path("", include("training.urls_owner")),
    path("", include("training.urls_participants")),
    path("", include("training.urls_office")),
    path("", include("training.urls_public")),
]
