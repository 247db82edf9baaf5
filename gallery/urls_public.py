from django.urls import path

from gallery.views import photos

urlpatterns = [
    path("foto/<reference>-<int:width>.<ending>", photos.photo, name="gallery_photo"),
]
