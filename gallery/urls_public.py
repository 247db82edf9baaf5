from django.urls import path

from gallery.views import photos, public

urlpatterns = [
    path("", public.gallery, name="gallery"),
    path("peta-situs.xml", public.sitemap, name="gallery_sitemap"),
    path("foto/<reference>-<int:width>.<ending>", photos.photo, name="gallery_photo"),
    path("lembar/<int:width>-<names>-<mark>.webp", photos.sheet, name="gallery_sheet"),
    path("pilihan/<reference>/", public.edition, name="gallery_edition"),
    path("<reference>/", public.product, name="gallery_product"),
    path("<reference>/kartu.jpg", public.card, name="gallery_card"),
]
