from django.urls import path

from gallery.views import figures, office

urlpatterns = [
    path("", office.desk, name="office_gallery"),
    path("terjemahan/", office.translations, name="office_translations"),
    path("laporan/", figures.monthly, name="office_monthly"),
    path("laporan/berkas.<kind>", figures.monthly_file, name="office_monthly_file"),
    path("<reference>/", office.product, name="office_product"),
    path("<reference>/inggris/", office.translate, name="office_translate"),
]
