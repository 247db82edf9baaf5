from django.urls import path

from gallery.views import owner, sales

urlpatterns = [
    path("", owner.my_products, name="my_products"),
    path("mulai/", owner.start, name="start_product"),
    path("titipan/", sales.my_consignment, name="my_consignment"),
    path("laporan/", sales.my_reports, name="my_reports"),
    path("laporan/kabar/", sales.report_news, name="report_news"),
    path("laporan/<month>/", sales.my_report, name="my_report"),
    path("persetujuan/<reference>/", owner.consent, name="gallery_consent"),
    path("<reference>/", owner.home, name="my_product"),
    path("<reference>/bagian/<section>/", owner.section, name="my_product_section"),
    path("<reference>/foto/<photo>/", owner.photo, name="my_product_photo"),
    path("<reference>/periksa/", owner.check, name="my_product_check"),
    path("<reference>/terkirim/", owner.receipt, name="my_product_receipt"),
    path("<reference>/pratinjau/", owner.preview, name="my_product_preview"),
    path("<reference>/tarik/", owner.withdraw, name="withdraw_product"),
    path("<reference>/ubah/", owner.revise, name="revise_product"),
]
