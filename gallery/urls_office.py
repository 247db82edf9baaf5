from django.urls import path

from gallery.views import bulk, figures, office, printing

urlpatterns = [
    path("", office.desk, name="office_gallery"),
    path("terjemahan/", office.translations, name="office_translations"),
    path("laporan/", figures.monthly, name="office_monthly"),
    path("laporan/berkas.<kind>", figures.monthly_file, name="office_monthly_file"),
    path("unggah/", bulk.makers, name="office_bulk_uploads"),
    path("unggah/<reference>/", bulk.upload_for, name="office_bulk_upload"),
    path("cetak/", printing.prints, name="office_prints"),
    path("cetak/pilihan/<reference>/", printing.edition_booklet, name="office_edition_booklet"),
    path("cetak/label/<reference>/", printing.maker_tags, name="office_maker_tags"),
    path("<reference>/", office.product, name="office_product"),
    path("<reference>/inggris/", office.translate, name="office_translate"),
]
