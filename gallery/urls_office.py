from django.urls import path

from gallery.views import office

urlpatterns = [
    path("", office.desk, name="office_gallery"),
    path("terjemahan/", office.translations, name="office_translations"),
    path("<reference>/", office.product, name="office_product"),
    path("<reference>/inggris/", office.translate, name="office_translate"),
]
